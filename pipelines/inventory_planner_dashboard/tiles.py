"""Tiles: key figures, each over how many rows and with its definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import marimo as mo

from inventory_planner_dashboard.formats import Format
from inventory_planner_dashboard.targets import SYMBOLS, Standing
from inventory_planner_dashboard.view import View


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
    """

    label: str
    column: str
    format: Format
    note: str
    unit: str = ""
    has_target: bool = False
    meaning: str = ""
    link: str = ""


def tiles(view: View, sql: str, row: Mapping[str, Any], figures: Sequence[Tile]) -> str:
    """Tiles for a row of this query, as HTML."""
    return "".join(_tile(view, sql, figure, row.get(figure.column)) for figure in figures)


def tile_row(*groups: str) -> mo.Html:
    """Tiles beside each other."""
    return mo.Html(f'<div class="ip-tiles">{"".join(groups)}</div>')


def _tile(view: View, sql: str, tile: Tile, value: Any) -> str:
    meaning = tile.meaning or view.meaning(tile.column, sql)
    standing: Standing = view.published.targets.standing(value) if tile.has_target else ""
    symbol = f'<span class="ip-symbol">{SYMBOLS[standing]}</span>' if standing else ""
    about = _about(meaning) if meaning else ""
    figure = f"{symbol}{escape(tile.format(value))}"
    linked = f'<a href="{escape(tile.link)}">{figure}</a>' if tile.link else figure
    return (
        f'<div class="ip-tile ip-{standing}"><div class="ip-label">{escape(tile.label)}{about}</div>'
        f'<div class="ip-value">{linked} <small>{escape(tile.unit)}</small></div>'
        f'<div class="ip-detail">{escape(tile.note)}</div></div>'
    )


def _about(meaning: str) -> str:
    return (
        f'<button type="button" class="ip-about" aria-label="{escape(meaning)}" data-about="{escape(meaning)}">'
        "?</button>"
    )
