"""Charts as functions of rows: each as wide as its place, or a note that there is nothing to show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import altair as alt
import marimo as mo
import pyarrow as pa
import pyarrow.compute as pc

from figures import AMBER, RED, empty

BLUE: Final = "#0072b2"  # Okabe and Ito's colours, which colour-blind readers can tell apart
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
ORANGE: Final = "#e69f00"
VERMILION: Final = "#d55e00"
PINK: Final = "#cc79a7"
GREY: Final = "#8b929c"
CATEGORIES: Final = [BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, GREY]
DELIVERY: Final = {"early": SKY, "on time": BLUE, "late": VERMILION, "no promise": GREY}
QUANTITY: Final = {"short": VERMILION, "full": BLUE, "over": ORANGE}
AGES: Final = {
    "no promise": GREY,
    "not due": "#c6dbef",
    "1-7": "#fdd0a2",
    "8-14": "#fdae6b",
    "15-30": "#fd8d3c",
    "31-60": "#e6550d",
    "61-90": "#b33c02",
    "over 90": "#7a2a05",
}
HEIGHT: Final = 240  # pixels
ROW: Final = 26  # pixels that a vendor or a state takes in a chart of rows
MOST_WEEKS: Final = 520  # on one axis; a date that somebody has mistyped can lie thousands of years away
MOST_VENDORS: Final = 30  # in one chart: more could not be told apart
CONTAINER_CBM: Final = 67  # what a 40-foot container holds

PLAIN: Final = {"embedOptions": {"actions": False}}  # no menu: it leads to an editor on another host

AXES: Final = {
    "gridColor": GREY,
    "gridOpacity": 0.2,
    "domainColor": GREY,
    "tickColor": GREY,
    "labelFontSize": 11,
    "titleFontWeight": "normal",
}

UNITS: Final = ",.0f"
EXACT: Final = ",~f"
PERCENT: Final = ".0%"


def incoming(rows: pa.Table, money: str) -> Any:
    """Open value by the week of the promise, stacked by warehouse; what is overdue stands apart, first."""
    labels = ["Overdue" if row["is_overdue"] else f"{row['week_start']:%d %b}" for row in rows.to_pylist()]
    by_week = rows.append_column("week", pa.array(labels, pa.string()))
    bars = alt.Chart(by_week).mark_bar()
    return _finished(
        bars.encode(
            x=_labelled_week(by_week, "Overdue"),
            y=_amount("sum(open_value)", f"Open value, {money}"),
            color=_categories("warehouse_name"),
            tooltip=[
                _said("week:O", "Week of"),
                _said("warehouse_name:N", "Warehouse"),
                _said("sum(open_value):Q", f"Open value, {money}", UNITS),
                _said("sum(quantity_open):Q", "Units", UNITS),
                _said("sum(count_lines):Q", "Lines", UNITS),
            ],
        ),
        rows,
    )


def ordered_and_received(rows: pa.Table) -> Any:
    """Units ordered beside units received for each month, and the fill rate as a line with its own axis."""
    month = alt.X("yearmonth(report_month):O", title=None, axis=_months())
    both = alt.Chart(rows).transform_fold(["quantity_ordered", "quantity_received"], ["kind", "units"])
    bars = both.transform_calculate(kind="datum.kind == 'quantity_ordered' ? 'ordered' : 'received'").mark_bar()
    columns = bars.encode(
        x=month,
        xOffset=alt.XOffset("kind:N", sort=["ordered", "received"]),
        y=_amount("units", "Units"),
        color=_coloured("kind", {"ordered": "#a9b4c0", "received": BLUE}),
        tooltip=[_said("yearmonth(report_month):T", "Month"), _said("kind:N", " "), _said("units:Q", "Units", UNITS)],
    )
    line = alt.Chart(rows).mark_line(color=VERMILION, point=alt.OverlayMarkDef(color=VERMILION, size=25))
    filled = line.encode(
        x=month,
        y=alt.Y("fill_rate:Q", title="Fill rate", scale=alt.Scale(domain=[0, 1]), axis=_percent_axis(VERMILION)),
        tooltip=[
            _said("yearmonth(report_month):T", "Month"),
            _said("fill_rate:Q", "Fill rate", ".1%"),
            _said("count_lines:Q", "Lines", UNITS),
        ],
    )
    return _finished(alt.layer(columns, filled).resolve_scale(y="independent"), rows)


def by_state(rows: pa.Table, money: str) -> Any:
    """Ordered value by the state that orders are in."""
    return _bars(rows, ("lifecycle_state", None), ("ordered_value", f"Ordered value, {money}"), "count_orders")


def quantities(steps: Sequence[tuple[str, float, float, str]]) -> Any:
    """A waterfall: of each step its name, where it begins and ends, and its colour."""
    if not any(end for _, _, end, _ in steps):
        return empty()
    names = ["step", "begins", "ends", "colour"]
    rows = pa.table({name: list(values) for name, values in zip(names, zip(*steps, strict=True), strict=True)})
    bars = alt.Chart(rows).transform_calculate(units="abs(datum.ends - datum.begins)").mark_bar()
    return _finished(
        bars.encode(
            x=alt.X("step:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
            y=_amount("begins", "Units"),
            y2="ends:Q",
            color=alt.Color("colour:N", scale=None),
            tooltip=[_said("step:N", " "), _said("units:Q", "Units", UNITS)],
        ),
        rows,
    )


def week_by_vendor(rows: pa.Table) -> Any:
    """A calendar of incoming units: the darker, the more."""
    cells = alt.Chart(rows).mark_rect()
    return _finished(
        cells.encode(
            x=_week(rows),
            y=alt.Y("vendor_name:N", title=None),
            color=alt.Color(
                "quantity_open:Q",
                title="Units",
                scale=alt.Scale(range=["#d6e6f4", "#08519c"]),
                legend=alt.Legend(orient="top", gradientLength=160, format=UNITS),
            ),
            tooltip=[
                _said("vendor_name:N", "Vendor"),
                _said("week_start:T", "Week of"),
                _said("quantity_open:Q", "Units", UNITS),
                _said("count_lines:Q", "Lines", UNITS),
            ],
        ),
        rows,
        _rows_high(rows, "vendor_name"),
    )


def promised_and_forecast(rows: pa.Table) -> Any:
    """Units by week as promised, beside the same units as the vendors' history lets expect."""
    bars = alt.Chart(rows).mark_bar()
    return _finished(
        bars.encode(
            x=_week(rows),
            xOffset=alt.XOffset("basis:N", sort=["promised", "forecast"]),
            y=_amount("quantity_open", "Units"),
            color=_coloured("basis", {"promised": "#a9b4c0", "forecast": BLUE}),
            tooltip=[
                _said("week_start:T", "Week of"),
                _said("basis:N", "Basis"),
                _said("quantity_open:Q", "Units", UNITS),
            ],
        ),
        rows,
    )


