"""The endpoints of `/api/v1` that change the lines of an order."""

from __future__ import annotations

from typing import Any

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.endpoint_request import EndpointRequest, NotFoundError
from inventory_planner_emulator.fields import WRITABLE_LINE_FIELDS, LineUpdate, LineUpdateById
from inventory_planner_emulator.order_access import editable_order, stored_item_id
from inventory_planner_emulator.request_body import check_fields, parse_lines, parse_record, wants_jobs
from inventory_planner_emulator.response_shapes import shape_line
from inventory_planner_emulator.responses import HttpResponse, json_response, success
from inventory_planner_emulator.totals import Line, Order, with_received, with_received_totals, with_totals


def update_lines(account: Account, request: EndpointRequest) -> HttpResponse:
    """PATCH purchase-orders/{id}/items; lines with the same id take one update each, in turn."""
    order = editable_order(account, request)
    sent = check_fields(parse_lines(request), "items", list[LineUpdateById])
    updates = [{**update, "id": stored_item_id(order, update["id"])} for update in sent]
    updates = [update for update in updates if update["id"] not in account.quirks.skipped_lines]
    updated = _apply_updates(account, order, updates, run_jobs=wants_jobs(request))
    total = len(sent) if account.quirks.lines_counted == "sent" else len(order.get("items") or [])
    rows = [_line_summary(account, line) for line in updated]
    return json_response({"items": rows, **success(f"{len(rows)} updated, from total {total} items")})


def update_line(account: Account, request: EndpointRequest) -> HttpResponse:
    """PATCH purchase-orders/{id}/items/{item_id}; as documented, the response has one object under a plural key."""
    order = editable_order(account, request)
    item_id = stored_item_id(order, request.path["item_id"])
    update = {**parse_record(request, "item", LineUpdate), "id": item_id}
    updated = _apply_updates(account, order, [update], run_jobs=wants_jobs(request))
    if not updated:
        raise NotFoundError("item", item_id)
    message = f'Purchase order "{order.get("reference")}" item {item_id} updated'
    return json_response({"items": _line_summary(account, updated[0]), **success(message)})


def writable_line_fields(fields: Line) -> Line:
    """Return those fields of a line that a write can set."""
    return {name: value for name, value in fields.items() if name in WRITABLE_LINE_FIELDS}


def _apply_updates(account: Account, order: Order, updates: list[Line], *, run_jobs: bool) -> list[Line]:
    """Update the order's lines; return those that changed."""
    waiting = list(updates)
    lines, updated = [], []
    for line in order.get("items") or []:
        update = next((each for each in waiting if each["id"] == str(line.get("id"))), None)
        if update is None:
            lines.append(line)
        else:
            waiting.remove(update)
            lines.append(_updated_line(account, line, update))
            updated.append(lines[-1])
    if updated:
        account.save(_with_lines(account, order, lines, updates), run_jobs=run_jobs)
    return updated


def _updated_line(account: Account, line: Line, update: Line) -> Line:
    line = {**line, **writable_line_fields(update)}
    return with_received(line, update["received"], account.now()) if "received" in update else line


def _with_lines(account: Account, order: Order, lines: list[Line], updates: list[Line]) -> Order:
    order = {**order, "items": lines}
    if any(WRITABLE_LINE_FIELDS & update.keys() for update in updates):
        order = with_totals(order)
    if any("received" in update for update in updates):
        order = {**with_received_totals(order), "received_date": account.today()}
    return order


def _line_summary(account: Account, line: Line) -> dict[str, Any]:
    summary = {"id": line["id"], "replenishment": line.get("replenishment"), "received": line.get("received", 0)}
    return shape_line(summary, account.quirks)
