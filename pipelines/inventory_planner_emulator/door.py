"""The way into the account: what goes wrong on the way, who may enter, and who answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.call import Call, NotFoundError, RefusedError
from inventory_planner_emulator.endpoints import API, endpoint_for, methods_at
from inventory_planner_emulator.faults import Answer, Fault, RecordedRequest, blocked, error_answer
from inventory_planner_emulator.wire import indented

TRANSPORT = "inventory_planner.transport"  # the ASGI extension in which the server hands over its connection


def application(account: Account) -> ASGIApp:
    """The account as an ASGI application."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        call = Call({}, tuple(request.query_params.multi_items()), await request.body())
        record = RecordedRequest(request.method, scope["path"], dict(call.query))
        account.requests.append(record)
        for hook in list(account.before_answer):
            hook(record)
        fault = _fault_for(account, record)
        await asyncio.sleep(fault.delay)
        if fault.breaks == "connection":
            await _hang_up(scope, receive)
            return
        answer = _spoiled(fault, fault.answer or _answer(account, scope, request.headers, call))
        record.status = answer.status
        account.count_answer()
        if fault.breaks == "body":
            await _send_half(answer, send)
            await _hang_up(scope, receive)
            return
        await Response(answer.body, answer.status, dict(answer.headers))(scope, receive, send)

    return app


def _fault_for(account: Account, record: RecordedRequest) -> Fault:
    """The oldest fault that waits for such a request, taken out of the queue; one that harms nothing if none does."""
    with account.lock:
        for fault in account.faults:
            if fault.when(record):
                account.faults.remove(fault)
                return fault
    return Fault()


def _answer(account: Account, scope: Scope, headers: Headers, call: Call) -> Answer:
    refusal = _refusal(account, scope["path"], headers)
    if refusal is not None:
        return refusal
    found = endpoint_for(scope)
    if found is None:
        return _nowhere(methods_at(scope))
    endpoint, path = found
    try:
        with account.lock:
            answer = endpoint(account, replace(call, path=path))
    except NotFoundError as error:  # clients recorded the message and not its HTTP status
        return error_answer(200 if account.quirks.not_found_as_200 else 404, str(error))
    except RefusedError as error:
        return error_answer(500, str(error))
    return replace(answer, body=indented(answer.body)) if call.parameter("pretty", "") == "1" else answer


def _nowhere(methods: list[str]) -> Answer:
    if not methods:
        return error_answer(404, "Not found")
    answer = error_answer(405, "Method not allowed")
    return replace(answer, headers={**answer.headers, "allow": ", ".join(methods)})


def _refusal(account: Account, path: str, headers: Headers) -> Answer | None:
    """The answer to whoever may not enter.

    A proxy in front blocks requests without a User-Agent and paths outside of the API, as clients saw it do. That a
    wrong key gets 401 and a wrong account 403 is a choice: clients treat both alike, and nobody recorded which is
    which.
    """
    if not headers.get("user-agent", "").strip() or not path.startswith(f"{API}/"):
        return blocked()
    if headers.get("authorization") != account.api_key:
        return error_answer(401, "Invalid API key")
    if headers.get("account", "").lower() != account.account_id.lower():
        return error_answer(403, "No access to this account")
    return None


def _spoiled(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, body=_first_half(answer)) if fault.breaks == "json" else answer


def _first_half(answer: Answer) -> bytes:
    return answer.body[: len(answer.body) // 2]


async def _send_half(answer: Answer, send: Send) -> None:
    whole = Response(answer.body, answer.status, dict(answer.headers))
    await send({"type": "http.response.start", "status": answer.status, "headers": whole.raw_headers})
    await send({"type": "http.response.body", "body": _first_half(answer), "more_body": True})


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection once all that was sent is out, and wait until it is closed."""
    scope["extensions"][TRANSPORT].close()
    while (await receive())["type"] != "http.disconnect":
        pass
