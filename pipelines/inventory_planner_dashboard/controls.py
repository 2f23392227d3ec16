"""The filter controls, in sync with the query of the URL."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import marimo as mo

from inventory_planner_dashboard.address import Query
from inventory_planner_dashboard.filters import DATES, ORDER_TYPES, Filters, join_names, parse_dates, split_names
from inventory_planner_dashboard.published import Published

Control = Any  # one of marimo's elements, each with a value of its own type

VENDOR_NAMES: Final = """
    select distinct coalesce(vendor_name, '(no vendor)') as vendor_name from published.marts.purchase_order_lines
    order by 1
"""
WAREHOUSE_NAMES: Final = """
    select distinct warehouse_name from published.marts.purchase_order_lines where warehouse_name is not null order by 1
"""
_BASES: Final = {f"by {basis} date": basis for basis in DATES}
_TYPES: Final = {title: kind for kind, title in ORDER_TYPES.items()}
_CURRENCIES: Final = """
    select currency_code, count(*) as count_lines from published.marts.purchase_order_lines
    group by currency_code order by count_lines desc, currency_code
"""
_CATALOG_CURRENCIES: Final = """
    select distinct currency_code, 0 as count_lines from published.marts.variants order by 1
"""
_FIRST_AND_LAST_DATE: Final = """
    select min(least(sent_date, promise_date, first_receipt_date)) as first_date,
        max(greatest(sent_date, promise_date, last_receipt_date)) as last_date
    from published.marts.purchase_order_lines
"""


def filter_controls(published: Published, query: Query) -> dict[str, Control]:
    """The controls, set to the values in the query.

    They are not a `mo.ui.dictionary`, because marimo keeps only one of two elements that change before a cell has run.
    """
    return {
        "basis": _dropdown(query.get("basis"), _BASES, "Dates"),
        "dates": _date_range(query.get("dates", ""), *_first_and_last_date(published)),
        "vendor": _multiselect(query.get("vendor", ""), _names(published, VENDOR_NAMES), "Vendor"),
        "warehouse": _multiselect(query.get("warehouse", ""), _names(published, WAREHOUSE_NAMES), "Warehouse"),
        "type": _dropdown(query.get("type"), _TYPES, "Order type"),
        "currency": _dropdown(query.get("currency"), _currencies(published), "Currency"),
        "search": mo.ui.text(
            value=query.get("search", ""), placeholder="Order, SKU or title", label="Search", full_width=True
        ),
        "overdue": mo.ui.switch(value=query.get("overdue") == "yes", label="Overdue only"),
    }


def selected_filters(published: Published, *controls: Control) -> Filters:
    """The filters of the controls, in their order; the full date range is no filter, and keeps rows without a date."""
    basis, dates, vendors, warehouses, order_type, currency, search, overdue = (each.value for each in controls)
    first, last = (None, None) if dates == _first_and_last_date(published) else dates
    return Filters(
        basis=basis,
        first=first,
        last=last,
        vendors=tuple(vendors),
        warehouses=tuple(warehouses),
        order_type=order_type,
        currency=currency,
        search=search,
        overdue=overdue,
    )


def query_of(filters: Filters, published: Published) -> dict[str, str]:
    """The query for these filters, without those that have their defaults."""
    default = Filters(currency=next(iter(_currencies(published).values()), None))
    said = {
        "basis": filters.basis if filters.basis != default.basis else "",
        "dates": f"{filters.first}..{filters.last}" if filters.first else "",
        "vendor": join_names(filters.vendors),
        "warehouse": join_names(filters.warehouses),
        "type": filters.order_type if filters.order_type != default.order_type else "",
        "currency": (filters.currency or "") if filters.currency != default.currency else "",
        "search": filters.search,
        "overdue": "yes" if filters.overdue else "",
    }
    return {key: value for key, value in said.items() if value}


def _dropdown(wanted: str | None, options: dict[str, str], label: str) -> mo.ui.dropdown:
    """A choice of one, the first by default."""
    titles = [title for title, value in options.items() if value == wanted]
    return mo.ui.dropdown(options, value=next(iter([*titles, *options]), None), label=label, full_width=True)


def _multiselect(wanted: str, names: list[str], label: str) -> mo.ui.multiselect:
    """A choice of several; an unknown name, as after a rename, stays selected and matches nothing."""
    selected = list(dict.fromkeys(split_names(wanted)))
    unknown = [name for name in selected if name not in names]
    return mo.ui.multiselect([*names, *unknown], value=selected, label=label, full_width=True)


def _date_range(wanted: str, first: date, last: date) -> mo.ui.date_range:
    return mo.ui.date_range(start=first, stop=last, value=parse_dates(wanted, first, last), full_width=True)


def _first_and_last_date(published: Published) -> tuple[date, date]:
    (row,) = published.rows(_FIRST_AND_LAST_DATE).to_pylist()
    today = date.today()  # noqa: DTZ011 (only where nothing has a date)
    return row["first_date"] or today, row["last_date"] or today


def _names(published: Published, sql: str) -> list[str]:
    return [str(name) for name in published.rows(sql).column(0).to_pylist()]


def _currencies(published: Published) -> dict[str, str]:
    """The currencies of the orders, the most used first, and of the catalog, which an older file lacks."""
    rows = published.rows(_CURRENCIES).to_pylist()
    catalog = published.rows(_CATALOG_CURRENCIES).to_pylist() if "variants" in published.columns else []
    lines = {row["currency_code"]: row["count_lines"] for row in [*catalog, *rows]}
    by_lines = sorted(lines, key=lambda currency: -lines[currency])
    return {f"{currency} · {lines[currency]:,} lines": currency for currency in by_lines}
