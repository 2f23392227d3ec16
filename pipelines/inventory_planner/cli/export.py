"""Render a report as CSV or JSON, a batch of rows at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from inventory_planner.formulas import disarm
from inventory_planner.marts.published import Report, Row

TEXT: Final = "VARCHAR"
BATCH_ROWS: Final = 10_000  # rendered at once

OutputFormat = Literal["csv", "json"]


def render(report: Report, output_format: OutputFormat, *, raw: bool = False) -> Iterator[str]:
    """A report as CSV with a header, or as a JSON array with one object per line; decimals keep all their digits.

    In CSV, text that a spreadsheet would run as a formula is disarmed, unless it is wanted `raw`.
    """
    return _render_csv(report, raw=raw) if output_format == "csv" else _render_json(report)


def _render_csv(report: Report, *, raw: bool) -> Iterator[str]:
    yield csv_lines([[column.name for column in report.columns]])
    is_text = [column.type == TEXT and not raw for column in report.columns]
    for batch in _batches(report.rows):
        yield csv_lines(list(map(_disarmed, row, is_text)) for row in batch)


def _disarmed(value: Any, is_text: bool) -> Any:
    return disarm(value) if is_text and value is not None else value


def csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as lines of CSV."""
    file = StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def _render_json(report: Report) -> Iterator[str]:
    names = [column.name for column in report.columns]
    encode = msgspec.json.Encoder(decimal_format="number").encode
    separator = "["
    for batch in _batches(report.rows):
        yield separator + ",\n".join(encode(dict(zip(names, row, strict=True))).decode() for row in batch)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    return iter(lambda: list(islice(rows, BATCH_ROWS)), [])
