from __future__ import annotations

import filecmp
from collections.abc import Iterator
from pathlib import Path

import browsing
import pytest
from browsing import Browser
from serving import dashboard, publish

from inventory_planner.data_folder import DataFolder
from inventory_planner.demo import DemoReport


@pytest.fixture(scope="session")
def published(demo_shown: tuple[DataFolder, DemoReport]) -> Path:
    """The published file of the demo's account, for reading only."""
    folder, _ = demo_shown
    return folder.analytics


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser; the tests are skipped where there is none."""
    if reason := browsing.missing():
        pytest.skip(reason)
    with browsing.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A dashboard, and the path of the published file that it shows."""
    assert browser
    folder = tmp_path_factory.mktemp("served")
    with dashboard(folder) as found:
        yield found, folder / "analytics.duckdb"


@pytest.fixture
def url(served: tuple[str, Path], published: Path) -> str:
    """The dashboard over the demo's account."""
    found, file = served
    if not (file.exists() and filecmp.cmp(file, published, shallow=False)):
        publish(published, file)
    return found
