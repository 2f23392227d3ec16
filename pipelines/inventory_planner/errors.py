"""The errors of this package, each with the exit status of the command that fails with it.

    InventoryPlannerError            exit status 1
    ├── ConfigurationError           2   a setting is missing or invalid, or the data folder can't be used
    ├── AnotherRunError              75  another run holds the lock
    ├── ApiError                         a request failed
    │   ├── UnreachableError         75  no usable response after several attempts
    │   ├── RefusedError             77  the API key or the account is not accepted
    │   ├── NotFoundError                no such path or order
    │   ├── RejectedError                the API reported an error
    │   ├── UnreadableAnswerError        the response is not the documented JSON
    │   └── UnknownOutcomeError      75  a change was sent, but no response says whether it was applied
    ├── ChangeError                      a change of the account is refused before it is sent
    ├── LoadError                        the warehouse can't be opened or written
    ├── SweepError                       implausibly many orders seem to be deleted
    ├── TransformError                   dbt failed to build a model, or a test failed
    └── PublishError                     the readers' marts can't be replaced or read

Every message says what happened and what to do next; no message contains a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

MAX_FAULTS: Final = 20  # in one message


def list_faults(heading: str, faults: Sequence[str]) -> str:
    """A message that lists what is wrong with several things at once, a line each."""
    more = [f"and {len(faults) - MAX_FAULTS:,} more"] if len(faults) > MAX_FAULTS else []
    return "\n".join([heading, *(f"  {line}" for line in [*faults[:MAX_FAULTS], *more])])


class InventoryPlannerError(Exception):
    """An error with an exit status, and with a message for the person who runs the command."""

    exit_status: ClassVar[int] = 1


class ConfigurationError(InventoryPlannerError):
    """A setting is missing or invalid, or the data folder can't be used."""

    exit_status = 2


class AnotherRunError(InventoryPlannerError):
    """Another run uses the same data folder or database; try again when it has ended. `holder` names it."""

    exit_status = 75

    def __init__(self, holder: str, used: object) -> None:
        super().__init__(f"{holder} is using {used}; try again later.")
        self.holder = holder


class ApiError(InventoryPlannerError):
    """A request to Inventory Planner failed, over its API or by SFTP."""


class UnreachableError(ApiError):
    """The API or the SFTP server gave no usable response after several attempts; try again later."""

    exit_status = 75


class RefusedError(ApiError):
    """The API does not accept the key or the account, or the SFTP server the SSH key."""

    exit_status = 77


class NotFoundError(ApiError):
    """The API has nothing under this path, or no order with this id."""


class RejectedError(ApiError):
    """The API or the SFTP server understood the request and reported an error."""


class UnreadableAnswerError(ApiError):
    """The response is not the documented JSON."""


class UnknownOutcomeError(ApiError):
    """A change or a file was sent, but no response says whether it arrived; only reading can tell."""

    exit_status = 75


class ChangeError(InventoryPlannerError):
    """A change of the account is refused before it is sent: it can't be what was meant, or can't be made."""


class LoadError(InventoryPlannerError):
    """The warehouse can't be opened or written; its committed data is unchanged."""


class SweepError(InventoryPlannerError):
    """More orders seem to be deleted from the account than is plausible; none was marked as deleted."""


class TransformError(InventoryPlannerError):
    """Dbt failed to build the marts, or one of its tests failed; nothing was published.

    `failures` has the message of each model and test that failed, by name.
    """

    def __init__(self, message: str, failures: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.failures = dict(failures or {})


class PublishError(InventoryPlannerError):
    """The marts for readers can't be replaced or read; the published ones are unchanged."""
