"""What the pages about the catalog share: what is missing from it, and the page of a variant."""

from __future__ import annotations

from typing import Final

import marimo as mo

from inventory_planner_dashboard.layout import links, note
from inventory_planner_dashboard.view import View

NO_HISTORY: Final = (
    "No history yet: a month is judged when it is over, by the last forecast that the catalog showed before it."
)
BIAS: Final = "Forecast minus sold, as a share of what was sold; above zero, too much was forecast."
WAPE: Final = (
    "Weighted absolute percentage error (WAPE): how far the forecasts were off, too high or too low, as a share of what"
    " was sold."
)
MAPE: Final = (
    "Mean absolute percentage error (MAPE): how far a month's forecast of an item was off on average, as a share of"
    " what was sold."
)
_WITHOUT_CATALOG: Final = """
    select distinct account_id from published.marts.purchase_orders
    where account_id not in (select account_id from published.marts.variants)
    order by account_id
"""
_OTHER_CURRENCIES: Final = """
    select currency_code, count(*) as count_rows from published.marts.variants
    where currency_code <> $currency and is_planned group by 1 order by 1
"""


def missing_from_catalog(view: View) -> list[mo.Html]:
    """Notes on the accounts whose catalog was never read."""
    return [
        note(
            f"The catalog of account {account} has not been read, so nothing is shown for it here. The day's first"
            " `inventory-planner run` reads it, and so does `inventory-planner load --catalog`."
        )
        for account in view.rows(_WITHOUT_CATALOG).column(0).to_pylist()
    ]


def in_other_currencies(view: View) -> list[mo.Html]:
    """Where the filter leaves out a part of the catalog: that part, with links to it."""
    chosen = view.filters.currency
    found = view.rows(_OTHER_CURRENCIES, currency=chosen).to_pylist() if chosen else []
    if not found:
        return []
    return [
        note(f"This page shows warehouses whose prices are in {chosen}; the catalog has others, too:"),
        links(
            {
                f"{row['currency_code']}, {row['count_rows']:,} items": view.link(currency=row["currency_code"])
                for row in found
            }
        ),
    ]
