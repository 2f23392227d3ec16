"""Order: one purchase order, transfer or assembly order with its lines, receipts, promises, connections and changes."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import marimo as mo

from inventory_planner_dashboard.actions.panel import order_actions
from inventory_planner_dashboard.chase import Reminder, chase
from inventory_planner_dashboard.formats import (
    day,
    days,
    decimal,
    instant,
    next_step,
    number,
    quantity,
    words,
    yes,
)
from inventory_planner_dashboard.layout import empty, facts, link, links, note, open_in, section, tabs
from inventory_planner_dashboard.order_history import order_history
from inventory_planner_dashboard.subjects import ORDER, VENDOR
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View
from inventory_planner_dashboard.worklists import worklists

_NAMED: Final = """
    select * from published.marts.purchase_orders
    where lower(purchase_order_number) = lower($search) or purchase_order_id = $search
    order by sent_date desc nulls last, account_id, purchase_order_id limit $most
"""
_MATCHING: Final = """
    select * from marts.purchase_orders
    order by days_overdue desc nulls last, sent_date desc nulls last, purchase_order_number, purchase_order_id
    limit $most
"""
_HEAD: Final = """
    select orders.*, lines.forecast_receipt_date, lines.latest_receipt_date
    from published.marts.purchase_orders as orders
    left join (
        select account_id, purchase_order_id, max(forecast_receipt_date) as forecast_receipt_date,
            max(latest_receipt_date) as latest_receipt_date
        from published.marts.open_lines group by 1, 2
    ) as lines
        on orders.account_id = lines.account_id and orders.purchase_order_id = lines.purchase_order_id
    where orders.account_id = $account and orders.purchase_order_id = $order
"""
LINES: Final = """
    select lines.*, open_lines.recommended_action, open_lines.forecast_receipt_date, open_lines.is_due_soon
    from published.marts.purchase_order_lines as lines
    left join published.marts.open_lines as open_lines
        on lines.account_id = open_lines.account_id
            and lines.purchase_order_line_id = open_lines.purchase_order_line_id
    where lines.account_id = $account and lines.purchase_order_id = $order
    order by lines.line_number, lines.purchase_order_line_id
