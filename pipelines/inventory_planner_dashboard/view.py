"""The marts seen through the reader's filters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from inventory_planner_dashboard.address import OpenTabs, Query, format_query
from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.published import Published


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

    def rows(self, sql: str, **parameters: Any) -> pa.Table:
        """The rows of a query."""
        return self.published.rows(sql, **parameters)

    def row(self, sql: str, **parameters: Any) -> dict[str, Any]:
        """The only row of a query."""
        (found,) = self.rows(sql, **parameters).to_pylist()
        return dict(found)

    @property
    def currency(self) -> str:
        """The currency of all money shown."""
        return self.filters.currency or ""

    def link(self, path: str = "", **changed: str) -> str:
        """The URL of a page, by default the current one, with some filters changed; an empty value removes a filter."""
        query = {key: value for key, value in {**self.query, **changed}.items() if value}
        return (format_query(query) or "?") + path

    def meaning(self, column: str, sql: str) -> str:
        """The description of a column in the first mart of a query that has it."""
        return self.published.meaning(column, _marts_in(sql))

    def notes(self, sql: str) -> list[str]:
        """Where the rows of a query are not exactly those that the filters ask for, given its filtered marts."""
        marts = re.findall(r"(?<!published\.)\bmarts\.(\w+)", sql)
        if not marts:
            return []
        known = {column for mart in marts for column in self.published.columns[mart]}
        ignored = self.filters.ignored(known)
        return [*([f"not filtered by {', '.join(ignored)}."] if ignored else []), *self.filters.widened(known)]


def apply_filters(
    published: Published, filters: Filters, query: Query | None = None, tabs: OpenTabs | None = None
) -> View:
    """Replace the views in the schema `marts` by the published marts with these filters."""
    connection = published.connection
    day = f"date '{published.as_of}'" if published.as_of else "cast(null as date)"
    connection.execute("create schema if not exists marts")
    connection.execute(f"set variable as_of_date = {day}")
    for mart, columns in published.columns.items():
        conditions = " and ".join(filters.conditions(set(columns))) or "true"
        connection.execute(
            f"create or replace view marts.{mart} as select * from published.marts.{mart} where {conditions}"  # noqa: S608
        )
    return View(published, filters, query or {}, tabs or OpenTabs())


def _marts_in(sql: str) -> list[str]:
    return re.findall(r"\bmarts\.(\w+)", sql)
