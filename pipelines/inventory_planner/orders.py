"""Read and change the orders of the account, from Python.

    from inventory_planner import orders

    with orders.open_account() as account:
        (outcome,) = orders.receive(account, "PO-1001", {"MUG-BLUE": 12})
        assert outcome.is_done, outcome.message

An order is named by its id or by an unambiguous reference, a variant by its id or by an SKU that only one variant of
the order has. Every change is shown to `confirm` before it is sent, recorded in `_writes`, and read back into the
warehouse. The settings are those of the command line.

Every function that changes the account returns an `Outcome` for each change. It raises `ChangeError` if nothing was
sent, and `RefusedError` or `UnreachableError` if sending had to stop; `_writes` then shows what was applied.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from inventory_planner.accounts import all_accounts, one_account
from inventory_planner.api.decoding import Record
from inventory_planner.api.order_parts import StockChanges, get_pending_stock, list_connections
from inventory_planner.api.orders import Connection, Order
from inventory_planner.data_folder import DataFolder, data_folder, folder_at
from inventory_planner.sync.account_client import open_client
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.stored_orders import statuses
from inventory_planner.warehouse.warehouse import Warehouse, open_warehouse
from inventory_planner.writeback.acknowledge import acknowledge
from inventory_planner.writeback.change import Change, Intention, Situation
from inventory_planner.writeback.earlier import Earlier
from inventory_planner.writeback.journal import Command, Outcome
from inventory_planner.writeback.lookup import Found, find_order, find_orders
from inventory_planner.writeback.order_fields import without_envelope
from inventory_planner.writeback.orders import (
    Receiving,
    plan_connection,
    plan_creation,
    plan_push,
    plan_receipt,
    plan_update,
    variant_of,
)
from inventory_planner.writeback.quantities import Quantity, checked_quantity
from inventory_planner.writeback.receipts_file import read_receipts, receipts
from inventory_planner.writeback.sending import UNASKED, Sending, send_changes
from inventory_planner.writeback.state import DESTINATION, SOURCE, all_orders, read_situation
from inventory_planner.writeback.updates_file import read_updates, updates

__all__ = [
    "Change",
    "Outcome",
    "Receiving",
    "Sending",
    "account_ids",
    "acknowledge",
    "close",
    "connect",
    "connections",
    "create",
    "get_order",
    "list_orders",
    "open_account",
    "pending_stock",
    "push_stock",
    "receive",
    "receive_file",
    "update",
    "update_file",
]

CLOSED: Final = "CLOSED"
AS_TOTALS: Final = Receiving()


@contextmanager
def open_account(
    folder: DataFolder | Path | str = "data",
    command: str = "orders",
    *,
    read_only: bool = False,
    name: str | None = None,
) -> Iterator[Job]:
    """The configured account and its warehouse, locked while the block lasts.

    If several accounts are configured, `name` is the name or the id of one. With `read_only`, only the functions that
    read live may be called, and a run may be in progress.

    Raises:
        ConfigurationError: a setting is missing or invalid, or there is no such account.
        AnotherRunError: another run uses the data folder.
    """
    settings = one_account(name)
    open_folder = folder_at if read_only else data_folder
    opened = folder if isinstance(folder, DataFolder) else open_folder(Path(folder))
    engine = engine_of(opened)
    with (
        nullcontext(Warehouse(engine, opened, read_only=True))
        if read_only
        else open_warehouse(engine, opened, command) as warehouse,
        open_client(settings) as client,
    ):
        yield Job(client, settings, warehouse)


def account_ids() -> list[str]:
    """The ids of the configured accounts.

    Raises:
        ConfigurationError: a setting is missing or invalid.
    """
    return [each.account_id for each in all_accounts()]


def list_orders(account: Job, **filters: str) -> Iterator[Order]:
    """All orders that match these filters of the API, such as `status="open"`, read live, the newest first.

    Raises:
        ApiError: a request failed.
    """
    newest_first = {"id_sort": "desc"}  # ids begin with the instant of creation
    seen: set[str] = set()  # an order that is created meanwhile moves the others to later pages
    for record in all_orders(account.client, **{**newest_first, **filters}):
        if record.order_id not in seen:
            seen.add(record.order_id)
            yield record.order


def get_order(account: Job, order: str) -> Order:
    """One order, read live.

    Raises:
        ChangeError: no order has this id or reference, or several have it.
        ApiError: a request failed.
    """
    return find_order(account.client, order).order


def connections(account: Job, order: str) -> list[Connection]:
    """The connected systems of an order, and whether it is saved to each, read live.

    Raises:
        ChangeError: see `get_order`.
        ApiError: a request failed.
    """
    return list_connections(account.client, find_order(account.client, order).order_id)


def pending_stock(account: Job, order: str, *, from_source: bool = False) -> StockChanges:
    """What was received and not yet pushed to the destination of an order, or to the source of a transfer, read live.

    Raises:
        ChangeError: see `get_order`.
        ApiError: a request failed.
    """
    order_id = find_order(account.client, order).order_id
    return get_pending_stock(account.client, order_id, is_for_destination=not from_source)


def create(
    account: Job, fields: Mapping[str, Any], sending: Sending = UNASKED, *, is_file: bool = False
) -> list[Outcome]:
    """Create a purchase order, a transfer or an assembly order.

    Args:
        account: an open account.
        fields: the order as the API documents it, with or without its envelope; a reference is made if there is none.
        sending: how it is sent.
        is_file: whether the fields come from a file, which is applied only once.
    """
    body = without_envelope(fields)
    command = _command("orders create", body, sending, is_file=is_file, is_additive=True)
    if not body.get("reference"):
        body["reference"] = Earlier(account.account, command).reference or _new_reference()
    intention = plan_creation(body, statuses(account.account), is_reference_free=not sending.again)
    return send_changes(account, command, [intention], [_read(account, intention)], sending)


def update(
    account: Job, order: str, fields: Mapping[str, Any], sending: Sending = UNASKED, *, recalculate: bool = False
) -> list[Outcome]:
    """Set fields of an order, by their names in the API, such as `{"expected_date": "2026-02-01"}`.

    With `recalculate`, forecasts are updated now instead of after the nightly sync.
    """
    found = find_order(account.client, order)
    intention = plan_update(found.order_id, fields, statuses(account.account), recalculate=recalculate)
    command = _command("orders update", [found.order_id, dict(fields), recalculate], sending)
    return send_changes(account, command, [intention], [Situation(found)], sending)


def update_file(account: Job, path: Path, sending: Sending = UNASKED, *, recalculate: bool = False) -> list[Outcome]:
    """Set fields of orders from a CSV file with the column order and one or more of expected, status, reference, notes.

    The whole file is checked before anything is sent. An empty cell leaves the field as it is.
    """
    rows = read_updates(path)
    found = find_orders(account.client, (row.order for row in rows))
    intentions = updates(path, rows, found, statuses(account.account), recalculate=recalculate)
    content = sorted([row.order, sorted(row.fields.items()), recalculate] for row in rows)
    command = _command("orders update", content, sending)
    return send_changes(account, command, intentions, _situations(found, intentions), sending)


def close(account: Job, orders: Sequence[str], sending: Sending = UNASKED) -> list[Outcome]:
    """Close orders: nothing more is expected of them."""
    found = [find_order(account.client, each) for each in dict.fromkeys(orders)]
    intentions = [plan_update(each.order_id, {"status": CLOSED}) for each in found]
    command = _command("orders close", [each.order_id for each in found], sending)
    return send_changes(account, command, intentions, [Situation(each) for each in found], sending)


def receive(
    account: Job,
    order: str,
    quantities: Mapping[str, Quantity],
    receiving: Receiving = AS_TOTALS,
    sending: Sending = UNASKED,
) -> list[Outcome]:
    """Set the total received of each variant or, with `Receiving(is_added=True)`, add to it."""
    found = find_order(account.client, order)
    by_variant = {variant_of(found.order, name): checked_quantity(name, value) for name, value in quantities.items()}
    content = [found.order_id, dict(sorted(by_variant.items())), receiving.is_added, receiving.line]
    command = _command("orders receive", content, sending, is_additive=receiving.is_added)
    return send_changes(
        account, command, [plan_receipt(found.order_id, by_variant, receiving)], [Situation(found)], sending
    )


def receive_file(
    account: Job, path: Path, receiving: Receiving = AS_TOTALS, sending: Sending = UNASKED
) -> list[Outcome]:
    """Set what was received from a CSV file with the columns order, variant and received; see `receive`.

    The whole file is checked before anything is sent. A file that was applied in full is refused, unless `sending` says
    to apply it again; one that was interrupted is finished.
    """
    rows = read_receipts(path)
    found = find_orders(account.client, (row.order for row in rows))
    intentions = receipts(path, rows, found, receiving)
    content = sorted([row.order, row.variant, str(row.received), receiving.is_added] for row in rows)
    command = _command("orders receive", content, sending, is_file=True, is_additive=receiving.is_added)
    return send_changes(account, command, intentions, _situations(found, intentions), sending)


def connect(account: Job, order: str, name: str, sending: Sending = UNASKED) -> list[Outcome]:
    """Save an order to a connected system."""
    found = find_order(account.client, order)
    command = _command("orders connect", [found.order_id, name], sending)
    return send_changes(account, command, [plan_connection(found.order_id, name)], [Situation(found)], sending)


def push_stock(account: Job, order: str, sending: Sending = UNASKED, *, from_source: bool = False) -> list[Outcome]:
    """Push what was received, and not pushed yet, to the stock of the destination or, of a transfer, of its source."""
    intention = plan_push(find_order(account.client, order).order_id, from_source=from_source)
    command = _command("orders stock", [intention.order_id, SOURCE if from_source else DESTINATION], sending)
    return send_changes(account, command, [intention], [_read(account, intention)], sending)


def _read(account: Job, intention: Intention) -> Situation:
    return read_situation(account.client, intention.action, intention.order_id, intention.target, intention.reference)


def _situations(found: Found, intentions: Sequence[Intention]) -> list[Situation]:
    """What the account had of the orders of a file when they were looked up."""
    records = {each.order_id: each for each in found.values() if isinstance(each, Record)}
    return [Situation(records[each.order_id or ""]) for each in intentions]


def _command(name: str, content: Any, sending: Sending, *, is_file: bool = False, is_additive: bool = False) -> Command:
    return Command(name, msgspec.json.encode(content).decode(), is_file, sending.again, is_additive)


def _new_reference() -> str:
    """A reference that no other order has, so that a new order can be found by it."""
    return f"IP-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"