def volume(rows: pa.Table) -> Any:
    """Cubic metres by the week in which they can be expected, against what one container holds."""
    bars = (
        alt.Chart(rows)
        .mark_bar(color=BLUE)
        .encode(
            x=_week(rows),
            y=alt.Y("open_volume_cbm:Q", title="Cubic metres", axis=alt.Axis(format=EXACT)),
            tooltip=[
                _said("week_start:T", "Week of"),
                _said("open_volume_cbm:Q", "Cubic metres", ",.1f"),
                _said("count_measured:Q", "Lines with a volume", UNITS),
                _said("count_lines:Q", "Lines", UNITS),
            ],
        )
    )
    return _finished(alt.layer(bars, _level(CONTAINER_CBM, f"40-foot container, {CONTAINER_CBM} m³")), rows)


def ageing(rows: pa.Table, money: str) -> Any:
    """Open value by vendor, stacked by how long it is overdue."""
    bars = alt.Chart(rows).mark_bar().transform_calculate(age=f"indexof({list(AGES)}, datum.ageing_bucket)")
    return _finished(
        bars.encode(
            x=_amount("sum(open_value)", f"Open value, {money}", alt.X),
            y=_vendors("-x"),
            color=alt.Color(
                "ageing_bucket:N",
                title="Days overdue",
                scale=alt.Scale(domain=list(AGES), range=list(AGES.values())),
                legend=alt.Legend(orient="top", columns=4),
            ),
            order=alt.Order("age:Q"),
            tooltip=[
                _said("vendor_name:N", "Vendor"),
                _said("ageing_bucket:N", "Days overdue"),
                _said("sum(open_value):Q", f"Open value, {money}", UNITS),
                _said("sum(count_lines):Q", "Lines", UNITS),
            ],
        ),
        rows,
        _rows_high(rows, "vendor_name"),
    )


