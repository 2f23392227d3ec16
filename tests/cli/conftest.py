from __future__ import annotations

from pathlib import Path

import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.settings import Settings


@pytest.fixture
def environment(settings: Settings, folder: DataFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The settings as environment variables, and a folder without configuration files."""
    configured = {
        "SOURCES__INVENTORY_PLANNER__API_KEY": settings.api_key,
        "SOURCES__INVENTORY_PLANNER__ACCOUNT_ID": settings.account_id,
        "SOURCES__INVENTORY_PLANNER__BASE_URL": settings.base_url,
        "SOURCES__INVENTORY_PLANNER__REQUESTS_PER_SECOND": "0",
        "INVENTORY_PLANNER_DATA": str(folder.root),
    }
    for name, value in configured.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path
