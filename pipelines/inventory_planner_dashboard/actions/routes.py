"""The routes that the pages' actions are sent to; without `--allow-writes` they don't exist."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Final, TypeAlias
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from inventory_planner.errors import AnotherRunError, ChangeError, ConfigurationError, InventoryPlannerError
from inventory_planner.orders import Receiving
from inventory_planner_dashboard.actions import fragments
from inventory_planner_dashboard.actions.planner import (
    ChangePlanner,
    Plan,
    RequestedChange,
    Sent,
    request_closing,
    request_date,
    request_receipt,
)

Form: TypeAlias = dict[str, list[str]]
_Answer: TypeAlias = Callable[[ChangePlanner, Form], str]

MAX_BODY: Final = 4_000_000  # bytes; an order of ten thousand lines has one


def action_routes(planner: ChangePlanner) -> list[Route]:
    """The routes of an action's steps; each answers with a fragment of HTML."""
    steps = {"show": _show, "choose": _choose, "plan": _plan, "send": _send}
    return [Route(f"/actions/{name}", _endpoint(planner, answer), methods=["POST"]) for name, answer in steps.items()]


def _endpoint(planner: ChangePlanner, answer: _Answer) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> HTMLResponse:
        try:
            form = await _read(request)
            html, status = await run_in_threadpool(answer, planner, form), HTTPStatus.OK
        except InventoryPlannerError as error:
            html, status = fragments.failure(str(error)), HTTPStatus.CONFLICT
        except (KeyError, ValueError, InvalidOperation):  # no page of ours sends such a request
            html, status = fragments.failure("The request is incomplete; nothing was sent."), HTTPStatus.BAD_REQUEST
        return HTMLResponse(html, status, {"Cache-Control": "no-store"})

    return endpoint


async def _read(request: Request) -> Form:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise ChangeError(
                "The order has too many lines for a form; nothing was sent. Use a file with `orders receive`."
            )
    return parse_qs(body.decode(), keep_blank_values=True)


def _show(planner: ChangePlanner, form: Form) -> str:
    target = {name: _one(form, name) for name in ("account", "order")}
    sent = _sent(planner, form, {target["order"]})
    return fragments.choice(planner.read(target["account"], target["order"]), target, sent)


def _choose(planner: ChangePlanner, form: Form) -> str:
    rows = [{"order": str(order), "label": str(label)} for order, label in json.loads(_one(form, "orders"))]
    return fragments.bulk(rows, _one(form, "account"), _sent(planner, form, {each["order"] for each in rows}))


def _sent(planner: ChangePlanner, form: Form, order_ids: set[str]) -> list[Sent]:
    return planner.sent(_one(form, "account"), order_ids, datetime.fromisoformat(_one(form, "since")))


def _plan(planner: ChangePlanner, form: Form) -> str:
    return _shown(planner.plan(_requested(form)))


def _send(planner: ChangePlanner, form: Form) -> str:
    plan_id = _one(form, "plan")
    try:
        return _shown(planner.confirm(plan_id))
    except (AnotherRunError, ConfigurationError) as error:
        return fragments.failure(f"Nothing was sent. {error}", plan_id)


def _shown(result: Plan | list[Sent]) -> str:
    return fragments.plan(result) if isinstance(result, Plan) else fragments.outcomes(result)


def _requested(form: Form) -> RequestedChange:
    """What a form asks for.

    Raises:
        ChangeError: it asks for nothing.
    """
    account, action = _one(form, "account"), _one(form, "action")
    if action == "close":
        if not form.get("order"):
            raise ChangeError("No order is selected; nothing was sent.")
        return request_closing(account, form["order"])
    if action == "date":
        return request_date(account, _one(form, "order"), _date(_one(form, "expected")))
    quantities = _quantities(form)
    if action != "receive" or not quantities:
        raise ChangeError("No quantity was changed; nothing was sent.")
    receiving = Receiving(allow_over="allow_over" in form, allow_lower="allow_lower" in form)
    return request_receipt(account, _one(form, "order"), quantities, receiving)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ChangeError(f"{text!r} is not a date such as 2026-01-31; nothing was sent.") from error


def _quantities(form: Form) -> dict[str, str]:
    """The totals that were changed in the form: sending the others could undo what was received since it was shown."""
    names = [name.removeprefix("was:") for name in form if name.startswith("was:")]
    wanted = {name: _in_full(form, name) if "in_full" in form else _one(form, f"received:{name}") for name in names}
    return {name: value for name, value in wanted.items() if value.strip() not in {"", _one(form, f"was:{name}")}}


def _in_full(form: Form, name: str) -> str:
    """The total of a line that arrived in full; units received in excess stay received."""
    return max(_one(form, f"ordered:{name}"), _one(form, f"was:{name}"), key=Decimal)


def _one(form: Form, name: str) -> str:
    return form[name][0]
