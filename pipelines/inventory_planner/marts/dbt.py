"""Run dbt over the warehouse, in a process of its own: in ours it would keep the database locked after the build.

That process ends with ours, also when ours is killed: it would hold the database against the next run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, Final

from inventory_planner.data_folder import Folder
from inventory_planner.errors import TransformError

BUILD: Final = ("build", "--exclude-resource-type", "unit_test")  # unit tests try the SQL, not the data
DATABASE_VARIABLE: Final = "INVENTORY_PLANNER_DATABASE"  # where dbt/profiles.yml looks for the path of the warehouse
BUILT_UNTIL_VARIABLE: Final = "INVENTORY_PLANNER_BUILT_UNTIL"  # where dbt/macros/partial_builds.sql looks
PARTS_OF_PROJECT: Final = ("macros", "models", "seeds", "snapshots", "tests")
PROJECT_SUFFIXES: Final = frozenset({".sql", ".yml", ".csv"})
FAILED: Final = frozenset({"error", "fail", "runtime error"})
SHOWN_FAILURES: Final = 5  # the first ones; dbt's own log has the rest


def transform(
    folder: Folder, variables: Mapping[str, Any], words: Sequence[str] = BUILD, *, built_until: datetime | None = None
) -> str:
    """Run dbt, and return what it printed. The caller holds the folder's lock.

    Args:
        folder: where the warehouse is, and where dbt's target and logs go.
        variables: dbt vars, such as `{"as_of_date": "2025-12-31"}`.
        words: a dbt command and its options.
        built_until: of models of orders only those that were read later are built again; None for all.

    Raises:
        TransformError: a model was not built or a test failed; the message names the first ones.
    """
    _results(folder).unlink(missing_ok=True)  # or a dbt that ends before its first model is explained by the last one
    with _lifeline() as stdin:
        done = subprocess.run(  # noqa: S603 (no shell, and the words are the user's own)
            command(variables, words),
            env={**os.environ, **environment(folder), BUILT_UNTIL_VARIABLE: str(built_until or "")},
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise TransformError(_explanation(folder, done.stdout + done.stderr))
    return done.stdout


def command(variables: Mapping[str, Any], words: Sequence[str] = BUILD) -> list[str]:
    """The command line of `dbt`; without vars where there is no dbt command that would take them."""
    is_command = not words[0].startswith("-")
    return [
        *(sys.executable, "-P", "-m", "inventory_planner.marts.dbt"),  # -P: nothing from where the user stands
        *words,
        *(("--vars", json.dumps(dict(variables), default=str)) if is_command else ()),
    ]


def environment(folder: Folder) -> dict[str, str]:
    """Where dbt finds what it needs; not each of its commands takes all of these as options.

    Every path is absolute, for dbt takes others from its project's folder.
    """
    return {
        DATABASE_VARIABLE: str(folder.warehouse),
        "DBT_PROJECT_DIR": str(project()),
        "DBT_PROFILES_DIR": str(project()),
        "DBT_TARGET_PATH": str(folder.dbt / "target"),
        "DBT_LOG_PATH": str(folder.dbt / "logs"),
        "DBT_USE_COLORS": "false",
    }


def project() -> Path:
    """The dbt project: within the package in an installed wheel, beside `pipelines/` in a checkout."""
    installed = Path(__file__).parents[1] / "dbt_project"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "dbt"


def project_files() -> list[Path]:
    """What decides what the models are, in a fixed order; nothing that dbt or an editor leaves beside it."""
    found = (path for part in PARTS_OF_PROJECT for path in (project() / part).rglob("*"))
    return [project() / "dbt_project.yml", *sorted(path for path in found if path.suffix in PROJECT_SUFFIXES)]


def fingerprint(files: Iterable[Path]) -> str:
    """Changes when the text of one of the files does."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def dbt() -> None:
    """Be dbt, with the words of the command line, until standard input ends."""
    logging.raiseExceptions = False  # where its log can't be written, as on a full disk, dbt's error is what counts
    Thread(target=_end_with_stdin, daemon=True).start()
    from dbt.cli.main import cli  # noqa: PLC0415 (it takes two seconds, and only the child needs it)

    cli(prog_name="dbt")


def _end_with_stdin() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)  # at once, as if killed: DuckDB undoes what is not committed


@contextmanager
def _lifeline() -> Iterator[int]:
    """A standard input that ends when we do, in whatever way."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _explanation(folder: Folder, output: str) -> str:
    failures = _failures(_results(folder)) or _last_words(output)
    shown = "\n".join(f"  {failure}" for failure in failures[:SHOWN_FAILURES])
    log = folder.dbt / "logs" / "dbt.log"
    return f"dbt did not succeed; readers keep the last good file. See {log}.\n{shown}"


def _last_words(output: str) -> list[str]:
    """What dbt said at its end; of an error that it did not expect, as on a full disk, the error alone."""
    lines = output.strip().splitlines()
    return lines[-1:] if "Traceback (most recent call last):" in output else lines[-SHOWN_FAILURES:]


def _results(folder: Folder) -> Path:
    return folder.dbt / "target" / "run_results.json"


def _failures(results: Path) -> list[str]:
    try:
        found = json.loads(results.read_text())["results"]
    except (OSError, ValueError, KeyError):
        return []
    return [f"{each['unique_id']}: {each['message']}" for each in found if each["status"] in FAILED]


if __name__ == "__main__":
    dbt()
