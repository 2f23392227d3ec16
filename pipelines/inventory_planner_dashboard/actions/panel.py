"""The buttons on pages that begin an action; none unless the dashboard may change the account."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

import marimo as mo

from inventory_planner_dashboard.view import View

Summary: TypeAlias = Callable[[str, Collection[str], datetime], str]

_summary: Summary | None = None
_CHANGE: Final = "Receive, re-date or close …"
_CLOSE: Final = "Close stale orders …"
_CLOSE_COMPLETE: Final = "Close orders that arrived in full …"
_COMPLETE: Final = """
    select account_id, purchase_order_id, purchase_order_number, vendor_name, warehouse_name, 0 as count_lines
    from marts.purchase_orders where lifecycle_state = 'received_not_closed' and is_readonly is not true
    order by 1, 4, 3, 2
"""
_TO_CLOSE: Final = """
    select account_id, purchase_order_id, max(purchase_order_number) as purchase_order_number,
        max(vendor_name) as vendor_name, max(warehouse_name) as warehouse_name, count(*) as count_lines
    from published.marts.open_lines
    where (account_id, purchase_order_id) in (
        select (account_id, purchase_order_id) from marts.open_lines where recommended_action = 'close'
    ) and (account_id, purchase_order_id) not in (
        select (account_id, purchase_order_id) from published.marts.purchase_orders where is_readonly
    )
    group by 1, 2 having bool_and(recommended_action = 'close')
    order by 1, 4, 3, 2
"""


def allow_actions(summary: Summary) -> None:
    """Offer actions on the pages of this process; `summary` returns what was sent since a time, as HTML."""
    global _summary  # noqa: PLW0603 (set once by the server, for all its sessions)
    _summary = summary


def order_actions(view: View, account_id: str, order_id: str) -> list[mo.Html]:
    """The button to receive, re-date or close an order."""
    fields = {"account": account_id, "order": order_id}
    return _place(view, _CHANGE, "show", [order_id], fields)


def closing_actions(view: View) -> list[mo.Html]:
    """A button for each account, to close the orders whose open lines should all be closed."""
    return _closing(view, _CLOSE, _TO_CLOSE)


def complete_actions(view: View) -> list[mo.Html]:
    """A button for each account, to close the orders that arrived in full."""
    return _closing(view, _CLOSE_COMPLETE, _COMPLETE)


def _closing(view: View, title: str, sql: str) -> list[mo.Html]:
    if not _summary:
        return []
    orders: dict[str, dict[str, str]] = {}
    for row in view.rows(sql).to_pylist():
        orders.setdefault(row["account_id"], {})[row["purchase_order_id"]] = _label(row)
    return [
        part
        for account_id, rows in orders.items()
        for part in _place(
            view, title, "choose", [*rows], {"account": account_id, "orders": json.dumps([*rows.items()])}
        )
    ]


def _label(row: Mapping[str, Any]) -> str:
    count = row["count_lines"]
    lines = [f"{count:,} open line{'' if count == 1 else 's'}"] if count else []
    names = [row[name] for name in ("purchase_order_number", "vendor_name", "warehouse_name")]
    return " · ".join([*filter(None, names), *lines])


def _place(view: View, title: str, step: str, order_ids: list[str], fields: Mapping[str, str]) -> list[mo.Html]:
    """A button, below what was sent since the figures were published, and an empty element for the steps."""
    summary, since = _summary, view.published.published_at
    if not summary:
        return []
    data = {"step": f"actions/{step}", "fields": urlencode(fields), "since": since.isoformat()}
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    content = f'<button type="button">{escape(title)}</button><div class="ip-steps"></div>'

    def draw() -> mo.Html:
        sent = summary(fields["account"], order_ids, since)
        return mo.Html(f'<div class="ip-actions" {attributes}>{sent}{content}</div>')

    return [mo.lazy(draw)]  # drawn anew whenever the page is opened, unlike the rest of the page
