"""Access to a dashboard that can change the account: only for the browser that opened the printed address.

A page of another site can make a reader's browser send requests, and a program of another user can reach the port.
Neither has the token, which is in the printed address and then in a cookie.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from secrets import compare_digest, token_urlsafe
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

PARAMETER: Final = "token"  # in the printed address
_HOSTS: Final = frozenset(
    {"127.0.0.1", "localhost", "::1"}
)  # another name may belong to a site that points it to this machine
_PUBLIC: Final = frozenset({"/manifest.json"})  # browsers request it without cookies; it only names the application
_SAFE: Final = frozenset({"GET", "HEAD"})  # browsers send no origin with these, and they change nothing
_WRONG_HOST: Final = "This dashboard can change the account, so it only answers at the address that it printed."
_NO_ORIGIN: Final = "This dashboard only accepts changes from its own pages."
_UNKNOWN: Final = (
    "This dashboard can change the account. Open the address that `inventory-planner dashboard --allow-writes` printed"
    " when it last started; it contains the token."
)
# A page that moves on instead of a redirect: after a link on another site, the browser would not send a strict cookie
# with the redirected request. This also removes the token from the address and the history.
_ENTRANCE: Final = """<!doctype html><meta charset="utf-8"><title>Inventory Planner</title>
<script>const url = new URL(location); url.searchParams.delete("token"); location.replace(url);</script>
<noscript>The dashboard needs JavaScript.</noscript>
"""
_HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def new_token() -> str:
    """A token that nobody can guess."""
    return token_urlsafe(32)


def with_token(url: str, token: str) -> str:
    """The address that opens the dashboard."""
    return f"{url}/?{urlencode({PARAMETER: token})}"


class WriteAccess:
    """Refuses requests without the token or with another host name."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse a request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif refusal := self._refusal(scope):
            await _refuse(refusal, scope, receive, send)
        elif _offered(scope) is not None:
            await self._enter(scope)(scope, receive, send)
        else:
            await self._app(scope, receive, _unframed(send))

    def _refusal(self, scope: Scope) -> str:
        """Why a request is refused; empty if it is not."""
        headers = Headers(scope=scope)
        if _host(headers) not in _HOSTS:
            return _WRONG_HOST
        if "origin" not in headers and scope.get("method") not in _SAFE:
            return _NO_ORIGIN
        if scope["type"] == "http" and scope["path"] in _PUBLIC:
            return ""
        offered = _offered(scope)
        given = _cookies(headers).get(_cookie(scope), "") if offered is None else offered
        return "" if compare_digest(given.encode(), self._token.encode()) else _UNKNOWN

    def _enter(self, scope: Scope) -> Response:
        """Store the token in a cookie that scripts can't read and that browsers don't send for other sites."""
        answer = HTMLResponse(_ENTRANCE, headers=_HEADERS)
        answer.set_cookie(_cookie(scope), self._token, httponly=True, samesite="strict")
        return answer


def _cookie(scope: Scope) -> str:
    """The name of the cookie: browsers share cookies between the ports of a host, where another dashboard may run."""
    return f"inventory_planner_{scope['server'][1]}"


def _offered(scope: Scope) -> str | None:
    """The token in the address of the first page, if there is one."""
    if scope["type"] != "http" or scope["path"] != "/":
        return None
    return next(
        iter(parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get(PARAMETER, [])), None
    )


def _host(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:  # such as an IPv6 address without its end
        return None


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        found = SimpleCookie("; ".join(headers.getlist("cookie")))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in found.items()}


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse(reason, 403, _HEADERS)(scope, receive, send)
    else:
        await WebSocketClose(reason="the token is missing")(scope, receive, send)


def _unframed(send: Send) -> Send:
    """Keep other sites from showing our pages in a frame, where they could misdirect a reader's clicks."""

    async def send_unframed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Content-Security-Policy"] = "frame-ancestors 'none'"
        await send(message)

    return send_unframed
