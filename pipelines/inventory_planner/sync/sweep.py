"""What reading changes can't see: orders that are gone from the account, and orders that changed without saying so.

All ids with a few telling fields are walked and compared with what the warehouse holds. A walk over a living account
can skip an order, so each order that seems gone is asked for by its id before it is believed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from msgspec import Raw

from inventory_planner.api.changes import PATH, Batch, Way, changes
from inventory_planner.api.client import Client
from inventory_planner.api.contract import Page, Single, Summary, raw_order, summary
from inventory_planner.errors import NotFoundError, SweepError
from inventory_planner.settings import Settings
from inventory_planner.sync.rows import MisfitError, rounded
from inventory_planner.warehouse.stored_orders import Fingerprint, KnownOrders
from inventory_planner.warehouse.tables import QUANTITY

FIELDS: Final = "id,last_modified,status,total_ordered,total_received"
READ_ONE_BY_ONE: Final = 200  # more changed orders than that cost fewer requests when everything is read again
GONE_SHARE: Final = 0.1  # of the orders in the warehouse; more than that at once is rather a fault than a clean-up
GONE_COUNT: Final = 10  # so few may go from a small account, whatever their share

log = logging.getLogger(__name__)
IsWanted = Callable[[Summary], bool]


@dataclass(slots=True)
class Findings:
    """What a sweep has found: orders to read again, orders that seem gone, and how many the account says it has."""

    account_orders: int = 0
    seen: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def compare(client: Client, settings: Settings, known: KnownOrders, is_wanted: IsWanted) -> Findings:
    """Walk all orders of the account, and compare them with those that the warehouse holds.

    Raises:
        ApiError: the walk broke off.
    """
    findings = Findings()
    for order in _walk(client, settings, findings):
        order_id = str(order.id)
        if order_id in findings.seen:
            continue
        findings.seen.add(order_id)
        if _is_changed(order, known.present.get(order_id)) and (
            order_id in known.present or order_id in known.gone or (is_wanted(order) and _is_in_time(order, settings))
        ):
            findings.changed.append(order_id)
    findings.gone = sorted((known.present.keys() | known.aside) - findings.seen)
    return findings


def read_again(client: Client, settings: Settings, changed: list[str]) -> Iterator[Batch]:
    """The changed orders, whole.

    Raises:
        ApiError: a read came to nothing.
    """
    if len(changed) > READ_ONE_BY_ONE:
        log.info("%d orders changed without a sign: reading everything again.", len(changed))
        yield from changes(client, settings.start_date, settings.page_size)
        return
    for order_id in changed:
        try:
            yield Batch((raw_order(_order(client, order_id)),), len(changed), Way.SWEEP, mark=None)
        except NotFoundError:
            log.info("Order %s was deleted while it was read.", order_id)


def confirm(client: Client, findings: Findings, known: KnownOrders, *, force: bool) -> list[str]:
    """Those of the orders that seem gone which the account does not have when asked for them by id.

    Args:
        client: reads the account.
        findings: of a comparison with `known`.
        known: the orders in the warehouse.
        force: believe it, however many they are.

    Raises:
        SweepError: there are more than can be believed without `force`, or single orders can't be read at all.
        ApiError: a read came to nothing.
    """
    if not findings.gone:
        return []
    _check_share(findings, known, force=force)
    _check_reads(client, findings)
    log.info("Asking once more for each of the orders that seem gone (%d).", len(findings.gone))
    return [order_id for order_id in findings.gone if _is_gone(client, order_id)]


def order_count(client: Client) -> int:
    """How many orders the account says it has; one small request.

    Raises:
        ApiError: the request came to nothing.
    """
    return client.get(PATH, {"fields": "id", "limit": 1, "page": 0}, Page).meta.total


def _walk(client: Client, settings: Settings, findings: Findings) -> Iterator[Summary]:
    """By id, so that edits move nothing from page to page."""
    read = page = 0
    while True:
        params: dict[str, str | int] = {"fields": FIELDS, "id_sort": "asc", "limit": settings.page_size, "page": page}
        answer = client.get(PATH, params, Page)
        yield from (found for raw in answer.orders if (found := summary(raw)))
        read, page = read + len(answer.orders), page + 1
        findings.account_orders = answer.meta.total
        if not answer.orders or read >= answer.meta.total:
            return


def _is_changed(order: Summary, before: Fingerprint | None) -> bool:
    status = None if order.status in {None, ""} else str(order.status)
    try:
        quantities = _quantity(order.total_ordered), _quantity(order.total_received)
    except MisfitError:
        return True  # the warehouse has no order with such a number
    return before != Fingerprint(order.last_modified, status, *quantities)


def _quantity(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value, QUANTITY.scale)


def _is_in_time(order: Summary, settings: Settings) -> bool:
    start = settings.start_date
    return start is None or order.last_modified is None or order.last_modified >= start


def _check_share(findings: Findings, known: KnownOrders, *, force: bool) -> None:
    gone, present = len(findings.gone), len(known.present)
    is_believable = findings.seen and gone <= max(GONE_COUNT, GONE_SHARE * present)
    if not (is_believable or force):
        raise SweepError(
            f"{gone} of {present} orders seem to be gone from the account; none was marked as deleted. If they really"
            " are, run `inventory-planner sweep --force`."
        )


def _check_reads(client: Client, findings: Findings) -> None:
    """An order that the walk has just seen must be found by its id, or "not found" means nothing."""
    for order_id in sorted(findings.seen)[:1]:
        if _is_gone(client, order_id):
            raise SweepError(
                f"Order {order_id} is in the list of orders, yet the service does not find it by its id; so no order"
                " was marked as deleted. Run `inventory-planner sweep` again later."
            )


def _is_gone(client: Client, order_id: str) -> bool:
    try:
        _order(client, order_id)
    except NotFoundError:
        return True
    return False


def _order(client: Client, order_id: str) -> Raw:
    return client.get(f"{PATH}/{quote(order_id, safe='')}", {}, Single).order
