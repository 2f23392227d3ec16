"""Run dbt on the warehouse in a child process: in this one, it would keep the database locked after the build.

The child ends with its parent, even if the parent is killed; otherwise it would block the next run.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from threading import Thread
from typing import Any, Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import TransformError
from inventory_planner.marts.dbt_events import DbtEvents
from inventory_planner.marts.project import mart_files, project
from inventory_planner.warehouse.warehouse import Warehouse

# Unit tests check the SQL, not the data. Nobody reads dbt's JSON files; writing them takes a twelfth of a small build.
BUILD: Final = ("build", "--exclude-resource-type", "unit_test", "--no-write-json")
# A key that fails in one of these layers also fails in the marts built from it; testing it there only names the cause.
BUILD_TESTING_MARTS: Final = (
    *(*BUILD, "--exclude", "resource_type:test,path:models/staging", "resource_type:test,path:models/intermediate"),
)
DBT_PREFIX: Final = "DBT_"  # also within a name: `_DBT_COMPLETE` makes dbt print completions and succeed
TARGET_VARIABLE: Final = "INVENTORY_PLANNER_TARGET"  # as profiles.yml reads it
AS_OF_DATE: Final = "as_of_date"  # the var that changes every day; see the macro as_of_day
AS_OF_DATE_VARIABLE: Final = "INVENTORY_PLANNER_AS_OF_DATE"
SHOWN_FAILURES: Final = 5  # the first ones; dbt's own log has the rest

log = logging.getLogger("inventory_planner.marts.dbt")  # in the child, this module is __main__


def run_dbt(warehouse: Warehouse, variables: Mapping[str, Any], arguments: Sequence[str] = BUILD) -> str:
    """Run dbt, and return its output.

    Args:
        warehouse: what to build in; it is closed, and opens again at its next statement.
        variables: dbt vars, such as `{"as_of_date": "2025-12-31"}`.
        arguments: a dbt command and its options.

    Raises:
        TransformError: a model was not built or a test failed; the message names the first ones.
    """
    warehouse.close()
    folder = warehouse.folder
    environment = {
        **_others(os.environ),
        **warehouse.engine.dbt_environment(),
        **_environment(folder),
        AS_OF_DATE_VARIABLE: str(variables.get(AS_OF_DATE) or ""),
    }
    events = DbtEvents(log, len(mart_files()))
    status, output, errors = _run(command(variables, arguments), environment, events)
    if status != 0:
        raise TransformError(_explain(folder, events.failures, output + errors), _of_data(events.failures))
    events.log_summary()
    return output


def _run(words: Sequence[str], environment: Mapping[str, str], events: DbtEvents) -> tuple[int, str, str]:
    """Run a dbt command and read its events as they come; return the exit status, the output as text and the errors."""
    with (
        _lifeline() as stdin,
        TemporaryFile("w+") as errors,
        subprocess.Popen(  # noqa: S603 (no shell, and the arguments are the user's own)
            words, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            output = "".join(map(events.read, process.stdout or ()))
            status = process.wait()
        except BaseException:
            process.kill()
            raise
        errors.seek(0)
        return status, output, errors.read()


def command(variables: Mapping[str, Any], arguments: Sequence[str] = BUILD) -> list[str]:
    """The command line of `dbt`; `--vars` is left out if there is no dbt command to take it.

    The vars are those that stay the same from day to day: with others, dbt would parse the whole project again.
    """
    takes_vars = not arguments[0].startswith("-")
    lasting = {name: value for name, value in variables.items() if name != AS_OF_DATE}
    return [
        *(sys.executable, "-P", "-m", "inventory_planner.marts.dbt"),  # -P: import nothing from the working directory
        *arguments,
        *(("--vars", json.dumps(lasting, default=str)) if takes_vars else ()),
    ]


def _others(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what is meant for another project's dbt, or for `mf query` on the published file.

    `DBT_EMPTY`, for example, would build empty marts without an error.
    """
    return {
        name: value for name, value in environment.items() if DBT_PREFIX not in name.upper() and name != TARGET_VARIABLE
    }


def _environment(folder: DataFolder) -> dict[str, str]:
    """Where dbt finds its project and writes; not every command takes all of these as options.

    Every path is absolute, because dbt resolves others from its project's folder.
    """
    return {
        "DBT_PROJECT_DIR": str(project()),
        "DBT_PROFILES_DIR": str(project()),
        "DBT_TARGET_PATH": str(folder.dbt / "target"),
        "DBT_LOG_PATH": str(folder.dbt / "logs"),
        "DBT_USE_COLORS": "false",
        "DBT_LOG_FORMAT": "json",  # as DbtEvents reads it
        "DBT_LOG_FORMAT_FILE": "text",
    }


def dbt() -> None:
    """Run dbt with the arguments of the command line; exit when standard input ends."""
    logging.raiseExceptions = False  # if its log can't be written, as on a full disk, dbt's own error matters
    Thread(target=_end_with_stdin, daemon=True).start()
    from dbt.cli.main import cli  # noqa: PLC0415 (it takes two seconds, and only the child needs it)

    cli(prog_name="dbt")


def _end_with_stdin() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)  # at once, as if killed: the database rolls back what is not committed


@contextmanager
def _lifeline() -> Iterator[int]:
    """A standard input that ends when this process does, however it ends."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _explain(folder: DataFolder, failures: Mapping[str, str], output: str) -> str:
    lines = [f"{node}: {message}" for node, message in failures.items()] or _last_lines(output)
    shown = "\n".join(f"  {line}" for line in lines[:SHOWN_FAILURES])
    log = folder.dbt / "logs" / "dbt.log"
    return f"dbt failed; readers keep the last good marts. See {log}.\n{shown}"


def _last_lines(output: str) -> list[str]:
    """The end of dbt's output; if dbt crashed, as on a full disk, only the error."""
    lines = output.strip().splitlines()
    return lines[-1:] if "Traceback (most recent call last):" in output else lines[-SHOWN_FAILURES:]


def _of_data(failures: Mapping[str, str]) -> dict[str, str]:
    """The failures of models and tests, by name: what one order can cause."""
    nodes = ((unique_id.split("."), message) for unique_id, message in failures.items())
    return {name: message for (kind, _, name, *_), message in nodes if kind in {"model", "test"}}


if __name__ == "__main__":
    dbt()
