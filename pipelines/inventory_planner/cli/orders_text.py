"""Print changes of the account, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import click
import msgspec

from inventory_planner.cli.terminal import print_report, table
from inventory_planner.errors import InventoryPlannerError, UnknownOutcomeError
from inventory_planner.warehouse.write_log import State
from inventory_planner.writeback.change import NOT_REVERSIBLE, Change, Skipped
from inventory_planner.writeback.comparison import compare, count, merge_skus, name_of
from inventory_planner.writeback.journal import Outcome

MAX_ROWS: Final = 40  # of a table of changes; a file may change thousands of lines
MAX_MESSAGES: Final = 20
PLAIN_MESSAGES: Final = frozenset({"Applied.", "The account already has this."})  # the state says the same

Row: TypeAlias = dict[str, Any]


def print_outcomes(
    outcomes: Sequence[Outcome], changes: Sequence[Change], skipped: Sequence[Skipped] = (), *, as_json: bool
) -> None:
    """Print the outcomes of changes, and the id of the run for `writes undo`.

    `changes` are those that were shown before; `skipped` are added to the JSON.

    Raises:
        UnknownOutcomeError: it is not known of some, and all others are done.
        InventoryPlannerError: not all of them are done.
    """
    if as_json:
        print_json([*map(_outcome, outcomes), *map(_skipped, skipped)])
    else:
        _print_states(sorted(outcomes, key=lambda each: each.is_done), merge_skus(changes))  # what failed comes first
        _print_run(outcomes)
    if failed := [each for each in outcomes if not each.is_done]:
        kind = UnknownOutcomeError if all(each.state == "unknown" for each in failed) else InventoryPlannerError
        raise kind(f"{len(failed):,} of {count(len(outcomes), 'change')} not applied, as far as is known; see above.")


def print_changes(
    changes: Sequence[Change], skipped: Sequence[Skipped] = (), *, as_json: bool, err: bool = False
) -> None:
    """Print what would be sent; `err` keeps standard output free for the outcomes."""
    if as_json and not err:
        print_json([*({"state": "planned", **_values(each)} for each in changes), *map(_skipped, skipped)])
    elif changes:
        rows = [row for each in changes for row in compare(each, each.skus)]
        _print_rows("To be sent", rows, "--dry-run --json", err=err)
    else:
        click.echo("Nothing to change.", err=err)


def print_skipped(skipped: Sequence[Skipped]) -> None:
    """Print the changes that are skipped, and the reasons."""
    _print_lines([f"Skipped: {each.change.label}. {each.reason}" for each in skipped], err=True)


def print_json(value: Any) -> None:
    """Print JSON; decimals keep all their digits."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(value)
    click.echo(msgspec.json.format(encoded, indent=2).decode())


def _print_states(outcomes: Sequence[Outcome], skus: Mapping[str, str]) -> None:
    rows = [{**row, "state": str(each.state)} for each in outcomes for row in compare(each, skus)]
    _print_rows("Changes", rows, "--json")
    _print_lines([f"{name_of(each, skus)}: {each.message}" for each in outcomes if each.message not in PLAIN_MESSAGES])
    if len(outcomes) > 1:
        states = Counter(str(each.state) for each in outcomes)
        numbers = ", ".join(f"{number:,} {state}" for state, number in states.items())
        click.echo(f"{count(len(outcomes), 'change')}: {numbers}.")


def _print_run(outcomes: Sequence[Outcome]) -> None:
    applied = [each for each in outcomes if each.state == State.APPLIED]
    if applied:
        can_be_undone = any(each.action not in NOT_REVERSIBLE for each in applied)
        job_id = applied[0].job_id
        hint = f"To undo this run: inventory-planner writes undo {job_id}" if can_be_undone else f"Run {job_id}."
        click.echo(hint, err=True)


def _print_rows(title: str, rows: Sequence[Row], option: str, *, err: bool = False) -> None:
    print_report(table(title, rows[:MAX_ROWS]), err=err)
    if len(rows) > MAX_ROWS:
        click.echo(f"{MAX_ROWS} of {len(rows):,} rows; {option} shows all.", err=err)


def _print_lines(lines: Sequence[str], *, err: bool = False) -> None:
    for line in lines[:MAX_MESSAGES]:
        click.echo(line, err=err)
    if len(lines) > MAX_MESSAGES:
        click.echo(f"and {len(lines) - MAX_MESSAGES:,} more; --json shows all.", err=err)


def _outcome(outcome: Outcome) -> Row:
    rows = {"file_rows": outcome.file_rows} if outcome.file_rows else {}
    return {
        "state": str(outcome.state),
        "message": outcome.message,
        **_values(outcome),
        **rows,
        "job_id": outcome.job_id,
    }


def _skipped(skipped: Skipped) -> Row:
    return {"state": "skipped", "message": skipped.reason, **_values(skipped.change)}


def _values(change: Change | Outcome) -> Row:
    return {
        "action": str(change.action),
        "order_id": change.order_id,
        "reference": change.reference,
        **({"target": change.target} if change.target else {}),
        "before": dict(change.before),
        "after": dict(change.after),
    }
