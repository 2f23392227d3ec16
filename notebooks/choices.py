"""The filters as the reader sees them, and as the page's address keeps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import marimo as mo

import queries
from filters import DATES, ORDER_TYPES, Filters, addressed, days_of, names_of
from published import Published


def choices(published: Published) -> mo.ui.dictionary:
    """The elements to choose with, standing as the address says; each choice goes into the address."""
    first, last = _days(published)
    return mo.ui.dictionary(
        {
            "basis": _one("basis", {f"by {basis} date": basis for basis in DATES}, "Dates"),
            "dates": _span(first, last),
            "vendor": _several("vendor", _names(published, queries.VENDOR_NAMES), "Vendor"),
            "warehouse": _several("warehouse", _names(published, queries.WAREHOUSE_NAMES), "Warehouse"),
            "type": _one("type", {title: kind for kind, title in ORDER_TYPES.items()}, "Order type"),
            "currency": _one("currency", _currencies(published), "Currency"),
            "search": mo.ui.text(
                value=_addressed("search"),
                placeholder="Order, SKU or title",
                label="Find",
                full_width=True,
                on_change=_remember("search"),
            ),
            "overdue": mo.ui.switch(
                value=_addressed("overdue") == "yes",
                label="Overdue only",
                on_change=lambda on: _remember("overdue")("yes" if on else ""),
            ),
        }
    )


def chosen(values: dict[str, Any], published: Published) -> Filters:
    """The choices as filters; the whole span of dates narrows nothing, not even what has no date."""
    span = values["dates"]
    first, last = (None, None) if span == _days(published) else span
    return Filters(
        basis=values["basis"],
        first=first,
        last=last,
        vendors=tuple(values["vendor"]),
        warehouses=tuple(values["warehouse"]),
        order_type=values["type"],
        currency=values["currency"],
        search=values["search"],
        overdue=values["overdue"],
    )


def address(**changed: str) -> str:
    """The filters of this page as the address of another, with these changed."""
    return "?" + urlencode({**mo.query_params().to_dict(), **changed}, doseq=True)


def _remember(key: str) -> Callable[[Any], None]:
    def remember(value: Any) -> None:
        if value:
            mo.query_params()[key] = value
        elif key in mo.query_params():
            del mo.query_params()[key]

    return remember


def _addressed(key: str) -> str:
    return next(iter(mo.query_params().get_all(key)), "")


def _one(key: str, options: dict[str, str], label: str) -> mo.ui.dropdown:
    """One of several; the first unless the address names another."""
    wanted = [title for title, value in options.items() if value == _addressed(key)]
    default = next(iter([*wanted, *options]), None)
    return mo.ui.dropdown(options, value=default, label=label, full_width=True, on_change=_remember(key))


def _several(key: str, names: list[str], label: str) -> mo.ui.multiselect:
    """Some of these names; one of the address that is not among them, as after a rename, stays and finds nothing."""
    wanted = list(dict.fromkeys(names_of(_addressed(key))))
    unknown = [name for name in wanted if name not in names]

    def remember(chosen: list[str]) -> None:
        _remember(key)(addressed(chosen))

    return mo.ui.multiselect([*names, *unknown], value=wanted, label=label, full_width=True, on_change=remember)


def _span(first: date, last: date) -> mo.ui.date_range:
    def remember(span: tuple[date, date]) -> None:
        _remember("dates")("" if span == (first, last) else f"{span[0]}..{span[1]}")

    days = days_of(_addressed("dates"), first, last)
    return mo.ui.date_range(start=first, stop=last, value=days, full_width=True, on_change=remember)


def _days(published: Published) -> tuple[date, date]:
    (row,) = published.rows(queries.FIRST_AND_LAST_DAY).to_pylist()
    today = date.today()  # noqa: DTZ011 (only where nothing has a date)
    return row["first_day"] or today, row["last_day"] or today


def _names(published: Published, sql: str) -> list[str]:
    return [str(name) for name in published.rows(sql).column(0).to_pylist()]


def _currencies(published: Published) -> dict[str, str]:
    rows = published.rows(queries.CURRENCIES).to_pylist()
    return {f"{row['currency_code']} · {row['count_lines']:,} lines": row["currency_code"] for row in rows}
