"""The marts seen through the reader's filters."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from inventory_planner_dashboard.address import OpenTabs, Query, format_query
from inventory_planner_dashboard.filters import Filters, literal
from inventory_planner_dashboard.published import Published

EACH_CURRENCY: Final = "order currency"  # as a unit, where amounts stay in the currency of their orders
_CURRENCY: Final = "shown_currency"  # the variable that narrows the views to one currency; all if it is empty
_REPORTING: Final = "_reporting"
_IN_EACH_CURRENCY: Final = frozenset({"vendor_scorecard"})  # a row is for one currency, and its rates can't be added


@dataclass(frozen=True)
class View:
    """The filtered marts: in a query, `marts.x` is a filtered mart and `published.marts.x` the whole one.

    Attributes:
        published: the marts.
        filters: the filters that the reader has set.
        query: the filters as parameters of the URL.
        tabs: which tabs are open.
        page: the name of the page that is rendered, such as `overdue`.
    """

    published: Published
    filters: Filters
    query: Query = field(default_factory=dict)
    tabs: OpenTabs = field(default_factory=OpenTabs)
    page: str = ""
    _rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # read for a currency; pages share them

    def rows(self, sql: str, **parameters: Any) -> pa.Table:
        """The rows of a query."""
        return self.published.rows(sql, **parameters)

    def row(self, sql: str, **parameters: Any) -> dict[str, Any]:
        """The only row of a query."""
        (found,) = self.rows(sql, **parameters).to_pylist()
        return dict(found)

    @property
    def currency(self) -> str:
        """The currency of the money on a page: the chosen or only one, else the reporting currency or each its own."""
        return self._only_currency or self._reporting or EACH_CURRENCY

    def currency_of(self, sql: str) -> str:
        """The same for the money in a query, which may read marts that have no values in the reporting currency."""
        is_converted = all(_is_converted(mart, self.published.columns[mart]) for mart in marts_in(sql))
        return self._only_currency or (self._reporting if is_converted else "") or EACH_CURRENCY

    def amounts(self, sql: str, column: str) -> dict[str, float | None]:
        """A sum of money in the only row of a query, by its currency; one currency is never added to another."""
        currency = self.currency_of(sql)
        if currency != EACH_CURRENCY:
            return {currency: self._row_in("", sql)[column]}
        found = {each: self._row_in(each, sql)[column] for each in self.published.currencies}
        return {each: amount for each, amount in found.items() if amount}

    @property
    def _only_currency(self) -> str:
        known = list(self.published.currencies)
        return self.filters.currency or (known[0] if len(known) == 1 else "")

    @property
    def _reporting(self) -> str:
        return reporting_currency(self.published, self.filters)

    def _row_in(self, currency: str, sql: str) -> dict[str, Any]:
        """The only row of a query, of the rows in one currency; of all of them without one."""
        if (currency, sql) not in self._rows:
            self.published.connection.execute(f"set variable {_CURRENCY} = {literal(currency)}")
            try:
                self._rows[currency, sql] = self.row(sql)
            finally:
                self.published.connection.execute(f"set variable {_CURRENCY} = ''")
        return self._rows[currency, sql]

    def link(self, path: str = "", **changed: str) -> str:
        """The URL of a page, by default the current one, with some filters changed; an empty value removes a filter."""
        query = {key: value for key, value in {**self.query, **changed}.items() if value}
        return (format_query(query) or "?") + path

    def meaning(self, column: str, sql: str) -> str:
        """The description of a column in the first mart of a query that has it."""
        return self.published.meaning(column, marts_in(sql))

    def notes(self, sql: str) -> list[str]:
        """Where the rows of a query are not exactly those that the filters ask for, given the marts that it reads."""
        ignored = self.ignored(sql)
        return [*([f"not filtered by {ignored}."] if ignored else []), *self.widened(sql)]

    def ignored(self, sql: str) -> str:
        """The names of the filters that a query does not follow."""
        return ", ".join(self.filters.ignored(known)) if (known := self._columns_of(sql)) else ""

    def widened(self, sql: str) -> list[str]:
        """What a query counts in full because a part of it matches the filters."""
        return self.filters.widened(self._columns_of(sql))

    def _columns_of(self, sql: str) -> set[str]:
        """The columns of the filtered marts that a query reads."""
        marts = re.findall(r"(?<!published\.)\bmarts\.(\w+)", sql)
        return {column for mart in marts for column in self.published.columns[mart]}


def apply_filters(
    published: Published, filters: Filters, query: Query | None = None, tabs: OpenTabs | None = None
) -> View:
    """Replace the views in the schema `marts` by the published marts with these filters."""
    connection = published.connection
    day = f"date '{published.as_of}'" if published.as_of else "cast(null as date)"
    connection.execute("create schema if not exists marts")
    connection.execute(f"set variable as_of_date = {day}")
    connection.execute(f"set variable {_CURRENCY} = ''")
    reporting = reporting_currency(published, filters)
    for mart, columns in published.columns.items():
        conditions = " and ".join([*filters.conditions(set(columns)), *_currency_condition(columns)]) or "true"
        replaced = _converted(columns, reporting) if reporting and _is_converted(mart, columns) else ""
        whole = f"published.marts.{mart}"
        shown = f"* replace ({replaced})" if replaced else "*"
        connection.execute(
            f"create or replace view marts.{mart} as select {shown} from {whole} where {conditions}"  # noqa: S608
        )
    return View(published, filters, query or {}, tabs or OpenTabs())


def reporting_currency(published: Published, filters: Filters) -> str:
    """The currency that values are converted to: none if one was chosen, there is only one, or a rate is missing."""
    currency, count_without_rate = published.conversion(filters.account)
    is_mixed = not filters.currency and len(published.currencies) > 1 and not count_without_rate
    return currency if is_mixed else ""


def _is_converted(mart: str, columns: Collection[str]) -> bool:
    """Whether all values of a mart can be shown in the reporting currency, because it has them or has no currency."""
    has_twins = any(name.endswith(_REPORTING) for name in columns)
    return "currency_code" not in columns or (has_twins and mart not in _IN_EACH_CURRENCY)


def _converted(columns: Collection[str], currency: str) -> str:
    twins = [name for name in columns if f"{name}{_REPORTING}" in columns]
    code = [f"{literal(currency)} as currency_code"] if "currency_code" in columns else []
    return ", ".join([*(f"{name}{_REPORTING} as {name}" for name in twins), *code])


def _currency_condition(columns: Collection[str]) -> list[str]:
    return [f"getvariable('{_CURRENCY}') in ('', currency_code)"] if "currency_code" in columns else []


def marts_in(sql: str) -> list[str]:
    """The marts that a query reads, filtered or whole, in the order in which it names them."""
    return re.findall(r"\bmarts\.(\w+)", sql)
