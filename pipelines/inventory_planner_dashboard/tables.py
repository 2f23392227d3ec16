"""Tables that sort, filter and export, with definitions on their headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import marimo as mo
import pyarrow as pa

from inventory_planner.formulas import disarm, rearm
from inventory_planner_dashboard.exports import NamedTable
from inventory_planner_dashboard.filters import literal
from inventory_planner_dashboard.formats import Format, text
from inventory_planner_dashboard.layout import NOTHING, empty, filter_notes, note
from inventory_planner_dashboard.subjects import BY_COLUMN, LISTS
from inventory_planner_dashboard.targets import SYMBOLS, Targets
from inventory_planner_dashboard.view import EACH_CURRENCY, View, marts_in

MAX_ROWS: Final = 5000  # in one table: nobody reads more, and the browser holds them all


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        heading: its heading.
        format: how its values read.
        has_target: whether they are rates coloured by the targets.
        meaning: what it means, where the query computes it and no mart has it.
    """

    heading: str
    format: Format = text
    has_target: bool = False
    meaning: str = ""


Columns = Mapping[str, Column]

ITEM: Final = "item"  # the SKU and the title in one column
_ITEM_MEANING: Final = "The item's SKU (stock keeping unit), its code in your catalog, and its name."
_ITEM_PARTS: Final = {"sku": Column("SKU"), "title": Column("Title")}
_CURRENCY: Final = Column("Currency")
_AMOUNT: Final = re.compile(r"value|cost|price_variance|revenue")  # in the names of columns with money
_BETWEEN_NAMES: Final = ", "  # in a column that lists several
_SMALL: Final = 8  # tables with at most this many rows have no search or export


class _InAddress(mo.Html):
    """A table with the name under which the URL has its sort and its page; the script in dashboard.html keeps them.

    The element is called `marimo-…`, because marimo removes those of others.
    """

    def __init__(self, name: str, shown: mo.Html) -> None:
        self._shown = shown  # without a reference, marimo drops it
        super().__init__(f'<marimo-kept-table data-name="{escape(name)}">{shown.text}</marimo-kept-table>')


def table(
    view: View, sql: str, columns: Columns, *, name: str = "", if_empty: str = NOTHING, **parameters: Any
) -> mo.Html:
    """The rows of a query as a table; a message if there are none.

    Args:
        view: the marts.
        sql: the query.
        columns: the columns to show.
        name: what the URL calls the table, by default the first mart of the query; no two of a page have the same.
        if_empty: the message.
        parameters: those of the query.
    """
    return table_if_any(view, sql, columns, name=name, **parameters) or empty(if_empty)


def table_if_any(view: View, sql: str, columns: Columns, *, name: str = "", **parameters: Any) -> mo.Html | None:
    """The same; None if there are no rows."""
    found = view.rows(f"select {_selected(columns)} from ({sql}) limit {MAX_ROWS + 1}", **parameters)  # noqa: S608 (a page's query)
    if found.num_rows == 0:
        return None
    is_cut = [note(f"Only the first {MAX_ROWS:,} rows are shown; use the filters to narrow them down.")]
    return mo.vstack(
        [
            _InAddress(_name(view, sql, name), _table(view, sql, columns, found.slice(0, MAX_ROWS))),
            *(is_cut if found.num_rows > MAX_ROWS else []),
            *filter_notes(view, sql),
        ],
        gap=0.25,
    )


def _selected(columns: Columns) -> str:
    """The columns to read, as SQL: to sort a million rows with all of theirs would take seconds."""
    names = ", ".join(literal(name) for name in [*_merged(columns), "currency_code"] if name != ITEM)
    item = ", concat_ws(' · ', sku, title) as item" if ITEM in columns else ""
    return f"columns(name -> name in ({names})){item}"


