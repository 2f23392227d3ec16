from __future__ import annotations

from dataclasses import replace

import pytest

from inventory_planner.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The settings of the served account, with pages small enough for several of them."""
    return replace(settings, page_size=10)
