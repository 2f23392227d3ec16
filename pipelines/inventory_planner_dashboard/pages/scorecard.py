"""Vendor scorecard: who delivers, against the targets."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, log10
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.charts import (
    Chart,
    by_currency,
    draw_labels,
    height_of_rows,
    label_cells,
    largest,
    show,
    with_links,
)
from inventory_planner_dashboard.encodings import PERCENT, UNITS, colours, months, percent_axis, tooltip, vendors
from inventory_planner_dashboard.formats import days, decimal, number, rate, yes
from inventory_planner_dashboard.layout import filter_notes, section, side_by_side, tabs
from inventory_planner_dashboard.palette import BLUE, GREY, ORANGE, VERMILION
from inventory_planner_dashboard.subjects import VENDOR
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.targets import Targets
from inventory_planner_dashboard.view import View

_SCORECARD: Final = """
    select * from marts.vendor_scorecard where period = $period
    order by score desc nulls last, otif_line_rate desc nulls last, vendor_name
"""
_OTIF_BY_MONTH: Final = """
    select vendor_name, report_month, sum(count_otif_lines) / nullif(sum(count_due_lines), 0) as otif_line_rate,
        sum(count_due_lines) as count_due_lines
    from marts.vendor_months
    where report_month > as_of_date - interval 12 month and report_month <= as_of_date
    group by 1, 2 order by 1, 2
