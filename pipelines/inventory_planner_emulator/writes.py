"""The writing endpoints of `/api/v1`, as the two API documents describe them.

Fields that are read-only or unknown are ignored. Statuses are stored in lower case, which is how clients read back what
they had written in capitals. `skip_background_jobs` has nothing to skip here and is ignored wherever it stands.
"""

from __future__ import annotations

import secrets
from decimal import InvalidOperation
from typing import Any, cast

import msgspec

from inventory_planner_emulator import catalogue
from inventory_planner_emulator.account import Account, Order, received
from inventory_planner_emulator.call import Call, NotFoundError, RefusedError
from inventory_planner_emulator.faults import Answer
from inventory_planner_emulator.fields import (
    WRITABLE_ITEM_FIELDS,
    WRITABLE_ORDER_FIELDS,
    WRITABLE_VARIANT_FIELDS,
    LineUpdate,
    NamedLineUpdate,
    NewOrder,
    SavedConnection,
    StockUpdate,
    UpdatedOrder,
    VendorData,
    WrittenVariant,
)
from inventory_planner_emulator.instants import text
from inventory_planner_emulator.query import parsed
from inventory_planner_emulator.reads import json_answer
from inventory_planner_emulator.totals import with_received_totals, with_totals
from inventory_planner_emulator.wire import decoded, encoded

MONEY_FIELDS = frozenset({"items", "discount_enabled", "shipping_handling", "shipping_handling_tax"})
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError)  # what a body may lead to
KNOWN_OF_A_VARIANT = ("sku", "title", "barcode", "product_id", "cost_price", "in_stock")

Item = dict[str, Any]


def create_order(account: Account, call: Call) -> Answer:
    """POST purchase-orders; that a warehouse is required is not in the documents, clients were refused without one."""
    given = _body(call, "purchase-order", NewOrder)
    if not given.get("warehouse"):
        raise RefusedError("Warehouse is required")
    known = _variants(account)
    items = [_item(line, _of_variant(known, line)) for line in _wanted_lines(given, known)]
    stamp = text(account.now())
    order = {
        "id": f"{int(account.now().timestamp()):08x}{secrets.token_hex(8)}",
        "status": "open",
        "created_date": stamp[:10],
        "currency": "USD",
        **_writable(given),
        "reference": given.get("reference") or account.next_reference(),
        "created_at": stamp,
        "updated_at": stamp,
        "last_modified": stamp,
        "items": items,
    }
    order["connections"] = [_saved(order, row, {}) for row in given.get("connections", ())]
    account.put(with_totals(_with_source(account, order)))
    return _order_answer(account, order["id"], f"Created purchase-order {order['id']}")


def update_order(account: Account, call: Call) -> Answer:
    """PATCH and PUT purchase-orders/{id}: fields that are not given stay; a client saw PUT do so too."""
    order = _editable(account, call)
    given = _body(call, "purchase-order", UpdatedOrder)
    changed = {**order, **_writable(given)}
    if "items" in given:
        changed["items"] = _replaced(account, order, given["items"])
    if MONEY_FIELDS & given.keys():
        changed = with_totals(changed)
    if {"vendor", "warehouse", "source_warehouse"} & given.keys():
        changed = _with_source(account, changed)
    account.edit(call.path["order_id"], **changed)
    return _order_answer(account, call.path["order_id"], f"Updated purchase-order {call.path['order_id']}")


def update_items(account: Account, call: Call) -> Answer:
    """PATCH purchase-orders/{id}/items; of lines with the same id each takes one of the updates, in turn."""
    order = _editable(account, call)
    updates = _checked(_json(call).get("items", []), list[NamedLineUpdate], "items")
    updated = _updated(account, order, updates)
    rows = [_receipt_row(item) for item in updated]
    return json_answer({"items": rows, **_success(f"{len(rows)} updated, from total {len(order['items'])} items")})


def update_item(account: Account, call: Call) -> Answer:
    """PATCH purchase-orders/{id}/items/{item_id}; the document answers with an object under the plural key."""
    order = _editable(account, call)
    item_id = call.path["item_id"]
    updated = _updated(account, order, [{**_body(call, "item", LineUpdate), "id": item_id}])
    if not updated:
        raise NotFoundError("item", item_id)
    message = f'Purchase order "{order.get("reference")}" item {item_id} updated'
    return json_answer({"items": _receipt_row(updated[0]), **_success(message)})


