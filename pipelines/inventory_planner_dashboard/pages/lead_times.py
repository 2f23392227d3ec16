"""Lead times and safety days: how long goods take, which settings are wrong, and what to hold against the variation."""

from __future__ import annotations

from shlex import quote
from typing import Final

import altair as alt
import marimo as mo
import pyarrow as pa

from inventory_planner_dashboard.catalog import missing_from_catalog
from inventory_planner_dashboard.charts import height_of_rows, largest, show, with_links
from inventory_planner_dashboard.encodings import UNITS, colours, tooltip, vendors
from inventory_planner_dashboard.formats import days, number, words
from inventory_planner_dashboard.layout import command, empty, note, section, side_by_side
from inventory_planner_dashboard.palette import BLUE, GREY, LIGHT_GREY, SKY
from inventory_planner_dashboard.subjects import VENDOR
from inventory_planner_dashboard.summaries import summarize
from inventory_planner_dashboard.tables import ITEM, Column, table
from inventory_planner_dashboard.tiles import Tile, tile_row, tiles
from inventory_planner_dashboard.view import View

_BY_VENDOR: Final = """
    select vendor_name, count(*) as count_orders, avg(observed_lead_time_days) as lead_time_mean_days,
        avg(planned_lead_time_days) as planned_lead_time_mean_days,
        quantile_cont(observed_lead_time_days, 0.1) as p10, quantile_cont(observed_lead_time_days, 0.25) as p25,
        quantile_cont(observed_lead_time_days, 0.5) as p50, quantile_cont(observed_lead_time_days, 0.75) as p75,
        quantile_cont(observed_lead_time_days, 0.9) as p90
    from marts.purchase_orders where is_vendor_order and observed_lead_time_days is not null
    group by 1 order by p50 desc
"""
PROPOSALS: Final = """
    select count(*) as count_items, count(*) filter (where is_proposed) as count_proposed,
        count(*) filter (where proposal_reason = 'too short') as count_too_short,
        count(*) filter (where proposal_reason = 'too long') as count_too_long,
        count(*) filter (where proposal_reason = 'low sample') as count_low_sample,
        max(error_days) as error_days_max, min(error_days) as error_days_min
    from marts.lead_time_settings
"""
BY_VENDOR: Final = """
    select vendor_name, count(distinct (account_id, variant_id)) filter (where is_proposed) as count_proposed,
        avg(configured_lead_time_days) filter (where is_proposed) as configured_lead_time_days,
        avg(needed_lead_time_days) filter (where is_proposed) as needed_lead_time_days
    from marts.lead_time_settings where vendor_name is not null group by 1 having count_proposed > 0
    order by count_proposed desc, vendor_name
"""
SETTINGS: Final = """
    select * from marts.lead_time_settings
    order by is_proposed desc, abs(error_days) desc nulls last, sku, warehouse_name
"""
_SAFETY_DAYS: Final = """
    select * from marts.vendor_lead_times order by safety_days_95 desc nulls last, vendor_name, sku, warehouse_name
"""
_PROPOSED: Final = "How many lead time settings should change."
_SAFETY_DAY_COLUMNS: Final = {
    ITEM: Column("Item"),
    "safety_days_95": Column("Safety, 95%", days),
    "safety_days_90": Column("90%", days),
    "safety_days_98": Column("98%", days),
    "safety_days_99": Column("99%", days),
    "lead_time_median_days": Column("Median", days),
    "planned_lead_time_mean_days": Column("Planned", days),
    "lead_time_p90_days": Column("P90", days),
    "count_variant_orders": Column("Orders", number),
    "vendor_name": Column("Vendor"),
    "warehouse_name": Column("Warehouse"),
    "lead_time_basis": Column("Basis", words),
}
_SETTING_COLUMNS: Final = {
    ITEM: Column("Item"),
    "proposed_lead_time_days": Column("Proposed", number),
    "configured_lead_time_days": Column("Set", number),
    "proposal_reason": Column("Reason"),
    "needed_lead_time_days": Column("Needed", number),
    "error_days": Column("Error, days", number),
    "observed_lead_time_days": Column("Observed", number),
    "api_lead_time_days": Column("API's", days),
    "count_orders": Column("Orders", number),
    "lead_time_stddev_days": Column("Spread", days),
    "vendor_name": Column("Vendor"),
    "warehouse_name": Column("Warehouse"),
    "lead_time_basis": Column("Basis", words),
    "planned_lead_time_mean_days": Column("Planned", days),
    "safety_days_95": Column("Safety, 95%", days),
}
_VENDOR_COLUMNS: Final = {
    "vendor_name": Column("Vendor"),
    "needed_lead_time_days": Column("Needed", days),
    "configured_lead_time_days": Column("Set", days),
    "count_proposed": Column("Variants", number, meaning=_PROPOSED),
}
_COMMAND: Final = "inventory-planner variants set --from lead_time_settings"
_DAYS: Final = ",.1f"
_MAX_COMMANDS: Final = 12  # one a vendor; the command without a vendor sends all


