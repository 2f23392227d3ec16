"""The credentials that dlt has for PostgreSQL. Importing this module imports dlt, which takes a second."""

from __future__ import annotations

from typing import Final

import dlt
from dlt.common.configuration import configspec
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.destinations.impl.postgres.configuration import PostgresCredentials

CREDENTIALS: Final = "destination.postgres.credentials"  # as dlt looks it up


@configspec(init=False)
class EscapedCredentials(PostgresCredentials):
    """Credentials whose URL every driver reads, whatever is in the password: dlt leaves spaces as they are."""

    def to_native_representation(self) -> str:
        """The credentials as a URL."""
        return super().to_native_representation().replace(" ", "%20")


def read_credentials() -> EscapedCredentials | None:
    """The configured credentials; None if they are missing, incomplete or can't be read."""
    try:
        found = dlt.secrets.get(CREDENTIALS, EscapedCredentials)
    except (ConfigurationException, ValueError, TypeError):  # whose messages may contain the password
        return None
    return found if found and found.host and found.database and found.username else None
