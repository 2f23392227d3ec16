"""The HTML of an action's steps: what can be changed, what would be sent, and the outcome."""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any, Final

from inventory_planner.writeback.apply import RUN_AGAIN
from inventory_planner.writeback.comparison import compare, count, merge_skus
from inventory_planner.writeback.journal import Outcome
from inventory_planner_dashboard.actions.planner import Plan, Sent

if TYPE_CHECKING:
    from inventory_planner.api.orders import Line, Order

FINISHED: Final = frozenset({"closed", "cancelled", "canceled"})  # statuses of orders that expect nothing more
_SHOWN_LATER: Final = "The pages show it after the next run."
_REVIEW_AGAIN: Final = (
    "Review the same change again: the dashboard reads the account first and sends only what is missing."
)
_ABOUT_CLOSING: Final = "A closed order expects nothing more: its open units are no longer on order."


def choice(order: Order, target: Mapping[str, str], sent: Sequence[Sent] = ()) -> str:
    """What can be changed of an order, with the values that the account has now."""
    heading = summary(sent) + _heading(f"Change order {order.reference or order.id}") + _note(_state(order))
    if order.readonly:
        reason = "The order is read-only: change it in the system that manages it."
        return heading + _note(reason) + _ONLY_BACK
    if str(order.status or "").casefold() in FINISHED:
        return heading + _note("The order is closed or canceled, so there is nothing to change here.") + _ONLY_BACK
    return heading + _receipt_form(order, target) + _date_form(order, target) + _close_form(target) + _ONLY_BACK


def bulk(rows: Sequence[Mapping[str, str]], account_id: str, sent: Sequence[Sent] = ()) -> str:
    """The orders that can be closed together; those that were closed since the figures were published are left out."""
    closed = {each.outcome.order_id for each in sent if each.outcome.is_done and "status" in each.outcome.after}
    boxes = "".join(
        f'<li><label><input type="checkbox" name="order" value="{escape(each["order"])}" checked>'
        f" {escape(each['label'])}</label></li>"
        for each in rows
        if each["order"] not in closed
    )
    hidden = {"account": account_id, "action": "close"}
    form = _form("plan", f"{_note(_ABOUT_CLOSING)}<ul>{boxes}</ul><p>{_button('Review …')} {_BACK}</p>", hidden)
    return summary(sent) + (
        _heading("Close orders") + form if boxes else _note("All of these orders were closed from this dashboard.")
    )


def plan(planned: Plan) -> str:
    """What would be sent, before and after, with the button that sends it."""
    again = _problem("The account has changed since the change was shown; nothing was sent.") if planned.is_new else ""
    if not planned.changes:
        return again + _note("The account already has this; nothing is left to send.") + _ONLY_BACK
    skus = merge_skus(planned.changes)
    rows = [row for each in planned.changes for row in compare(each, skus)]
    passed = [each for each in planned.changes if _has_passed(each.after.get("expected_date"))]
    warnings = "".join(_warning(f"{each.label}: the new expected date is in the past.") for each in passed)
    who = f"The change will be recorded with the user name {getpass.getuser()}."
    send = _button(f"Send {count(len(planned.changes), 'change')} to account {planned.requested.account_id}")
    return (
        again
        + _heading("To be sent")
        + _table(rows)
        + warnings
        + _note(f"Nothing has been sent yet. {who}")
        + _form("send", f"<p>{send} {_BACK}</p>", {"plan": planned.plan_id})
    )


def _has_passed(expected: str | None) -> bool:
    return bool(expected) and str(expected) < f"{datetime.now(UTC):%Y-%m-%d}"


def outcomes(sent: Sequence[Sent]) -> str:
    """The outcomes of the changes, failed ones first."""
    skus = merge_skus(sent)
    ordered = sorted((each.outcome for each in sent), key=lambda each: each.is_done)
    rows = [{**row, "state": str(each.state)} for each in ordered for row in compare(each, skus)]
    states = Counter(str(each.state) for each in ordered)
    failed = "".join(_problem(f"{_name(each)}: {_advice(each)}") for each in ordered if not each.is_done)
    heading = ", ".join(f"{count(number, 'change')} {state}" for state, number in states.items())
    applied = [each.job_id for each in ordered if each.state == "applied"]
    undo = _note(f"To undo it: inventory-planner writes undo {applied[0]}") if applied else ""
    return failed + _heading(heading) + _table(rows) + _note(_SHOWN_LATER) + undo


def summary(sent: Sequence[Sent]) -> str:
    """What was sent since the figures were published."""
    lines = [f"{each.at:%Y-%m-%d %H:%M} UTC: {_name(each.outcome)}, {_described(each)}" for each in sent]
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return _note(f"Sent from this dashboard since the figures were published. {_SHOWN_LATER}") + f"<ul>{items}</ul>"


