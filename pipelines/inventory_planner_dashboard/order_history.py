"""The lower sections of the order page: components, receipts, promise history, connected systems and changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import marimo as mo

from inventory_planner_dashboard.formats import day, days, instant, number, quantity, text, words, yes
from inventory_planner_dashboard.layout import section, side_by_side
from inventory_planner_dashboard.tables import Column, table, table_if_any
from inventory_planner_dashboard.view import View

_RECEIPTS: Final = """
    select * from published.marts.goods_receipts where account_id = $account and purchase_order_id = $order
    order by receipt_date desc nulls last, sku, receipt_number
"""
_PROMISES: Final = """
    select * from published.marts.promise_history where account_id = $account and purchase_order_id = $order
    order by version_number desc
"""
_COMPONENTS: Final = """
    select * from published.marts.assemblies
    where account_id = $account and purchase_order_id = $order and component_id is not null
    order by sku, component_sku, occurrence
"""
_CONNECTIONS: Final = """
    select * from published.marts.order_connections where account_id = $account and purchase_order_id = $order
    order by is_failed desc, connection
"""
_PUSHES: Final = """
    select * from published.marts.pushed_stock where account_id = $account and purchase_order_id = $order
    order by is_push_failed desc, quantity_not_pushed desc nulls last, sku
"""
_UNLINKED: Final = """
    select * from published.marts.unlinked_lines where account_id = $account and purchase_order_id = $order
    order by is_main_reason desc, line_number, reason
"""
_WRITES: Final = """
    select * from published.marts.writes where account_id = $account and purchase_order_id = $order
    order by recorded_at desc, write_id
"""
_RECEIPT_COLUMNS: Final = {
    "receipt_date": Column("Received", day),
    "sku": Column("SKU"),
    "quantity_received": Column("Units", quantity),
    "days_after_promise": Column("Days late", days),
    "quantity_received_to_date": Column("To date", quantity),
    "received_value": Column("Value", number),
    "is_correction": Column("Correction", yes),
    "is_reconstructed": Column("Reconstructed", yes),
}
_PROMISE_COLUMNS: Final = {
    "seen_date": Column("Seen", day),
    "promise": Column("Promised", day),
    "previous_promise": Column("Before", day),
    "promise_slip_days": Column("Days later", days),
    "status": Column("Status"),
}
_COMPONENT_COLUMNS: Final = {
    "sku": Column("SKU"),
    "component_sku": Column("Component"),
    "quantity_still_needed": Column("Still needed", quantity),
    "quantity_needed": Column("Needed", quantity),
    "quantity_used": Column("Used", quantity),
    "component_title": Column("Title"),
}
_CONNECTION_COLUMNS: Final = {
    "connection": Column("Connection"),
    "connection_status": Column("Status", text),
    "is_order_saved": Column("Saved", yes),
    "connected_order_number": Column("Order there", text),
}
_PUSH_COLUMNS: Final = {
    "sku": Column("SKU"),
    "quantity_not_pushed": Column("Not pushed", quantity),
    "quantity_pushed": Column("Pushed", quantity),
    "push_error": Column("Error", text),
}
_UNLINKED_COLUMNS: Final = {
    "sku": Column("SKU"),
    "reason": Column("Why", words),
    "quantity_open": Column("Open", quantity),
}
_WRITE_COLUMNS: Final = {
    "recorded_at": Column("Recorded", instant),
    "command": Column("Command"),
    "state": Column("Outcome"),
    "values_before": Column("Before", text),
    "values_after": Column("After", text),
    "user_name": Column("User", text),
    "message": Column("Message", text),
}

Keys = Mapping[str, str]  # the account and the id of the order


def order_history(view: View, keys: Keys) -> list[mo.Html]:
    """The sections about what happened to an order; those without rows are left out."""
    return [
        *_if_any(view, "Components", _COMPONENTS, _COMPONENT_COLUMNS, keys),
        side_by_side(_receipts(view, keys), _promises(view, keys)),
        *_connections(view, keys),
        *_if_any(view, "Changes sent to Inventory Planner", _WRITES, _WRITE_COLUMNS, keys),
    ]


def _receipts(view: View, keys: Keys) -> mo.Html:
    receipts = table(view, _RECEIPTS, _RECEIPT_COLUMNS, if_empty="Nothing was received yet.", **keys)
    return section("Receipts", receipts)


def _promises(view: View, keys: Keys) -> mo.Html:
    promises = table(view, _PROMISES, _PROMISE_COLUMNS, if_empty="No build has seen this order yet.", **keys)
    return section("Promise history", promises, about="As builds saw it. History starts with the first build.")


def _connections(view: View, keys: Keys) -> list[mo.Html]:
    return [
        *_if_any(view, "Connected systems", _CONNECTIONS, _CONNECTION_COLUMNS, keys),
        *_if_any(view, "Stock pushed to the store", _PUSHES, _PUSH_COLUMNS, keys),
        *_if_any(view, "Lines that other systems can't match", _UNLINKED, _UNLINKED_COLUMNS, keys),
    ]


def _if_any(view: View, title: str, sql: str, columns: dict[str, Column], keys: Keys) -> list[mo.Html]:
    """A section with the rows of a query; nothing if there are none."""
    rows = table_if_any(view, sql, columns, **keys)
    return [section(title, rows)] if rows else []