def open_by_day(rows: pa.Table, money: str) -> Any:
    """Open value and the overdue part of it, day by day."""
    if rows.num_rows == 1:
        return empty("One day is known so far: from tomorrow on a line shows how open orders grow or shrink.")
    both = alt.Chart(rows).transform_fold(["open_value", "overdue_value"], ["kind", "value"])
    lines = both.transform_calculate(kind="datum.kind == 'open_value' ? 'open' : 'overdue'").mark_line(point=True)
    return _finished(
        lines.encode(
            x=alt.X("yearmonthdate(report_date):O", title=None, axis=_weeks()),
            y=_amount("value", f"Value, {money}"),
            color=_coloured("kind", {"open": BLUE, "overdue": VERMILION}),
            tooltip=[
                _said("report_date:T", "Day"),
                _said("kind:N", " "),
                _said("value:Q", f"Value, {money}", UNITS),
                _said("count_orders:Q", "Orders", UNITS),
            ],
        ),
        rows,
    )


def bullets(rows: pa.Table) -> Any:
    """OTIF of each vendor against the targets, worst last."""
    met = f"datum.otif_line_rate >= {AMBER} ? 'met' : datum.otif_line_rate >= {RED} ? 'near' : 'missed'"
    bars = (
        alt.Chart(rows)
        .transform_calculate(target=met)
        .mark_bar(height=12)
        .encode(
            x=alt.X("otif_line_rate:Q", title="OTIF, lines", scale=alt.Scale(domain=[0, 1]), axis=_percent_axis()),
            y=_vendors(None),
            color=_coloured("target", {"met": BLUE, "near": ORANGE, "missed": VERMILION}),
            tooltip=[
                _said("vendor_name:N", "Vendor"),
                _said("otif_line_rate:Q", "OTIF", ".1%"),
                _said("count_due_lines:Q", "Due lines", UNITS),
            ],
        )
    )
    targets = pa.table({"target": [RED, AMBER]})
    rules = alt.Chart(targets).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="target:Q")
    return _finished(alt.layer(bars, rules), rows, _rows_high(rows, "vendor_name"))


def spend_and_otif(rows: pa.Table, money: str) -> Any:
    """Each vendor by what is spent there and how reliably it delivers; the bubble is what is open."""
    place = alt.Chart(rows).encode(
        x=alt.X(
            "ordered_value:Q",
            title=f"Ordered value, {money} (log)",
            scale=alt.Scale(type="log", nice=False, padding=56),
            axis=alt.Axis(format="~s", tickCount=5),
        ),
        y=alt.Y("otif_line_rate:Q", title="OTIF, lines", scale=alt.Scale(domain=[0, 1]), axis=_percent_axis()),
    )
    bubbles = place.mark_circle(color=BLUE, opacity=0.75).encode(
        size=alt.Size("open_value:Q", title=f"Open value, {money}", scale=alt.Scale(range=[40, 700]), legend=None),
        tooltip=[
            _said("vendor_name:N", "Vendor"),
            _said("ordered_value:Q", f"Ordered value, {money}", UNITS),
            _said("otif_line_rate:Q", "OTIF", ".1%"),
            _said("count_due_lines:Q", "Due lines", UNITS),
            _said("open_value:Q", f"Open value, {money}", UNITS),
        ],
    )
    names = place.mark_text(dy=-14, color=GREY, fontSize=11).encode(text="vendor_name:N")
    target = alt.Chart(pa.table({"target": [AMBER]})).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="target:Q")
    return _finished(alt.layer(target, bubbles, names), rows, 300)


def otif_by_month(rows: pa.Table) -> Any:
    """The last twelve months of each vendor: the darker the square, the better."""
    cells = alt.Chart(rows).mark_rect()
    return _finished(
        cells.encode(
            x=alt.X("yearmonth(report_month):O", title=None, axis=_months()),
            y=alt.Y("vendor_name:N", title=None),
            color=alt.Color(
                "otif_line_rate:Q",
                title="OTIF, lines",
                scale=alt.Scale(domain=[0, 1], range=["#e3edf6", "#08519c"]),
                legend=alt.Legend(orient="top", format=PERCENT, gradientLength=160),
            ),
            tooltip=[
                _said("vendor_name:N", "Vendor"),
                _said("yearmonth(report_month):T", "Month of the promise"),
                _said("otif_line_rate:Q", "OTIF", ".1%"),
                _said("count_due_lines:Q", "Due lines", UNITS),
            ],
        ),
        rows,
        _rows_high(rows, "vendor_name"),
    )


