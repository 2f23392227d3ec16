"""The dashboard, served: a marimo notebook as a web page over the published file."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError

MISSING = "The dashboard needs marimo and altair: install them with `pip install 'inventory-planner[dashboard]'`."


class OwnPagesOnly:
    """Refuse what pages of other sites ask for: marimo answers them, and the reader's browser reaches 127.0.0.1."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        headers = Headers(scope=scope) if scope["type"] in ("http", "websocket") else Headers()
        if "origin" not in headers or urlsplit(headers["origin"]).netloc == headers.get("host"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Only the dashboard's own pages are answered.", 403)(scope, receive, send)
        else:
            await WebSocketClose(reason="not a page of the dashboard")(scope, receive, send)


def notebooks() -> Path:
    """The notebooks: within the package in an installed wheel, beside `pipelines/` in a checkout."""
    installed = Path(__file__).parent / "notebooks"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "notebooks"


def run(folder: DataFolder, host: str, port: int, *, ready: Callable[[str], None]) -> None:
    """Serve the dashboard over this folder's published file until Ctrl-C, and return quietly.

    Args:
        folder: where the published file is, or will be.
        host: the address to listen on.
        port: the port to listen on; 0 picks a free one.
        ready: called with the URL once it listens.

    Raises:
        ConfigurationError: marimo or altair is not installed, or the port is taken.
    """
    os.environ["INVENTORY_PLANNER_DATA"] = str(folder.root)  # the notebooks look there, as all else does
    application = _application()
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"Can't serve the dashboard: {error}") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each of 300 files waits 40 ms for an ACK
    with listener, suppress(KeyboardInterrupt):
        ready(_url(listener))
        _server(application).run(sockets=[listener])


def _application() -> Starlette:
    try:
        import altair  # noqa: F401, PLC0415 (all three now: to say at once what is missing, and for a quick first page)
        import duckdb  # noqa: F401, PLC0415
        import pyarrow  # noqa: F401, PLC0415
        from marimo import create_asgi_app  # noqa: PLC0415 (an extra: all else works without)
    except ModuleNotFoundError as error:
        raise ConfigurationError(MISSING) from error
    pages: Any = create_asgi_app(quiet=True).with_app(path="/", root=str(notebooks() / "dashboard.py")).build()

    @asynccontextmanager
    async def closing_sessions(_: Starlette) -> AsyncIterator[None]:
        yield
        for each in pages.routes:  # marimo does so only where it serves itself; their threads would outlive the server
            await each.app.state.session_manager.shutdown()

    return Starlette(routes=[Mount("/", pages)], middleware=[Middleware(OwnPagesOnly)], lifespan=closing_sessions)


def _server(application: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(application, log_config=None, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    )


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
