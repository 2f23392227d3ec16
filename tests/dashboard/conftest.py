from __future__ import annotations

from pathlib import Path

import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.demo import DemoReport


@pytest.fixture(scope="session")
def published(demo_shown: tuple[DataFolder, DemoReport]) -> Path:
    """The published file of the demo's account, for reading only."""
    folder, _ = demo_shown
    return folder.analytics