def deliveries(rows: pa.Table) -> Any:
    """A bar for each delivery, as long as its lead time and coloured by its promise; the line is the planned one."""
    order = alt.X("order_label:N", sort=None, title="Orders by completion", axis=_slanted())
    days = alt.Y("lead_time_days:Q", title="Days from order to completion")
    bars = alt.Chart(rows).mark_bar()
    taken = bars.encode(
        x=order,
        y=days,
        color=_coloured("delivery", DELIVERY),
        tooltip=[
            _said("order_label:N", "Order"),
            _said("completion_date:T", "Complete"),
            _said("lead_time_days:Q", "Days"),
            _said("planned_lead_time_days:Q", "Planned"),
            _said("days_late:Q", "Days late"),
        ],
    )
    line = alt.Chart(rows).mark_line(color=GREY, interpolate="step", strokeWidth=2)
    planned = line.encode(x=order, y="planned_lead_time_days:Q")
    return _finished(alt.layer(taken, planned), rows)


def received_shares(rows: pa.Table) -> Any:
    """The twin of deliveries: how much of each came."""
    bars = alt.Chart(rows).mark_bar()
    return _finished(
        bars.encode(
            x=alt.X("order_label:N", sort=None, title="Orders by completion", axis=_slanted()),
            y=alt.Y("receipt_ratio:Q", title="Received of ordered", axis=_percent_axis()),
            color=_coloured("quantity", QUANTITY),
            tooltip=[
                _said("order_label:N", "Order"),
                _said("receipt_ratio:Q", "Received of ordered", ".1%"),
                _said("quantity:N", "Quantity"),
            ],
        ),
        rows,
        160,
    )


def lead_time_histogram(rows: pa.Table, mean: float | None, p90: float | None) -> Any:
    """How often each lead time was seen, with the mean and what nine in ten orders keep."""
    bars = (
        alt.Chart(rows)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("lead_time_days:Q", bin=alt.Bin(maxbins=24), title="Days from order to completion"),
            y=alt.Y("sum(count_orders):Q", title="Orders"),
            tooltip=[
                _said("lead_time_days:Q", "Days", bin=True),
                _said("sum(count_orders):Q", "Orders", UNITS),
            ],
        )
    )
    marks = [(value, f"{name} {value:.1f}") for name, value in (("mean", mean), ("P90", p90)) if value is not None]
    return _finished(alt.layer(bars, *(_upright(value, label) for value, label in marks)), rows)


