"""Print what is to be delivered, and what was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import click

from inventory_planner.cli.orders_text import print_json
from inventory_planner.cli.terminal import print_report as print_on_terminal
from inventory_planner.cli.terminal import table
from inventory_planner.delivery.confirmation import (
    Outcome,
    due_at,
    findings_of,
    lost_deliveries,
    settled_at,
)
from inventory_planner.delivery.deliver import DELIVERED, SIZE_ONLY, DeliveryReport
from inventory_planner.delivery.placement import Evidence
from inventory_planner.delivery.planning import Clock, Plan
from inventory_planner.errors import InventoryPlannerError, RejectedError
from inventory_planner.warehouse.delivery_log import Confirmation, Delivery, DeliveryState


def print_plan(plan: Plan, *, as_json: bool = False, err: bool = False) -> None:
    """Print what would be sent; `err` leaves standard output to what will have become of it."""
    if as_json:
        print_json({"state": "planned" if plan.rows else "unchanged", **_plan(plan)})
    elif plan.rows:
        for line in _plan_lines(plan):
            click.echo(line, err=err)
    else:
        _print_unchanged(plan)
    warn(plan.night.warning)


def print_settled(deliveries: Sequence[Delivery]) -> None:
    """Print what became of earlier deliveries, and for which night they count."""
    for settled in deliveries:
        counts = (
            f" The sync of the night to {settled.night} will read it."
            if settled.state == DeliveryState.DELIVERED
            else ""
        )
        warn(f"Earlier delivery {settled.file_name}: {settled.message}{counts}")


def print_report(report: DeliveryReport, *, as_json: bool) -> None:
    """Print what became of a delivery.

    Raises:
        RejectedError: the file is not on the server.
    """
    delivery = report.delivery
    if as_json:
        state = delivery.state if delivery else "declined" if report.plan.rows else "unchanged"
        found = {"file_name": delivery.file_name, "sent_at": delivery.sent_at} if delivery else {}
        night = {"night": report.night.date, "missed_night": report.night.missed and report.night.missed.date()}
        print_json({"state": state, **_plan(report.plan), **found, **night})
    elif delivery is None and not report.plan.rows:
        _print_unchanged(report.plan)
    if delivery is None:
        return
    if delivery.state != DeliveryState.DELIVERED:
        raise RejectedError(f"{delivery.file_name}: {delivery.message} Run the command again now.")
    if not as_json:
        click.echo(
            f"Delivered {delivery.file_name} with {delivery.sent_rows:,} of {delivery.source_rows:,} rows to"
            f" {delivery.endpoint}, {delivery.directory}. The sync of {report.night.text} will read it."
        )
    if delivery.message == DELIVERED[Evidence.SIZE]:
        warn(SIZE_ONLY)
    warn(report.night.warning)


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """The last deliveries of an account, and why they could not be compared with it, if they could not."""

    account: str | None
    clock: Clock
    deliveries: Sequence[Delivery]
    problem: InventoryPlannerError | None


def print_deliveries(logs: Sequence[DeliveryLog], *, as_json: bool) -> None:
    """Print the delivery log of each account."""
    if as_json:
        named = [({"account": log.account} if len(logs) > 1 else {}, log) for log in logs]
        print_json([{**name, **asdict(each)} for name, log in named for each in log.deliveries])
        return
    for log in logs:
        _print_log(log.deliveries, log.clock, f" of account {log.account}" if len(logs) > 1 else "")


def _print_log(deliveries: Sequence[Delivery], clock: Clock, whose: str) -> None:
    rows = [
        {
            "recorded_at": each.recorded_at,
            "kind": each.kind,
            "rows": each.sent_rows,
            "of": each.source_rows,
            "state": "in doubt" if each.is_in_doubt else each.state,
            "night": each.night,
            "arrival": each.confirmation,
            "outcome": each.message,
        }
        for each in deliveries
    ]
    print_on_terminal(table(f"Last deliveries{whose} (UTC)", rows))
    if any(each.is_in_doubt for each in deliveries):
        click.echo("Deliveries in doubt are resolved by the next `deliver`, which checks the server first.")
    for line in _arrivals(deliveries, clock):
        click.echo(line)


def _arrivals(deliveries: Sequence[Delivery], clock: Clock) -> Iterator[str]:
    """What to know about deliveries that did not arrive as they were sent, or that can't be looked up yet."""
    lost = lost_deliveries(deliveries)
    for each in deliveries:
        faults = [found.text for found in findings_of(each) if found.outcome in (Outcome.DIFFERS, Outcome.NOT_FOUND)]
        if each in lost:
            until = (
                ""
                if each.confirmed_at
                else f" The account may take 24 hours to show it, until {_hour(settled_at(each, clock.zone))}."
            )
            yield f"{each.file_name} did not arrive: {'; '.join(faults)}.{until}"
        elif each.confirmation == Confirmation.DIFFERENCES:
            yield f"{each.file_name} arrived, but {'; '.join(faults)}. Sales since then can explain small differences."
    sent = [
        each for each in deliveries if each.sample and each.state == DeliveryState.DELIVERED and not each.confirmation
    ]
    if ahead := [due for each in sent if (due := due_at(each, clock.zone)) > clock.now()]:
        yield f"The latest stock delivery can be checked from {_hour(max(ahead))}, after its nightly sync."


def _hour(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _print_unchanged(plan: Plan) -> None:
    count, source = plan.selection.in_file, plan.table.source
    reason = f"all {count:,} rows of {source} are as they were delivered" if count else f"{source} returns no rows"
    click.echo(f"Nothing to deliver: {reason}.")


def _plan_lines(plan: Plan) -> Iterator[str]:
    rows = plan.selection
    yield f"Planned:         {plan.file.kind} from {plan.table.source}"
    yield f"Endpoint:        {plan.destination.endpoint}"
    yield f"Directory:       {plan.destination.directory or '(not set)'}"
    yield f"Rows:            {rows.new:,} new, {rows.changed:,} changed, {rows.unchanged:,} unchanged"
    yield f"To send:         {len(plan.rows):,} rows" + (f"; all of them: {plan.why_full}" if plan.why_full else "")
    yield f"Read by:         the sync of {plan.night.text}"


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "source": plan.table.source,
        "remark": plan.table.remark,
        "kind": plan.file.kind,
        "endpoint": plan.destination.endpoint,
        "directory": plan.destination.directory or None,
        "new": plan.selection.new,
        "changed": plan.selection.changed,
        "unchanged": plan.selection.unchanged,
        "sent_rows": len(plan.rows),
        "why_full": plan.why_full,
        "night": plan.night.date,
        "missed_night": plan.night.missed and plan.night.missed.date(),
    }


def warn(message: str | None) -> None:
    """Print a message, if there is one, where it does not mix with results."""
    if message:
        click.echo(message, err=True)
