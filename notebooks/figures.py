"""Figures, tables and notes as the pages show them: units, thousands separators, a dash where there is no data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from html import escape
from typing import Any, Final

import marimo as mo
import pyarrow as pa

from published import Published, View

NO_DATA: Final = "\N{EN DASH}"
MINUS: Final = "\N{MINUS SIGN}"
AMBER: Final = 0.90  # a rate below this misses the target
RED: Final = 0.80  # and below this somebody should act
MOST_ROWS: Final = 5000  # in one table: more would not be read, and a browser holds them all
HOUR: Final = 60  # minutes
DAY: Final = 24 * HOUR

Format = Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading and how its values read."""

    heading: str
    write: Format | None = None
    rated: bool = False
    """Whether it is a rate that has the target."""


def number(value: float | None) -> str:
    """Units or lines, in whole numbers."""
    return NO_DATA if value is None else f"{value:,.0f}".replace("-", MINUS)


def days(value: float | None) -> str:
    """Days, with a tenth where they are an average."""
    return NO_DATA if value is None else f"{value:,.1f}".removesuffix(".0").replace("-", MINUS)


def decimal(value: float | None) -> str:
    """A number that says all behind the point."""
    return NO_DATA if value is None else f"{value:,.2f}".replace("-", MINUS)


def price(value: float | None) -> str:
    """What one unit costs."""
    return NO_DATA if value is None else f"{value:,.2f}"


def rate(value: float | None) -> str:
    """A share, in percent."""
    return NO_DATA if value is None else f"{value:.1%}".replace("-", MINUS)


def signed(value: float | None) -> str:
    """A change, in percent."""
    return NO_DATA if value is None else f"{value:+.1%}".replace("-", MINUS)


def day(value: date | None) -> str:
    """A date."""
    return NO_DATA if value is None else value.isoformat()


def text(value: object) -> str:
    """A name."""
    return NO_DATA if value in (None, "") else str(value)


def words(value: str | None) -> str:
    """A code such as `received_not_closed`, for people."""
    return NO_DATA if value is None else value.replace("_", " ")


def yes(value: bool | None) -> str:  # noqa: FBT001 (a cell's value)
    """A flag: only what holds is said."""
    return "yes" if value else ""


def against_target(value: float | None) -> str:
    """Where a rate stands: `met`, `near`, `missed`, or nothing where there is no data."""
    if value is None:
        return ""
    return "met" if value >= AMBER else "near" if value >= RED else "missed"


SIGNS: Final = {"met": "●", "near": "▲", "missed": "▼", "": ""}
"""Beside the colour, for who does not see it."""
COLOURS: Final = {
    "met": "var(--ip-good)",
    "near": "var(--ip-near)",
    "missed": "var(--ip-bad)",
    "": "inherit",
}


def rated(value: float | None) -> str:
    """A rate that has the target, with its sign."""
    return f"{SIGNS[against_target(value)]} {rate(value)}".strip()


@dataclass(frozen=True)
class Tile:
    """One figure: a column of a row that a query found, and over how many."""

    label: str
    column: str
    write: Format
    note: str
    unit: str = ""
    rated: bool = False
    """Whether it is a rate that has the target."""
    meaning: str = ""
    """Its definition, where the marts have none."""


def tiles(view: View, sql: str, found: Mapping[str, Any], each: Sequence[Tile]) -> str:
    """Figures of a row that this query found, as HTML, with their definitions on demand."""
    return "".join(_tile(tile, found.get(tile.column), tile.meaning or view.meaning(tile.column, sql)) for tile in each)


def shelf(*all_tiles: str) -> mo.Html:
    """Figures beside each other."""
    return mo.Html(f'<div class="ip-tiles">{"".join(all_tiles)}</div>')


def _tile(tile: Tile, value: Any, meaning: str) -> str:
    state = against_target(value) if tile.rated else ""
    sign = f'<span class="ip-sign">{SIGNS[state]}</span>' if state else ""
    about = f'<span class="ip-about" tabindex="0" data-about="{escape(meaning)}">?</span>' if meaning else ""
    return (
        f'<div class="ip-tile ip-{state}"><div class="ip-label">{escape(tile.label)}{about}</div>'
        f'<div class="ip-value">{sign}{escape(tile.write(value))} <small>{escape(tile.unit)}</small></div>'
        f'<div class="ip-note">{escape(tile.note)}</div></div>'
    )


