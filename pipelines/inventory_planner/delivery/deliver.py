"""Deliver a file: check it, choose the rows to send, confirm, record, send, record.

A command that was killed, or that lost the server, is settled by the next one, which looks at the server first.
"""

from __future__ import annotations

import csv
import getpass
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from io import StringIO
from typing import Final
from uuid import uuid4

from inventory_planner.delivery.checks import Row
from inventory_planner.delivery.files import File
from inventory_planner.delivery.night import Night, night_of
from inventory_planner.delivery.placement import (
    Evidence,
    Place,
    digest_of,
    discard_draft,
    is_revealed,
    reveal,
    upload_draft,
)
from inventory_planner.delivery.planning import Clock, DeliveryJob, Destination, Plan, plan_delivery
from inventory_planner.delivery.sftp import Server
from inventory_planner.delivery.tables import Table
from inventory_planner.errors import InventoryPlannerError, RejectedError, UnknownOutcomeError, UnreachableError
from inventory_planner.warehouse.delivery_log import (
    Delivery,
    DeliveryState,
    create_log,
    end_delivery,
    last_delivery,
    next_number,
    open_deliveries,
    record_delivery,
    update_delivery,
)
from inventory_planner.warehouse.warehouse import Account

SECONDS_APART: Final = 5.0  # of two files that arrive in one directory within seconds, the connector may read only one
SAMPLE_ROWS: Final = 10  # of a delivery, recorded to be compared with the account later