"""
_LINE_COLUMNS: Final = {
    "item": Column("Item"),
    "quantity_open": Column("Open", quantity),
    "quantity_received": Column("Received", quantity),
    "quantity_ordered": Column("Ordered", quantity),
    "days_overdue": Column("Days overdue", days),
    "recommended_action": Column("Next step", next_step),
    "promise_current": Column("Promised", day),
    "forecast_receipt_date": Column("Forecast", day),
    "ordered_value": Column("Ordered value", number),
    "unit_cost": Column("Unit cost", decimal),
    "unit_landed_cost": Column("Landed", decimal),
    "last_receipt_date": Column("Last receipt", day),
    "is_removed": Column("Removed", yes),
}
_MAX_MATCHES: Final = 12  # orders that a search offers
_TYPES: Final = {"po": "Purchase order", "transfer": "Transfer", "assembly": "Assembly order"}

Order = dict[str, Any]


def render(view: View) -> mo.Html:
    """The order whose number or id is the search; else those that match the filters, the most overdue first."""
    search = view.filters.search.strip()
    named = view.rows(_NAMED, search=search, most=_MAX_MATCHES).to_pylist() if search else []
    if len(named) == 1:
        return _order(view, named[0])
    if named:  # people can use a number twice
        return tabs(view, "order", {_label(each, with_id=True): partial(_order, view, each) for each in named})
    return _matching(view, search)


def _matching(view: View, search: str) -> mo.Html:
    found = view.rows(_MATCHING, most=_MAX_MATCHES).to_pylist()
    unknown = [note(f"No order has the number “{search}”.")] if search else []
    if not found:
        return mo.vstack([*unknown, empty("No order matches these filters.")])
    addresses = {_label(each): ORDER.link(view, _search(each)) for each in found}
    if search:
        return mo.vstack([*unknown, note("These orders match the search:"), links(addresses), *_if_one(view, found)])
    about = "The most overdue order; search for another by its number, or choose one:"
    return mo.vstack([note(about), links(addresses), _order(view, found[0])])


def _if_one(view: View, found: list[Order]) -> list[mo.Html]:
    return [_order(view, found[0])] if len(found) == 1 else []


def _search(order: Order) -> str:
    return str(order["purchase_order_number"] or order["purchase_order_id"])


def _label(order: Order, *, with_id: bool = False) -> str:
    where = [order["account_id"], order["purchase_order_id"]] if with_id else []
    return " · ".join(filter(None, [order["purchase_order_number"], order["vendor_name"], *where]))


def _order(view: View, order: Order) -> mo.Html:
    keys = {"account": order["account_id"], "order": order["purchase_order_id"]}
    head = view.row(_HEAD, **keys)
    return mo.vstack(
        [
            section(
                _title(head),
                *open_in("order", head),
                _tiles(view, head),
                _facts(view, head),
                *order_actions(view, *keys.values()),
            ),
            section(
                f"Lines, value in {head['currency_code']}",
                table(view, LINES, _LINE_COLUMNS, **keys),
                *_work(view, head, keys),
            ),
            *order_history(view, keys),
        ]
    )


def _work(view: View, head: Order, keys: Order) -> list[mo.Html]:
    """What to do about an order that is open: chase its lines, receive them or re-date them."""
    if not head["is_on_order"]:
        return []
    late = [line for line in view.rows(LINES, **keys).to_pylist() if line["is_overdue"] or line["is_due_soon"]]
    reminder = Reminder(late, head["vendor_email"], view.published.as_of)
    can_chase = late and head["order_type"] == "po"
    return [worklists(view, LINES, f"order-{_search(head)}", **keys), *([chase(reminder)] if can_chase else [])]


def _title(head: Order) -> str:
    kind = _TYPES.get(head["order_type"], "Order")
    return " · ".join(filter(None, [f"{kind} {_search(head)}", head["vendor_name"], words(head["lifecycle_state"])]))


def _tiles(view: View, head: Order) -> mo.Html:
    currency = head["currency_code"]
    received = f"{quantity(head['quantity_received'])} of {quantity(head['quantity_ordered'])} units"
    still_open = f"{quantity(head['quantity_open'])} units, {number(head['count_open_lines'])} lines"
    overdue = f"{number(head['count_overdue_lines'])} lines, {days(head['days_overdue'])} days"
    figures = [
        Tile("Ordered", "ordered_value", number, f"{number(head['count_ordered_lines'])} lines", currency),
        Tile("Received", "received_value", number, received, currency),
        Tile("Open", "open_value", number, still_open, currency),
        Tile("Overdue", "overdue_value", number, overdue, currency),
        Tile("Landed cost", "ordered_landed_value", number, "of the units ordered", currency),
        Tile(
            "Order total",
            "order_total",
            number,
            "shipping " + ("unknown" if head["shipping_cost"] is None else number(head["shipping_cost"])),
            currency,
        ),
    ]
    return tile_row(tiles(view, _HEAD, head, figures))


def _facts(view: View, head: Order) -> mo.Html:
    is_po, vendor = head["order_type"] == "po", head["vendor_name"]
    known: dict[str, str | mo.Html | None] = {
        "Vendor": link(vendor, VENDOR.link(view, vendor)) if is_po and vendor else None,
        "From": None if is_po else head["source_name"],
        "Email": head["vendor_email"],
        "Buyer": head["buyer"],
        "Created by": head["created_by"],
        "Payment terms": head["payment_terms"],
        "Warehouse": head["warehouse_name"],
        "Status": head["status"],
        "Created": _date(head["created_date"]),
        "Sent": _date(head["sent_date"]),
        "Promised at first": _date(head["promise_original"]),
        "Promised now": day(head["promise_current"]),
        "Re-dated": _times(head["count_promise_changes"]),
        "Forecast": _date(head["forecast_receipt_date"]),
        "At the latest": _date(head["latest_receipt_date"]),
        "Shipped": _date(head["shipment_date"]),
        "First receipt": _date(head["first_receipt_date"]),
        "Last receipt": _date(head["last_receipt_date"]),
        "Payment date": _date(head["payment_date"]),
        "Closed": head["closed_at"] and instant(head["closed_at"]),
        "Managed by": "a connected system: receipts appear after its sync" if head["is_readonly"] else None,
        "Account": head["account_id"],
        "Id": head["purchase_order_id"],
    }
    return facts(known)


def _date(value: Any) -> str | None:
    return day(value) if value else None


def _times(count: int | None) -> str | None:
    return f"{count} time{'' if count == 1 else 's'}" if count else None