def table(view: View, sql: str, columns: dict[str, Column], **parameters: Any) -> mo.Html:
    """What a query finds as a table that sorts, filters and exports; definitions on the headings."""
    found = view.rows(f"select * from ({sql}) limit {MOST_ROWS + 1}", **parameters)  # noqa: S608 (ours)
    if found.num_rows == 0:
        return empty()
    shown = found.select(list(columns)).slice(0, MOST_ROWS).rename_columns([each.heading for each in columns.values()])
    return mo.vstack([_table(view, sql, columns, shown), *_notes(view, sql, found.num_rows)], gap=0.25)


def _table(view: View, sql: str, columns: dict[str, Column], shown: pa.Table) -> mo.Html:
    meanings = {each.heading: view.meaning(name, sql) for name, each in columns.items()}
    numeric = [name for name, kind in zip(shown.column_names, shown.schema.types, strict=True) if _is_number(kind)]
    rates = {each.heading for each in columns.values() if each.rated}
    return mo.ui.table(
        shown,
        selection=None,
        page_size=10,
        pagination=shown.num_rows > 10,
        show_column_summaries=False,
        show_data_types=False,
        max_columns=None,
        freeze_columns_left=shown.column_names[:1],
        format_mapping={each.heading: _writer(each) for each in columns.values()},
        text_justify_columns={name: "right" if name in numeric else "left" for name in shown.column_names},
        header_tooltip={heading: meaning for heading, meaning in meanings.items() if meaning},
        style_cell=lambda _row, heading, value: _style(heading in rates, value),
    )


def _writer(column: Column) -> Format:
    return column.write or (rated if column.rated else text)


def _style(has_target: bool, value: Any) -> dict[str, Any]:  # noqa: FBT001
    return {"color": COLOURS[against_target(value)]} if has_target else {}


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _notes(view: View, sql: str, count: int) -> list[mo.Html]:
    cut = [mo.Html(f'<p class="ip-aside">The first {MOST_ROWS:,} rows; the filters narrow them.</p>')]
    return [*(cut if count > MOST_ROWS else []), *filter_notes(view, sql)]


def filter_notes(view: View, sql: str, what: str = "") -> list[mo.Html]:
    """Says which filters this query can't follow, or not to the letter; what of the page it is, if not plain."""
    said = [f"{what}: {note}" if what else note[0].upper() + note[1:] for note in view.notes(sql)]
    return [mo.Html(f'<p class="ip-aside">{escape(note)}</p>') for note in said]


def section(title: str, *content: object, about: str = "") -> mo.Html:
    """A part of a page, under its title."""
    said = f'<p class="ip-aside">{escape(about)}</p>' if about else ""
    return mo.vstack([mo.Html(f'<h2 class="ip-section">{escape(title)}</h2>{said}'), *content], gap=0.5)


class _Beside(mo.Html):
    def __init__(self, parts: Sequence[mo.Html]) -> None:
        self._parts = parts  # held, or marimo forgets the tables in them
        super().__init__(f'<div class="ip-beside">{"".join(f"<div>{part.text}</div>" for part in parts)}</div>')


def beside(*parts: mo.Html) -> mo.Html:
    """Parts side by side where there is room."""
    return _Beside(parts)


def tabs(makers: dict[str, Callable[[], mo.Html]]) -> mo.Html:
    """Parts of which one is seen, made when it is looked at."""
    return mo.ui.tabs({title: mo.lazy(_once(make)) for title, make in makers.items()})


def _once(make: Callable[[], mo.Html]) -> Callable[[], mo.Html]:
    return cache(make)  # holds what was made, or marimo forgets the tables in it


def links(targets: Mapping[str, str]) -> mo.Html:
    """Ways to other pages, by their titles."""
    each = (f'<a href="{escape(address)}">{escape(title)}</a>' for title, address in targets.items())
    return mo.Html(f'<p class="ip-links">{"".join(each)}</p>')


def empty(message: str = "Nothing to show for these filters.") -> mo.Html:
    """In place of a chart or a table that has no rows."""
    return mo.Html(f'<p class="ip-empty">{escape(message)}</p>')


def instant(value: datetime | None) -> str:
    """A moment, in UTC."""
    return NO_DATA if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in the largest whole unit."""
    if then is None:
        return NO_DATA
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < HOUR:
        return f"{minutes} min ago"
    return f"{minutes // HOUR} h ago" if minutes < 2 * DAY else f"{minutes // DAY} days ago"


def data_age(published: Published, now: datetime) -> mo.Html:
    """When the account was last seen to be as shown, when the file was published, and the day that it looks from."""
    checked = published.checked
    current = f"Current {age(checked, now)}" if checked else "Not confirmed by a run"
    return mo.Html(
        f'<p class="ip-age">{current}<br>Published {instant(published.written)}<br>As of {published.as_of}</p>'
    )