def render(view: View) -> mo.Html:
    """The variation by vendor, plan against practice, settings and their proposals, and safety days."""
    rows = with_links(view, largest(view.rows(_BY_VENDOR), "count_orders"), VENDOR)
    return mo.vstack(
        [
            side_by_side(
                section(
                    "Lead times",
                    _draw_boxes(rows),
                    about="Box: the middle half of the orders. Line: P10 to P90. Tick: median.",
                ),
                section("Planned and actual, mean days", _draw_planned_and_actual(rows)),
            ),
            _settings(view),
            section(
                "Safety days by variant",
                table(view, _SAFETY_DAYS, _SAFETY_DAY_COLUMNS),
                about="Days of demand to keep in stock against late deliveries, at each service level.",
            ),
        ]
    )


def _settings(view: View) -> mo.Html:
    """What is set against what receipts show, and the commands that write what is proposed."""
    needed = view.meaning("needed_lead_time_days", SETTINGS)
    return section(
        "Settings and what receipts show",
        *missing_from_catalog(view),
        _tiles(view),
        side_by_side(
            section("Proposals by vendor, mean days", table(view, BY_VENDOR, _VENDOR_COLUMNS, name="vendors")),
            section("Write the proposals", *_commands(view)),
        ),
        section(
            "By variant",
            table(view, SETTINGS, _SETTING_COLUMNS, name="variants"),
            about="Error: needed minus set. Above 0, stock can run out before an order arrives; below 0, it lies idle.",
        ),
        about=f"Needed: {needed[:1].lower()}{needed[1:]}",
    )


def _tiles(view: View) -> mo.Html:
    row = view.row(PROPOSALS)
    items = f"of {number(row['count_items'])} settings"
    most, least = row["error_days_max"] or 0, row["error_days_min"] or 0
    reason = view.meaning("proposal_reason", PROPOSALS)
    figures = [
        Tile("Proposed changes", "count_proposed", number, items, meaning=_PROPOSED),
        Tile("Too short", "count_too_short", number, f"by up to {number(max(most, 0))} days", meaning=reason),
        Tile("Too long", "count_too_long", number, f"by up to {number(max(-least, 0))} days", meaning=reason),
        Tile("Too few orders", "count_low_sample", number, "nothing is proposed", meaning=reason),
    ]
    return tile_row(tiles(view, PROPOSALS, row, figures))


def _commands(view: View) -> list[mo.Html]:
    names = view.rows(BY_VENDOR).column("vendor_name").to_pylist()
    if not names:
        return [empty("No change is proposed for these filters.")]
    each = [f"{_COMMAND} --vendor {quote(name)}" for name in names[:_MAX_COMMANDS]]
    return [
        note("Each command shows a vendor's proposals for all warehouses, and asks before it sends them."),
        *map(command, each),
        *([note("All vendors at once:"), command(_COMMAND)] if not view.filters.vendors else []),
    ]


def _draw_boxes(rows: pa.Table) -> mo.Html:
    """The distribution of each vendor's lead times."""
    vendor = alt.Chart(rows).encode(y=vendors(None), href="address:N")
    lines = [
        tooltip("vendor_name:N", "Vendor"),
        *(tooltip(f"{each}:Q", f"P{each[1:]} days", UNITS) for each in ("p10", "p25", "p50", "p75", "p90")),
        tooltip("count_orders:Q", "Orders", UNITS),
    ]
    whiskers = vendor.mark_rule(color=GREY).encode(
        x=alt.X("p10:Q", title="Days from sent to complete", axis=alt.Axis(tickCount=8)), x2="p90:Q"
    )
    boxes = vendor.mark_bar(height=14, color=SKY).encode(x="p25:Q", x2="p75:Q", tooltip=lines)
    medians = vendor.mark_tick(color=BLUE, thickness=3, height=14).encode(x="p50:Q", tooltip=lines)
    summary = summarize("Median lead time in days, by vendor", rows, "vendor_name", "p50", _DAYS)
    return show(alt.layer(whiskers, boxes, medians), rows, height_of_rows(rows), summary=summary)


def _draw_planned_and_actual(rows: pa.Table) -> mo.Html:
    """Each vendor's mean planned lead time, joined to its mean actual one."""
    vendor = alt.Chart(rows).encode(y=vendors(None), href="address:N")
    between = vendor.mark_rule(color=GREY).encode(
        x=alt.X("planned_lead_time_mean_days:Q", title="Days, mean", axis=alt.Axis(tickCount=8)),
        x2="lead_time_mean_days:Q",
    )
    both = vendor.transform_fold(["planned_lead_time_mean_days", "lead_time_mean_days"], ["kind", "days"])
    dots = both.transform_calculate(kind="datum.kind == 'lead_time_mean_days' ? 'actual' : 'planned'")
    means = dots.mark_circle(size=90, opacity=1).encode(
        x="days:Q",
        color=colours("kind", {"planned": LIGHT_GREY, "actual": BLUE}),
        tooltip=[
            tooltip("vendor_name:N", "Vendor"),
            tooltip("kind:N", " "),
            tooltip("days:Q", "Days", ".1f"),
            tooltip("count_orders:Q", "Orders", UNITS),
        ],
    )
    of_plan, actual = (
        summarize(f"{name} lead time in days", rows, "vendor_name", field, _DAYS)
        for name, field in (
            ("Planned", "planned_lead_time_mean_days"),
            ("Actual", "lead_time_mean_days"),
        )
    )
    return show(alt.layer(between, means), rows, height_of_rows(rows), summary=f"{of_plan} {actual}")
