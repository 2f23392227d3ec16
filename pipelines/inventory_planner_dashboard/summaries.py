"""Summaries of charts, in a sentence or two for readers who can't see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from inventory_planner_dashboard.encodings import UNITS
from inventory_planner_dashboard.formats import NO_DATA


def summarize(subject: str, rows: pa.Table, label: str, amount: str, form: str = UNITS) -> str:
    """The main figures of a chart.

    Args:
        subject: what the chart shows, such as `Open value by vendor`.
        rows: what it is drawn from.
        label: the column of its bars, points or cells.
        amount: the column that is drawn.
        form: how the amounts read; those in `UNITS` are added up, unlike shares and means.
    """
    pairs = [pair for pair in zip(*(rows.column(name).to_pylist() for name in (label, amount)), strict=True) if pair[1]]
    if not pairs:
        return f"{subject}: all are 0."
    adds_up = form == UNITS
    found = list(_totals(pairs).items()) if adds_up else pairs
    (most, highest), (least, lowest) = (choose(found, key=lambda pair: pair[1]) for choose in (max, min))
    total = f" {sum(value for _, value in found):{form}} in total." if adds_up else ""
    extremes = f"Highest: {_name(most)}, {highest:{form}}; lowest: {_name(least)}, {lowest:{form}}."
    return f"{subject}.{total} {extremes if len(found) > 1 else f'{_name(most)}: {highest:{form}}.'}"


def _totals(pairs: list[tuple[Any, float]]) -> dict[Any, float]:
    totals: dict[Any, float] = {}
    for name, value in pairs:
        totals[name] = totals.get(name, 0) + value
    return totals


def _name(value: Any) -> str:
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return NO_DATA if value is None else str(value).replace("_", " ")