def failure(message: str, plan_id: str = "") -> str:
    """An error; with the id of a plan, which can be confirmed again, a button for that."""
    retry = _form("send", f"<p>{_button('Try again')} {_BACK}</p>", {"plan": plan_id}) if plan_id else _ONLY_BACK
    return _problem(message) + retry


def _receipt_form(order: Order, target: Mapping[str, str]) -> str:
    counts = Counter(str(line.id) for line in order.items or ())
    rows = "".join(_receipt_row(line, is_only=counts[str(line.id)] == 1) for line in order.items or ())
    table = (
        "<table><thead><tr><th>Item<th class='ip-number'>Ordered<th class='ip-number'>Total received</thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    boxes = (
        _box("in_full", "Everything arrived: receive each line in full")
        + _box("allow_over", "Allow more than was ordered (--allow-over)")
        + _box("allow_lower", "Allow less than was received before (--allow-lower)")
    )
    return _section("Receive", _form("plan", f"{table}{boxes}<p>{_button('Review …')}</p>", _hidden(target, "receive")))


def _receipt_row(line: Line, *, is_only: bool) -> str:
    """A line with the total received; the API can change only the first of several lines with one variant."""
    name, received = escape(str(line.id)), _number(line.received)
    label = escape(" · ".join(filter(None, [str(line.sku or ""), str(line.title or "")])) or str(line.id))
    least = "" if Decimal(received) < 0 else ' min="0"'  # browsers refuse to send a form with a value below `min`
    cell = (
        f'<input type="number"{least} step="any" name="received:{name}" value="{received}" aria-label="{label}">'
        f'<input type="hidden" name="was:{name}" value="{received}">'
        f'<input type="hidden" name="ordered:{name}" value="{_number(line.replenishment)}">'
        if is_only
        else f"{received} (on several lines: use `orders receive --line`)"
    )
    ordered = _number(line.replenishment)
    return f"<tr><td>{label}<td class='ip-number'>{ordered}<td class='ip-number'>{cell}</tr>"


def _date_form(order: Order, target: Mapping[str, str]) -> str:
    expected = escape(str(order.expected_date or "")[:10])
    field = f'<label>Expected date <input type="date" name="expected" value="{expected}" required></label>'
    return _section(
        "Change the expected date", _form("plan", f"<p>{field} {_button('Review …')}</p>", _hidden(target, "date"))
    )


def _close_form(target: Mapping[str, str]) -> str:
    content = f"{_note(_ABOUT_CLOSING)}<p>{_button('Review …')}</p>"
    return _section("Close", _form("plan", content, _hidden(target, "close")))


def _state(order: Order) -> str:
    expected = str(order.expected_date or "")[:10] or "no date"
    return f"Status {order.status}, expected {expected}; as the account had it at {datetime.now(UTC):%H:%M} UTC."


def _described(sent: Sent) -> str:
    values = "; ".join(f"{row['change']}: {row['before']} → {row['after']}" for row in compare(sent.outcome, sent.skus))
    return f"{values} ({sent.outcome.state})"


def _advice(outcome: Outcome) -> str:
    return outcome.message.replace(RUN_AGAIN, _REVIEW_AGAIN)


def _name(outcome: Outcome) -> str:
    return f"Order {outcome.reference or outcome.order_id}"


def _table(rows: Iterable[Mapping[str, Any]]) -> str:
    rows = list(rows)
    head = "".join(f"<th>{escape(name.capitalize())}" for name in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(value))}' for value in row.values())}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</thead><tbody>{body}</tbody></table>"


def _form(step: str, content: str, hidden: Mapping[str, str]) -> str:
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return f'<form action="actions/{step}">{fields}{content}</form>'


def _hidden(target: Mapping[str, str], action: str) -> dict[str, str]:
    return {**target, "action": action}


def _section(title: str, content: str) -> str:
    return f"<fieldset><legend>{title}</legend>{content}</fieldset>"


def _box(name: str, label: str) -> str:
    return f'<label class="ip-box"><input type="checkbox" name="{name}" value="yes"> {label}</label>'


def _heading(text: str) -> str:
    return f"<h3>{escape(text)}</h3>"


def _note(text: str) -> str:
    return f'<p class="ip-note">{escape(text)}</p>'


def _problem(text: str) -> str:
    return f'<p class="ip-problem" role="alert">{escape(text)}</p>'


def _warning(text: str) -> str:
    return f'<p class="ip-problem">{escape(text)}</p>'


def _button(label: str) -> str:
    return f"<button>{escape(label)}</button>"


_BACK: Final = '<button type="reset">Back</button>'
_ONLY_BACK: Final = f"<form>{_BACK}</form>"


def _number(value: object) -> str:
    """A number as an input takes it."""
    return f"{Decimal(str(value or 0)).normalize():f}"
