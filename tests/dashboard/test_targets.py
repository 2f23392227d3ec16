from __future__ import annotations

import pytest

from inventory_planner_dashboard.targets import Targets


@pytest.mark.parametrize(
    ("rate", "standing"),
    [(0.95, "met"), (0.9, "met"), (0.899, "near"), (0.8, "near"), (0.799, "missed"), (0.0, "missed"), (None, "")],
)
def test_a_rate_stands_where_the_targets_say(rate: float | None, standing: str) -> None:
    assert Targets(target=0.9, minimum=0.8).standing(rate) == standing


def test_without_targets_no_rate_has_a_standing() -> None:
    assert Targets(target=None, minimum=None).standing(0.5) == ""
