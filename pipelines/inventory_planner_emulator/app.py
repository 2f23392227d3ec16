"""The account as an ASGI application: faults, the proxy or Neuro, authentication, then the endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from inventory_planner_emulator import neuro
from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest, NotFoundError, RefusedError
from inventory_planner_emulator.endpoints import API, Endpoint, find_endpoint, is_known_path
from inventory_planner_emulator.faults import Fault, RecordedRequest
from inventory_planner_emulator.json_codec import decode, indent
from inventory_planner_emulator.nights import NIGHT_PATH, run_nightly_sync
from inventory_planner_emulator.request_body import UNREADABLE
from inventory_planner_emulator.responses import HttpResponse, blocked_response, error_response

TRANSPORT = "inventory_planner.transport"  # the ASGI extension through which the server passes on its connection
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def create_app(get_account: Callable[[], Account]) -> ASGIApp:
    """Return an application that serves, for each request, the account that `get_account` returns."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        account = get_account()
        if scope["path"] == NIGHT_PATH:
            await _run_nightly_sync(account, scope["method"])(scope, receive, send)
            return
        http_request = Request(scope, receive)
        query = tuple(http_request.query_params.multi_items())
        request = EndpointRequest(query=query, body=await http_request.body())
        record = RecordedRequest(http_request.method, scope["path"], dict(query), body=_readable(request.body))
        account.requests.append(record)
        for hook in list(account.before_answer):
            hook(record)
        fault = _take_fault(account, record)
        response = await _suffer(fault, lambda: _respond(account, record, scope, http_request.headers, request))
        if response is None:
            await _close_connection(scope, receive)
            return
        record.status = response.status
        account.count_response()
        if fault.breaks == "body":
            await _send_half(response, send)
            await _close_connection(scope, receive)
            return
        await Response(response.body, response.status, dict(response.headers))(scope, receive, send)

    return app


def _run_nightly_sync(account: Account, method: str) -> Response:
    """Return the response to a person who asks for the night; it says nothing about files, as the account would."""
    if method != "POST":
        return Response("Use POST: it changes the account.\n", 405, media_type="text/plain")
    run_nightly_sync(account)
    return Response("The nightly sync ran.\n", media_type="text/plain")


def _take_fault(account: Account, record: RecordedRequest) -> Fault:
    """Take the oldest fault that applies to the request out of the queue; if none does, return one without effect."""
    with account.lock:
        for fault in account.faults:
            if fault.when(record):
                account.faults.remove(fault)
                return fault
    return Fault()


async def _suffer(fault: Fault, respond: Callable[[], HttpResponse]) -> HttpResponse | None:
    """Return the response as the fault leaves it, or None if the connection closes instead."""
    early = respond() if fault.applies else None
    await asyncio.sleep(fault.delay)
    if fault.breaks == "connection":
        return None
    response = fault.response or early or respond()
    return replace(response, body=_first_half(response)) if fault.breaks == "json" else response


def _respond(
    account: Account, record: RecordedRequest, scope: Scope, headers: Headers, request: EndpointRequest
) -> HttpResponse:
    is_neuro = neuro.is_neuro(record.path)
    refusal = neuro.check_token(account, headers) if is_neuro else _check_access(account, record.path, headers)
    if refusal is not None:
        return refusal
    found = neuro.find_endpoint(account, scope) if is_neuro else find_endpoint(scope)
    if found is None:
        is_known = not is_neuro and is_known_path(scope)
        return error_response(405, "Method not allowed") if is_known else error_response(404, "Not found")
    endpoint, path = found
    try:
        response = _carry_out(account, record, endpoint, replace(request, path=path))
    except NotFoundError as error:  # clients recorded the message, but not its HTTP status
        return error_response(200 if account.quirks.not_found_as_200 else 404, str(error))
    except RefusedError as error:
        return error_response(500, str(error))
    is_pretty = request.parameter("pretty", "") == "1"
    return replace(response, body=indent(response.body)) if is_pretty else response


def _carry_out(account: Account, record: RecordedRequest, endpoint: Endpoint, request: EndpointRequest) -> HttpResponse:
    """Let the endpoint respond; a write comes after the edits that other users make at that moment."""
    is_write = record.method in _WRITES
    with account.lock:
        if is_write:
            account.before_write.run(record)
        response = endpoint(account, request)
        record.applied = is_write
    return response


def _readable(body: bytes) -> Any:
    """Return what was sent for the record: JSON, or text if it is none."""
    try:
        return decode(body) if body else None
    except UNREADABLE:
        return body.decode(errors="replace")


def _check_access(account: Account, path: str, headers: Headers) -> HttpResponse | None:
    """Return the response to a request without access, or None.

    A proxy in front of the API blocks requests without a User-Agent and paths outside the API, as clients saw it do.
    That a wrong key gets 401 and a wrong account 403 is our choice: clients treat both alike, and nobody recorded which
    is which.
    """
    if not headers.get("user-agent", "").strip() or not path.startswith(f"{API}/"):
        return blocked_response()
    if headers.get("authorization") != account.api_key:
        return error_response(401, "Invalid API key")
    if headers.get("account", "").lower() != account.account_id.lower():
        return error_response(403, "No access to this account")
    return None


def _first_half(response: HttpResponse) -> bytes:
    return response.body[: len(response.body) // 2]


async def _send_half(response: HttpResponse, send: Send) -> None:
    headers = Response(response.body, response.status, dict(response.headers)).raw_headers
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": _first_half(response), "more_body": True})


async def _close_connection(scope: Scope, receive: Receive) -> None:
    """Close the connection once everything sent is flushed, and wait until it is closed."""
    scope["extensions"][TRANSPORT].close()
    while (await receive())["type"] != "http.disconnect":
        pass
