"""Open the tour: a copy of the notebook `tour.py` in the data folder, which keeps your changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner_dashboard.server import MISSING, notebook

_RUN_ON_OPENING: Final = (
    "_MARIMO_CONFIG_OVERLOAD_RUNTIME_AUTO_INSTANTIATE"  # marimo ignores it in a notebook's own settings
)


def open_tour(folder: DataFolder, port: int, *, browser: bool) -> int:
    """Open the tour in a browser until Ctrl-C, and return marimo's exit status.

    Args:
        folder: the data folder; its copy of the notebook is made the first time and opened.
        port: the port to listen on.
        browser: whether to open a browser.

    Raises:
        ConfigurationError: marimo is not installed, or nothing is published yet.
    """
    if find_spec("marimo") is None or find_spec("polars") is None:
        raise ConfigurationError(MISSING)
    if not folder.analytics.exists():
        raise ConfigurationError(f"Nothing is published in {folder.root} yet. Run `inventory-planner run` first.")
    words = [sys.executable, "-m", "marimo", "edit", "--skip-update-check", "--no-sandbox", "--port", str(port)]
    environment = {**os.environ, "INVENTORY_PLANNER_DATA": str(folder.root), _RUN_ON_OPENING: "true"}
    return subprocess.run(  # noqa: S603 (no shell, and only paths come from the user)
        [*words, *([] if browser else ["--headless"]), str(_copy(folder))], env=environment, check=False
    ).returncode


def _copy(folder: DataFolder) -> Path:
    """The user's copy: marimo saves into it, and leaves files beside it."""
    copy = folder.notebooks / "tour.py"
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(notebook("tour.py"), copy)
    return copy
