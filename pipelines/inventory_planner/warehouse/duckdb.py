"""DuckDB: `warehouse.duckdb` for the writer, `analytics.duckdb` for readers, replaced as a whole.

Readers that have the old file open keep reading it; those that open it later get the new one. None sees a state in
between.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import duckdb

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import LoadError, PublishError

if TYPE_CHECKING:
    import pyarrow as pa
    from dlt.common.destination import AnyDestination

MEMORY_LIMIT: Final = "400MB"  # 1,500 orders with 100 KB of JSON each need as much; more would only fill its cache
MEMORY_LIMIT_VARIABLE: Final = "INVENTORY_PLANNER_MEMORY_LIMIT"
SESSION: Final = "set timezone = 'UTC'; set threads = 1"  # more threads take memory, and hardly less time
DLT_STAGING_SCHEMA: Final = "inventory_planner_staging"  # where dlt puts rows before it merges them
CATALOG: Final = """
    select table_name, coalesce(table_comment, ''), column_name, data_type, coalesce(column_comment, '')
    from information_schema.tables
    join information_schema.columns using (table_schema, table_name)
    where table_schema = ?
    order by table_name, ordinal_position
"""
MAX_FREE_SHARE: Final = 0.5  # of a file's blocks; above it, copying row by row is worth taking twenty times as long

_LOCKED: Final = re.compile("set lock on file|used by another process")  # the second by Windows
_HOLDER: Final = re.compile(r"(?<=lock is held in )[^\n]*?\(PID \d+\)")
_WRITE_BITS: Final = 0o222


@dataclass(frozen=True, slots=True)
class DuckDb:
    """The two database files of a data folder. `memory_limit` applies to syncs; dbt may use all memory."""

    folder: DataFolder
    memory_limit: str = MEMORY_LIMIT
    driver_error: ClassVar[type[Exception]] = duckdb.Error
    build_schema: ClassVar[str] = "marts"
    published_record: ClassVar[str] = "inventory_planner._build_record"
    catalog_query: ClassVar[str] = CATALOG

    @property
    def name(self) -> str:
        """The path of the writer's file."""
        return str(self.folder.warehouse)

    @property
    def published_name(self) -> str:
        """The path of the readers' file."""
        return str(self.folder.analytics)

    def exists(self) -> bool:
        """Whether the writer's file is there."""
        return self.folder.warehouse.exists()

    def connect(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        """Open the writer's file; the limits apply to all connections of this process to it, including dlt's."""
        connection = duckdb.connect(self.folder.warehouse, read_only=read_only)
        connection.execute(f"{SESSION}; set memory_limit = '{self.memory_limit}'")
        return connection

    def stage(self, connection: Any, name: str, rows: pa.Table) -> None:
        """Copy the rows, because DuckDB would otherwise hold the GIL while it scans them."""
        connection.register("arrow_rows", rows)
        connection.execute(f"create or replace temporary table {name} as select * from arrow_rows")
        connection.unregister("arrow_rows")

    def dlt_destination(self) -> AnyDestination:
        """The writer's file as a dlt destination."""
        import dlt  # noqa: PLC0415 (it takes a second, and `status` does without it)
        from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials  # noqa: PLC0415

        credentials = DuckDbCredentials(str(self.folder.warehouse))
        credentials.resolve()  # once; otherwise dlt looks up each part of them at each of its steps
        # Without transactions, a table would be empty in the middle of its merge, and a kill would leave it empty.
        return cast("AnyDestination", dlt.destinations.duckdb(credentials, supports_transactions=True))

    def take_seeds(self, _files: object) -> None:
        """DuckDB reads the files itself, in the macro `add_own_rows`."""

    def dbt_environment(self) -> dict[str, str]:
        """The path, absolute, because dbt resolves others from its project's folder."""
        return {"INVENTORY_PLANNER_DATABASE": str(self.folder.warehouse)}

    def lock(self, command: str) -> AbstractContextManager[None]:
        """The lock of the data folder."""
        return self.folder.locked(command)

    def publish(self) -> None:
        """Copy the writer's file to a draft, and replace the readers' file with the draft."""
        try:
            with draft_of(self.folder.analytics) as draft:
                _copy(self.folder.warehouse, draft)
                replace_published(self.folder.analytics, draft)
        except (duckdb.Error, OSError) as error:
            raise PublishError(
                f"Can't publish {self.folder.analytics}: {error}. Readers keep the file they have; the next run"
                " tries again."
            ) from error

    def confirm_published(self) -> None:
        """Set the modification time of the readers' file, which the dashboard shows."""
        try:
            os.utime(self.folder.analytics)
        except PermissionError:  # another user published it, and only the owner may touch a file that is read-only
            self.publish()

    def published_problem(self) -> str | None:
        """Why the readers' file can't be opened, or that another program left a log beside it."""
        try:
            connection = self.connect_published()
        except LoadError as error:
            return f"{error} The next run publishes it again."
        if connection:
            connection.close()
        file, log = _files_of(self.folder.analytics)
        if not log.exists():
            return None
        return (
            f"A program opened {file} for writing and left {log.name} beside it, so readers may see what it wrote. Open"
            " the file read-only there. The next run publishes it again, without that log."
        )

    def connect_published(self) -> duckdb.DuckDBPyConnection | None:
        """Open the readers' file, if it is there, without access to anything else on this machine."""
        if not self.folder.analytics.exists():
            return None
        config: dict[str, Any] = {"enable_external_access": "false"}
        try:
            connection = duckdb.connect(self.folder.analytics, read_only=True, config=config)
        except duckdb.Error as error:
            if _LOCKED.search(str(error)):
                holder = _HOLDER.search(str(error))
                raise LoadError(
                    f"{holder[0] if holder else 'Another program'} has {self.folder.analytics} open for writing, which"
                    " keeps readers out. Open it read-only there."
                ) from error
            raise LoadError(f"Can't open {self.folder.analytics}: {error}.") from error
        connection.execute("set timezone = 'UTC'")
        return connection

    def published_schema(self, _connection: object) -> str:
        """The same for each file."""
        return self.build_schema

    def explain(self, error: BaseException) -> str | None:
        """Explain that memory ran out, or that the file is open in another program or damaged."""
        if not isinstance(error, duckdb.Error):
            return None
        if "memory_limit" in str(error):  # in errors of several classes; a failed commit has its own
            return (
                f"DuckDB needs more than {self.memory_limit} of memory for the orders of this account. Set"
                f" {MEMORY_LIMIT_VARIABLE}, for example to 1GB, and run again. ({str(error).splitlines()[0]})"
            )
        return f"Can't use {self.folder.warehouse}: {error}. {self._advice(error)}"

    def _advice(self, error: duckdb.Error) -> str:
        if _LOCKED.search(str(error)):
            return (
                "Another program has it open: close it there. Only this tool should open this file; read"
                f" {self.folder.analytics} instead."
            )
        if "No space left" in str(error):
            return "Free some space on the disk, and run again; nothing that was committed is lost."
        if "Permission denied" in str(error):
            return "Run as the user who owns it, or give it to this user."
        return (
            "If the file is damaged, restore a copy of it; the next run continues from that copy. If you have no copy,"
            " move the file away: the next run reads all orders again, and only the earlier states kept in `snapshots`"
            " are lost."
        )


@contextmanager
def draft_of(published: Path) -> Iterator[Path]:
    """An empty place beside the published file; whatever is still there at the end is removed."""
    path = published.with_name(f"{published.name}.new")
    _remove(path)
    try:
        yield path
    finally:
        _remove(path)


def _copy(warehouse: Path, draft: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        has_many_gaps = _free_share(connection) > MAX_FREE_SHARE
        if has_many_gaps:
            connection.execute(f"attach {literal(str(draft))} as analytics")
            connection.execute("copy from database warehouse to analytics")
    if not has_many_gaps:
        _copy_blocks(warehouse, draft)
    with duckdb.connect(draft) as connection:
        connection.execute(f"drop schema if exists {DLT_STAGING_SCHEMA} cascade")
        connection.execute("checkpoint")


def _free_share(connection: duckdb.DuckDBPyConnection) -> float:
    query = (
        "select free_blocks / greatest(total_blocks, 1) from pragma_database_size() where database_name = 'warehouse'"
    )
    (share,) = connection.execute(query).fetchone() or (1.0,)
    return float(share)


def _copy_blocks(warehouse: Path, draft: Path) -> None:
    """Copy the file as it is, and its log, which DuckDB applies when it opens the copy."""
    for source, copy in zip(_files_of(warehouse), _files_of(draft), strict=True):
        if source.exists():
            shutil.copyfile(source, copy)


def literal(text: str) -> str:
    """A text in SQL."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _flush(path: Path) -> None:
    """Write to the disk, so that a power failure after the replacement can't leave an empty file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def replace_published(published: Path, draft: Path) -> None:
    """Put the draft in the place of the published file, read-only: no tool should open it for writing by default.

    A program that did so and died leaves a log beside it, which would be applied to the new file.
    """
    _flush(draft)
    _files_of(published)[1].unlink(missing_ok=True)
    if sys.platform == "win32" and published.exists():  # which replaces no read-only file
        published.chmod(stat.S_IWRITE)
    draft.replace(published)
    published.chmod(published.stat().st_mode & ~_WRITE_BITS)


def _remove(database: Path) -> None:
    for path in _files_of(database):
        path.unlink(missing_ok=True)


def _files_of(database: Path) -> tuple[Path, Path]:
    """The files of a DuckDB database: its blocks, and its log of what is not in the blocks yet."""
    return database, database.with_name(f"{database.name}.wal")
