"""Incoming stock: what arrives when, as promised and as forecast."""

from __future__ import annotations

from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa
import pyarrow.compute as pc

from inventory_planner_dashboard.charts import height_of_rows, label_cells, largest, show, with_level, with_periods
from inventory_planner_dashboard.encodings import (
    EXACT,
    UNITS,
    amount,
    colours,
    each_week,
    labelled_weeks,
    tooltip,
    week_label,
    weeks,
)
from inventory_planner_dashboard.formats import day, number
from inventory_planner_dashboard.layout import section, side_by_side
from inventory_planner_dashboard.palette import BLUE, LIGHT_GREY, VERMILION
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import ITEM, Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_TOTALS: Final = """
    select coalesce(sum(quantity_expected), 0) as quantity_expected, sum(expected_value) as expected_value,
        coalesce(sum(quantity_overdue), 0) as quantity_overdue, sum(overdue_value) as overdue_value,
        coalesce(sum(quantity_unpromised), 0) as quantity_unpromised, sum(unpromised_value) as unpromised_value,
        count(*) as count_rows,
        sum(quantity_expected + quantity_overdue + quantity_unpromised - quantity_forecast) as quantity_without_forecast
    from marts.incoming_stock
"""
_BY_VENDOR: Final = """
    select date_trunc('week', promise_current) as week_start, vendor_name,
        sum(quantity_open) as quantity_open, count(*) as count_lines
    from marts.open_lines where promise_current >= date_trunc('week', as_of_date)
    group by 1, 2 order by 1, 2
"""
_PROMISED_AND_FORECAST: Final = """
    select date_trunc('week', promise_current) as week_start, 'promised' as basis, sum(quantity_open) as quantity_open
    from marts.open_lines where not is_overdue and promise_current is not null group by 1
    union all
    select date_trunc('week', forecast_receipt_date), 'forecast', sum(quantity_open)
    from marts.open_lines where not is_overdue and forecast_receipt_date is not null group by 1
    union all
    select null, 'overdue', sum(quantity_open) from marts.open_lines where is_overdue having count(*) > 0
    order by 1 nulls first, 2
"""
_VOLUME_BY_WEEK: Final = """
    select case when not is_overdue then date_trunc('week', forecast_receipt_date) end as week_start,
        sum(open_volume_cbm) as open_volume_cbm, count(open_volume_cbm) as count_measured, count(*) as count_lines
    from marts.open_lines where is_overdue or forecast_receipt_date is not null group by 1 order by 1 nulls first
"""
_VARIANTS: Final = """
    select sku, max(title) as title, warehouse_name, currency_code, sum(quantity_open) as quantity_open,
        sum(open_value) as open_value, count(*) as count_lines,
        min(promise_current) filter (where not is_overdue) as next_promise,
        min(forecast_receipt_date) as forecast_receipt_date,
        string_agg(distinct purchase_order_number, ', ' order by purchase_order_number)
            as purchase_order_numbers
    from marts.open_lines group by sku, warehouse_name, currency_code
    order by next_promise nulls last, sku, warehouse_name
"""
_VARIANT_COLUMNS: Final = {
    ITEM: Column("Item"),
    "next_promise": Column("Next promise", day, meaning="The next expected date that has not passed."),
    "forecast_receipt_date": Column("Forecast", day),
    "quantity_open": Column("On order", number),
    "warehouse_name": Column("Warehouse"),
    "purchase_order_numbers": Column("Orders", meaning="The numbers of the open orders with this item."),
    "open_value": Column("Open value", number),
    "count_lines": Column("Lines", number),
}
_OVERDUE: Final = "Overdue"  # in place of a week
_CONTAINER_CBM: Final = 67  # what a 40-foot container holds


def render(view: View) -> mo.Html:
    """A calendar of vendors and weeks, promise against forecast, volume, and each variant."""
    basis = view.meaning("forecast_basis", _PROMISED_AND_FORECAST)
    return mo.vstack(
        [
            _tiles(view),
            section(
                "Units by week and vendor",
                _draw_calendar(_of_week(view, largest(view.rows(_BY_VENDOR), "quantity_open"))),
                about="By promised date. For lines that are overdue or have no promise, see Overdue and ageing.",
            ),
            side_by_side(
                section(
                    "Promised and forecast, units",
                    _draw_promised_and_forecast(_of_week(view, view.rows(_PROMISED_AND_FORECAST))),
                    about=f"{basis.removesuffix('.')}. Overdue lines are separate.",
                ),
                section(
                    "Volume by forecast week",
                    _draw_volume(
                        with_periods(view, view.rows(_VOLUME_BY_WEEK), "week_start", "#/incoming", "forecast")
                    ),
                    about="Only lines with a known volume; overdue lines are separate.",
                ),
            ),
            section(f"By variant, value in {view.currency}", table(view, _VARIANTS, _VARIANT_COLUMNS)),
        ]
    )


