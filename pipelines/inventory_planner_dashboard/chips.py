"""The active filters, shown above each page; a click on one removes it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

import marimo as mo

from inventory_planner_dashboard.filters import ORDER_TYPES, split_names
from inventory_planner_dashboard.view import View


def _names(value: str) -> str:
    return ", ".join(split_names(value))


_TITLES: Final[dict[str, Callable[[str], str]]] = {
    "basis": lambda value: f"By {value} date",
    "dates": lambda value: value.replace("..", " to "),
    "vendor": _names,
    "warehouse": _names,
    "type": lambda value: ORDER_TYPES[value],
    "currency": lambda value: f"{value} only",
    "search": lambda value: f"“{value}”",
    "overdue": lambda _: "Overdue only",
}


def chips(view: View) -> list[mo.Html]:
    """A chip to remove each active filter, and one to clear all; empty without filters."""
    if not view.query:
        return []
    each = [_chip(f"{_TITLES[key](value)} ×", view.link(**{key: ""})) for key, value in view.query.items()]  # noqa: RUF001
    clear = _chip("Clear all", view.link(**dict.fromkeys(view.query, "")))
    return [mo.Html(f'<p class="ip-links ip-chips" aria-label="Filters">{"".join(each)}{clear}</p>')]


def _chip(title: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(title)}</a>'
