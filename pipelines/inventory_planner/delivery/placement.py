"""Put a file on the server so that its final name never shows half of it, and find out later whether it is there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from inventory_planner.delivery.sftp import Server
from inventory_planner.errors import RejectedError

DRAFT: Final = ".part"


class Evidence(StrEnum):
    """What shows that a file is on the server, whole."""

    CONTENT = "content"
    SIZE = "size"  # where the server does not let us read


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file goes, and how to tell that it is there."""

    directory: str
    file_name: str
    size: int
    digest: str

    @property
    def final(self) -> str:
        """The path that the connector reads."""
        return f"{self.directory.rstrip('/')}/{self.file_name}"

    @property
    def draft(self) -> str:
        """The path of the file until it is whole."""
        return f"{self.directory.rstrip('/')}/.{self.file_name}{DRAFT}"


def digest_of(content: bytes) -> str:
    """Identifies the content of a file."""
    return sha256(content).hexdigest()


def upload_draft(server: Server, place: Place, content: bytes) -> None:
    """Write the file under its temporary name, and read it back.

    Raises:
        RejectedError: the server did not store it, or stored something else; nothing is left there.
    """
    if server.size(place.final) is not None:
        raise RejectedError(f"{server.endpoint.name} has a file {place.final} already; nothing was sent. Try again.")
    try:
        server.write(place.draft, content)
        is_whole = _is_whole(server, place.draft, place)
    except RejectedError:
        discard_draft(server, place)
        raise
    if not is_whole:
        discard_draft(server, place)
        raise RejectedError(f"{server.endpoint.name} did not store {place.draft} as it was sent; try again.")


def reveal(server: Server, place: Place) -> Evidence | None:
    """Give the draft its final name; what shows that the file is there, whole, or None if it is not.

    It can be repeated after whatever interrupted it, because it looks first. Where the server doesn't rename, the file
    is written a second time, and the draft stays until the copy is whole.
    """
    if not _is_whole(server, place.final, place):
        if not _is_whole(server, place.draft, place):
            return None
        server.remove(place.final)  # half of a copy
        _rename_or_copy(server, place)
    evidence = _compare(server, place.final, place)
    if evidence:
        discard_draft(server, place)
    return evidence


def is_revealed(server: Server, place: Place) -> bool:
    """Whether the file is there under its final name, whole."""
    return _is_whole(server, place.final, place)


def discard_draft(server: Server, place: Place) -> None:
    """Remove the draft, if the server lets us."""
    with suppress(RejectedError):
        server.remove(place.draft)


def _rename_or_copy(server: Server, place: Place) -> None:
    try:
        server.rename(place.draft, place.final)
    except RejectedError:  # or it was renamed, and the answer was lost: then there is no draft any more
        content = server.read(place.draft)
        if content is not None and server.size(place.final) is None:
            _copy(server, place, content)


def _copy(server: Server, place: Place, content: bytes) -> None:
    try:
        server.write(place.final, content)
    except RejectedError:
        server.remove(place.final)  # half of a file
        raise


def _is_whole(server: Server, path: str, place: Place) -> bool:
    return _compare(server, path, place) is not None


def _compare(server: Server, path: str, place: Place) -> Evidence | None:
    """What shows that a file is whole: its size and digest, or only its size where files can't be read."""
    if server.size(path) != place.size:
        return None
    try:
        content = server.read(path)
    except RejectedError:
        return Evidence.SIZE
    return Evidence.CONTENT if content is not None and digest_of(content) == place.digest else None