def unit_costs(rows: pa.Table, money: str) -> Any:
    """What a unit of each variant cost, order by order."""
    lines = alt.Chart(rows).mark_line(interpolate="step-after", point=alt.OverlayMarkDef(size=20))
    return _finished(
        lines.encode(
            x=alt.X("sent_date:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount=6)),
            y=alt.Y("unit_cost:Q", title=f"Unit cost, {money}", scale=alt.Scale(zero=False)),
            color=_categories("sku"),
            tooltip=[
                _said("sku:N", "SKU"),
                _said("sent_date:T", "Ordered"),
                _said("unit_cost:Q", f"Unit cost, {money}", ",.2f"),
            ],
        ),
        rows,
    )


def lead_time_boxes(rows: pa.Table) -> Any:
    """Of each vendor: the box holds the middle half of its lead times, the line eight in ten, the tick the median."""
    vendor = alt.Chart(rows).encode(y=_vendors(None))
    told = [
        _said("vendor_name:N", "Vendor"),
        *(_said(f"{each}:Q", f"P{each[1:]} days", ".0f") for each in ("p10", "p25", "p50", "p75", "p90")),
        _said("count_orders:Q", "Orders", UNITS),
    ]
    whiskers = vendor.mark_rule(color=GREY).encode(
        x=alt.X("p10:Q", title="Days from order to completion", axis=alt.Axis(tickCount=8)), x2="p90:Q"
    )
    boxes = vendor.mark_bar(height=14, color=SKY).encode(x="p25:Q", x2="p75:Q", tooltip=told)
    medians = vendor.mark_tick(color=BLUE, thickness=3, height=14).encode(x="p50:Q", tooltip=told)
    return _finished(alt.layer(whiskers, boxes, medians), rows, _rows_high(rows, "vendor_name"))


def planned_and_actual(rows: pa.Table) -> Any:
    """The mean planned lead time of each vendor, and what it really takes."""
    vendor = alt.Chart(rows).encode(y=_vendors(None))
    between = vendor.mark_rule(color=GREY).encode(
        x=alt.X("planned_lead_time_mean_days:Q", title="Days, mean", axis=alt.Axis(tickCount=8)),
        x2="lead_time_mean_days:Q",
    )
    both = vendor.transform_fold(["planned_lead_time_mean_days", "lead_time_mean_days"], ["kind", "days"])
    dots = both.transform_calculate(kind="datum.kind == 'lead_time_mean_days' ? 'actual' : 'planned'")
    marked = dots.mark_circle(size=90, opacity=1).encode(
        x="days:Q",
        color=_coloured("kind", {"planned": "#a9b4c0", "actual": BLUE}),
        tooltip=[
            _said("vendor_name:N", "Vendor"),
            _said("kind:N", " "),
            _said("days:Q", "Days", ".1f"),
            _said("count_orders:Q", "Orders", UNITS),
        ],
    )
    return _finished(alt.layer(between, marked), rows, _rows_high(rows, "vendor_name"))


def receipts(rows: pa.Table) -> Any:
    """Units received in each week, stacked by warehouse."""
    bars = alt.Chart(rows).mark_bar()
    return _finished(
        bars.encode(
            x=_week(rows),
            y=_amount("quantity_received", "Units"),
            color=_categories("warehouse_name"),
            tooltip=[
                _said("week_start:T", "Week of"),
                _said("warehouse_name:N", "Warehouse"),
                _said("quantity_received:Q", "Units", UNITS),
                _said("count_receipts:Q", "Receipts", UNITS),
            ],
        ),
        rows,
    )


def order_timeline(rows: pa.Table, ordered: float, promise: Any) -> Any:
    """How an order came in, receipt by receipt, up to what was ordered; the upright line is its promise."""
    steps = alt.Chart(rows).mark_line(interpolate="step-after", color=BLUE, point=alt.OverlayMarkDef(color=BLUE))
    came = steps.encode(
        x=alt.X("receipt_date:T", title=None, axis=alt.Axis(format="%d %b", labelOverlap=True, tickCount=6)),
        y=alt.Y("quantity_received_to_date:Q", title="Units to date", scale=alt.Scale(zero=True)),
        tooltip=[
            _said("receipt_date:T", "Received"),
            _said("quantity_received:Q", "Units", UNITS),
            _said("quantity_received_to_date:Q", "To date", UNITS),
        ],
    )
    promised = alt.Chart(pa.table({"promise_date": pa.array([promise], pa.date32())})).mark_rule(color=VERMILION)
    day = [promised.encode(x="promise_date:T")] if promise else []
    return _finished(alt.layer(came, _level(ordered, f"ordered {ordered:,.0f}"), *day), rows)


def price_variances(rows: pa.Table, money: str) -> Any:
    """What vendors cost more or less than at the orders before; more stands to the right."""
    bars = alt.Chart(rows).mark_bar()
    return _finished(
        bars.encode(
            x=_amount("price_variance", f"Price variance, {money}", alt.X),
            y=_vendors("-x"),
            color=alt.condition("datum.price_variance > 0", alt.value(VERMILION), alt.value(BLUE)),
            tooltip=[
                _said("vendor_name:N", "Vendor"),
                _said("price_variance:Q", f"Variance, {money}", UNITS),
                _said("price_variance_rate:Q", "Of what it would have cost", "+.2%"),
                _said("count_lines:Q", "Lines compared", UNITS),
            ],
        ),
        rows,
        _rows_high(rows, "vendor_name"),
    )


def landed_uplifts(rows: pa.Table) -> Any:
    """How much freight and duties add to what the goods of each vendor cost."""
    bars = alt.Chart(rows).mark_bar(color=BLUE)
    return _finished(
        bars.encode(
            x=alt.X("landed_uplift_rate:Q", title="Landed above net cost", axis=alt.Axis(format=".1%")),
            y=_vendors("-x"),
            tooltip=[
                _said("vendor_name:N", "Vendor"),
                _said("landed_uplift_rate:Q", "Uplift", ".2%"),
                _said("count_lines:Q", "Lines", UNITS),
            ],
        ),
        rows,
        _rows_high(rows, "vendor_name"),
    )


def pareto(rows: pa.Table, money: str) -> Any:
    """What is spent on each, most first, and how much of all they are together; the lines are 80 and 95 %."""
    who = alt.X("spend_name:N", sort=None, title=None, axis=_slanted())
    bars = alt.Chart(rows).mark_bar()
    spent = bars.encode(
        x=who,
        y=_amount("ordered_value", f"Ordered value, {money}"),
        color=_coloured("abc_class", {"A": BLUE, "B": SKY, "C": GREY}),
        tooltip=[
            _said("spend_name:N", " "),
            _said("ordered_value:Q", f"Ordered value, {money}", UNITS),
            _said("spend_share:Q", "Share", ".1%"),
            _said("cumulative_spend_share:Q", "Together", ".1%"),
        ],
    )
    line = alt.Chart(rows).mark_line(color=VERMILION, point=alt.OverlayMarkDef(color=VERMILION, size=20))
    share = alt.Y("cumulative_spend_share:Q", title="Together", scale=alt.Scale(domain=[0, 1]), axis=_percent_axis())
    marks = alt.Chart(pa.table({"mark": [0.8, 0.95]})).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="mark:Q")
    together = alt.layer(line.encode(x=who, y=share), marks)
    return _finished(alt.layer(spent, together).resolve_scale(y="independent"), rows)