def _tiles(view: View) -> mo.Html:
    row = view.row(_TOTALS)
    missing = "Open units for which too little is known to forecast a date; no forecast includes them."
    kinds = {"expected": "Expected", "overdue": "Overdue", "unpromised": "Without a promise"}
    leads = {"overdue": view.link("#/overdue", overdue="yes"), "unpromised": view.link("#/overdue")}
    values = [
        Tile(
            label,
            f"{kind}_value",
            number,
            f"{number(row[f'quantity_{kind}'])} units",
            view.currency,
            counted=f"quantity_{kind}",
            link=leads.get(kind, ""),
        )
        for kind, label in kinds.items()
    ]
    unknown = Tile(
        "Without a forecast",
        "quantity_without_forecast",
        number,
        "of all open units",
        "units",
        meaning=missing,
        counted="count_rows",
    )
    return tile_row(tiles(view, _TOTALS, row, [*values, unknown]))


def _of_week(view: View, rows: pa.Table) -> pa.Table:
    """The rows with the page of the lines promised or forecast for each week."""
    promised, forecast = (
        with_periods(view, rows, "week_start", "#/incoming", each) for each in ("promised", "forecast")
    )
    if "basis" not in rows.column_names:
        return promised
    is_forecast = pc.equal(rows.column("basis"), "forecast")
    return rows.append_column("address", pc.if_else(is_forecast, forecast["address"], promised["address"]))


def _draw_calendar(rows: pa.Table) -> mo.Html:
    """Incoming units by vendor and week: the darker, the more."""
    calendar = alt.Chart(rows).encode(x=weeks(rows), y=alt.Y("vendor_name:N", title=None))
    cells = calendar.mark_rect()
    most, count = max(rows.column("quantity_open").to_pylist(), default=0) or 0, len(each_week(rows))
    numbers = label_cells(calendar, "quantity_open:Q", UNITS, count, f"datum.quantity_open > {most * 0.6}")
    return show(
        alt.layer(
            cells.encode(
                href="address:N",
                color=alt.Color(
                    "quantity_open:Q",
                    title="Units",
                    scale=alt.Scale(range=["#b7d3ea", BLUE]),
                    legend=alt.Legend(orient="top", gradientLength=160, format=UNITS),
                ),
                tooltip=[
                    tooltip("vendor_name:N", "Vendor"),
                    tooltip("week_start:T", "Week of"),
                    tooltip("quantity_open:Q", "Units", UNITS),
                    tooltip("count_lines:Q", "Lines", UNITS),
                ],
            ),
            numbers,
        ),
        rows,
        height_of_rows(rows),
        summary=summarize("Units on order by vendor", rows, "vendor_name", "quantity_open"),
    )


def _draw_promised_and_forecast(rows: pa.Table) -> mo.Html:
    """Units by promised week, beside the same units by forecast week, and overdue ones before all weeks."""
    rows = _with_labels(rows)
    bars = alt.Chart(rows).mark_bar()
    return show(
        bars.encode(
            x=labelled_weeks(rows, _OVERDUE),
            xOffset=alt.XOffset("basis:N", sort=["promised", "forecast"]),
            y=amount("quantity_open", "Units"),
            color=colours("basis", {"promised": LIGHT_GREY, "forecast": BLUE, "overdue": VERMILION}),
            href="address:N",
            tooltip=[
                tooltip("week:O", "Week of"),
                tooltip("basis:N", "Basis"),
                tooltip("quantity_open:Q", "Units", UNITS),
            ],
        ),
        rows,
        summary=_summarize_bases(rows),
    )


def _with_labels(rows: pa.Table) -> pa.Table:
    labels = [week_label(each) if each else _OVERDUE for each in rows.column("week_start").to_pylist()]
    return rows.append_column("week", pa.array(labels, pa.string()))


def _draw_volume(rows: pa.Table) -> mo.Html:
    """Cubic meters by forecast week, overdue ones before all weeks, against what one container holds."""
    rows = _with_labels(rows)
    bars = alt.Chart(rows).mark_bar()
    volumes = bars.encode(
        x=labelled_weeks(rows, _OVERDUE),
        y=alt.Y("open_volume_cbm:Q", title="Cubic meters", axis=alt.Axis(format=EXACT)),
        color=alt.condition(f"datum.week == '{_OVERDUE}'", alt.value(VERMILION), alt.value(BLUE)),
        href="address:N",
        tooltip=[
            tooltip("week:O", "Week of"),
            tooltip("open_volume_cbm:Q", "Cubic meters", ",.1f"),
            tooltip("count_measured:Q", "Lines with a volume", UNITS),
            tooltip("count_lines:Q", "Lines", UNITS),
        ],
    )
    return show(
        with_level(volumes, _CONTAINER_CBM, ["40-foot", "container", f"{_CONTAINER_CBM} m³"]),
        rows,
        summary=summarize("Cubic meters by forecast week", rows, "week", "open_volume_cbm"),
    )


def _summarize_bases(rows: pa.Table) -> str:
    of_each = {basis: rows.filter(pc.field("basis") == basis) for basis in ("promised", "forecast", "overdue")}
    return " ".join(
        summarize(f"Units {basis} by week", each, "week", "quantity_open") for basis, each in of_each.items()
    )
