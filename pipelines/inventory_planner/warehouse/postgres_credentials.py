"""The credentials that dlt has for PostgreSQL. Importing this module imports dlt, which takes a second."""

from __future__ import annotations

from typing import Final

import dlt
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.common.configuration.specs import ConnectionStringCredentials
from dlt.destinations.impl.postgres.configuration import PostgresCredentials

CREDENTIALS: Final = "destination.postgres.credentials"  # as dlt looks it up

_as_dlt_writes = ConnectionStringCredentials.to_native_representation


def _as_url(credentials: ConnectionStringCredentials) -> str:
    """The credentials as a URL that every driver reads; dlt leaves spaces as they are."""
    return _as_dlt_writes(credentials).replace(" ", "%20")


PostgresCredentials.to_native_representation = _as_url  # type: ignore[assignment, method-assign]  # dlt has no setting


def read_credentials() -> PostgresCredentials | None:
    """The configured credentials; None if they are missing, incomplete or can't be read."""
    try:
        found = dlt.secrets.get(CREDENTIALS, PostgresCredentials)
    except (ConfigurationException, ValueError, TypeError):  # whose messages may contain the password
        return None
    return found if found and found.host and found.database and found.username else None