def spend(rows: pa.Table, money: str) -> Any:
    """What was ordered in each month, and what has come of those orders."""
    both = alt.Chart(rows).transform_fold(["ordered_value", "received_value"], ["kind", "value"])
    bars = both.transform_calculate(kind="datum.kind == 'ordered_value' ? 'ordered' : 'received'").mark_bar()
    return _finished(
        bars.encode(
            x=alt.X("yearmonth(report_month):O", title=None, axis=_months()),
            xOffset=alt.XOffset("kind:N", sort=["ordered", "received"]),
            y=_amount("value", f"Value, {money}"),
            color=_coloured("kind", {"ordered": "#a9b4c0", "received": BLUE}),
            tooltip=[
                _said("yearmonth(report_month):T", "Ordered in"),
                _said("kind:N", " "),
                _said("value:Q", f"Value, {money}", UNITS),
                _said("count_orders:Q", "Orders", UNITS),
            ],
        ),
        rows,
    )


def cash(rows: pa.Table, money: str) -> Any:
    """Open value by the week in which it will have to be paid; what is past stands first."""
    labels = [f"{row['week_start']:%d %b}" if row["week_start"] else "Past" for row in rows.to_pylist()]
    kinds = {"payment_date": "payment date", "promise": "promised date"}
    by_week = rows.append_column("week", pa.array(labels, pa.string())).append_column(
        "due_by", pa.array([kinds.get(each, each) for each in rows.column("due_basis").to_pylist()], pa.string())
    )
    bars = alt.Chart(by_week).mark_bar()
    return _finished(
        bars.encode(
            x=_labelled_week(by_week, "Past"),
            y=_amount("open_value", f"Open value, {money}"),
            color=_coloured("due_by", {"payment date": BLUE, "promised date": ORANGE}),
            tooltip=[
                _said("week:O", "Week of"),
                _said("due_by:N", "Due by"),
                _said("open_value:Q", f"Open value, {money}", UNITS),
                _said("count_orders:Q", "Orders", UNITS),
            ],
        ),
        rows,
    )


def checks(rows: pa.Table) -> Any:
    """How much of what was looked at each check found."""
    return _bars(rows, ("check_name", None), ("found_rate", "Found, of what was checked"), "count_found", ".0%")


def _bars(rows: pa.Table, of: tuple[str, str | None], much: tuple[str, str], counted: str, form: str = UNITS) -> Any:
    (name, title), (amount, amount_title) = of, much
    label = alt.Axis(labelExpr="replace(datum.label, /_/g, ' ')", labelLimit=220)
    bars = alt.Chart(rows).mark_bar(color=BLUE)
    return _finished(
        bars.encode(
            x=alt.X(f"{amount}:Q", title=amount_title, axis=alt.Axis(format=form, tickCount=5)),
            y=alt.Y(f"{name}:N", title=title, sort="-x", axis=label),
            tooltip=[
                _said(f"{name}:N", " "),
                _said(f"{amount}:Q", amount_title, ".1%" if "%" in form else UNITS),
                _said(f"{counted}:Q", "Count", UNITS),
            ],
        ),
        rows,
        _rows_high(rows, name),
    )


