"""What an endpoint is called with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class RefusedError(ValueError):
    """The account declines the request; clients saw it do so with HTTP 500 and the reason in `result.message`."""


class NotFoundError(LookupError):
    """What the path names is not in the account."""

    def __init__(self, kind: str, wanted: str) -> None:
        super().__init__(f"Failed to find {kind} {wanted}")


@dataclass(frozen=True)
class Call:
    """The parts of a request that an endpoint reads."""

    path: Mapping[str, str] = field(default_factory=dict)
    """The parameters in the path, such as `order_id`."""
    query: tuple[tuple[str, str], ...] = ()
    """The parameters of the query in the order that they were sent, repeated ones too."""
    body: bytes = b""

    def parameter(self, name: str, otherwise: str) -> str:
        """A query parameter's last value."""
        return dict(self.query).get(name, otherwise)
