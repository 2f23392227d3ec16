"""A server reached by SFTP. A dropped connection is opened again; a refused key, or another host key, is final.

This is the only module that knows SSH.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from inventory_planner.errors import (
    ConfigurationError,
    InventoryPlannerError,
    RefusedError,
    RejectedError,
    UnreachableError,
)

if TYPE_CHECKING:
    import asyncssh

T = TypeVar("T")

ALGORITHM: Final = "ssh-ed25519"
COMMENT: Final = "inventory-planner"
FINGERPRINT: Final = "SHA256:"
MAX_ATTEMPTS: Final = 4
FIRST_WAIT: Final = 2.0  # seconds before the second attempt; doubled each time
CONNECT_SECONDS: Final = 30.0
STEP_SECONDS: Final = 60.0  # for one request to the server, or one block of a file
BLOCK_BYTES: Final = 2**20
CLOSE_SECONDS: Final = 2.0  # for saying goodbye; a dead server does not answer
HOST_KEY_ALGORITHMS: Final = (  # by kind of key, of plain keys: the authority behind a certificate could not be pinned
    *(("ssh-ed25519",), ("ecdsa-sha2-nistp256",), ("ecdsa-sha2-nistp384",), ("ecdsa-sha2-nistp521",)),
    ("rsa-sha2-256", "rsa-sha2-512"),
)


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server and how to log in. `host_key` is the key it must have, or the SHA256 fingerprint of it; None for any.

    `on_new_key` is called with the key of a server that none was known of, once it has let us in.
    """

    host: str
    port: int
    username: str
    private_key: Path
    host_key: str | None = None
    on_new_key: Callable[[str], None] = field(default=lambda _: None)

    @property
    def name(self) -> str:
        """The user and the server in one word."""
        return f"{self.username}@{self.host}:{self.port}"


class _MissingFileError(InventoryPlannerError):
    """The server has no such file."""


class Server:
    """Files on a server. Every method but `rename` can be repeated, and is, if the connection drops."""

    def __init__(self, endpoint: Endpoint, runner: asyncio.Runner, sleep: Callable[[float], None]) -> None:
        self.endpoint = endpoint
        self.host_key = endpoint.host_key
        self._runner = runner
        self._sleep = sleep
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def size(self, path: str) -> int | None:
        """How many bytes a file has; None if there is no such file."""

        async def read(client: asyncssh.SFTPClient) -> int | None:
            return (await client.stat(path)).size

        with suppress(_MissingFileError):
            return self._do(f"look at {path}", read)
        return None

    def read(self, path: str) -> bytes | None:
        """The content of a file; None if there is no such file."""

        async def read(client: asyncssh.SFTPClient) -> bytes:
            blocks: list[Any] = []
            async with client.open(path, "rb") as file:
                while block := await asyncio.wait_for(file.read(BLOCK_BYTES), STEP_SECONDS):
                    blocks.append(block)
            return bytes(b"".join(blocks))

        with suppress(_MissingFileError):
            return self._do(f"read {path}", read, seconds=None)
        return None

    def write(self, path: str, content: bytes) -> None:
        """Write a file, in place of one that is there."""

        async def write(client: asyncssh.SFTPClient) -> None:
            async with client.open(path, "wb") as file:
                for start in range(0, len(content), BLOCK_BYTES):
                    block = content[start : start + BLOCK_BYTES]
                    await asyncio.wait_for(file.write(block, start), STEP_SECONDS)

        advice = "Check that the directory exists, that the user may write there, and that the disk is not full."
        try:
            self._do(f"write {path}", write, advice=advice, seconds=None)
        except _MissingFileError as error:
            raise RejectedError(f"{error} {advice}") from error

    def rename(self, old: str, new: str) -> None:
        """Rename a file; a file that has the new name already is not replaced.

        Raises:
            RejectedError: the server does not do it, or did it already and its answer was lost.
        """
        try:
            self._do(f"rename {old}", lambda client: client.rename(old, new))
        except _MissingFileError as error:
            raise RejectedError(str(error)) from error

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        with suppress(_MissingFileError):
            self._do(f"remove {path}", lambda client: client.remove(path))

    def is_directory(self, path: str) -> bool:
        """Whether there is such a directory."""
        with suppress(_MissingFileError):
            return self._do(f"look at {path}", lambda client: client.isdir(path))
        return False

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection, self._client = self._connection, None, None
        if connection:
            connection.close()
            with suppress(OSError, Exception):
                self._runner.run(asyncio.wait_for(connection.wait_closed(), CLOSE_SECONDS))

    def _do(
        self,
        what: str,
        operation: Callable[[asyncssh.SFTPClient], Awaitable[T]],
        *,
        advice: str = "Check the directory and the user's permissions.",
        seconds: float | None = STEP_SECONDS,
    ) -> T:
        """Carry out an operation; if the connection drops meanwhile, connect and carry it out again.

        Raises:
            _MissingFileError, RejectedError, RefusedError, ConfigurationError, UnreachableError: it failed.
        """
        ssh = _ssh()
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                self._sleep(FIRST_WAIT * 2 ** (attempt - 1))
            try:
                return self._runner.run(self._attempt(operation, seconds))
            except (ssh.PermissionDenied, ssh.HostKeyNotVerifiable, ssh.KeyExchangeFailed) as error:
                raise self._refusal(error) from error
            except (ssh.SFTPConnectionLost, ssh.SFTPNoConnection, ssh.DisconnectError, ssh.ChannelOpenError) as error:
                problem = error.reason
            except (OSError, EOFError) as error:
                problem = str(error) or "no answer in time"
            except (ssh.SFTPNoSuchFile, ssh.SFTPNoSuchPath) as error:
                raise _MissingFileError(f"{self.endpoint.name} can't {what}: {error.reason}.") from error
            except ssh.SFTPError as error:
                reason = error.reason.removesuffix(".")
                raise RejectedError(f"{self.endpoint.name} did not {what}: {reason}. {advice}") from error
            self.close()
            log.debug("Attempt %d to %s failed: %s", attempt + 1, what, problem)
        raise UnreachableError(
            f"Can't {what} on {self.endpoint.name}: {problem}. Check DELIVERY__ENDPOINT and the network, and try again"
            " later."
        )

    async def _attempt(self, operation: Callable[[asyncssh.SFTPClient], Awaitable[T]], seconds: float | None) -> T:
        client = self._client
        if client is None:
            client = await asyncio.wait_for(self._connect(), CONNECT_SECONDS)
        return await asyncio.wait_for(operation(client), seconds)

    async def _connect(self) -> asyncssh.SFTPClient:
        expected = self.host_key
        self._connection = await self._log_in(expected)
        client = await self._connection.start_sftp_client()
        self._client = client
        key = self._connection.get_server_host_key()
        if key:
            self.host_key = key.export_public_key().decode().strip()
        if self.host_key and expected is None:
            self.endpoint.on_new_key(self.host_key)
        return client

    async def _log_in(self, expected: str | None) -> Any:
        """Connect; a server may have several host keys, and shows only the one that is asked for."""
        *others, last = _choices(expected)
        for algorithms in others:
            with suppress(_ssh().HostKeyNotVerifiable):
                return await self._open(expected, algorithms)
        return await self._open(expected, last)

    async def _open(self, expected: str | None, algorithms: list[str]) -> Any:
        return await _ssh().connect(
            self.endpoint.host,
            self.endpoint.port,
            username=self.endpoint.username,
            client_keys=[str(self.endpoint.private_key)],
            preferred_auth="publickey",
            agent_path=None,
            config=None,
            known_hosts=([], [], []),
            server_host_key_algs=algorithms,
            client_factory=lambda: _client_class()(expected),
            keepalive_interval=CONNECT_SECONDS,
        )

    def _refusal(self, error: Exception) -> InventoryPlannerError:
        ssh = _ssh()
        if isinstance(error, ssh.PermissionDenied):
            return RefusedError(
                f"{self.endpoint.name} refused the key. Paste the output of `inventory-planner deliver key` into the"
                " Advanced CSV connection in Inventory Planner, and check DELIVERY__USERNAME."
            )
        if isinstance(error, ssh.HostKeyNotVerifiable):
            return ConfigurationError(
                f"The host key of {self.endpoint.name} is not the expected {fingerprint(self.host_key)}. Nothing was"
                " sent. This can be a man-in-the-middle attack. Ask Inventory Planner whether the key changed. If so,"
                " set DELIVERY__HOST_KEY to the new one or, if that is not set, delete the host's line from"
                f" {self.endpoint.private_key.parent / 'known_hosts'}."
            )
        return RejectedError(f"{self.endpoint.name} and this machine have no SSH algorithm in common: {error}.")


