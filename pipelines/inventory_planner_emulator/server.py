"""An account behind an HTTP server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.app import TRANSPORT, create_app
from inventory_planner_emulator.nights import run_nightly_syncs

_UTC = ZoneInfo("UTC")
_STOP_SECONDS = 5  # to wait for the server to stop; it cuts off slow responses after 1


@dataclass
class Server:
    """A running server."""

    url: str
    """Its base URL, without a slash at the end."""
    account: Account
    """The account that it serves; assign another one to serve that from the next request on."""


@contextmanager
def serve(account: Account, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve the account from a background thread until the context exits; port 0 picks a free port.

    Raises:
        OSError: If the port is in use.
    """
    with _listen(host, port) as listener:
        server = Server(_url(listener), account)
        http_server = _http_server(lambda: server.account)
        thread = threading.Thread(
            target=http_server.run, kwargs={"sockets": [listener]}, name=f"account at {server.url}", daemon=True
        )
        thread.start()  # a request that arrives before it runs waits in the listener's queue
        try:
            yield server
        finally:
            http_server.should_exit = True
            thread.join(_STOP_SECONDS)


def run(
    account: Account,
    host: str = "127.0.0.1",
    port: int = 8080,
    *,
    ready: Callable[[str], None] | None = None,
    zone: ZoneInfo = _UTC,
) -> None:
    """Serve the account until Ctrl-C; `ready` is called with the URL once the server listens.

    Nights pass by the account's clock, in its time zone.

    Raises:
        OSError: If the port is in use.
    """
    with _listen(host, port) as listener:
        if ready is not None:
            ready(_url(listener))
        with suppress(KeyboardInterrupt), run_nightly_syncs(account, zone):
            _http_server(lambda: account).run(sockets=[listener])


class _Connection(H11Protocol):
    """Uvicorn's connection, which passes its transport on to the application so that a fault can close it."""

    def connection_made(self, transport: Any) -> None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else every response waits 40 ms for an ACK
        super().connection_made(transport)
        self.app = _with_transport(transport, self.app)


def _with_transport(transport: Any, app: ASGIApp) -> Any:
    async def app_with_transport(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "extensions": {TRANSPORT: transport}}, receive, send)

    return app_with_transport


def _http_server(get_account: Callable[[], Account]) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            create_app(get_account),
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


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
