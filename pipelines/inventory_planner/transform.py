"""Run dbt over the warehouse, in a process of its own: in ours it would keep the database locked after the build."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from inventory_planner.errors import TransformError
from inventory_planner.folder import Folder

BUILD: Final = ("build", "--exclude-resource-type", "unit_test")  # unit tests try the SQL, not the data
DATABASE_VARIABLE: Final = "INVENTORY_PLANNER_DATABASE"  # where dbt/profiles.yml looks for the path of the warehouse
FAILED: Final = frozenset({"error", "fail", "runtime error"})
SHOWN_FAILURES: Final = 5  # the first ones; dbt's own log has the rest


def transform(folder: Folder, variables: Mapping[str, Any], words: Sequence[str] = BUILD) -> str:
    """Run dbt, and return what it printed. The caller holds the folder's lock.

    Args:
        folder: where the warehouse is, and where dbt's target and logs go.
        variables: dbt vars, such as `{"as_of_date": "2025-12-31"}`.
        words: a dbt command and its options.

    Raises:
        TransformError: a model was not built or a test failed; the message names the first ones.
    """
    done = subprocess.run(  # noqa: S603 (no shell, and the words are the user's own)
        command(folder, variables, words),
        env={**os.environ, DATABASE_VARIABLE: str(folder.warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise TransformError(_explanation(folder, done.stdout + done.stderr))
    return done.stdout


def command(folder: Folder, variables: Mapping[str, Any], words: Sequence[str] = BUILD) -> list[str]:
    """The dbt command line; every path is absolute, for dbt takes others from its project's folder."""
    return [
        _executable(),
        "--no-use-colors",
        *words,
        *("--project-dir", str(project())),
        *("--profiles-dir", str(project())),
        *("--target-path", str(folder.dbt / "target")),
        *("--log-path", str(folder.dbt / "logs")),
        *("--vars", json.dumps(dict(variables), default=str)),
    ]


def project() -> Path:
    """The dbt project: within the package in an installed wheel, beside `pipelines/` in a checkout."""
    installed = Path(__file__).parent / "dbt_project"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "dbt"


def _executable() -> str:
    beside = Path(sys.executable).parent
    found = shutil.which("dbt", path=str(beside)) or shutil.which("dbt")
    if found is None:
        raise TransformError(f"There is no `dbt` in {beside}: install this package again, with what it depends on.")
    return found


def _explanation(folder: Folder, output: str) -> str:
    failures = _failures(folder.dbt / "target" / "run_results.json") or output.strip().splitlines()[-SHOWN_FAILURES:]
    shown = "\n".join(f"  {failure}" for failure in failures[:SHOWN_FAILURES])
    log = folder.dbt / "logs" / "dbt.log"
    return f"dbt did not succeed, so nothing was published; readers keep the last good file. See {log}.\n{shown}"


def _failures(results: Path) -> list[str]:
    try:
        found = json.loads(results.read_text())["results"]
    except (OSError, ValueError, KeyError):
        return []
    return [f"{each['unique_id']}: {each['message']}" for each in found if each["status"] in FAILED]