@contextmanager
def open_server(endpoint: Endpoint, sleep: Callable[[float], None] = time.sleep) -> Iterator[Server]:
    """The server of an endpoint; the first call connects."""
    with asyncio.Runner() as runner:
        server = Server(endpoint, runner, sleep)
        try:
            yield server
        finally:
            server.close()


def new_key_pair() -> tuple[bytes, bytes]:
    """A new private key in OpenSSH's format, and its public half."""
    key = _ssh().generate_private_key(ALGORITHM, comment=COMMENT)
    return key.export_private_key(), key.export_public_key()


def is_private_key(content: bytes) -> bool:
    """Whether this is a private key without a passphrase."""
    ssh = _ssh()
    with suppress(ssh.KeyImportError, ssh.KeyEncryptionError):
        return bool(ssh.import_private_key(content))
    return False


def fingerprint(host_key: str | None) -> str:
    """The SHA256 fingerprint of a public key, as `ssh-keygen -l` prints it.

    Raises:
        ConfigurationError: it is neither a key nor a fingerprint.
    """
    text = (host_key or "").strip()
    if text.startswith(FINGERPRINT):
        return text
    ssh = _ssh()
    try:
        return str(ssh.import_public_key(text).get_fingerprint())
    except ssh.KeyImportError as error:
        raise ConfigurationError(
            f"DELIVERY__HOST_KEY, or the line of the host in known_hosts, is {text[:40]!r}; it must be a public key"
            f" such as `ssh-ed25519 AAAA...`, or a fingerprint such as {FINGERPRINT}..."
        ) from error


def _choices(expected: str | None) -> list[list[str]]:
    """Algorithms in orders of preference to try: one for a key; one for each kind, as a fingerprint may be of any."""
    name = (expected or "").replace("ssh-rsa", "rsa-sha2-256")
    kinds = [kind for kind in HOST_KEY_ALGORITHMS if name.startswith(kind)] or HOST_KEY_ALGORITHMS
    # the others follow, so that a server without this kind shows what it has
    return [[*kind, *(each for each in chain(*HOST_KEY_ALGORITHMS) if each not in kind)] for kind in kinds]


def _client_class() -> Callable[[str | None], asyncssh.SSHClient]:
    class Client(_ssh().SSHClient):  # type: ignore[misc]
        def __init__(self, expected: str | None) -> None:
            self.expected = expected

        def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: Any) -> bool:
            return self.expected is None or key.get_fingerprint() == fingerprint(self.expected)

    return Client


def _ssh() -> Any:
    """The SSH library, imported when it is needed: it is an extra, and takes half a second.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import asyncssh  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(
            "Delivery needs the extra `sftp`. Install it with: pip install 'inventory-planner[sftp]'"
        ) from error
    return asyncssh
