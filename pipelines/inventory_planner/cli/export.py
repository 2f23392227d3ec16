"""Render a report as CSV or JSON, a batch of rows at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from inventory_planner.marts.published import Report, Row

BATCH_ROWS: Final = 10_000  # rendered at once

OutputFormat = Literal["csv", "json"]


def render(report: Report, output_format: OutputFormat) -> Iterator[str]:
    """A report as CSV with a header, or as a JSON array with one object per line; decimals keep all their digits."""
    return _render_csv(report) if output_format == "csv" else _render_json(report)


def _render_csv(report: Report) -> Iterator[str]:
    yield _csv_lines([[column.name for column in report.columns]])
    yield from map(_csv_lines, _batches(report.rows))


def _csv_lines(rows: Iterable[Sequence[Any]]) -> str:
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
