"""Acknowledge imported orders: set another status, so that the account shows that they have arrived here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from inventory_planner.errors import ChangeError
from inventory_planner.warehouse.imported_orders import ImportedOrder
from inventory_planner.writeback.change import Action, Change, Intention, Situation
from inventory_planner.writeback.orders import changeable

LEFT_ALONE: Final = "The order is no longer as it was imported, so it was left alone."


def is_read_only(imported: ImportedOrder, situation: Situation) -> bool:
    """Whether another system manages the order, so that its status can't be set from here."""
    return imported.is_read_only or bool(situation.order and situation.order.order.readonly)


def is_as_imported(imported: ImportedOrder, situation: Situation) -> bool:
    """Whether the account has the version that was imported, as far as its status and its last change tell.

    Another version was not imported yet, so it must not be acknowledged: the next load reads it, and decides.
    """
    if situation.order is None:
        return False
    order = situation.order.order
    is_in_status = str(order.status).casefold() == str(imported.status).casefold()
    return is_in_status and order.last_modified == imported.last_modified


def plan_acknowledgement(imported: ImportedOrder, status: str, read: Callable[[], Situation]) -> Intention:
    """Set the status of an order, if the account still has the version that was imported, according to `read`."""

    def plan(situation: Situation, _: frozenset[str]) -> Change:
        if not is_as_imported(imported, situation):
            return Change(Action.UPDATE, imported.order_id, imported.reference, {}, {}, {})
        order = changeable(situation).order
        before = {"status": order.status, "last_modified": order.last_modified}
        after = {"status": status}
        return Change(Action.UPDATE, imported.order_id, imported.reference, before, after, after)

    return Intention(
        Action.UPDATE,
        imported.order_id,
        plan,
        frozenset({"status"}),
        reference=imported.reference,
        read=read,
        unchanged=LEFT_ALONE,
    )


def plan_read_only_notice(imported: ImportedOrder) -> Intention:
    """Have the write log remember that a read-only order was named."""

    def plan(_situation: Situation, _names: frozenset[str]) -> Change:
        raise ChangeError(
            f"Order {imported.reference or imported.order_id} is read-only, so it can't be acknowledged from here: do"
            " that in the system that manages it."
        )

    return Intention(Action.UPDATE, imported.order_id, plan, reference=imported.reference, read=Situation)
