"""Tiles: key figures, each over how many rows and with its definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import marimo as mo

from inventory_planner_dashboard.formats import Format, number
from inventory_planner_dashboard.targets import SYMBOLS, Standing
from inventory_planner_dashboard.view import EACH_CURRENCY, View


@dataclass(frozen=True)
class Tile:
    """One figure.

    Attributes:
        label: its name.
        column: the column of the query that holds it.
        format: how it reads.
        note: over how many rows it goes, or what else stands below it.
        unit: its unit or currency.
        has_target: whether it is a rate coloured by the targets.
        meaning: its definition where no mart describes the column.
        link: the URL that it leads to; empty for none.
        counted: the column with the number of rows it covers. It is the note unless there is one, and where it is 0, an
            unknown figure is 0.
    """

    label: str
    column: str
    format: Format
    note: str = ""
    unit: str = ""
    has_target: bool = False
    meaning: str = ""
    link: str = ""
    counted: str = ""


def tiles(view: View, sql: str, row: Mapping[str, Any], figures: Sequence[Tile]) -> str:
    """Tiles for a row of this query, as HTML."""
    return "".join(_tile(view, sql, figure, row) for figure in figures)


def tile_row(*groups: str) -> mo.Html:
    """Tiles beside each other."""
    return mo.Html(f'<div class="ip-tiles">{"".join(groups)}</div>')


def money(view: View, sql: str, column: str) -> str:
    """A sum of money in the only row of a query, such as `56,535 EUR + 2,207 USD`."""
    return join_amounts(view.amounts(sql, column))


def join_amounts(amounts: Mapping[str, float | None]) -> str:
    """Amounts in several currencies as text; they can't be added up."""
    return " + ".join(f"{number(amount or 0)} {currency}" for currency, amount in amounts.items()) or number(0)


def _tile(view: View, sql: str, tile: Tile, row: Mapping[str, Any]) -> str:
    value = 0 if tile.counted and row.get(tile.column) is None and not row.get(tile.counted) else row.get(tile.column)
    meaning = tile.meaning or view.meaning(tile.column, sql)
    standing: Standing = view.published.targets.standing(value) if tile.has_target else ""
    symbol = f'<span class="ip-symbol">{SYMBOLS[standing]}</span>' if standing else ""
    about = _about(meaning) if meaning else ""
    ignored = view.ignored(sql)
    unfiltered = f'<div class="ip-ignored">not filtered by {escape(ignored)}</div>' if ignored else ""
    dimmed = " ip-unfiltered" if ignored else ""
    return (
        f'<div class="ip-tile ip-{standing}{dimmed}"><div class="ip-label">{escape(tile.label)}{about}</div>'
        f'<div class="ip-value">{_value(view, sql, tile, value, symbol)}</div>'
        f'<div class="ip-detail">{escape(_note(tile, row))}{unfiltered}</div></div>'
    )


def _note(tile: Tile, row: Mapping[str, Any]) -> str:
    return tile.note or (f"{number(row.get(tile.counted) or 0)} lines" if tile.counted else "")


def _value(view: View, sql: str, tile: Tile, value: Any, symbol: str) -> str:
    """A figure, with its link, and its unit; money in several currencies is one figure for each."""
    unit = view.currency_of(sql) if tile.unit == view.currency else tile.unit
    figures = [(value, unit)]
    if unit == EACH_CURRENCY:
        figures = [(amount, currency) for currency, amount in view.amounts(sql, tile.column).items()] or [(value, "")]
    parts = [
        f"{_linked(tile, symbol + escape(tile.format(each)))} <small>{escape(name if each is not None else '')}</small>"
        for each, name in figures
    ]
    return parts[0] if len(parts) == 1 else f'<span class="ip-figures">{" + ".join(map(_figure, parts))}</span>'


def _linked(tile: Tile, figure: str) -> str:
    return f'<a href="{escape(tile.link)}">{figure}</a>' if tile.link else figure


def _figure(html: str) -> str:
    return f"<span>{html}</span>"


def _about(meaning: str) -> str:
    return (
        f'<button type="button" class="ip-about" aria-label="{escape(meaning)}" data-about="{escape(meaning)}">'
        "?</button>"
    )
