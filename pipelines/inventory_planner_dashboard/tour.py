"""The tour: the notebook `tour.py`, opened from a copy in the data folder, where changes to it are kept."""

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

_RUN_ON_OPENING: Final = "_MARIMO_CONFIG_OVERLOAD_RUNTIME_AUTO_INSTANTIATE"  # a notebook itself may not ask for it


def open_tour(folder: DataFolder, port: int, *, browser: bool) -> int:
    """Open the tour in a browser until Ctrl-C, and return marimo's exit status.

    Args:
        folder: the data folder, whose copy of the notebook is opened; it is made at the first time.
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
    return subprocess.run(  # noqa: S603 (no shell, and nothing of the user's in it but paths)
        [*words, *([] if browser else ["--headless"]), str(_copy(folder))], env=environment, check=False
    ).returncode


def _copy(folder: DataFolder) -> Path:
    """The user's copy: marimo saves into it, and leaves files beside it."""
    copy = folder.notebooks / "tour.py"
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(notebook("tour.py"), copy)
    return copy
