from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from inventory_planner_dashboard.encodings import each_week


@pytest.mark.parametrize(
    ("weeks", "shown"),
    [
        pytest.param([], [], id="none"),
        pytest.param([None, date(2026, 1, 5)], [date(2026, 1, 5)], id="one"),
        pytest.param(
            [date(2026, 1, 19), date(2025, 12, 29), date(2026, 1, 19)],
            [date(2025, 12, 29), date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)],
            id="two with others between",
        ),
        pytest.param([date(2026, 1, 5), date(9999, 12, 27)], [date(2026, 1, 5), date(9999, 12, 27)], id="mistyped"),
    ],
)
def test_an_axis_of_weeks_includes_those_without_rows(weeks: list[date | None], shown: list[date]) -> None:
    assert each_week(pa.table({"week_start": pa.array(weeks, pa.date32())})) == shown
