"""Send a change, and read in the response what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from inventory_planner.api import writes
from inventory_planner.api.client import Client
from inventory_planner.api.decoding import Record, decode_order
from inventory_planner.api.order_parts import get_connection
from inventory_planner.api.orders import Connection
from inventory_planner.api.variant import decode_variant, decode_vendor
from inventory_planner.errors import ApiError, UnknownOutcomeError
from inventory_planner.writeback.change import Action, Change, Situation, Values, is_same, is_type_of, split_target
from inventory_planner.writeback.state import DESTINATION, state_after

SKIP_JOBS: Final = "skip_background_jobs"
SAVING: Final = frozenset({"queued", "run"})  # a connection's statuses until it has saved the order
MAX_SAVING_READS: Final = 5  # of a connection that is still saving; a queue may take hours
_FIRST_WAIT: Final = 1.0  # seconds; each further wait is twice as long

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a response says: the order's id, and the values that were refused, each with its message."""

    order_id: str | None
    refused: Mapping[str, str]
    message: str = ""


class _Created(msgspec.Struct):
    id: str | int


def send(client: Client, change: Change) -> Answer:
    """Send the change, once.

    Raises:
        UnknownOutcomeError: no response tells whether it was applied.
        ApiError: it was not applied.
    """
    return _SEND[change.action](client, change)


def _create(client: Client, change: Change) -> Answer:
    try:
        created = msgspec.json.decode(writes.create_order(client, change.body), type=_Created, strict=False)
    except msgspec.DecodeError as error:
        raise UnknownOutcomeError(f"The response shows no id of the new order: {error}.") from error
    problems = _connection_problems(client, str(created.id), change.body)
    return Answer(str(created.id), {}, " ".join([f"Created order {created.id}.", *problems]))


def _connection_problems(client: Client, order_id: str, body: Values) -> list[str]:
    """The connections that have not saved a new order, or failed to, with what to do."""
    names = [each["connection"] for each in body.get("connections", ()) if each.get("save_po")]
    saved = {name: _wait_until_saved(client, order_id, _read_connection(client, order_id, name)) for name in names}
    failed = [name for name, each in saved.items() if _status(each) == "error"]
    waiting = [name for name, each in saved.items() if _status(each) in SAVING]
    return [
        *(f"{name} could not save it; run `orders connect {order_id} {name}` to try again." for name in failed),
        *(f"{name} has not finished saving it; `orders connections {order_id}` shows when it has." for name in waiting),
    ]


def _update(client: Client, change: Change) -> Answer:
    answered = decode_order(bytes(writes.update_order(client, _id(change), change.body)))
    state = state_after(change, Situation(answered)) if isinstance(answered, Record) else change.after
    if any(not is_type_of(name, state.get(name), change.after[name]) for name in change.unapplied(state)):
        raise UnknownOutcomeError("The response does not show the order as it should be now.")
    return Answer(change.order_id, {})


def _receive(client: Client, change: Change) -> Answer:
    """Use the call for several lines for one, too: the articles don't agree on how the other one names its line."""
    received, skip_jobs = _totals(change.body), change.body.get(SKIP_JOBS)
    updated = writes.update_lines(client, _id(change), received, skip_background_jobs=skip_jobs)
    updated_ids = {str(line.id) for line in updated}
    _check_known(updated_ids, received)
    if any(not is_same("received", line.received, received[str(line.id)]) for line in updated):
        raise UnknownOutcomeError("The response shows other quantities than were sent.")
    missing = received.keys() - updated_ids
    return Answer(change.order_id, dict.fromkeys(sorted(missing), "the API did not update the line"))


def _connect(client: Client, change: Change) -> Answer:
    answered = writes.save_connection(client, _id(change), change.target, change.body)
    saved = _wait_until_saved(client, _id(change), answered)
    if _status(saved) == "error":
        return Answer(change.order_id, {"save_po": f"{change.target} could not save the order"})
    is_waiting = _status(saved) in SAVING
    where = f"as {saved.reference or saved.id}" if saved.reference or saved.id else ""
    state = f"{change.target} has not finished saving the order ({saved.status})" if is_waiting else f"Saved {where}"
    return Answer(change.order_id, {}, f"{state.strip()}.")


def _push(client: Client, change: Change) -> Answer:
    pushed = writes.push_stock(
        client, _id(change), change.body["items"], is_for_destination=change.target == DESTINATION
    )
    answered = {str(item.id): item.message for item in pushed.items}
    _check_known(answered, change.after)
    if change.after.keys() - answered.keys():
        raise UnknownOutcomeError("The response does not show all that was pushed.")
    return Answer(change.order_id, {name: message for name, message in answered.items() if message})


def _set_variant(client: Client, change: Change) -> Answer:
    variant_id, _ = split_target(change.target)
    answered = decode_variant(writes.update_variant(client, variant_id, change.body))
    _check_applied(change, Situation(variant=answered), "variant")
    return Answer(None, {})


def _set_vendor(client: Client, change: Change) -> Answer:
    """Set a vendor's data. The response may omit the vendor's id, which the path of the request has."""
    variant_id, vendor_id = split_target(change.target)
    answered = decode_vendor(writes.save_variant_vendor(client, variant_id, vendor_id, change.body))
    if answered:
        answered.vendor = vendor_id
    _check_applied(change, Situation(vendors=(answered,) if answered else ()), "vendor")
    return Answer(None, {})


def _remove_vendor(client: Client, change: Change) -> Answer:
    writes.delete_variant_vendor(client, *split_target(change.target))
    return Answer(None, {})


def _check_applied(change: Change, situation: Situation, subject: str) -> None:
    if change.unapplied(state_after(change, situation)):
        raise UnknownOutcomeError(f"The response does not show the {subject} as it should be now.")


def _check_known(answered: Collection[str], sent: Collection[str]) -> None:
    """Raise `UnknownOutcomeError` if a response names what was not sent: it can't be matched with what was."""
    if unknown := sorted({*answered} - {*sent}):
        raise UnknownOutcomeError(f"The response is about other variants than were sent: {', '.join(unknown)}.")


def _wait_until_saved(client: Client, order_id: str, saved: Connection) -> Connection:
    for read in range(MAX_SAVING_READS):
        if _status(saved) not in SAVING:
            break
        client.sleep(_FIRST_WAIT * 2**read)
        saved = _read_connection(client, order_id, str(saved.connection), saved)
    return saved


def _read_connection(client: Client, order_id: str, name: str, known: Connection | None = None) -> Connection:
    """The connection as it is now; `known` if it can't be read, because the order was created all the same."""
    try:
        return get_connection(client, order_id, name)
    except ApiError as error:
        log.debug("Could not read the connection %s of order %s: %s", name, order_id, error)
        return known or Connection(name)


def _status(connection: Connection) -> str:
    return str(connection.status).casefold()


def _totals(body: Values) -> dict[str, Decimal]:
    return {name: Decimal(str(total)) for name, total in body["received"].items()}


def _id(change: Change) -> str:
    return change.order_id or ""


_SEND: Final[Mapping[Action, Callable[[Client, Change], Answer]]] = {
    Action.CREATE: _create,
    Action.UPDATE: _update,
    Action.RECEIVE: _receive,
    Action.CONNECT: _connect,
    Action.PUSH_STOCK: _push,
    Action.SET_VARIANT: _set_variant,
    Action.SET_VENDOR: _set_vendor,
    Action.REMOVE_VENDOR: _remove_vendor,
}
