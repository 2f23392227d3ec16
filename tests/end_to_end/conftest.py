from __future__ import annotations

from functools import partial

import pytest

from inventory_planner.marts.dbt import run_dbt
from readers import ONE_REPORT


@pytest.fixture
def one_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let builds build `received_vs_ordered` and its inputs and no other mart, which takes half the time."""
    monkeypatch.setattr("inventory_planner.marts.faulty_orders.run_dbt", partial(run_dbt, arguments=ONE_REPORT))
