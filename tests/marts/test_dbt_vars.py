from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from inventory_planner.errors import ConfigurationError
from inventory_planner.marts.dbt_vars import Policy, with_as_of_date
from inventory_planner.marts.project import project


def test_the_policy_has_the_vars_of_the_dbt_project_and_accepts_their_defaults() -> None:
    defaults = yaml.safe_load((project() / "dbt_project.yml").read_text())["vars"]

    assert list(Policy.__struct_fields__) == list(defaults)
    assert with_as_of_date({**defaults, "as_of_date": "2026-01-05"}) == {**defaults, "as_of_date": "2026-01-05"}


@pytest.mark.parametrize(
    ("variables", "day"),
    [
        ({}, "2026-01-05"),
        ({"as_of_date": None}, "2026-01-05"),
        ({"account_timezone": "Pacific/Auckland"}, "2026-01-06"),
        ({"account_timezone": "America/Los_Angeles"}, "2026-01-05"),
        ({"as_of_date": "2025-12-31"}, "2025-12-31"),
    ],
    ids=["utc", "null", "east", "west", "given"],
)
def test_the_reports_look_from_today_in_the_time_zone_of_the_account(variables: dict[str, Any], day: str) -> None:
    now = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)

    assert with_as_of_date(variables, now) == {**variables, "as_of_date": day}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"on_time_grace_day": 2}, "unknown field `on_time_grace_day`.+The vars are abc_thresholds, account_timezone"),
        ({"on_time_grace_days": "two"}, r"Expected `int`, got `str` - at `\$.on_time_grace_days`"),
        ({"on_time_grace_days": -1}, r"Expected `int` >= 0 - at `\$.on_time_grace_days`"),
        ({"as_of_date": "2026-02-31"}, r"Invalid RFC3339 encoded date - at `\$.as_of_date`"),
        ({"status_types": {"SENT": "activ"}}, r"Invalid enum value 'activ' - at `\$.status_types\[...\]`"),
        ({"abc_thresholds": [0.8]}, r"Expected `array` of length 2, got 1 - at `\$.abc_thresholds`"),
        ({"scorecard_weights": {"speed": 1}}, "Invalid enum value 'speed'"),
        ({"account_timezone": "Mars/Olympus"}, "'Mars/Olympus' is not a time zone"),
        ({"account_timezone": "Europe"}, "'Europe' is not a time zone"),
        ({"account_timezone": ""}, "'' is not a time zone"),
        ({"buyer_field": ""}, r"Expected `str` of length >= 1 - at `\$.buyer_field`"),
        ({"lead_time_quantile": 80}, r"Expected `float` < 1.0 - at `\$.lead_time_quantile`"),
        ({"stockout_horizon_days": 0}, r"Expected `int` >= 1 - at `\$.stockout_horizon_days`"),
    ],
    ids=[
        "misspelt",
        "text",
        "negative",
        "no such day",
        "no such type",
        "one short",
        "no such term",
        "no such zone",
        "a part",
        "no zone",
        "blank",
        "percent",
        "no days",
    ],
)
def test_an_invalid_var_is_named(variables: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        with_as_of_date(variables)
