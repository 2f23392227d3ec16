"""Everything that can go wrong and is ours to explain.

    InventoryPlannerError            exit status 1
    ├── ConfigurationError           2   a setting is missing or wrong, or the data folder can't be used
    ├── AnotherRunError              75  another run holds the lock
    ├── ApiError
    │   ├── UnreachableError         75  no usable answer after the retries
    │   ├── RefusedError             77  the key or the account is not accepted
    │   ├── NotFoundError
    │   ├── RejectedError                the service answered with an error of its own
    │   └── UnreadableAnswerError        HTML, nothing at all, or not the documented shape
    ├── LoadError                        the warehouse took no rows
    │   └── MemoryLimitError             for it may take too little memory; the next try may take all there is
    ├── SweepError                       too many orders seem deleted to believe it
    ├── TransformError                   dbt did not build, or one of its tests failed
    └── PublishError                     the readers' file could not be replaced

Every message says what happened, and what to do about it; none holds a secret.
"""

from __future__ import annotations

from typing import ClassVar


class InventoryPlannerError(Exception):
    """An error with an exit status, and with a message made for the person who runs the command."""

    exit_status: ClassVar[int] = 1


class ConfigurationError(InventoryPlannerError):
    """A setting is missing or wrong, or the data folder can't be used."""

    exit_status = 2


class AnotherRunError(InventoryPlannerError):
    """Another run works in the same data folder: try again when it has ended."""

    exit_status = 75


class ApiError(InventoryPlannerError):
    """A request to Inventory Planner came to nothing."""


class UnreachableError(ApiError):
    """The service gave no usable answer, however often it was asked: try again later."""

    exit_status = 75


class RefusedError(ApiError):
    """The service does not accept the key or the account."""

    exit_status = 77


class NotFoundError(ApiError):
    """The service has nothing at this address, or no order with this id."""


class RejectedError(ApiError):
    """The service understood the request and answered with an error message of its own."""


class UnreadableAnswerError(ApiError):
    """The service answered with something that is not the documented JSON."""


class LoadError(InventoryPlannerError):
    """The warehouse did not take the rows; what it held before is still there."""


class MemoryLimitError(LoadError):
    """DuckDB ran out of the memory that it is usually given; the next try gives it all there is."""


class SweepError(InventoryPlannerError):
    """More orders seem to be gone from the account than can be believed; none was marked as deleted."""


class TransformError(InventoryPlannerError):
    """Dbt did not build the marts, or one of its tests failed; nothing was published."""


class PublishError(InventoryPlannerError):
    """The readers' file could not be replaced; the one before is still in place."""
