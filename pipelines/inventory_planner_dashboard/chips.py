"""The active filters, shown above each page; a click on one removes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any, Final

import marimo as mo

from inventory_planner_dashboard.filters import ORDER_TYPES, PERIODS, Filters, split_names
from inventory_planner_dashboard.view import View

_IN_OTHER_CURRENCIES: Final = """
    select currency_code, count(*) from published.marts.purchase_order_lines
    where {conditions} and currency_code <> $shown group by 1 order by 2 desc, 1
"""
_IN_OTHER_ACCOUNTS: Final = """
    select account_id, account_name, count(purchase_order_line_id) as count_lines
    from published.marts.accounts
    left join (select account_id, purchase_order_line_id from published.marts.purchase_order_lines where {conditions})
        using (account_id)
    where account_id <> $shown group by 1, 2 order by lower(account_name), 1
"""


def _names(value: str) -> str:
    return ", ".join(split_names(value))


_TITLES: Final[dict[str, Callable[[str], str]]] = {
    "basis": lambda value: f"By {value} date",
    "period": lambda value: PERIODS[value],
    "dates": lambda value: value.replace("..", " to "),
    "vendor": _names,
    "warehouse": _names,
    "type": lambda value: ORDER_TYPES[value],
    "buyer": lambda value: f"Buyer {_names(value)}",
    "status": lambda value: f"Status {_names(value)}",
    "search": lambda value: f"“{value}”",
    "overdue": lambda _: "Overdue only",
    "since": lambda value: f"New since {value}",
}


def chips(view: View) -> list[mo.Html]:
    """A chip for each account that is not shown, one to remove each active filter, and one to clear all."""
    filters = {key: value for key, value in view.query.items() if key != "account"}
    each = [
        *_other_accounts(view),
        *(_chip(f"{_title(view, *filter_)} ×", view.link(**{filter_[0]: ""})) for filter_ in filters.items()),  # noqa: RUF001
    ]
    if filters:
        each.append(_chip("Clear all", view.link(**dict.fromkeys(filters, ""))))
    return [mo.Html(f'<p class="ip-links ip-chips" aria-label="Filters">{"".join(each)}</p>')] if each else []


def _other_accounts(view: View) -> list[str]:
    """Links to the same page for each other account, with the lines that the filters select there."""
    if not view.filters.account:
        return []
    found = _rows(view, _IN_OTHER_ACCOUNTS, view.filters.account, replace(view.filters, account=""))
    return [
        _chip(f"Show account {name}: {count:,} lines", view.link(account=account_id))
        for account_id, name, count in found
    ]


def _title(view: View, key: str, value: str) -> str:
    if key != "currency":
        return _TITLES[key](value)
    found = _rows(view, _IN_OTHER_CURRENCIES, value, replace(view.filters, currency=None))
    lines = [f"{count:,} lines in {other}" for other, count in found]
    return f"{value} only: {' and '.join(lines)} are not shown" if lines else f"{value} only"


def _rows(view: View, sql: str, shown: str, filters: Filters) -> list[tuple[Any, ...]]:
    conditions = " and ".join(filters.conditions(set(view.published.columns["purchase_order_lines"])))
    return [
        tuple(row.values()) for row in view.rows(sql.format(conditions=conditions or "true"), shown=shown).to_pylist()
    ]


def _chip(title: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(title)}</a>'
