"""The data folder: the only place a run writes to."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from filelock import FileLock, Timeout

from inventory_planner.errors import AnotherRunError, ConfigurationError

UNUSABLE: Final = frozenset("%?*'")  # in a path: dlt does not escape them, and DuckDB reads them as patterns or options
LOCK_TIMEOUT: Final = 2.0  # seconds; `status` holds the lock for a moment, and a run should not fail because of it


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths in a data folder; `root` is absolute."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The writer's database file: never open it while a run may start."""
        return self.root / "warehouse.duckdb"

    @property
    def analytics(self) -> Path:
        """The readers' database file, replaced as a whole."""
        return self.root / "analytics.duckdb"

    @property
    def dlt(self) -> Path:
        """Dlt's working folder during a load; not needed afterwards."""
        return self.root / "dlt"

    @property
    def dbt(self) -> Path:
        """Dbt's target and logs."""
        return self.root / "dbt"

    @property
    def seeds(self) -> Path:
        """Your own rows for dbt's seeds, in CSV files of the same names; the folder is optional."""
        return self.root / "seeds"

    @property
    def delivery(self) -> Path:
        """The SSH key pair of the delivery, and the host key it has pinned."""
        return self.root / "delivery"

    @property
    def notebooks(self) -> Path:
        """Your copy of the tour."""
        return self.root / "notebooks"

    @property
    def clean_seeds(self) -> Path:
        """The seed files as dbt gets them."""
        return self.dbt / "seeds"

    @property
    def written(self) -> Iterator[Path]:
        """What a run writes in place; what it replaces or only reads is not among it."""
        yield from (self._lock, self.warehouse)
        for top in (self.dlt, self.dbt):
            for folder, _, files in os.walk(top):  # skips what another run removes meanwhile
                yield from (Path(folder), *(Path(folder, name) for name in files))

    @property
    def _spilled(self) -> Path:
        """Where DuckDB spills what does not fit into memory; a killed process leaves it behind."""
        return self.warehouse.with_name(f"{self.warehouse.name}.tmp")

    @property
    def _lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def _lock_holder(self) -> Path:
        return self.root / "run.json"

    @contextmanager
    def locked(self, command: str, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Keep other runs out; the operating system releases the lock even when the process is killed.

        Raises:
            AnotherRunError: another run holds the lock; the message names it.
            ConfigurationError: the folder can't be locked, for example because another user created the lock.
        """
        lock = FileLock(self._lock, timeout=timeout)
        try:
            lock.acquire()
        except Timeout as error:
            raise AnotherRunError(self.lock_holder, self.root) from error
        except OSError as error:
            raise ConfigurationError(f"Can't lock the data folder: {error}. {_advice(self._lock)}") from error
        try:
            shutil.rmtree(self._spilled, ignore_errors=True)
            with suppress(OSError):  # on a full disk, other runs just can't see who holds the lock
                self._lock_holder.write_text(json.dumps(_describe_process(command)))
            yield
        finally:
            self._lock_holder.unlink(missing_ok=True)
            lock.release()

    @property
    def lock_holder(self) -> str:
        """The run that holds the lock, in words."""
        try:
            holder = json.loads(self._lock_holder.read_text())
            return f"`{holder['command']}` (process {holder['pid']} on {holder['host']}, since {holder['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another run"


def folder_at(path: Path) -> DataFolder:
    """The folder at this path, for reading: it may be missing.

    Raises:
        ConfigurationError: this user can't see what is there.
    """
    folder = DataFolder(path.expanduser().absolute())
    try:
        folder.warehouse.exists()
    except PermissionError as error:
        raise ConfigurationError(f"Can't read the data folder {folder.root}. {_advice(folder.root)}") from error
    return folder


def data_folder(path: Path) -> DataFolder:
    """The folder at this path, created if it is missing.

    Raises:
        ConfigurationError: nothing can be written there.
    """
    folder = folder_at(path)
    if UNUSABLE.intersection(str(folder.root)):
        raise ConfigurationError(
            f"DuckDB and dlt can't use the data folder {folder.root}: choose one without the characters % ? * and '."
        )
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder.root).close()  # has no name where the system allows it: a kill leaves nothing behind
    except OSError as error:
        raise ConfigurationError(
            f"Can't write to the data folder {folder.root} ({error.strerror}). Choose another with --data or"
            f" INVENTORY_PLANNER_DATA. {_advice(folder.root)}"
        ) from error
    if refused := next(filter(_is_refused, folder.written), None):
        raise ConfigurationError(f"Can't write to {refused}. {_advice(refused)}")
    return folder


def _is_refused(path: Path) -> bool:
    return os.access(path, os.F_OK) and not os.access(path, os.W_OK)


def _advice(path: Path) -> str:
    """What to do about a file or folder that this user may not use."""
    found = next(each for each in (path, *path.parents) if os.access(each, os.F_OK))
    if sys.platform == "win32" or found.stat().st_uid == os.geteuid():
        return "Correct its permissions."
    try:
        owner = found.owner()
    except KeyError:  # a user of another machine or container
        owner = f"user {found.stat().st_uid}"
    return f"{found} belongs to {owner}: run as {owner}, or give it to this user with chown."


def _describe_process(command: str) -> dict[str, str | int]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"command": command, "pid": os.getpid(), "host": socket.gethostname(), "since": since}
