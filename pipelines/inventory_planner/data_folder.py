"""The data folder: the one place that a run writes to."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from filelock import FileLock, Timeout

from inventory_planner.errors import AnotherRunError, ConfigurationError

UNUSABLE: Final = frozenset("%?")  # in a path: dlt takes what follows for a place holder, DuckDB for options
LOCK_PATIENCE: Final = 2.0  # seconds; `status` holds the lock for a blink, and a run should not fail for that


@dataclass(frozen=True, slots=True)
class Folder:
    """Where everything lies; `root` is absolute."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The writer's database: never open it while a run may start."""
        return self.root / "warehouse.duckdb"

    @property
    def analytics(self) -> Path:
        """The readers' database, replaced in whole."""
        return self.root / "analytics.duckdb"

    @property
    def dlt(self) -> Path:
        """What dlt works with during a load; of no worth after it."""
        return self.root / "dlt"

    @property
    def dbt(self) -> Path:
        """What dbt makes: its target and its logs."""
        return self.root / "dbt"

    @property
    def seeds(self) -> Path:
        """The user's own rows for dbt's seeds, in CSV files named like them; the folder need not be there."""
        return self.root / "seeds"

    @property
    def published(self) -> Path:
        """Says what `analytics` was made of; missing as soon as the warehouse holds more."""
        return self.root / "published.json"

    @property
    def built(self) -> Path:
        """Says what the marts in the warehouse were built with; missing as soon as the warehouse holds more."""
        return self.root / "built.json"

    @property
    def is_heavy(self) -> bool:
        """Whether DuckDB has needed more memory for this warehouse than is usual."""
        return self._heavy.exists()

    def note_heavy(self) -> None:
        """Take note that DuckDB needs more memory for this warehouse than is usual.

        Raises:
            ConfigurationError: nothing can be written there.
        """
        try:
            self._heavy.touch()
        except OSError as error:
            raise ConfigurationError(f"Can't write to the data folder: {error}. Mend its permissions.") from error

    def outdate(self) -> None:
        """Take note that the warehouse changes: neither the marts nor the readers' file show all of it any more."""
        self.built.unlink(missing_ok=True)
        self.published.unlink(missing_ok=True)

    @property
    def _heavy(self) -> Path:
        return self.root / "heavy"

    @property
    def _spilled(self) -> Path:
        """Where DuckDB puts what does not fit into memory, and leaves it when it is killed."""
        return self.warehouse.with_name(f"{self.warehouse.name}.tmp")

    @property
    def _lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def _holding(self) -> Path:
        return self.root / "run.json"

    @contextmanager
    def locked(self, command: str, patience: float = LOCK_PATIENCE) -> Iterator[None]:
        """The folder for ourselves; the operating system frees it even when the process is killed.

        Raises:
            AnotherRunError: another run holds it; the message names it.
            ConfigurationError: it can't be locked, as when another user has made the lock.
        """
        lock = FileLock(self._lock, timeout=patience)
        try:
            lock.acquire()
        except Timeout as error:
            raise AnotherRunError(f"{self.holder} is at work in {self.root}; try again later.") from error
        except OSError as error:
            raise ConfigurationError(f"Can't lock the data folder: {error}. Mend its permissions.") from error
        try:
            shutil.rmtree(self._spilled, ignore_errors=True)
            with suppress(OSError):  # on a full disk another run can't be told who is at work, and that is all
                self._holding.write_text(json.dumps(_holder(command)))
            yield
        finally:
            self._holding.unlink(missing_ok=True)
            lock.release()

    @property
    def holder(self) -> str:
        """The run that holds the lock, in words."""
        try:
            holder = json.loads(self._holding.read_text())
            return f"`{holder['command']}` (process {holder['pid']} on {holder['host']}, since {holder['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another run"


def folder_at(path: Path) -> Folder:
    """The folder at this path, for who only reads: it may be missing."""
    return Folder(path.expanduser().absolute())


def files_of(database: Path) -> tuple[Path, Path]:
    """What a DuckDB database can consist of: its file, and its log of what is not in the file yet."""
    return database, database.with_name(f"{database.name}.wal")


def data_folder(path: Path) -> Folder:
    """The folder at this path, made if need be.

    Raises:
        ConfigurationError: nothing can be written there.
    """
    folder = folder_at(path)
    if UNUSABLE.intersection(str(folder.root)):
        raise ConfigurationError(f"DuckDB and dlt can't use the data folder {folder.root}: choose one without % and ?.")
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder.root).close()  # where the system can, without a name: nothing is left if we are killed
    except OSError as error:
        raise ConfigurationError(
            f"Can't write to the data folder {folder.root} ({error.strerror}). Choose another with --data or"
            " INVENTORY_PLANNER_DATA, or mend its permissions."
        ) from error
    return folder


def _holder(command: str) -> dict[str, str | int]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"command": command, "pid": os.getpid(), "host": socket.gethostname(), "since": since}
