"""What the package asks of a database engine; everything else in `warehouse/` is portable SQL, written once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyarrow as pa
    from dlt.common.destination import AnyDestination  # dlt takes a second to import, and `status` does without it


class Connection(Protocol):
    """A connection that commits each statement, writes parameters as `?`, and whose instants come in UTC."""

    def execute(self, sql: str, parameters: Sequence[Any] = ...) -> Any:
        """Run one statement; the result has `fetchall`."""

    def close(self) -> None:
        """Close the connection."""


class Engine(Protocol):
    """One database engine, and where its databases are."""

    @property
    def name(self) -> str:
        """The warehouse as messages name it."""

    @property
    def published_name(self) -> str:
        """What readers see, as messages name it."""

    @property
    def build_schema(self) -> str:
        """The schema in which dbt builds the marts."""

    @property
    def published_record(self) -> str:
        """The table with the build record of what is published."""

    @property
    def catalog_query(self) -> str:
        """A query for the tables of a schema: name, comment, and each column's name, type and comment, in order."""

    @property
    def driver_error(self) -> type[Exception]:
        """The base class of the driver's errors."""

    def exists(self) -> bool:
        """Whether the warehouse has been created."""

    def connect(self, *, read_only: bool = False) -> Connection:
        """Open the warehouse."""

    def stage(self, connection: Connection, name: str, rows: pa.Table) -> None:
        """Write rows to a temporary table of this name, replacing any existing one."""

    def dlt_destination(self) -> AnyDestination:
        """The warehouse as a dlt destination."""

    def take_seeds(self, files: Iterable[Path]) -> None:
        """Let dbt add the rows of these clean seed files, each named as its seed.

        Raises:
            LoadError: they can't be copied.
        """

    def dbt_environment(self) -> dict[str, str]:
        """The environment variables with which `dbt/profiles.yml` finds the warehouse."""

    def lock(self, command: str) -> AbstractContextManager[None]:
        """Keep other runs out while the block lasts.

        Raises:
            AnotherRunError: another run holds the lock; the message names it.
        """

    def publish(self) -> None:
        """Copy the warehouse to where readers look, replaced as a whole. The warehouse must not be open.

        Raises:
            PublishError: the copy failed; readers keep what they have.
        """

    def confirm_published(self) -> None:
        """Record that readers have what a build now would give them.

        Raises:
            PublishError: it can't be recorded.
        """

    def published_problem(self) -> str | None:
        """What keeps readers from what was published, or may add to it, and what to do; None if nothing does."""

    def connect_published(self) -> Connection | None:
        """Open what readers see, read-only; None if nothing was published."""

    def published_schema(self, connection: Connection) -> str:
        """The schema of the published marts, which no publishing changes while this connection reads them."""

    def explain(self, error: BaseException) -> str | None:
        """What a driver's error means and what to do about it; None if it is not the driver's error."""