def _level(value: float, label: str) -> alt.LayerChart:
    at = alt.Chart(pa.table({"value": [float(value)], "label": [label]}))
    rule = at.mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="value:Q")
    text = at.mark_text(align="left", dx=4, dy=-6, color=GREY).encode(x=alt.value(0), y="value:Q", text="label:N")
    return alt.layer(rule, text)


def _upright(value: float, label: str) -> alt.LayerChart:
    at = alt.Chart(pa.table({"value": [value], "label": [label]}))
    rule = at.mark_rule(color=VERMILION).encode(x="value:Q")
    text = at.mark_text(align="left", dx=4, color=VERMILION).encode(x="value:Q", y=alt.value(6), text="label:N")
    return alt.layer(rule, text)


def _amount(field: str, title: str, channel: Any = alt.Y) -> Any:
    return channel(f"{field}:Q", title=title, axis=alt.Axis(format=EXACT, tickCount=5))


def _week(rows: pa.Table) -> alt.X:
    days = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in each_week(rows)]
    return alt.X("yearmonthdate(week_start):O", title=None, scale=alt.Scale(domain=days), axis=_weeks())


def _labelled_week(rows: pa.Table, before: str) -> alt.X:
    """The same for weeks that are labels already, since what comes `before` all weeks is none."""
    first = [before] if before in rows.column("week").to_pylist() else []
    weeks = [f"{day:%d %b}" for day in each_week(rows.filter(pc.field("week") != before))]
    axis = alt.Axis(labelAngle=0, labelOverlap=True)
    return alt.X("week:O", title=None, scale=alt.Scale(domain=first + weeks), axis=axis)


def each_week(rows: pa.Table) -> list[date]:
    """The weeks from the first to the last one, also those in which nothing happens."""
    weeks = sorted({day for day in rows.column("week_start").to_pylist() if day})
    count = (weeks[-1] - weeks[0]).days // 7 + 1 if weeks else 0
    return [weeks[0] + timedelta(weeks=number) for number in range(count)] if count <= MOST_WEEKS else weeks


def _weeks() -> alt.Axis:
    return alt.Axis(format="%d %b", labelAngle=0, labelOverlap=True)


def _vendors(sort: Any) -> alt.Y:
    return alt.Y("vendor_name:N", title=None, sort=sort, axis=alt.Axis(labelLimit=170))


def _months() -> alt.Axis:
    return alt.Axis(format="%b %y", labelAngle=0, labelOverlap=True)


def _slanted() -> alt.Axis:
    return alt.Axis(labelAngle=-45, labelOverlap=True, labelLimit=120)


def _percent_axis(colour: str | None = None) -> alt.Axis:
    titled = {"titleColor": colour} if colour else {}
    return alt.Axis(format=PERCENT, tickCount=5, **titled)


def _said(field: str, title: str, form: str | None = None, **options: Any) -> alt.Tooltip:
    return alt.Tooltip(field, title=title, **({"format": form} if form else {}), **options)


def _coloured(field: str, colours: dict[str, str]) -> alt.Color:
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", title=None, scale=scale, legend=alt.Legend(orient="top"))


def _categories(field: str) -> alt.Color:
    return alt.Color(
        f"{field}:N", title=None, scale=alt.Scale(range=CATEGORIES), legend=alt.Legend(orient="top", columns=3)
    )


def largest(rows: pa.Table, amount: str) -> pa.Table:
    """The rows of the vendors that have most of an amount, as many as one chart can show."""
    totals = rows.group_by("vendor_name").aggregate([(amount, "sum")]).sort_by([(f"{amount}_sum", "descending")])
    names = totals.column("vendor_name").slice(0, MOST_VENDORS).combine_chunks()
    return rows.filter(pc.is_in(rows.column("vendor_name"), value_set=names))


def _rows_high(rows: pa.Table, field: str) -> int:
    return max(3, len(set(rows.column(field).to_pylist()))) * ROW


def _finished(chart: Any, rows: pa.Table, height: int = HEIGHT) -> Any:
    if rows.num_rows == 0:
        return empty()
    return mo.as_html(
        chart.properties(width="container", height=height, background="transparent", usermeta=PLAIN)
        .configure_view(strokeWidth=0)
        .configure_axis(
            gridColor=GREY, gridOpacity=0.2, domainColor=GREY, tickColor=GREY, labelFontSize=11, titleFontWeight=500
        )
        .configure_legend(labelFontSize=11, titleFontWeight=500)
    )
