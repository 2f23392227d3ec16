from __future__ import annotations

from datetime import date

import pyarrow as pa

from inventory_planner_dashboard.summaries import summarize

ROWS = pa.table(
    {
        "week_start": [date(2026, 11, 30), date(2026, 11, 30), date(2026, 12, 7)],
        "state": ["on_time", None, "late"],
        "units": [1000, 500, None],
        "rate": [0.5, 0.25, 1.0],
    }
)


def test_amounts_are_added_up_for_each_label() -> None:
    more = pa.concat_tables([ROWS, ROWS.slice(1, 1).set_column(0, "week_start", pa.array([date(2026, 12, 7)]))])

    assert summarize("Units by week", more, "week_start", "units") == (
        "Units by week. 2,000 in total. Highest: 2026-11-30, 1,500; lowest: 2026-12-07, 500."
    )


def test_shares_are_not_added_up() -> None:
    assert summarize("Rate", ROWS, "state", "rate", ".1%") == "Rate. Highest: late, 100.0%; lowest: –, 25.0%."  # noqa: RUF001


def test_a_single_bar_and_none_at_all() -> None:
    assert summarize("Units", ROWS.slice(0, 1), "state", "units") == "Units. 1,000 in total. on time: 1,000."
    assert summarize("Units", ROWS.slice(2, 1), "state", "units") == "Units: all are 0."
