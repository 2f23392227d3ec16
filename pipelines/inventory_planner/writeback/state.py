"""Read what a change is based on, and, after it, whether the account has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.structs import fields

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import QuarantinedRecord, Record, decode_order
from inventory_planner.api.listing import get_order, list_pages
from inventory_planner.api.order_parts import get_pending_stock
from inventory_planner.api.orders import ABSENT, Connection, Line, Order
from inventory_planner.errors import ChangeError
from inventory_planner.writeback.change import VARIANT_ACTIONS, Action, Change, Situation, Values
from inventory_planner.writeback.variant_state import read_variant_situation, variant_state_after

DESTINATION: Final = "destination"
SOURCE: Final = "source"
IDENTIFYING: Final = ("warehouse", "source_warehouse", "vendor")  # fields that the API does not change in a new order
PAGE_SIZE: Final = 1000  # the most that the API allows


class _OnlyReference(msgspec.Struct):
    reference: str | int | None = None


_decode_reference: Final = msgspec.json.Decoder(_OnlyReference, strict=False).decode
_decode: Final = msgspec.json.Decoder(float_hook=Decimal).decode

FIELDS: Final = {each.encode_name: each.name for each in fields(Order)}  # attribute by name in JSON


def read_situation(
    client: Client, action: Action, order_id: str | None, target: str = "", reference: str | None = None
) -> Situation:
    """What the account says before a change, or after it.

    Raises:
        NotFoundError: the account does not have the order or variant.
        ChangeError: the order can't be read.
        ApiError: a request failed.
    """
    if action in VARIANT_ACTIONS:
        return read_variant_situation(client, action, target)
    if order_id is None:
        records = {each.order_id: each for each in orders_with_reference(client, reference or "")}
        return Situation(same_reference=tuple(records), records=records)
    order = read_order(client, order_id)
    if action is not Action.PUSH_STOCK:
        return Situation(order)
    return Situation(order, get_pending_stock(client, order_id, is_for_destination=target == DESTINATION))


def state_after(change: Change, situation: Situation) -> Values:
    """The present values of what the change was to set."""
    if change.action in VARIANT_ACTIONS:
        return variant_state_after(change, situation)
    if change.action is Action.CREATE:
        return _created(change, situation)
    if change.action is Action.PUSH_STOCK:
        pending = pending_deltas(situation)
        return {name: pending.get(name, 0) for name in change.after}
    order = _order(situation)
    if change.action is Action.CONNECT:
        return connection_state(order, change.target)
    if change.action is Action.RECEIVE:
        lines = first_lines(order)
        return {name: lines[name].received or 0 if name in lines else None for name in change.after}
    return {name: field_value(order, name) for name in (*change.before, *change.after)}


def _created(change: Change, situation: Situation) -> Values:
    """The order that a change created; an order of somebody else's with the same reference shows other values."""
    known = change.before.get("same_reference", ())
    found = [_as_created(change, each, situation.records.get(each)) for each in situation.same_reference]
    new = [each for each in found if each["id"] not in known]
    return next((each for each in new if not change.unapplied(each)), new[0] if new else {"id": None})


def _as_created(change: Change, order_id: str, record: Record | None) -> Values:
    state = {**change.after, "id": order_id}
    if record is None:
        return state
    state |= {name: field_value(record.order, name) for name in IDENTIFYING if change.after.get(name)}
    lines = [{"id": line.id, "replenishment": line.replenishment} for line in record.order.items or ()]
    if "items" in change.after and _quantities(lines) != _quantities(change.after["items"]):
        state["items"] = lines
    return state


def _quantities(lines: Iterable[Values]) -> list[tuple[str, Decimal]]:
    return sorted((str(line["id"]), Decimal(str(line["replenishment"] or 0))) for line in lines)


def read_order(client: Client, order_id: str) -> Record:
    """One order, decoded.

    Raises:
        NotFoundError: the account has no order with this id.
        ChangeError: the order can't be read.
        ApiError: the request failed.
    """
    return _decoded(get_order(client, order_id), f"Order {order_id}")


def orders_with_reference(client: Client, reference: str) -> list[Record]:
    """All orders with exactly this reference.

    The API is asked for these; if it answers with others as well, because it ignores the filter, all are searched.

    Raises:
        ChangeError: one of them can't be read.
        ApiError: a request failed.
    """
    wanted = reference.strip()
    found: dict[str, Record] = {}
    for raw in _all_raw_orders(client, reference=wanted):
        if _reference_of(raw) == wanted:
            record = _decoded(raw, f"The order with the reference {wanted}")
            found[record.order_id] = record
    return list(found.values())


def all_orders(client: Client, **filters: str) -> Iterator[Record]:
    """All orders that match these filters and can be read, by id, so that edits don't move them between pages.

    `id_sort="desc"` has the newest first; orders created meanwhile then make others come twice.

    Raises:
        ApiError: a request failed.
    """
    decoded = (decode_order(bytes(raw)) for raw in _all_raw_orders(client, **filters))
    return (each for each in decoded if isinstance(each, Record))


def _all_raw_orders(client: Client, **filters: str) -> Iterator[Raw]:
    for page in list_pages(client, page_size=PAGE_SIZE, **{"id_sort": "asc", **filters}):
        yield from page.orders


def _reference_of(raw: Raw) -> str | None:
    """The reference of an order, also of one that can't be decoded otherwise."""
    try:
        return str(_decode_reference(raw).reference or "").strip()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _decoded(raw: Raw, named: str) -> Record:
    found = decode_order(bytes(raw))
    if isinstance(found, QuarantinedRecord):
        raise ChangeError(f"{named} can't be read ({found.reason}), so it can't be changed from here.")
    return found


def field_value(order: Order, name: str) -> Any:
    """A field of an order by its name in JSON."""
    value = getattr(order, FIELDS[name]) if name in FIELDS else None
    if isinstance(value, Raw):
        return None if value is ABSENT else _decode(value)
    return value


def first_lines(order: Order) -> dict[str, Line]:
    """The first line of each variant: the one that the API changes."""
    lines: dict[str, Line] = {}
    for line in order.items or ():
        lines.setdefault(str(line.id), line)
    return lines


def connection_of(order: Order, name: str) -> Connection | None:
    """The order's connection with this name."""
    return next((each for each in order.connections or () if each.connection == name), None)


def connection_state(order: Order, name: str) -> Values:
    """Whether the order is saved to a connection, and how far saving it has come."""
    found = connection_of(order, name)
    is_saved = bool(found and found.save_po and str(found.status).casefold() != "error")
    return {"save_po": is_saved, "status": found.status if found else None}


def pending_deltas(situation: Situation) -> Values:
    """What was received and is not pushed yet, by variant."""
    items = situation.pending.items if situation.pending else []
    return {str(item.id): item.delta for item in items if item.delta}


def _order(situation: Situation) -> Order:
    assert situation.order is not None, "only a new order has none"  # noqa: S101
    return situation.order.order
