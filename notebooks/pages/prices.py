"""Price and landed cost: what became dearer, with whom, and what freight and duties add."""

from __future__ import annotations

import marimo as mo

import charts
import queries
from figures import Column, Tile, beside, day, filter_notes, number, price, rate, section, shelf, signed, table, tiles
from published import View

MOST_SKUS = 6  # lines of one chart that can be told apart
CHANGES = {
    "sent_date": Column("Ordered on", day),
    "purchase_order_number": Column("Order"),
    "vendor_name": Column("Vendor"),
    "sku": Column("SKU"),
    "title": Column("Title"),
    "previous_unit_cost": Column("Before", price),
    "unit_cost": Column("Now", price),
    "price_change_rate": Column("Change", signed),
    "price_variance": Column("Variance", number),
}


def page(view: View) -> mo.Html:
    """Price variance, unit costs over time, landed uplift, and the largest changes."""
    return mo.vstack(
        [
            _tiles(view),
            *filter_notes(view, queries.PRICE_TOTALS, "Price variance and unit costs"),
            beside(
                section(
                    "Price variance by vendor",
                    charts.price_variances(
                        charts.largest(view.rows(queries.PRICE_VARIANCE_BY_VENDOR), "count_lines"), view.money
                    ),
                    about="Against the order before; to the right: paid more.",
                ),
                section(
                    "Landed cost above net cost",
                    charts.landed_uplifts(charts.largest(view.rows(queries.LANDED_BY_VENDOR), "count_lines")),
                    *filter_notes(view, queries.LANDED_BY_VENDOR),
                    about="Orders of the last 365 days.",
                ),
            ),
            section(
                "Unit costs that moved most",
                charts.unit_costs(view.rows(queries.MOST_CHANGED_PRICES, most=MOST_SKUS), view.money),
            ),
            section(f"Price changes, in {view.money}", table(view, queries.PRICE_CHANGES, CHANGES)),
        ]
    )


def _tiles(view: View) -> mo.Html:
    found = view.row(queries.PRICE_TOTALS)
    compared = f"{number(found['count_compared'])} of {number(found['count_lines'])} lines compared"
    landed = f"{number(found['count_landed'])} lines"
    shown = [
        Tile("Price variance", "price_variance", number, compared, view.money),
        Tile("Price variance, rate", "price_variance_rate", signed, compared),
        Tile("Landed uplift, mean of lines", "landed_uplift_rate", rate, landed),
    ]
    return shelf(tiles(view, queries.PRICE_TOTALS, found, shown))
