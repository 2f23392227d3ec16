"""The settings of a variant, or the data of one of its vendors, before and after a change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from inventory_planner.api.client import Client
from inventory_planner.api.variant import LiveVariant, VariantVendor, get_variant, list_vendors
from inventory_planner.writeback.change import Action, Change, Situation, Values, split_target
from inventory_planner.writeback.quantities import parse_quantity

SETTINGS: Final = ("lead_time", "review_period")
NUMBERS_OF_VENDOR: Final = ("cost_price", "landing_cost_price", "vendor_packaging", "uom_ordering")
TEXTS_OF_VENDOR: Final = ("vendor_reference", "vendor_name")
VENDOR_FIELDS: Final = (*NUMBERS_OF_VENDOR, *TEXTS_OF_VENDOR)
ASSIGNED: Final = "assigned"  # whether the variant has the vendor; not a field of the API


def read_variant_situation(client: Client, action: Action, target: str) -> Situation:
    """The settings of the variant, or its vendors if the change is about one.

    Raises:
        NotFoundError: the account has no such variant.
        ApiError: a request failed.
    """
    variant_id, _ = split_target(target)
    if action is Action.SET_VARIANT:
        return Situation(variant=get_variant(client, variant_id))
    return Situation(vendors=tuple(list_vendors(client, variant_id)))


def variant_state_after(change: Change, situation: Situation) -> Values:
    """The current values of the fields that the change sets."""
    if change.action is Action.SET_VARIANT:
        return {name: setting(situation.variant, name) for name in change.after}
    return vendor_values(situation.vendors, split_target(change.target)[1])


def setting(variant: LiveVariant | None, name: str) -> Any:
    """A setting of a variant: its own or, without one, that of its warehouses, by warehouse if they differ."""
    own = getattr(variant, name, None)
    if variant is None or own is not None:
        return own
    found = {warehouse: getattr(figures, name) for warehouse, figures in variant.warehouses.items()}
    if len(set(found.values())) > 1:
        return found
    return next(iter(found.values())) if found else None


def setting_in(variant: LiveVariant, name: str, warehouse: str | None) -> Any:
    """A setting of a variant in a warehouse or, if the warehouse has none, the setting of the variant itself."""
    figures = variant.warehouses.get(warehouse or "")
    if figures is None:
        return setting(variant, name)
    found = getattr(figures, name)
    return getattr(variant, name) if found is None else found


def vendor_of(vendors: Iterable[VariantVendor], vendor_id: str) -> VariantVendor | None:
    """The vendor with this id, case-insensitive."""
    return next((each for each in vendors if each.vendor_id.casefold() == vendor_id.casefold()), None)


def vendor_values(vendors: Iterable[VariantVendor], vendor_id: str) -> Values:
    """Whether the variant has the vendor, with the vendor's data for the variant."""
    found = vendor_of(vendors, vendor_id)
    values = {name: getattr(found, name, None) for name in VENDOR_FIELDS}
    texts = {name: None if values[name] is None else str(values[name]) for name in TEXTS_OF_VENDOR}
    return {ASSIGNED: found is not None, **values, **texts, "uom_ordering": _number_or_text(values["uom_ordering"])}


def _number_or_text(value: Any) -> Any:
    number = None if value is None else parse_quantity(str(value))
    return value if number is None else number