def _table(view: View, sql: str, columns: Columns, found: pa.Table) -> mo.Html:
    columns = _with_currency(_merged(columns), found)
    shown = found.select(list(columns)).rename_columns([column.heading for column in columns.values()])
    targets = view.published.targets
    meanings = {column.heading: _meaning(view, sql, name, column) for name, column in columns.items()}
    rates = {column.heading for column in columns.values() if column.has_target}
    numeric = [name for name, kind in zip(shown.column_names, shown.schema.types, strict=True) if _is_number(kind)]
    is_small = shown.num_rows <= _SMALL
    return NamedTable(
        _disarmed(shown),
        "-".join(filter(None, [view.page, str(view.published.as_of), _currency_code(view, sql)])),
        show_search=not is_small,
        show_download=not is_small,
        hidden_columns=_hidden(columns),
        selection=None,
        page_size=10,
        pagination=shown.num_rows > 10,
        show_column_summaries=False,
        show_data_types=False,
        max_columns=None,
        freeze_columns_left=shown.column_names[:1],
        format_mapping={
            column.heading: _formatter(column, targets, _addresses(view, name, found))
            for name, column in columns.items()
        },
        text_justify_columns={name: "right" if name in numeric else "left" for name in shown.column_names},
        header_tooltip={heading: meaning for heading, meaning in meanings.items() if meaning},
        style_cell=lambda _row, heading, value: _style(targets, value) if heading in rates else {},
    )


def _name(view: View, sql: str, name: str) -> str:
    return f"{view.page}.{name or next(iter(marts_in(sql)), 'rows')}"


def _meaning(view: View, sql: str, name: str, column: Column) -> str:
    return _ITEM_MEANING if name == ITEM else column.meaning or view.meaning(name, sql)


def _currency_code(view: View, sql: str) -> str:
    currency = view.currency_of(sql)
    return "" if currency == EACH_CURRENCY else currency


def _merged(columns: Columns) -> Columns:
    """The columns to read, including the parts of merged columns, which are exported separately."""
    return {**columns, **(_ITEM_PARTS if ITEM in columns else {})}


def _with_currency(columns: Columns, found: pa.Table) -> Columns:
    """The columns with the currency, after the first amount, if the rows are in several."""
    several = "currency_code" in found.column_names and len(found.column("currency_code").unique()) > 1
    amounts = [name for name in columns if _AMOUNT.search(name)]
    if not (several and amounts) or "currency_code" in columns:
        return columns
    names = list(columns)
    names.insert(names.index(amounts[0]) + 1, "currency_code")
    return {name: columns.get(name, _CURRENCY) for name in names}


def _hidden(columns: Columns) -> list[str]:
    return [column.heading for column in _ITEM_PARTS.values()] if ITEM in columns else []


def _disarmed(shown: pa.Table) -> pa.Table:
    """What the table exports and copies: spreadsheets would run text such as `=1+1`."""
    columns = {
        name: pa.array([value and disarm(value) for value in values.to_pylist()], pa.string())
        if pa.types.is_string(values.type)
        else values
        for name, values in zip(shown.column_names, shown.columns, strict=True)
    }
    return pa.table(columns)


def _addresses(view: View, column: str, found: pa.Table) -> dict[str, str]:
    """The pages of the orders, variants or vendors in a column, by what its cells show; empty if it links nowhere."""
    subject = BY_COLUMN.get(column)
    if subject is None or subject.page == f"#/{view.page}":
        return {}
    key = column if column != ITEM else subject.key
    if column in LISTS:
        names = {name for each in found.column(column).to_pylist() for name in (each or "").split(_BETWEEN_NAMES)}
        return {name: subject.link(view, name) for name in names if name}
    named = zip(found.column(column).to_pylist(), found.column(key).to_pylist(), strict=True)
    return {label: subject.link(view, value) for label, value in named if value}


def _formatter(column: Column, targets: Targets, addresses: Mapping[str, str]) -> Callable[[Any], Any]:
    """What a cell shows of its value: a text or, where it links to a page, HTML as marimo's tables take it."""
    if addresses:
        return lambda value: _linked(rearm(value or ""), column.format, addresses)
    if not column.has_target:
        return lambda value: column.format(rearm(value) if isinstance(value, str) else value)
    return lambda value: f"{SYMBOLS[targets.standing(value)]} {column.format(value)}".strip()


def _linked(value: str, form: Format, addresses: Mapping[str, str]) -> dict[str, str]:
    """A cell with a link or, if it lists several names, one for each."""
    names = [value] if value in addresses else value.split(_BETWEEN_NAMES)
    links = (_link(form(name), addresses.get(name, "")) for name in names)
    return {"mimetype": "text/html", "data": _BETWEEN_NAMES.join(links)}


def _link(label: str, address: str) -> str:
    return f'<a class="ip-item" href="{escape(address)}">{escape(label)}</a>' if address else escape(label)


def _style(targets: Targets, value: float | None) -> dict[str, Any]:
    standing = targets.standing(value)
    return {"color": f"var(--ip-{standing})" if standing else "inherit"}


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
