"""What an endpoint receives, and the errors that it raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class RefusedError(ValueError):
    """The account refuses the request; clients saw HTTP 500 with the reason in `result.message`."""


class NotFoundError(LookupError):
    """The account has no record with the id in the path."""

    def __init__(self, kind: str, record_id: str) -> None:
        super().__init__(f"Failed to find {kind} {record_id}")


@dataclass(frozen=True)
class EndpointRequest:
    """The parts of an HTTP request that an endpoint reads."""

    path: Mapping[str, str] = field(default_factory=dict)
    """Path parameters, such as `order_id`."""
    query: tuple[tuple[str, str], ...] = ()
    """Query parameters in the order sent, including repeated ones."""
    body: bytes = b""

    def parameter(self, name: str, default: str) -> str:
        """Return the last value of a query parameter."""
        return dict(self.query).get(name, default)
