"""Undo a run: restore each value that is still as the run left it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from inventory_planner.errors import ChangeError
from inventory_planner.warehouse.write_log import IN_DOUBT, State, Write
from inventory_planner.writeback.change import (
    NOT_REVERSIBLE,
    VARIANT_ACTIONS,
    Action,
    Change,
    Intention,
    Situation,
    Skipped,
    Values,
    is_same,
)
from inventory_planner.writeback.journal import Key, change_of, key_of
from inventory_planner.writeback.order_fields import DATES, TEXTS
from inventory_planner.writeback.orders import changeable, skus_of
from inventory_planner.writeback.state import state_after
from inventory_planner.writeback.variant_state import ASSIGNED, TEXTS_OF_VENDOR
from inventory_planner.writeback.variants import skus_of_variant, vendor_change, vendor_removal

Reverse: TypeAlias = Callable[[Change, Values, Situation], Change]

IN_DOUBT_YET: Final = "It is not known whether it was applied. Run the same command again to find out."
AS_BEFORE: Final = "The account is as it was before."


def reversible_changes(writes: Sequence[Write]) -> tuple[list[Change], list[Skipped]]:
    """The changes of a run that can be undone, the last one first, and those that can't."""
    applied: dict[Key, Change] = {}
    skipped = [Skipped(change_of(each), IN_DOUBT_YET) for each in writes if each.state in IN_DOUBT]
    for write in writes:
        if write.state is State.APPLIED:
            applied[key_of(write)] = _merged(applied.get(key_of(write)), change_of(write))
    reasons = {key: _why_not(change) for key, change in applied.items()}
    skipped += [Skipped(change, reasons[key]) for key, change in applied.items() if reasons[key]]
    return [change for key, change in reversed(applied.items()) if not reasons[key]], skipped


def plan_reversal(applied: Change) -> Intention:
    """Undo a change, except for values that are already as before."""
    action, reverse = _reversal(applied)

    def plan(situation: Situation, _: frozenset[str]) -> Change:
        if reason := why_overtaken(applied, situation):
            raise ChangeError(f"{applied.label}: {reason}")
        state = state_after(applied, situation)
        return reverse(applied.split(_restored(applied, state))[0], state, situation)

    names = frozenset(applied.after)
    return Intention(action, applied.order_id, plan, names, applied.target, applied.reference, unchanged=AS_BEFORE)


def overtaken(applied: Change, situation: Situation) -> Values:
    """The values that somebody has changed since, as they are now.

    Assigning or removing a vendor is undone as a whole, so all values of the vendor count: undoing it would lose data
    that was added since.
    """
    state = state_after(applied, situation)
    if ASSIGNED in applied.after and state[ASSIGNED]:
        expected = applied.after if applied.after[ASSIGNED] else applied.before
        return {name: value for name, value in state.items() if not is_same(name, value, expected.get(name))}
    return {name: state.get(name) for name in applied.unapplied(state) - _restored(applied, state)}


def why_overtaken(applied: Change, situation: Situation) -> str:
    """The reason why a change can't be undone in full; empty if it can.

    Raises:
        ChangeError: the order is read-only.
    """
    if applied.action not in VARIANT_ACTIONS:
        changeable(situation)
    found = sorted(overtaken(applied, situation).items())
    present = ", ".join(f"{name} is {value}" for name, value in found)
    return f"Somebody has changed it since: {present}." if present else ""


def without_overtaken(applied: Change, situation: Situation) -> Change:
    """The change without the values that somebody has changed since."""
    names = overtaken(applied, situation)
    is_whole = ASSIGNED in applied.after
    return applied.split(applied.after if names and is_whole else names)[0]


def _merged(earlier: Change | None, later: Change) -> Change:
    """Two changes to the same record by one run, as one."""
    if earlier is None:
        return later
    return replace(later, before={**later.before, **earlier.before}, after={**earlier.after, **later.after})


def _why_not(change: Change) -> str:
    if change.action is not Action.SET_VARIANT:
        return NOT_REVERSIBLE.get(change.action, "")
    for name in change.after:
        if change.before.get(name) is None:
            return f"It had no {name} before, and the API can't clear it."
        if isinstance(change.before[name], Mapping):
            return f"Its warehouses had different values of {name}, and the API sets one for all of them."
    return ""


def _restored(applied: Change, state: Values) -> frozenset[str]:
    """The names of the values that are already as before."""
    return frozenset(name for name in applied.unapplied(state) if applied.is_untouched(name, state))


def _reversal(applied: Change) -> tuple[Action, Reverse]:
    if applied.action is Action.REMOVE_VENDOR:
        return Action.SET_VENDOR, _assign_vendor
    if applied.action is Action.SET_VENDOR and ASSIGNED in applied.after:
        return Action.REMOVE_VENDOR, _remove_vendor
    return applied.action, _REVERSE[applied.action]


def _reverse_update(applied: Change, state: Values, _: Situation) -> Change:
    after = {name: _cleared(name, applied.before.get(name)) for name in applied.after}
    return replace(applied, before={name: state[name] for name in after}, after=after, body=after)


def _reverse_settings(applied: Change, state: Values, situation: Situation) -> Change:
    return replace(_reverse_update(applied, state, situation), skus=skus_of_variant(situation))


def _reverse_receipt(applied: Change, state: Values, situation: Situation) -> Change:
    after = {name: applied.before[name] for name in applied.after}
    skus = skus_of(changeable(situation), after)
    return replace(
        applied, before={name: state[name] for name in after}, after=after, body={"received": after}, skus=skus
    )


def _reverse_vendor(applied: Change, state: Values, _: Situation) -> Change:
    after = {name: _cleared(name, applied.before.get(name)) for name in applied.after}
    return vendor_change(applied.target, state, after, applied.skus)


def _assign_vendor(removed: Change, state: Values, _: Situation) -> Change:
    return vendor_change(removed.target, state, removed.before if removed.after else {}, removed.skus)


def _remove_vendor(assigned: Change, state: Values, _: Situation) -> Change:
    return vendor_removal(assigned.target, state, assigned.skus)


def _cleared(name: str, value: Any) -> Any:
    """A value as it is sent: an unset text as an empty string."""
    is_text = name in TEXTS or name in DATES or name in TEXTS_OF_VENDOR
    return "" if value is None and is_text else value


_REVERSE: Final[Mapping[Action, Reverse]] = {
    Action.UPDATE: _reverse_update,
    Action.RECEIVE: _reverse_receipt,
    Action.SET_VARIANT: _reverse_settings,
    Action.SET_VENDOR: _reverse_vendor,
}