INTERRUPTED: Final = "The command was interrupted before the rename. The next delivery sends its rows again."
NOT_THERE: Final = "The file is not on the server. The next delivery sends its rows again."
ELSEWHERE: Final = "Its endpoint or user is no longer configured. The next delivery sends its rows to the present one."
SIZE_ONLY: Final = "Only its size was compared, as the server does not let us read it."
DELIVERED: Final = {Evidence.CONTENT: "Delivered, and read back.", Evidence.SIZE: f"Delivered. {SIZE_ONLY}"}
FOUND: Final = {
    Evidence.CONTENT: "Delivered; verified on the server.",
    Evidence.SIZE: f"Delivered; verified on the server. {SIZE_ONLY}",
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a command did: earlier deliveries that it settled, its plan, and what became of it.

    Without a `delivery`, nothing had changed, or nobody wanted it to be sent.
    """

    settled: list[Delivery]
    plan: Plan
    delivery: Delivery | None
    night: Night


def deliver(
    account: Account, job: DeliveryJob, table: Table, confirm: Callable[[Plan], bool] = lambda _: True
) -> DeliveryReport:
    """Deliver the rows of a table that are new or changed; or all of them.

    Args:
        account: the account in the warehouse, which is locked.
        job: what kind of file to deliver, where to and how.
        table: what to deliver.
        confirm: whether to carry out this plan.

    Raises:
        ChangeError, LoadError: see `plan_delivery`.
        InventoryPlannerError: see `settle` and `send`.
    """
    settled = settle(account, job.destination, job.clock)
    plan = plan_delivery(account, job, table)
    if not plan.rows or not confirm(plan):
        return DeliveryReport(settled, plan, None, plan.night)
    delivery = send(account, plan, job.clock)
    return DeliveryReport(settled, plan, delivery, night_of(delivery.sent_at or job.clock.now(), job.clock.zone))


def settle(account: Account, destination: Destination, clock: Clock) -> list[Delivery]:
    """Find out what became of deliveries that did not end, and finish those whose file is whole on the server.

    Raises:
        InventoryPlannerError: the server can't be reached or refuses us, or the log can't be written.
    """
    create_log(account)
    found = open_deliveries(account)
    if not found:
        return []
    with destination.open_server() as server:
        return [_settle(account, destination, server, delivery, clock) for delivery in found]


def send(account: Account, plan: Plan, clock: Clock) -> Delivery:
    """Send the rows of a plan, and record them.

    Raises:
        RejectedError, RefusedError, UnreachableError, ConfigurationError: nothing was delivered.
        UnknownOutcomeError: the server was lost before it was known whether the file is there.
        LoadError: the log can't be written.
    """
    before = last_delivery(account, plan.destination.endpoint, plan.destination.directory)
    delivery = _new_delivery(account, plan, clock, before)
    place = _place(delivery)
    with plan.destination.open_server() as server:  # which does not connect yet, but needs the key
        record_delivery(account, delivery, ((row.key, row.digest) for row in plan.rows))
        try:
            upload_draft(server, place, plan.content)
        except UnreachableError as error:  # there may be a draft, which the next command removes
            update_delivery(account, replace(delivery, message=str(error)))
            raise
        except InventoryPlannerError as error:
            end_delivery(account, delivery, DeliveryState.FAILED, str(error))
            raise
        _wait(before, clock)
        return _reveal(account, server, _record_sending(account, delivery, clock), place)


def _record_sending(account: Account, delivery: Delivery, clock: Clock) -> Delivery:
    """Record that the file gets its final name now, and for which night it counts."""
    now = clock.now()
    night = night_of(now, clock.zone)
    sent = replace(delivery, state=DeliveryState.SENT, sent_at=now, night=night.date.isoformat())
    update_delivery(account, sent)
    return sent


def _reveal(account: Account, server: Server, delivery: Delivery, place: Place) -> Delivery:
    try:
        evidence = reveal(server, place)
    except InventoryPlannerError as error:
        if _is_refused(server, place, error):
            end_delivery(account, delivery, DeliveryState.FAILED, str(error))
            raise
        update_delivery(account, replace(delivery, message=str(error)))
        raise UnknownOutcomeError(
            f"It is not known whether {place.final} arrived. {error} Run the command again: it looks at the server"
            " first, and sends nothing twice."
        ) from error
    if not evidence:
        return end_delivery(account, delivery, DeliveryState.FAILED, NOT_THERE)
    return end_delivery(account, delivery, DeliveryState.DELIVERED, DELIVERED[evidence])


def _is_refused(server: Server, place: Place, error: InventoryPlannerError) -> bool:
    """Whether the server did not take the file, and has nothing of it."""
    if not isinstance(error, RejectedError):
        return False
    discard_draft(server, place)
    with suppress(InventoryPlannerError):
        return server.size(place.final) is None
    return False


def _settle(account: Account, destination: Destination, server: Server, delivery: Delivery, clock: Clock) -> Delivery:
    if delivery.endpoint != destination.endpoint:
        return end_delivery(account, delivery, DeliveryState.FAILED, ELSEWHERE)
    place = _place(delivery)
    if not delivery.is_in_doubt:
        discard_draft(server, place)
        return end_delivery(account, delivery, DeliveryState.FAILED, INTERRUPTED)
    if not is_revealed(server, place):  # the connector can read it only from now on
        delivery = _record_sending(account, delivery, clock)
    if evidence := reveal(server, place):
        return end_delivery(account, delivery, DeliveryState.DELIVERED, FOUND[evidence])
    discard_draft(server, place)
    return end_delivery(account, delivery, DeliveryState.FAILED, NOT_THERE)


def _new_delivery(account: Account, plan: Plan, clock: Clock, before: Delivery | None) -> Delivery:
    now = clock.now()
    number = next_number(account)
    # files are read oldest to newest, perhaps by name: a clock that was set back must not let an older one win
    named_at = max(now, before.recorded_at + timedelta(seconds=1)) if before else now
    return Delivery(
        delivery_id=uuid4().hex,
        delivery_number=number,
        kind=plan.file.kind,
        endpoint=plan.destination.endpoint,
        directory=plan.destination.directory,
        file_name=f"{plan.file.name}_{named_at.astimezone(UTC):%Y%m%dT%H%M%SZ}_{number}.csv",
        recorded_at=named_at,
        sent_at=None,
        ended_at=None,
        state=DeliveryState.INTENDED,
        message=None,
        night=None,
        is_full=plan.why_full is not None,
        source_rows=plan.selection.in_file,
        new_rows=plan.selection.new,
        changed_rows=plan.selection.changed,
        sent_rows=len(plan.rows),
        bytes=len(plan.content),
        source=plan.table.source,
        source_digest=plan.table.digest,
        digest=digest_of(plan.content),
        sample=_sample(plan.file, plan.header, plan.rows),
        user_name=getpass.getuser(),
    )


def _sample(file: File, header: Sequence[str], rows: Sequence[Row]) -> str | None:
    """Some rows from all over the file, as a JSON list of objects."""
    if not file.sampled:
        return None
    step = -(-len(rows) // SAMPLE_ROWS)
    found = csv.DictReader(StringIO("".join(row.text for row in rows[::step]), newline=""), header)
    return json.dumps([{name: row[name] for name in file.sampled} for row in found])


def _place(delivery: Delivery) -> Place:
    return Place(delivery.directory, delivery.file_name, delivery.bytes, delivery.digest)


def _wait(before: Delivery | None, clock: Clock) -> None:
    """Let some seconds pass since the last file in the same directory."""
    if before and before.ended_at:
        passed = (clock.now() - before.ended_at).total_seconds()
        if 0 <= passed < SECONDS_APART:
            clock.sleep(SECONDS_APART - passed)
