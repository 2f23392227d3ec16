"""Connections to PostgreSQL, with the credentials that dlt has for it, and what its errors mean.

The credentials are dlt's own: `DESTINATION__POSTGRES__CREDENTIALS`, or `[destination.postgres.credentials]` in
`.dlt/secrets.toml`. dbt and psycopg get the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import errors

from inventory_planner.errors import ConfigurationError

if TYPE_CHECKING:
    from dlt.destinations.impl.postgres.configuration import PostgresCredentials

VARIABLE: Final = "DESTINATION__POSTGRES__CREDENTIALS"

# Instants in UTC; a statement of a killed run ends within a second, and its lock with it; compiling a query of dbt's
# takes longer than it saves; and the type `double`, which the marts use, is in the schema of the raw tables.
SESSION: Final[Mapping[str, str]] = {
    "timezone": "UTC",
    "client_connection_check_interval": "1s",
    "jit": "off",
    "search_path": "inventory_planner",
}
_KEEPALIVES: Final = {"keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 3}

_ADVICE: Final[Mapping[type[psycopg.Error], str]] = {
    errors.InvalidPassword: "Correct the user or the password in {variable}.",
    errors.InvalidAuthorizationSpecification: "Correct the user in {variable}, or let the server accept it.",
    errors.InvalidCatalogName: "Create the database, or correct its name in {variable}.",
    errors.InsufficientPrivilege: (
        "Let the user create schemas in the database (`grant create on database`) and own those of this tool; readers"
        " need only what the documentation of engines grants them."
    ),
    errors.DiskFull: "Free some space on the server's disk, and run again; nothing that was committed is lost.",
    errors.OutOfMemory: "Give the server more memory, or lower its `work_mem`, and run again.",
    errors.TooManyConnections: "Close other connections, or raise the server's `max_connections`; then run again.",
    errors.ReadOnlySqlTransaction: "This server is a standby, or was opened for reading: use the primary server.",
    errors.AdminShutdown: "The server was stopped, or somebody ended the connection. Run again when it is back.",
    errors.LockNotAvailable: "Another session holds a lock on it: see `pg_stat_activity`, and run again.",
}
_BY_TEXT: Final[Sequence[tuple[str, type[psycopg.Error]]]] = (  # failures to connect have no code, only text
    ("password authentication failed|no password supplied", errors.InvalidPassword),
    ("database .* does not exist", errors.InvalidCatalogName),
    ("role .* does not exist|no pg_hba.conf entry|not permitted to log in", errors.InvalidAuthorizationSpecification),
    ("too many (clients|connections)|remaining connection slots", errors.TooManyConnections),
    ("permission denied", errors.InsufficientPrivilege),
)


class Result:
    """The rows of a statement; none if it answers with none."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        return self._cursor.fetchall() if self._cursor.description else []

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        return self._cursor.fetchone() if self._cursor.description else None

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """The next rows."""
        return self._cursor.fetchmany(size) if self._cursor.description else []

    @property
    def description(self) -> Any:
        """The columns."""
        return self._cursor.description


class PostgresConnection:
    """A connection whose statements have `?` for parameters; with `is_streaming`, rows come while they are read."""

    def __init__(self, connection: psycopg.Connection[Any], *, is_streaming: bool = False) -> None:
        self.native = connection
        self._is_streaming = is_streaming
        self._cursors: list[psycopg.ServerCursor[Any]] = []

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Result:
        """Run a statement."""
        text = sql.replace("%", "%%").replace("?", "%s") if parameters else sql
        values = [each.replace("\0", "") if isinstance(each, str) else each for each in parameters]
        if not self._is_streaming:
            return Result(self.native.execute(text.encode(), values or None))
        cursor = self.native.cursor(name=f"rows_{len(self._cursors)}")
        self._cursors.append(cursor)
        return Result(cursor.execute(text.encode(), values or None))

    def close(self) -> None:
        """Close the connection; a transaction that is open is rolled back."""
        for cursor in self._cursors:
            cursor.close()
        self.native.close()


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a server, and who uses it."""

    credentials: PostgresCredentials

    @property
    def name(self) -> str:
        """The database and its server, without a secret."""
        return f"the database {self.credentials.database} on {self.credentials.host}:{self.credentials.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The credentials as libpq's environment variables, with which dbt connects."""
        found, query = self.credentials, self.credentials.query or {}
        options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
        given = {f"PG{name.upper()}": str(value) for name, value in query.items() if name != "options"}
        return {
            **given,
            "PGHOST": str(found.host),
            "PGPORT": str(found.port),
            "PGDATABASE": str(found.database),
            "PGUSER": str(found.username),
            "PGPASSWORD": str(found.password or ""),
            "PGOPTIONS": f"{query.get('options', '')} {options}".strip(),
        }

    def connect(self, *, read_only: bool = False, name: str = "inventory-planner") -> PostgresConnection:
        """A connection that commits each statement."""
        native = self._open(name)
        native.autocommit = True
        for setting, value in SESSION.items():
            native.execute("select set_config(%s, %s, false)", [setting, value])
        native.read_only = read_only
        return PostgresConnection(native)

    def connect_for_reading(self) -> PostgresConnection:
        """A connection whose statements all see one state, and can change nothing."""
        native = self.connect(read_only=True, name="inventory-planner (reader)").native
        native.autocommit = False
        native.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return PostgresConnection(native, is_streaming=True)

    def _open(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self.credentials.to_native_representation(),
            application_name=name,
            cursor_factory=psycopg.ClientCursor,  # parameters in the text: the server need not guess their types
            prepare_threshold=None,
            **_KEEPALIVES,  # type: ignore[arg-type]
        )

    def explain(self, error: BaseException) -> str | None:
        """What an error of psycopg, or of the drivers that dlt uses, means and what to do; None for other errors."""
        kind = _kind(error)
        if kind is None:
            return None
        text = self._without_secrets(" ".join(str(error).split()))
        if kind is not psycopg.Error:
            return f"Can't use {self.name}: {text}. {_ADVICE[kind].format(variable=VARIABLE)}"
        if isinstance(error, psycopg.OperationalError) or "connect" in text:
            return (
                f"Can't reach {self.name}: {text}. Start the server, or correct {VARIABLE}; then run again: nothing"
                " that was committed is lost."
            )
        return f"Can't use {self.name}: {text}."

    def _without_secrets(self, text: str) -> str:
        password = str(self.credentials.password or "")
        return text.replace(password, "...").rstrip(".") if password else text.rstrip(".")


def server_of_settings() -> Server:
    """The server of dlt's settings.

    Raises:
        ConfigurationError: they are missing or can't be read.
    """
    from inventory_planner.warehouse.postgres_dlt import read_credentials  # noqa: PLC0415 (imports dlt)

    found = read_credentials()
    if found is None:
        raise ConfigurationError(
            f"INVENTORY_PLANNER_WAREHOUSE is postgres, but its credentials are missing or incomplete. Set {VARIABLE} to"
            " postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or the same under [destination.postgres] in"
            " .dlt/secrets.toml."
        )
    return Server(found)


def _kind(error: BaseException) -> type[psycopg.Error] | None:
    """The error in psycopg's terms, whichever driver raised it."""
    module = type(error).__module__.split(".")[0]
    if module not in {"psycopg", "psycopg2", "adbc_driver_manager"}:
        return None
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    for kind in _ADVICE:
        if code == kind.sqlstate:
            return kind
    return next((kind for pattern, kind in _BY_TEXT if re.search(pattern, str(error))), psycopg.Error)
