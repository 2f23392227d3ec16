"""The unit tests of the models, which stand beside the models."""

from __future__ import annotations

import shutil

import pytest

from dbt_runs import DbtRun, dbt
from inventory_planner.data_folder import DataFolder


@pytest.mark.long
def test_the_unit_tests_of_the_models_pass(built: DbtRun, parsed_folder: DataFolder) -> None:
    shutil.copy(built.warehouse, parsed_folder.warehouse)

    run = dbt(parsed_folder, "test", "--select", "test_type:unit")

    assert set(run.outcomes.values()) == {"pass"}, run.output
