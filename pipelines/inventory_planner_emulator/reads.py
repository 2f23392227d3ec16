"""The reading endpoints of `/api/v1`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from inventory_planner_emulator import catalogue
from inventory_planner_emulator.account import Account, Order
from inventory_planner_emulator.call import Call, NotFoundError
from inventory_planner_emulator.faults import Answer
from inventory_planner_emulator.fields import ORDER_FIELDS
from inventory_planner_emulator.listing import JSON_HEADERS, list_answer, orders_answer
from inventory_planner_emulator.query import Query, parsed
from inventory_planner_emulator.shelf import Row
from inventory_planner_emulator.totals import number, plain
from inventory_planner_emulator.wire import encoded


def purchase_orders(account: Account, call: Call) -> Answer:
    """GET purchase-orders."""
    shelf = account.seen_by_readers()
    return orders_answer(shelf, _query(call, ORDER_FIELDS), account.quirks)


def purchase_order(account: Account, call: Call) -> Answer:
    """GET purchase-orders/{id}."""
    row = _row(account, call)
    shown = row.shaped(account.quirks).json(_query(call, ORDER_FIELDS).fields)
    return Answer(200, b'{"purchase-order":%b}' % shown, JSON_HEADERS)


def items(account: Account, call: Call) -> Answer:
    """GET purchase-orders/{id}/items; whether the service adds `meta` is not known, and here it does not."""
    return _part_of_order(account, call, "items", "items")


def item(account: Account, call: Call) -> Answer:
    """GET purchase-orders/{id}/items/{item_id}."""
    wanted = call.path["item_id"]
    return _member_of_order(account, call, "items", ("item", "id", wanted))


def connections(account: Account, call: Call) -> Answer:
    """GET purchase-orders/{id}/connections."""
    return _part_of_order(account, call, "connections", "connections")


def connection(account: Account, call: Call) -> Answer:
    """GET purchase-orders/{id}/connections/{connection}."""
    wanted = call.path["connection"]
    return _member_of_order(account, call, "connections", ("connection", "connection", wanted))


def stock_updates(account: Account, call: Call) -> Answer:
    """GET purchase-orders/{id}/stock_updates: what was pushed so far."""
    return _part_of_order(account, call, "stock_updates", "stock_updates")


def stock_update(account: Account, call: Call) -> Answer:
    """GET purchase-orders/{id}/stock-update?forDst=true: what is received and not pushed yet."""
    row = _row(account, call)
    return json_answer(pending_stock_update(row.record, call.parameter("forDst", "true") == "true"))


def pending_stock_update(order: Order, for_destination: bool) -> dict[str, Any]:  # noqa: FBT001 - forDst of the API
    """The stock update that stands out for an order: received less what earlier updates pushed, line by line."""
    pushed = _pushed(order, for_destination)
    sign, stock, warehouse = (
        (1, "in_stock", "warehouse") if for_destination else (-1, "source_stock", "source_warehouse")
    )
    rows = []
    for line in order.get("items") or []:
        delta = sign * number(line.get("received")) - pushed.get(str(line.get("id")), Decimal(0))
        if delta:
            rows.append({"id": line.get("id"), "delta": plain(delta), "stock_before": line.get(stock) or 0})
    return {"items": rows, "forDst": for_destination, "wh": order.get(warehouse)}


def _pushed(order: Order, for_destination: bool) -> dict[str, Decimal]:  # noqa: FBT001
    sums: dict[str, Decimal] = {}
    for update in order.get("stock_updates") or []:
        if update.get("forDst") is for_destination:
            for row in update.get("items") or []:
                if not row.get("error"):
                    sums[str(row["id"])] = sums.get(str(row["id"]), Decimal(0)) + number(row.get("delta"))
    return sums


def variants(account: Account, call: Call) -> Answer:
    """GET variants."""
    return _list(call, "variants", catalogue.variants(account))


def variant(account: Account, call: Call) -> Answer:
    """GET variants/{id}."""
    return _single("variant", "id", call.path["variant_id"], catalogue.variants(account))


def variant_vendors(account: Account, call: Call) -> Answer:
    """GET variants/{id}/vendors."""
    return json_answer({"vendors": catalogue.variant_vendors(account, call.path["variant_id"])})


def variant_vendor(account: Account, call: Call) -> Answer:
    """GET variants/{id}/vendors/{vendor}."""
    rows = catalogue.variant_vendors(account, call.path["variant_id"])
    return _single("vendor", "n", call.path["vendor"], rows)


def vendors(account: Account, call: Call) -> Answer:
    """GET vendors."""
    return _list(call, "vendors", catalogue.vendors(_orders(account)))


def vendor(account: Account, call: Call) -> Answer:
    """GET vendors/{id}."""
    return _single("vendor", "id", call.path["vendor"], catalogue.vendors(_orders(account)))


def warehouses(account: Account, call: Call) -> Answer:
    """GET warehouses."""
    return _list(call, "warehouses", catalogue.warehouses(_orders(account)))


def json_answer(value: Any) -> Answer:
    """HTTP 200 with a JSON value."""
    return Answer(200, encoded(value), JSON_HEADERS)


def _query(call: Call, known: frozenset[str]) -> Query:
    return parsed(call.query, known)


def _orders(account: Account) -> Iterable[Order]:
    return [row.record for row in account.seen_by_readers().rows.values()]


def _row(account: Account, call: Call) -> Row:
    order_id = call.path["order_id"]
    row = account.seen_by_readers().rows.get(order_id)
    if row is None:
        raise NotFoundError("purchase-order", order_id)
    return row


def _part_of_order(account: Account, call: Call, field: str, key: str) -> Answer:
    row = _row(account, call)
    return json_answer({key: row.shaped(account.quirks).record.get(field) or []})


def _member_of_order(account: Account, call: Call, field: str, wanted: tuple[str, str, str]) -> Answer:
    kind, key, value = wanted
    row = _row(account, call)
    members = row.record.get(field) or []
    shown = row.shaped(account.quirks).record.get(field) or members
    for member, form in zip(members, shown, strict=True):
        if str(member.get(key)) == value:
            return json_answer({kind: form})
    raise NotFoundError(kind, value)


def _list(call: Call, name: str, rows: list[dict[str, Any]]) -> Answer:
    return list_answer(name, rows, _query(call, frozenset().union(*rows)))


def _single(kind: str, key: str, wanted: str, rows: list[dict[str, Any]]) -> Answer:
    for row in rows:
        if row[key] == wanted:
            return json_answer({kind: row})
    raise NotFoundError(kind, wanted)