def save_connection(account: Account, call: Call) -> Answer:
    """PUT purchase-orders/{id}/connections/{connection}; saving succeeds at once."""
    order = _editable(account, call)
    name = call.path["connection"]
    rows = order.get("connections") or []
    had: dict[str, Any] = next((row for row in rows if row.get("connection") == name), {})
    saved = _saved(order, {**_body(call, "connection", SavedConnection), "connection": name}, had)
    kept = [row for row in rows if row.get("connection") != name]
    account.edit(order["id"], connections=[*kept, saved])
    message = f"Updated purchase-order {order['id']} connection {name}"
    return json_answer({"connection": saved, **_success(message)})


def push_stock_update(account: Account, call: Call) -> Answer:
    """POST purchase-orders/{id}/stock-update; one document names the body `stock_update`, the other `stock-update`."""
    order = _editable(account, call)
    body = _json(call)
    given = _checked(body.get("stock-update") or body.get("stock_update") or {}, StockUpdate, "stock-update")
    for_destination = body.get("forDst", True) is True
    warehouse = order.get("warehouse" if for_destination else "source_warehouse")
    update = {"forDst": for_destination, "wh": warehouse, "items": given.get("items", [])}
    account.edit(order["id"], stock_updates=[*(order.get("stock_updates") or []), update])
    return json_answer({"items": update["items"], "forDst": for_destination})


def update_variant(account: Account, call: Call) -> Answer:
    """PATCH variants/{id}."""
    variant_id = call.path["variant_id"]
    _variant(account, variant_id)
    given = _body(call, "variant", WrittenVariant)
    changes = {name: value for name, value in given.items() if name in WRITABLE_VARIANT_FIELDS}
    account.variant_edits[variant_id] = {**account.variant_edits.get(variant_id, {}), **changes}
    variant = _variant(account, variant_id)
    return json_answer({"variant": variant, **_success(f"Updated variant {variant_id}")})


def save_variant_vendor(account: Account, call: Call) -> Answer:
    """PUT variants/{id}/vendors/{vendor}."""
    variant_id, vendor = call.path["variant_id"], call.path["vendor"].lower()
    _variant(account, variant_id)
    given = _body(call, "vendor", VendorData)
    held = {row["n"]: row for row in catalogue.variant_vendors(account, variant_id)}
    data = {name: value for name, value in given.items() if name in catalogue.VENDOR_FIELDS}
    saved = {**held.get(vendor, {}), **data, "t": "vendor", "s": "user", "n": vendor}
    account.variant_vendors[variant_id, vendor] = saved
    return json_answer({"vendor": saved, **_success(f"Vendor data vendor {vendor} updated")})


def delete_variant_vendor(account: Account, call: Call) -> Answer:
    """DELETE variants/{id}/vendors/{vendor}."""
    variant_id, vendor = call.path["variant_id"], call.path["vendor"].lower()
    if vendor not in {row["n"] for row in catalogue.variant_vendors(account, variant_id)}:
        raise NotFoundError("vendor", vendor)
    account.variant_vendors[variant_id, vendor] = None
    return json_answer(_success(f"Vendor data vendor {vendor} deleted"))


def _json(call: Call) -> dict[str, Any]:
    try:
        body = decoded(call.body)
    except UNREADABLE as error:
        raise RefusedError(f"Invalid JSON: {error}") from error
    if not isinstance(body, dict):
        raise RefusedError("Invalid JSON: an object is expected")
    return body


def _body(call: Call, name: str, form: Any) -> dict[str, Any]:
    given = _json(call).get(name)
    if not isinstance(given, dict):
        raise RefusedError(f"Missing {name}")
    return cast("dict[str, Any]", _checked(given, form, name))


def _checked(given: Any, form: Any, name: str) -> Any:
    """What was given, if its known fields hold what they may hold."""
    try:
        msgspec.json.decode(encoded(given), type=form)
    except msgspec.ValidationError as error:
        raise RefusedError(f"Invalid {name}: {error}") from error
    return given


def _editable(account: Account, call: Call) -> Order:
    order_id = call.path["order_id"]
    try:
        order = account.get(order_id)
    except KeyError:
        raise NotFoundError("purchase-order", order_id) from None
    if order.get("readonly"):
        raise RefusedError(f"Purchase order {order_id} is read-only")
    return order


def _writable(given: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in given.items() if name in WRITABLE_ORDER_FIELDS}
    lowered = {name: fields[name].lower() for name in ("status", "vendor") if isinstance(fields.get(name), str)}
    return {**fields, **lowered}


