"""What dlt has for PostgreSQL: credentials and a destination, and two corrections that dlt has no setting for.

Importing this module imports dlt, which takes a second.
"""

from __future__ import annotations

from typing import Final, cast

import dlt
import pyarrow.parquet as pq
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.common.configuration.specs import ConnectionStringCredentials
from dlt.common.destination import AnyDestination
from dlt.destinations.impl.postgres.configuration import PostgresCredentials
from dlt.destinations.impl.postgres.postgres import PostgresParquetCopyJob

CREDENTIALS: Final = "destination.postgres.credentials"  # as dlt looks it up

_as_dlt_writes = ConnectionStringCredentials.to_native_representation
_copy = PostgresParquetCopyJob.run


def _as_url(credentials: ConnectionStringCredentials) -> str:
    """The credentials as a URL that every driver reads; dlt leaves spaces as they are."""
    return _as_dlt_writes(credentials).replace(" ", "%20")


def _copy_rows(job: PostgresParquetCopyJob) -> None:
    """Copy a file unless it has no rows, on which the driver fails."""
    if pq.read_metadata(job._file_path).num_rows:  # noqa: SLF001
        _copy(job)


PostgresCredentials.to_native_representation = _as_url  # type: ignore[assignment, method-assign]
PostgresParquetCopyJob.run = _copy_rows  # type: ignore[assignment, method-assign]


def read_credentials() -> PostgresCredentials | None:
    """The configured credentials; None if they are missing, incomplete or can't be read."""
    try:
        found = dlt.secrets.get(CREDENTIALS, PostgresCredentials)
    except (ConfigurationException, ValueError, TypeError):  # whose messages may contain the password
        return None
    return found if found and found.host and found.database and found.username else None


def destination(credentials: PostgresCredentials) -> AnyDestination:
    """The database as a dlt destination."""
    return cast("AnyDestination", dlt.destinations.postgres(credentials))
