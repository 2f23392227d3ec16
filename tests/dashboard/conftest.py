from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory_planner.data_folder import Folder
from inventory_planner.demo import DemoReport


@pytest.fixture(scope="session")
def published(demo_shown: tuple[Folder, DemoReport]) -> Path:
    """The published file of the demo's account, for reading only."""
    folder, _ = demo_shown
    return folder.analytics


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A browser; what needs one is skipped where there is none."""
    browsing = pytest.importorskip("browsing", reason="selenium is not installed", exc_type=ImportError)
    pytest.importorskip("marimo", reason="marimo is not installed: the extra `dashboard`")
    if reason := browsing.missing():
        pytest.skip(reason)
    with browsing.chromium() as found:
        yield found
