"""An account behind a real HTTP server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.door import TRANSPORT, application

PATIENCE = 5  # seconds that stopping may take; what still waits for a slow answer is cut off after 1


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    """Its base URL, without a slash at the end."""


@contextmanager
def serve(account: Account, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """The account served from a background thread, ready when entered and stopped on exit; port 0 picks a free one.

    Raises:
        OSError: When the port is taken.
    """
    with _listener(host, port) as listener:
        server = _server(account)
        url = _url(listener)
        name = f"account at {url}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=name, daemon=True)
        thread.start()  # a request that comes before it runs waits in the listener's queue
        try:
            yield Server(url)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def run(
    account: Account, host: str = "127.0.0.1", port: int = 8080, *, ready: Callable[[str], None] | None = None
) -> None:
    """Serve the account until Ctrl-C, and return quietly; `ready` is called with the URL once it listens.

    Raises:
        OSError: When the port is taken.
    """
    with _listener(host, port) as listener:
        if ready is not None:
            ready(_url(listener))
        with suppress(KeyboardInterrupt):
            _server(account).run(sockets=[listener])


class _Connection(H11Protocol):
    """Uvicorn's connection, which tells the application about its transport so that a fault can break it."""

    def connection_made(self, transport: Any) -> None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or every answer waits 40 ms for an ACK
        super().connection_made(transport)
        self.app = _told_of(transport, self.app)


def _told_of(transport: Any, app: ASGIApp) -> Any:
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "extensions": {TRANSPORT: transport}}, receive, send)

    return told


def _server(account: Account) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            application(account),
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
