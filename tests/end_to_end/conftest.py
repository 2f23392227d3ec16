from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from inventory_planner.marts.dbt import run_dbt
from inventory_planner.warehouse.warehouse import Warehouse
from readers import ONE_REPORT


@pytest.fixture
def one_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let builds build `received_vs_ordered` and its inputs and no other mart, which takes half the time."""

    def run_less(warehouse: Warehouse, variables: Mapping[str, Any], _: Sequence[str]) -> str:
        return run_dbt(warehouse, variables, ONE_REPORT)

    monkeypatch.setattr("inventory_planner.marts.faulty_orders.run_dbt", run_less)
