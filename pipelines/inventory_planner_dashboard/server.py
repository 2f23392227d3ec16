"""The dashboard's server: the marimo app in `notebooks/dashboard.py` as a web page."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner_dashboard.actions.access import WriteAccess, new_token, with_token

_MALLOC_OPTIONS: Final = {
    -8: 2,  # M_ARENA_MAX: each session has a thread, and glibc would keep freed memory for each of them
    -3: 128 * 1024,  # M_MMAP_THRESHOLD: the text of a page goes back to the system when it is freed
}
_FREE_SECONDS: Final = 30  # between collections of garbage, which take about 50 ms
_PACKAGE = Path(__file__).parent
MISSING = (
    "This needs marimo, altair and polars, which the extra `dashboard` installs: `pip install '.[dashboard]'` in a"
    " checkout, or `pip install 'WHEEL[dashboard]'` with the path of the wheel."
)


@dataclass(frozen=True)
class WhenOld:
    """The age from which data counts as old, and a function that explains why it is."""

    max_age: timedelta = timedelta(hours=24)
    explain: Callable[[], str] = str


class _SameOrigin:
    """Refuses requests from pages of other sites, which marimo would answer and the reader's browser can send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse a request."""
        headers = Headers(scope=scope) if scope["type"] in ("http", "websocket") else Headers()
        if "origin" not in headers or urlsplit(headers["origin"]).netloc == headers.get("host"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Requests from other sites are refused.", 403)(scope, receive, send)
        else:
            await WebSocketClose(reason="requests from other sites are refused")(scope, receive, send)


def run(
    folder: DataFolder,
    address: tuple[str, int],
    *,
    ready: Callable[[str], None],
    when_old: WhenOld | None = None,
    allow_writes: bool = False,
) -> None:
    """Serve the dashboard until Ctrl-C.

    Args:
        folder: the data folder with the published file, which may still be missing.
        address: the host and the port to listen on; port 0 picks a free one.
        ready: called with the URL once the server listens.
        when_old: when and how readers are warned of old data.
        allow_writes: whether pages may change the account; the URL then has a token, which requests need.

    Raises:
        ConfigurationError: marimo or altair is not installed, the port is taken, or changes would be allowed from
            other machines.
    """
    os.environ["INVENTORY_PLANNER_DATA"] = str(folder.root)  # where the app looks for the file
    _return_freed_memory()
    token = new_token() if allow_writes else ""
    application = _application(folder, token)
    gc.collect()
    gc.freeze()  # collections skip imported modules, and so free the pages that sessions have left sooner
    _watch_age(when_old or WhenOld())
    try:
        listener = socket.create_server(address, family=socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"Can't serve the dashboard: {error}") from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each of 300 files waits 40 ms for an ACK
    with listener, suppress(KeyboardInterrupt):
        if allow_writes:
            _check_loopback(listener)
        ready(with_token(_url(listener), token) if allow_writes else _url(listener))
        _server(application).run(sockets=[listener])


def _return_freed_memory() -> None:
    """Make the C library return freed memory to the system; does nothing where it has no `mallopt`."""
    with suppress(OSError, AttributeError):
        set_option = ctypes.CDLL(None).mallopt
        for option, value in _MALLOC_OPTIONS.items():
            set_option(option, value)


async def _free_memory() -> None:
    """Free what closed sessions and left pages held, from time to time: as cycles, they would wait for long."""
    while True:
        await asyncio.sleep(_FREE_SECONDS)
        gc.collect()
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _check_loopback(listener: socket.socket) -> None:
    """Raise an error if other machines can reach the listener."""
    address = listener.getsockname()[0]
    if not ip_address(address).is_loopback:
        raise ConfigurationError(
            f"--allow-writes needs a host that only this machine can reach, and others can reach {address}. Leave out"
            " --host, and use an SSH tunnel from other machines."
        )


def _application(folder: DataFolder, token: str) -> Starlette:
    try:
        import altair  # noqa: F401, PLC0415 (an extra, like marimo: the other commands work without it)
        from marimo import create_asgi_app  # noqa: PLC0415

        import inventory_planner_dashboard.routes  # noqa: F401, PLC0415 (now, for a quick first page)
        from inventory_planner_dashboard.element_lifetimes import free_hidden_elements  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigurationError(MISSING) from error
    free_hidden_elements()
    actions = _actions(folder) if token else []
    builder = create_asgi_app(quiet=True, html_head=_html_head(*(["actions/actions.html"] if token else [])))
    pages: Any = builder.with_app(path="/", root=str(notebook("dashboard.py"))).build()

    @asynccontextmanager
    async def close_sessions(_: Starlette) -> AsyncIterator[None]:
        freeing = asyncio.create_task(_free_memory())
        yield
        freeing.cancel()
        for each in pages.routes:  # marimo closes them only in its own server; their threads would outlive this one
            await each.app.state.session_manager.shutdown()

    access = [Middleware(WriteAccess, token)] if token else []
    return Starlette(
        routes=[*actions, Mount("/", pages)], middleware=[Middleware(_SameOrigin), *access], lifespan=close_sessions
    )


def _actions(folder: DataFolder) -> list[Route]:
    """Offer actions on the pages, and serve them."""
    from inventory_planner_dashboard.actions.fragments import summary  # noqa: PLC0415
    from inventory_planner_dashboard.actions.panel import allow_actions  # noqa: PLC0415
    from inventory_planner_dashboard.actions.planner import ChangePlanner  # noqa: PLC0415 (not imported without --allow-writes)
    from inventory_planner_dashboard.actions.routes import action_routes  # noqa: PLC0415

    planner = ChangePlanner(folder)
    allow_actions(lambda *orders: summary(planner.sent(*orders)))
    return action_routes(planner)


def _watch_age(when_old: WhenOld) -> None:
    from inventory_planner_dashboard.freshness import watch_age  # noqa: PLC0415 (it needs the extra)

    watch_age(when_old.max_age, when_old.explain)


def notebook(name: str) -> Path:
    """A notebook: inside the package in an installed wheel, beside `pipelines/` in a checkout."""
    installed = _PACKAGE / "notebooks" / name
    return installed if installed.exists() else _PACKAGE.parents[1] / "notebooks" / name


def _html_head(*scripts: str) -> str:
    """Our styles, with the title by which marimo copies them into its web components, and our scripts."""
    style = f"<style title='marimo-custom'>{(_PACKAGE / 'dashboard.css').read_text()}</style>"
    return style + "".join((_PACKAGE / name).read_text() for name in ["dashboard.html", *scripts])


def _server(application: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(application, log_config=None, log_level="error", access_log=False, timeout_graceful_shutdown=1)
    )


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
