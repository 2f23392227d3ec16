"""The filter controls, in sync with the query of the URL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import marimo as mo

from inventory_planner_dashboard.address import Query
from inventory_planner_dashboard.filters import (
    DATES,
    ORDER_TYPES,
    PERIODS,
    Filters,
    dates_of,
    join_names,
    last_working_day,
    parse_dates,
    split_names,
)
from inventory_planner_dashboard.published import Published
from inventory_planner_dashboard.view import reporting_currency

Control = Any  # one of marimo's elements, each with a value of its own type

VENDOR_NAMES: Final = """
    select distinct coalesce(vendor_name, '(no vendor)') as vendor_name from published.marts.purchase_order_lines
    order by 1
"""
WAREHOUSE_NAMES: Final = """
    select distinct warehouse_name from published.marts.purchase_order_lines where warehouse_name is not null order by 1
"""
_BUYERS: Final = """
    select distinct buyer from published.marts.purchase_orders where buyer is not null order by 1
"""
_STATUSES: Final = """
    select distinct status from published.marts.purchase_orders where status is not null order by 1
"""
_ACCOUNTS: Final = """
    select account_id, account_name, count(*) over (partition by account_name) > 1 as is_ambiguous
    from published.marts.accounts order by lower(account_name), account_id
"""
_BASES: Final = {f"by {basis} date": basis for basis in DATES}
_PERIODS: Final = {title: period for period, title in PERIODS.items()}
_TYPES: Final = {title: kind for kind, title in ORDER_TYPES.items()}
_ONLY_WITH_SEVERAL: Final = {"account", "currency", "buyer"}  # filters without a use where there is only one value
_FIRST_AND_LAST_DATE: Final = """
    select min(least(sent_date, promise_date, first_receipt_date)) as first_date,
        max(greatest(sent_date, promise_date, last_receipt_date)) as last_date
    from published.marts.purchase_order_lines
"""
_LAST_FORECAST: Final = "select max(forecast_receipt_date) from published.marts.open_lines"


def filter_controls(published: Published, query: Query) -> dict[str, Control]:
    """The controls, set to the values in the query.

    They are not a `mo.ui.dictionary`, because marimo keeps only one of two elements that change before a cell has run.
    """
    return {
        "search": mo.ui.text(
            value=query.get("search", ""),
            placeholder="Order, SKU or title",
            label="Search, then Enter",
            full_width=True,
        ),
        "basis": _dropdown(query.get("basis"), _BASES, "Dates"),
        "period": _dropdown(query.get("period"), _PERIODS, "Period"),
        "dates": _date_range(query.get("dates", ""), *_first_and_last_date(published)),
        "vendor": _multiselect(query.get("vendor", ""), _names(published, VENDOR_NAMES), "Vendor"),
        "warehouse": _multiselect(query.get("warehouse", ""), _names(published, WAREHOUSE_NAMES), "Warehouse"),
        "type": _dropdown(query.get("type"), _TYPES, "Order type"),
        "currency": _dropdown(query.get("currency"), _currencies(published, query), "Currency"),
        "account": _dropdown(query.get("account"), _accounts(published), "Account"),
        "buyer": _multiselect(query.get("buyer", ""), _names(published, _BUYERS), "Buyer"),
        "status": _multiselect(query.get("status", ""), _names(published, _STATUSES), "Status"),
        "overdue": mo.ui.switch(value=query.get("overdue") == "yes", label="Overdue only"),
        "since": _day(query.get("since", ""), _default_since(published), "New since"),
    }


def shown_controls(controls: Mapping[str, Control]) -> list[Control]:
    """The controls to show: those with a choice."""
    return [
        control
        for name, control in controls.items()
        if name not in _ONLY_WITH_SEVERAL or len(control.options) > (2 if name == "currency" else 1)
    ]


def selected_filters(published: Published, controls: Mapping[str, Control]) -> Filters:
    """The filters of the controls; the full date range is no filter, and keeps rows without a date."""
    chosen = {name: control.value for name, control in controls.items()}
    period, dates = chosen["period"], chosen["dates"]
    if period:
        dates = dates_of(period, _today(published))
    first, last = (None, None) if dates == _first_and_last_date(published) else dates
    return Filters(
        basis=chosen["basis"],
        first=first,
        last=last,
        vendors=tuple(chosen["vendor"]),
        warehouses=tuple(chosen["warehouse"]),
        order_type=chosen["type"],
        currency=chosen["currency"] or None,
        search=chosen["search"],
        overdue=chosen["overdue"],
        period=period,
        account=chosen["account"],
        buyers=tuple(chosen["buyer"]),
        statuses=tuple(chosen["status"]),
        since=chosen["since"],
    )


def query_of(filters: Filters, published: Published) -> dict[str, str]:
    """The query for these filters, without those that have their defaults."""
    default = Filters()
    said = {
        "basis": filters.basis if filters.basis != default.basis else "",
        "period": filters.period,
        "dates": f"{filters.first}..{filters.last}" if filters.first and not filters.period else "",
        "vendor": join_names(filters.vendors),
        "warehouse": join_names(filters.warehouses),
        "type": filters.order_type if filters.order_type != default.order_type else "",
        "currency": filters.currency or "",
        "account": filters.account if filters.account != _default_account(published) else "",
        "buyer": join_names(filters.buyers),
        "status": join_names(filters.statuses),
        "search": filters.search,
        "overdue": "yes" if filters.overdue else "",
        "since": str(filters.since or "") if filters.since != _default_since(published) else "",
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
    has_forecasts = "open_lines" in published.columns  # not in a file of another version, which the pages explain
    forecasts = published.rows(_LAST_FORECAST).column(0).to_pylist() if has_forecasts else []
    today = date.today()  # noqa: DTZ011 (only where nothing has a date)
    return row["first_date"] or today, max(filter(None, [row["last_date"], *forecasts]), default=today)


def _names(published: Published, sql: str) -> list[str]:
    return [str(name) for name in published.rows(sql).column(0).to_pylist()]


def _currencies(published: Published, query: Query) -> dict[str, str]:
    """All currencies first, then each, the most used first."""
    each = {f"{currency} · {lines:,} lines": currency for currency, lines in published.currencies.items()}
    account = query.get("account") or _default_account(published)
    reporting = reporting_currency(published, Filters(account=account))
    return {f"All, in {reporting}" if reporting else "All currencies": "", **each}


def _accounts(published: Published) -> dict[str, str]:
    """The accounts: pages show one at a time, because vendors, SKUs and warehouses of two can have the same names."""
    found = published.rows(_ACCOUNTS).to_pylist()
    return {_account_title(each): each["account_id"] for each in found} if len(found) > 1 else {"All": ""}


def _default_account(published: Published) -> str:
    return next(iter(_accounts(published).values()))


def _account_title(account: Mapping[str, Any]) -> str:
    """The name of an account; where another has it, too, with its id."""
    name, account_id = account["account_name"], account["account_id"]
    return f"{name} ({account_id})" if account["is_ambiguous"] else str(name)


def _day(wanted: str, default: date, label: str) -> mo.ui.date:
    try:
        value = date.fromisoformat(wanted)
    except ValueError:
        value = default
    return mo.ui.date(value=value, label=label, full_width=True)


def _default_since(published: Published) -> date:
    return last_working_day(_today(published))


def _today(published: Published) -> date:
    return published.as_of or date.today()  # noqa: DTZ011 (an account without orders)
