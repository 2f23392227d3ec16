"""The tour as users start it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import Browser

from inventory_planner.data_folder import data_folder
from inventory_planner.errors import ConfigurationError
from inventory_planner_dashboard.tour import open_tour

QUESTIONS = 10  # each with a table below it; one more lists the marts
COUNT_TABLES = "return document.querySelectorAll('marimo-table').length"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.long
def test_the_tour_answers_on_opening_and_keeps_your_copy(browser: Browser, published: Path, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data")
    shutil.copyfile(published, folder.analytics)
    words = [sys.executable, "-m", "inventory_planner", "tour", "--no-browser", "--port", str(free_port())]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*words, "--data", str(folder.root)], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
            browser.open(url)
            browser.until(lambda: browser.run(COUNT_TABLES) == QUESTIONS + 1, "showed a table for each question")
        finally:
            process.terminate()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
    assert [path.name for path in folder.notebooks.iterdir() if path.name != "__marimo__"] == ["tour.py"]


def test_without_published_data_the_tour_names_the_command_to_run(tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data")
    with pytest.raises(ConfigurationError, match="Run `inventory-planner run` first"):
        open_tour(folder, 0, browser=False)
    assert not folder.notebooks.exists()
