"""`analytics.duckdb`: a copy of the warehouse for all who read, swapped in whole.

Who has the old file open goes on reading it; who opens it now gets the new one. Nobody sees a state in between.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from inventory_planner.data_folder import Folder, files_of
from inventory_planner.errors import PublishError
from inventory_planner.warehouse.tables import SCHEMA

STAGING_OF_DLT: Final = f"{SCHEMA}_staging"  # where dlt puts rows before it merges them
LOOSE: Final = 0.5  # of a file can be blocks without rows before it pays to copy row by row, in twenty times the time


def publish(folder: Folder, made_of: Mapping[str, Any]) -> None:
    """Copy the warehouse to the readers' file. The caller holds the folder's lock, and dbt has passed.

    Args:
        folder: where both files are.
        made_of: what decides whether the file is still current, as `is_current` will be asked.

    Raises:
        PublishError: the copy failed; readers keep the file they have.
    """
    try:
        with _draft(folder.root / "analytics.duckdb.new") as new:
            _copy(folder.warehouse, new)
            _flush(new)
            new.replace(folder.analytics)
        folder.published.write_text(json.dumps(_description(folder, made_of)))
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"Can't publish {folder.analytics}: {error}. Readers keep the file they have; the next run tries again."
        ) from error


def note_made_of(folder: Folder, made_of: Mapping[str, Any]) -> None:
    """Take down what the marts in the warehouse were just built with.

    Raises:
        PublishError: the note can't be written.
    """
    try:
        folder.built.write_text(json.dumps(made_of, default=str))
    except OSError as error:
        raise PublishError(f"Can't write {folder.built}: {error}. The next run builds the marts again.") from error


def made_of_now(folder: Folder) -> Any:
    """What the marts in the warehouse were built with.

    Raises:
        PublishError: they are older than the warehouse, or their build did not pass.
    """
    try:
        return json.loads(folder.built.read_text())
    except (OSError, ValueError) as error:
        raise PublishError(
            "The marts in the warehouse are not whole and tested, or don't show all that it holds: run"
            " `inventory-planner transform` first."
        ) from error


def is_current(folder: Folder, made_of: Mapping[str, Any]) -> bool:
    """Whether the readers' file is the published one, shows all that the warehouse holds, and was made of just this."""
    try:
        return bool(json.loads(folder.published.read_text()) == _description(folder, made_of))
    except (OSError, ValueError):
        return False


def note_current(folder: Folder) -> None:
    """Take down that the readers' file still shows all there is; when, is the time of the note.

    Raises:
        PublishError: the note can't be written.
    """
    try:
        folder.published.touch()
    except OSError as error:
        raise PublishError(f"Can't write {folder.published}: {error}. {folder.analytics} is current.") from error


def _description(folder: Folder, made_of: Mapping[str, Any]) -> dict[str, Any]:
    file = folder.analytics.stat()
    plain = json.loads(json.dumps(made_of, default=str))
    return {"made_of": plain, "bytes": file.st_size, "modified_ns": file.st_mtime_ns}


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """The place of the copy, empty; what has not been moved from there is discarded, also when we are interrupted."""
    _discard(path)
    try:
        yield path
    finally:
        _discard(path)


def _copy(warehouse: Path, new: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        is_loose = _free_share(connection) > LOOSE
        if is_loose:
            connection.execute(f"attach '{_quoted(new)}' as analytics")
            connection.execute("copy from database warehouse to analytics")
    if not is_loose:
        _copy_blocks(warehouse, new)
    with duckdb.connect(new) as connection:
        connection.execute(f"drop schema if exists {STAGING_OF_DLT} cascade")
        connection.execute("checkpoint")


def _free_share(connection: duckdb.DuckDBPyConnection) -> float:
    query = (
        "select free_blocks / greatest(total_blocks, 1) from pragma_database_size() where database_name = 'warehouse'"
    )
    (share,) = connection.execute(query).fetchone() or (1.0,)
    return float(share)


def _copy_blocks(warehouse: Path, new: Path) -> None:
    """The file as it is, and its log, which DuckDB takes in as it opens the copy."""
    for source, copy in zip(files_of(warehouse), files_of(new), strict=True):
        if source.exists():
            shutil.copyfile(source, copy)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _flush(path: Path) -> None:
    """To the disk, so that a power failure after the swap can't leave an empty file behind."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _discard(new: Path) -> None:
    for path in files_of(new):
        path.unlink(missing_ok=True)
