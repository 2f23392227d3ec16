"""The active filters, shown above each page; a click on one removes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Final

import marimo as mo

from inventory_planner_dashboard.filters import ORDER_TYPES, PERIODS, Filters, split_names
from inventory_planner_dashboard.view import View

_LINES: Final = """
    select {name} as other, count(*) as count_lines
    from published.marts.purchase_order_lines inner join published.marts.accounts using (account_id)
    where {conditions} and {column} <> $shown group by 1 order by 2 desc, 1
"""
_NAME: Final = "select account_name from published.marts.accounts where account_id = $account"
_LEFT_OUT: Final[
    dict[str, tuple[str, str, Callable[[Filters], Filters]]]
] = {  # column, how it is named, filters without
    "currency": ("currency_code", "currency_code", lambda filters: replace(filters, currency=None)),
    "account": ("account_id", "'account ' || account_name", lambda filters: replace(filters, account="")),
}


def _names(value: str) -> str:
    return ", ".join(split_names(value))


_TITLES: Final[dict[str, Callable[[str], str]]] = {
    "basis": lambda value: f"By {value} date",
    "period": lambda value: PERIODS[value],
    "dates": lambda value: value.replace("..", " to "),
    "vendor": _names,
    "warehouse": _names,
    "type": lambda value: ORDER_TYPES[value],
    "currency": lambda value: f"{value} only",
    "buyer": lambda value: f"Buyer {_names(value)}",
    "status": lambda value: f"Status {_names(value)}",
    "search": lambda value: f"“{value}”",
    "overdue": lambda _: "Overdue only",
    "since": lambda value: f"New since {value}",
}


def chips(view: View) -> list[mo.Html]:
    """A chip to remove each active filter, and one to clear all; empty without filters."""
    if not view.query:
        return []
    each = [
        _chip(f"{_title(view, key, value)}{_left_out(view, key)} ×", view.link(**{key: ""}))  # noqa: RUF001
        for key, value in view.query.items()
    ]
    clear = _chip("Clear all", view.link(**dict.fromkeys(view.query, "")))
    return [mo.Html(f'<p class="ip-links ip-chips" aria-label="Filters">{"".join(each)}{clear}</p>')]


def _title(view: View, key: str, value: str) -> str:
    if key != "account":
        return _TITLES[key](value)
    name = view.rows(_NAME, account=value).column(0).to_pylist()
    return f"Account {name[0] if name else value} only"


def _left_out(view: View, key: str) -> str:
    """What a currency or an account leaves out of the lines that the other filters select."""
    if key not in _LEFT_OUT:
        return ""
    column, name, without = _LEFT_OUT[key]
    others = without(view.filters).conditions(set(view.published.columns["purchase_order_lines"]))
    counts = view.rows(
        _LINES.format(column=column, name=name, conditions=" and ".join(others) or "true"), shown=view.query[key]
    )
    lines = [f"{row['count_lines']:,} lines in {row['other']}" for row in counts.to_pylist()]
    return f": {' and '.join(lines)} are not shown" if lines else ""


def _chip(title: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(title)}</a>'