"""
_COLUMNS: Final = {
    "vendor_name": Column("Vendor"),
    "grade": Column("Grade"),
    "otif_line_rate": Column("OTIF", rate, has_target=True),
    "due_fill_rate": Column("Fill rate", rate, has_target=True),
    "ordered_value": Column("Ordered value", number),
    "score": Column("Score", number),
    "on_time_rate": Column("On time", rate, has_target=True),
    "in_full_rate": Column("In full", rate, has_target=True),
    "lead_time_median_days": Column("Lead time", days),
    "price_variance_rate": Column("Price var.", rate),
    "spend_share": Column("Share", rate),
    "canceled_order_rate": Column("Canceled", rate),
    "count_due_lines": Column("Due lines", number),
    "lead_time_cv": Column("CV", decimal),
    "is_low_sample": Column("Few orders", yes),
}
_NAME_WIDTH: Final = 0.4  # of the chart, as much as a long name takes in a narrow window
_NAME_SHIFTS: Final = (-14, 18, -28, 32)  # pixels from a bubble to its name: above, below, and farther away
_SCATTER_HEIGHT: Final = 300  # pixels
_RATES: Final = (-0.12, 1.15)  # on the axis of the chart with names, which need room above and below
_RATE_PER_PIXEL: Final = (_RATES[1] - _RATES[0]) / _SCATTER_HEIGHT
_NAME_HEIGHT: Final = 14 * _RATE_PER_PIXEL
_DARK_RATE: Final = 0.9  # the colour of an OTIF above it is too dark for black
_PERIODS: Final = {"Last 365 days": "365", "Last 90 days": "90", "All time": "all"}


def render(view: View) -> mo.Html:
    """The ranking, OTIF against the targets, spend against reliability, and the last twelve months."""
    return mo.vstack(
        [
            tabs(view, "scorecard", {title: _period(view, period) for title, period in _PERIODS.items()}),
            section(
                "OTIF of the last twelve months",
                _draw_months(largest(view.rows(_OTIF_BY_MONTH), "count_due_lines")),
                *filter_notes(view, _OTIF_BY_MONTH),
                about="By promised month.",
            ),
        ]
    )


def _period(view: View, period: str) -> Callable[[], mo.Html]:
    def render_period() -> mo.Html:
        targets = view.published.targets

        def otif(rows: pa.Table, _currency: str) -> mo.Html:
            return _draw_otif(with_links(view, largest(rows, "ordered_value"), VENDOR), targets)

        def spend(rows: pa.Table, currency: str) -> mo.Html:
            return _draw_spend_and_otif(with_links(view, largest(rows, "ordered_value"), VENDOR), targets, currency)

        against = f"OTIF against the targets of {rate(targets.target)} and {rate(targets.minimum)}"
        return mo.vstack(
            [
                section(
                    f"Ranking, value in {view.currency_of(_SCORECARD)}",
                    table(view, _SCORECARD, _COLUMNS, name=period, period=period),
                ),
                side_by_side(
                    section(against, by_currency(view, _SCORECARD, otif, period=period)),
                    section("Spend and reliability", by_currency(view, _SCORECARD, spend, period=period)),
                ),
            ]
        )

    return render_period


def _draw_otif(rows: pa.Table, targets: Targets) -> mo.Html:
    """The OTIF of each vendor against the targets."""
    standings = [targets.standing(value) for value in rows.column("otif_line_rate").to_pylist()]
    bars = alt.Chart(rows.append_column("standing", pa.array(standings, pa.string()))).mark_bar(height=12)
    rates = bars.encode(
        x=alt.X("otif_line_rate:Q", title="OTIF, lines", scale=alt.Scale(domain=[0, 1]), axis=percent_axis()),
        y=vendors(None),
        href="address:N",
        color=colours("standing", {"met": BLUE, "near": ORANGE, "missed": VERMILION}),
        tooltip=[
            tooltip("vendor_name:N", "Vendor"),
            tooltip("otif_line_rate:Q", "OTIF", ".1%"),
            tooltip("count_due_lines:Q", "Due lines", UNITS),
        ],
    )
    rules = _target_rules(targets.minimum, targets.target).encode(x="target:Q")
    summary = summarize("OTIF of each vendor", rows, "vendor_name", "otif_line_rate", ".1%")
    return show(alt.layer(rates, rules), rows, height_of_rows(rows), summary=summary)


def _draw_spend_and_otif(rows: pa.Table, targets: Targets, currency: str) -> mo.Html:
    """Each vendor by spend and reliability; the bubble is the open value."""
    rates = alt.Axis(format=PERCENT, values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    vendor = alt.Chart(rows).encode(
        x=alt.X(
            "ordered_value:Q",
            title=f"Ordered value, {currency} (log)",
            scale=alt.Scale(type="log", nice=False, padding=56),
            axis=alt.Axis(format="~s", values=_log_ticks(rows.column("ordered_value").to_pylist())),
        ),
        y=alt.Y("otif_line_rate:Q", title="OTIF, lines", scale=alt.Scale(domain=list(_RATES)), axis=rates),
    )
    sizes = alt.Legend(orient="top", format=UNITS, tickCount=3, symbolFillColor=BLUE, symbolStrokeWidth=0)
    bubbles = vendor.mark_circle(color=BLUE, opacity=0.75).encode(
        href="address:N",
        size=alt.Size("open_value:Q", title=f"Open value, {currency}", scale=alt.Scale(range=[40, 700]), legend=sizes),
        tooltip=[
            tooltip("vendor_name:N", "Vendor"),
            tooltip("ordered_value:Q", f"Ordered value, {currency}", UNITS),
            tooltip("otif_line_rate:Q", "OTIF", ".1%"),
            tooltip("count_due_lines:Q", "Due lines", UNITS),
            tooltip("open_value:Q", f"Open value, {currency}", UNITS),
        ],
    )
    names = [
        draw_labels(
            vendor.transform_filter(alt.FieldOneOfPredicate(field="vendor_name", oneOf=named)).encode(
                text="vendor_name:N"
            ),
            dy=shift,
            fontSize=11,
        )
        for shift, named in _placed_names(rows).items()
    ]
    rule = _target_rules(targets.target).encode(y="target:Q")
    summary = summarize(f"Ordered value by vendor, {currency}", rows, "vendor_name", "ordered_value")
    return show(alt.layer(rule, bubbles, *names), rows, _SCATTER_HEIGHT, summary=summary)


def _log_ticks(values: list[float | None]) -> list[float]:
    """1, 2 and 5 of each power of ten between the values."""
    known = [value for value in values if value and value > 0]
    powers = range(floor(log10(min(known))), ceil(log10(max(known))) + 1) if known else range(0)
    ticks = (step * 10.0**power for power in powers for step in (1, 2, 5))
    return [tick for tick in ticks if min(known) / 2 <= tick <= max(known) * 2]


def _placed_names(rows: pa.Table) -> dict[int, list[str]]:
    """The vendors to name, by how many pixels below their bubble: from the largest on, where no other name is."""
    points = [
        (log10(row["ordered_value"]), row["otif_line_rate"], row["vendor_name"])
        for row in rows.sort_by([("ordered_value", "descending")]).to_pylist()
        if row["ordered_value"] and row["ordered_value"] > 0 and row["otif_line_rate"] is not None
    ]
    width = max((x for x, *_ in points), default=0) - min((x for x, *_ in points), default=0)
    taken: list[tuple[float, float]] = []
    placed: dict[int, list[str]] = {shift: [] for shift in _NAME_SHIFTS}
    for x, y, name in points:
        for shift in _NAME_SHIFTS:
            height = y - shift * _RATE_PER_PIXEL
            if all(abs(x - left) > _NAME_WIDTH * width or abs(height - above) > _NAME_HEIGHT for left, above in taken):
                taken.append((x, height))
                placed[shift].append(name)
                break
    return placed


def _target_rules(*rates: float | None) -> Chart:
    return alt.Chart(pa.table({"target": list(rates)})).mark_rule(color=GREY, strokeDash=[4, 3])


def _draw_months(rows: pa.Table) -> mo.Html:
    """The last twelve months of each vendor; the worst stand out on white and on black."""
    percent = alt.Chart(rows).transform_calculate(percent="100 * datum.otif_line_rate")
    calendar = percent.encode(x=months(), y=alt.Y("vendor_name:N", title=None))
    count = len(set(rows.column("report_month").to_pylist()))
    known = calendar.transform_filter("isValid(datum.otif_line_rate)")
    numbers = label_cells(known, "percent:Q", UNITS, count, f"datum.otif_line_rate > {_DARK_RATE}")
    return show(
        alt.layer(
            calendar.mark_rect().encode(
                color=alt.Color(
                    "otif_line_rate:Q",
                    title="OTIF of lines, in percent",
                    scale=alt.Scale(domain=[0, 1], range=[VERMILION, "#e8c468", BLUE]),
                    legend=alt.Legend(orient="top", format=PERCENT, gradientLength=160),
                ),
                tooltip=[
                    tooltip("vendor_name:N", "Vendor"),
                    tooltip("yearmonth(report_month):T", "Promised month"),
                    tooltip("otif_line_rate:Q", "OTIF", ".1%"),
                    tooltip("count_due_lines:Q", "Due lines", UNITS),
                ],
            ),
            numbers,
        ),
        rows,
        height_of_rows(rows),
        summary=summarize("OTIF by vendor and month", rows, "vendor_name", "otif_line_rate", ".1%"),
    )
