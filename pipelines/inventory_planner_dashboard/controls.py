"""The controls that set the filters, in step with the address of the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

import marimo as mo

from inventory_planner_dashboard.filters import DATES, ORDER_TYPES, Filters, join_names, parse_dates, split_names
from inventory_planner_dashboard.published import Published

VENDOR_NAMES: Final = """
    select distinct coalesce(vendor_name, '(no vendor)') as vendor_name from published.marts.purchase_order_lines
    order by 1
"""
WAREHOUSE_NAMES: Final = """
    select distinct warehouse_name from published.marts.purchase_order_lines where warehouse_name is not null order by 1
"""
_CURRENCIES: Final = """
    select currency_code, count(*) as count_lines from published.marts.purchase_order_lines
    group by currency_code order by count_lines desc, currency_code
"""
_FIRST_AND_LAST_DATE: Final = """
    select min(least(sent_date, promise_date, first_receipt_date)) as first_date,
        max(greatest(sent_date, promise_date, last_receipt_date)) as last_date
    from published.marts.purchase_order_lines
"""


def filter_controls(published: Published) -> mo.ui.dictionary:
    """The controls, set as the address says; each change goes into the address."""
    return mo.ui.dictionary(
        {
            "basis": _dropdown("basis", {f"by {basis} date": basis for basis in DATES}, "Dates"),
            "dates": _date_range(*_first_and_last_date(published)),
            "vendor": _multiselect("vendor", _names(published, VENDOR_NAMES), "Vendor"),
            "warehouse": _multiselect("warehouse", _names(published, WAREHOUSE_NAMES), "Warehouse"),
            "type": _dropdown("type", {title: kind for kind, title in ORDER_TYPES.items()}, "Order type"),
            "currency": _dropdown("currency", _currencies(published), "Currency"),
            "search": mo.ui.text(
                value=_in_address("search"),
                placeholder="Order, SKU or title",
                label="Search",
                full_width=True,
                on_change=_save_to_address("search"),
            ),
            "overdue": mo.ui.switch(
                value=_in_address("overdue") == "yes",
                label="Overdue only",
                on_change=lambda on: _save_to_address("overdue")("yes" if on else ""),
            ),
        }
    )


def selected_filters(values: dict[str, Any], published: Published) -> Filters:
    """The filters that the controls are set to; the full range of dates is no filter and keeps rows without a date."""
    span = values["dates"]
    first, last = (None, None) if span == _first_and_last_date(published) else span
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
    """The query of this page's address, with these filters changed: a link to another page appends its path."""
    return "?" + urlencode({**mo.query_params().to_dict(), **changed}, doseq=True)


def _save_to_address(key: str) -> Callable[[Any], None]:
    def save(value: Any) -> None:
        if value:
            mo.query_params()[key] = value
        elif key in mo.query_params():
            del mo.query_params()[key]

    return save


def _in_address(key: str) -> str:
    return next(iter(mo.query_params().get_all(key)), "")


def _dropdown(key: str, options: dict[str, str], label: str) -> mo.ui.dropdown:
    """A choice of one, the first by default."""
    addressed = [title for title, value in options.items() if value == _in_address(key)]
    default = next(iter([*addressed, *options]), None)
    return mo.ui.dropdown(options, value=default, label=label, full_width=True, on_change=_save_to_address(key))


def _multiselect(key: str, names: list[str], label: str) -> mo.ui.multiselect:
    """A choice of several; an unknown name in the address, as after a rename, stays selected and matches nothing."""
    addressed = list(dict.fromkeys(split_names(_in_address(key))))
    unknown = [name for name in addressed if name not in names]

    def save(selected: list[Any]) -> None:
        _save_to_address(key)(join_names(selected))

    return mo.ui.multiselect([*names, *unknown], value=addressed, label=label, full_width=True, on_change=save)


def _date_range(first: date, last: date) -> mo.ui.date_range:
    def save(span: tuple[date, date]) -> None:
        _save_to_address("dates")("" if span == (first, last) else f"{span[0]}..{span[1]}")

    value = parse_dates(_in_address("dates"), first, last)
    return mo.ui.date_range(start=first, stop=last, value=value, full_width=True, on_change=save)


def _first_and_last_date(published: Published) -> tuple[date, date]:
    (row,) = published.rows(_FIRST_AND_LAST_DATE).to_pylist()
    today = date.today()  # noqa: DTZ011 (only where nothing has a date)
    return row["first_date"] or today, row["last_date"] or today


def _names(published: Published, sql: str) -> list[str]:
    return [str(name) for name in published.rows(sql).column(0).to_pylist()]


def _currencies(published: Published) -> dict[str, str]:
    rows = published.rows(_CURRENCIES).to_pylist()
    return {f"{row['currency_code']} · {row['count_lines']:,} lines": row["currency_code"] for row in rows}