def _with_source(account: Account, order: Order) -> Order:
    """The order with what follows from its vendor and warehouses: where goods come from, and the names to show."""
    orders = [row.record for row in account.seen_by_readers().rows.values()]
    vendors = {row["id"]: row["name"] for row in catalogue.vendors(orders)}
    warehouses = {row["name"]: row["display_name"] for row in catalogue.warehouses(orders)}
    names = {**warehouses, **vendors}
    source_type = "warehouse" if order.get("source_warehouse") else "vendor"
    source = order.get("source_warehouse") or order.get("vendor") or ""
    warehouse = order.get("warehouse")
    shown = {"vendor_display_name": names.get(order["vendor"], order["vendor"])} if order.get("vendor") else {}
    return {
        **order,
        **shown,
        "source_type": source_type,
        "source": source,
        "source_display_name": names.get(source, source),
        "warehouse_display_name": names.get(warehouse, warehouse),
    }


def _wanted_lines(given: dict[str, Any], known: dict[str, Item]) -> list[Item]:
    lines = _filtered(given["variants_filter"], known) if "variants_filter" in given else given.get("items")
    if not lines:
        raise RefusedError("Purchase order has no items")
    return lines


def _filtered(wanted: dict[str, Any], known: dict[str, Item]) -> list[Item]:
    """The variants that a filter finds, each with the quantity that it should be replenished by."""
    names = frozenset().union(*known.values())
    conditions = parsed([(name, str(value)) for name, value in wanted.items()], names).conditions
    found = [variant for variant in known.values() if all(rule.holds(variant.get(rule.field)) for rule in conditions)]
    return [{"id": variant["id"], "replenishment": variant["replenishment"]} for variant in found]


def _replaced(account: Account, order: Order, lines: list[Item]) -> list[Item]:
    """The order's lines after a write of all of them; a line that was there before keeps what is not written."""
    known = _variants(account)
    had = {str(item.get("id")): item for item in reversed(order.get("items") or [])}
    return [_item(line, had.pop(str(line["id"]), None) or _of_variant(known, line)) for line in lines]


def _item(given: Item, base: Item) -> Item:
    """A line as it was given, upon what is known of it."""
    item_id = str(given["id"])
    written = {name: value for name, value in given.items() if name in WRITABLE_ITEM_FIELDS}
    return {"id": item_id, "line_id": item_id, "replenishment": 0, **base, **written}


def _variants(account: Account) -> dict[str, Item]:
    return {variant["id"]: variant for variant in catalogue.variants(account)}


def _of_variant(known: dict[str, Item], line: Item) -> Item:
    variant = known.get(str(line["id"]), {})
    return {name: variant[name] for name in KNOWN_OF_A_VARIANT if name in variant}


def _updated(account: Account, order: Order, updates: list[Item]) -> list[Item]:
    """Apply the updates to the order's lines and keep it; gives the lines that were updated."""
    waiting = list(updates)
    items, touched = [], []
    for item in order.get("items") or []:
        update = next((one for one in waiting if str(one["id"]) == str(item.get("id"))), None)
        if update is not None:
            waiting.remove(update)
            item = _with_update(account, item, update)  # noqa: PLW2901
            touched.append(item)
        items.append(item)
    if touched:
        _keep_items(account, {**order, "items": items}, updates)
    return touched


def _with_update(account: Account, item: Item, update: Item) -> Item:
    written = {name: value for name, value in update.items() if name in WRITABLE_ITEM_FIELDS}
    if "received" not in update:
        return {**item, **written}
    return received({**item, **written}, update["received"], account.now())


def _keep_items(account: Account, order: Order, updates: list[Item]) -> None:
    if any(WRITABLE_ITEM_FIELDS & update.keys() for update in updates):
        order = with_totals(order)
    if any("received" in update for update in updates):
        order = {**with_received_totals(order), "received_date": account.now().date().isoformat()}
    account.edit(order["id"], **order)


def _receipt_row(item: Item) -> Item:
    return {"id": item["id"], "replenishment": item.get("replenishment"), "received": item.get("received", 0)}


def _saved(order: Order, given: dict[str, Any], had: dict[str, Any]) -> dict[str, Any]:
    """A connection of the order; one that saves it gets the order's id and reference there."""
    row = {**had, "connection": given["connection"], "save_po": given.get("save_po", had.get("save_po", False))}
    if row["save_po"] is not True:
        return row
    there = {"id": f"t{order['id'][-6:]}", "reference": order.get("reference"), "status": "success"}
    return {**there, **row}


def _variant(account: Account, variant_id: str) -> dict[str, Any]:
    known = _variants(account)
    if variant_id not in known:
        raise NotFoundError("variant", variant_id)
    return known[variant_id]


def _order_answer(account: Account, order_id: str, message: str) -> Answer:
    return json_answer({"purchase-order": account.get(order_id), **_success(message)})


def _success(message: str) -> dict[str, Any]:
    return {"result": {"status": "success", "message": message}}
