from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize("name", ["dashboard.py", "tour.py"])
def test_a_notebook_runs_from_top_to_bottom(name: str, published: Path) -> None:
    done = subprocess.run(
        [sys.executable, NOTEBOOKS / name],
        env={**os.environ, "INVENTORY_PLANNER_DATA": str(published.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
