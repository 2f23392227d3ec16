"""Plan changes to variants and their vendors from what was read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from inventory_planner.errors import ChangeError
from inventory_planner.writeback.change import Action, Change, Intention, Situation, Values, different, variant_target
from inventory_planner.writeback.quantities import Quantity, checked_quantity, parse_quantity
from inventory_planner.writeback.variant_state import (
    ASSIGNED,
    NUMBERS_OF_VENDOR,
    SETTINGS,
    TEXTS_OF_VENDOR,
    VENDOR_FIELDS,
    setting,
    vendor_values,
)

MAX_DAYS: Final = 3650  # a longer lead time is a typing error
MAX_DECIMALS: Final = 6  # as in money columns of the warehouse
TOO_MUCH: Final = 10**12  # larger costs and quantities are typing errors, and lose digits in floating point
_NAMES: Final = {"lead_time": "The lead time", "review_period": "The days of stock"}


def plan_settings(variant_id: str, settings: Mapping[str, Quantity]) -> Intention:
    """Set the `lead_time` and the `review_period` (days of stock) of a variant, in whole days.

    Raises:
        ChangeError: a setting is not a number of days.
    """
    wanted = {name: checked_days(_setting_name(name), value) for name, value in settings.items()}
    target = variant_target(variant_id)

    def plan(situation: Situation, done: frozenset[str]) -> Change:
        before = {name: setting(situation.variant, name) for name in wanted}
        after = different(before, wanted, done)
        before = {name: before[name] for name in after}
        return Change(Action.SET_VARIANT, None, None, before, after, after, target, skus_of_variant(situation))

    return Intention(Action.SET_VARIANT, None, plan, frozenset(wanted), target)


def plan_vendor(variant_id: str, vendor_id: str, fields: Values, sku: str | None = None) -> Intention:
    """Set a vendor's data for a variant, such as `cost_price`; assign the vendor if the variant does not have it.

    Raises:
        ChangeError: a field can't be set, or not to this value.
    """
    wanted = {ASSIGNED: True, **checked_vendor_fields(fields)}
    target = variant_target(variant_id, _checked_vendor(vendor_id))

    def plan(situation: Situation, done: frozenset[str]) -> Change:
        state = vendor_values(situation.vendors, vendor_id)
        after = different(state, wanted, done)
        return vendor_change(target, state, after, _skus(variant_id, sku))

    return Intention(Action.SET_VENDOR, None, plan, frozenset(wanted), target)


def plan_vendor_removal(
    variant_id: str, vendor_id: str, sku: str | None = None, *, may_be_gone: bool = False
) -> Intention:
    """Remove a vendor and its data from a variant. With `may_be_gone`, a vendor that is already removed is no error."""
    target = variant_target(variant_id, _checked_vendor(vendor_id))

    def plan(situation: Situation, _: frozenset[str]) -> Change:
        state = vendor_values(situation.vendors, vendor_id)
        if not state[ASSIGNED] and not may_be_gone:
            names = ", ".join(sorted(each.vendor_id for each in situation.vendors)) or "none"
            raise ChangeError(f"Variant {sku or variant_id} has no vendor {vendor_id}. Its vendors: {names}.")
        return vendor_removal(target, state, _skus(variant_id, sku))

    return Intention(Action.REMOVE_VENDOR, None, plan, frozenset({ASSIGNED}), target)


def vendor_change(target: str, state: Values, after: Values, skus: Mapping[str, str]) -> Change:
    """Set data of a vendor whose present data is `state`.

    According to the API's article, the call "fully updates" the vendor, so the body repeats the data that is kept.
    """
    kept = {name: state[name] for name in VENDOR_FIELDS if state[name] is not None}
    body = {**kept, **{name: value for name, value in after.items() if name != ASSIGNED}}
    before = {**{name: state[name] for name in after}, **kept} if after else {}
    return Change(Action.SET_VENDOR, None, None, before, after, body, target, skus)


def vendor_removal(target: str, state: Values, skus: Mapping[str, str]) -> Change:
    """Remove a vendor whose present data is `state`; `before` has all of it, so that the removal can be undone."""
    before = {name: value for name, value in state.items() if value is not None} if state[ASSIGNED] else {}
    after = {ASSIGNED: False} if state[ASSIGNED] else {}
    return Change(Action.REMOVE_VENDOR, None, None, before, after, {}, target, skus)


def skus_of_variant(situation: Situation) -> dict[str, str]:
    """The SKU of the variant that was read, by its id."""
    variant = situation.variant
    return _skus(variant.variant_id, variant.shown_sku) if variant else {}


def checked_days(name: str, value: Quantity) -> int:
    """A whole number of days.

    Raises:
        ChangeError: the value is not one, or out of bounds.
    """
    days = parse_quantity(f"{value:f}" if isinstance(value, Decimal) else str(value).strip())
    if days is None or days % 1 or days > MAX_DAYS:
        raise ChangeError(f"{name} is {str(value)!r}; it must be whole days, from 0 to {MAX_DAYS}.")
    return int(days)


def checked_vendor_fields(fields: Values) -> dict[str, Any]:
    """The fields of a variant's vendor, with values as the API expects them.

    Raises:
        ChangeError: a field can't be set, or not to this value.
    """
    if unknown := sorted(fields.keys() - VENDOR_FIELDS):
        raise ChangeError(f"{', '.join(unknown)} can't be set. These can: {', '.join(sorted(VENDOR_FIELDS))}.")
    numbers = {name: _checked_number(name, fields[name]) for name in NUMBERS_OF_VENDOR if name in fields}
    return numbers | {name: str(fields[name]).strip() for name in TEXTS_OF_VENDOR if name in fields}


def _checked_number(name: str, value: Quantity) -> Decimal:
    number = checked_quantity(name, value)
    if number >= TOO_MUCH or number * 10**MAX_DECIMALS % 1:
        raise ChangeError(
            f"{name} is {str(value)!r}; it must be less than {TOO_MUCH:,}, with at most {MAX_DECIMALS} decimals."
        )
    return number


def _checked_vendor(vendor_id: str) -> str:
    if not vendor_id.strip(" ."):
        raise ChangeError("Give the id of a vendor, which is its name in lower case.")
    return vendor_id


def _setting_name(name: str) -> str:
    if name not in SETTINGS:
        raise ChangeError(f"{name} of a variant can't be set. These can: {', '.join(SETTINGS)}.")
    return _NAMES[name]


def _skus(variant_id: str, sku: str | None) -> dict[str, str]:
    return {variant_id: sku} if sku else {}
