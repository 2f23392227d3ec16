from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import marimo as mo
import pytest
from serving import publish

from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.published import attach
from inventory_planner_dashboard.view import View, apply_filters

Open = Callable[..., View]


@pytest.fixture
def opened(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the demo's account through some filters, changed by statements, with all parts of a page made at once."""
    monkeypatch.setattr(mo, "lazy", lambda make: make())

    def open_view(*statements: str, filters: Filters | None = None) -> View:
        publish(published, tmp_path / "analytics.duckdb", *statements)
        return apply_filters(attach(tmp_path / "analytics.duckdb"), filters or Filters(currency="EUR"))

    return open_view
