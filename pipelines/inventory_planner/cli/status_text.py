"""Show the status of a data folder, for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from inventory_planner.cli.terminal import printable, table

if TYPE_CHECKING:  # it imports dlt, which takes a second
    from inventory_planner.monitor.status import AccountStatus, Status

UNITS_OF_TIME: Final = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def status_report(status: Status) -> RenderableType:
    """How old the data is, and how the last syncs went."""
    age = "never loaded" if status.age_seconds is None else f"read {_ago(status.age_seconds)}"
    published = f"{status.published_at:%Y-%m-%d %H:%M} UTC" if status.published_at else "never"
    at_work = f" {status.at_work} is running; this is the data published before it." if status.at_work else ""
    return Group(
        Text(f"{status.folder}: data {age}, published {published}.{at_work}"),
        *([Text(f"Warning: {status.problem}")] if status.problem else []),
        *_accounts(status.accounts),
        table("Rows", [{"table": name, "rows": count} for name, count in status.rows.items()]),
        *_syncs(status.syncs),
        *_writes(status.writes),
    )


def _accounts(accounts: Sequence[AccountStatus]) -> Iterator[RenderableType]:
    """Each account, if there are several."""
    if len(accounts) > 1:
        rows = [
            {
                "account": account.name,
                "account_id": account.account_id,
                "read": "never" if account.age_seconds is None else _ago(account.age_seconds),
                "last_sync": account.outcome,
            }
            for account in accounts
        ]
        yield table("Accounts", rows, wrap_names=True)


def _ago(seconds: float) -> str:
    """How long ago, in the largest unit of which there are two or more."""
    for unit, length in UNITS_OF_TIME.items():
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit} ago"
    return "just now"


def _syncs(syncs: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """The last syncs, with their errors below, where each has a whole line."""
    names = ("sync_kind", "outcome", "orders", "deleted", "quarantined", "requests")
    has_several = len({sync["_account_id"] for sync in syncs}) > 1
    columns = ("_account_id", *names) if has_several else names
    rows = [{"started_at": _minute(sync["started_at"]), **{name: sync[name] for name in columns}} for sync in syncs]
    yield table("Last syncs (UTC)", rows, wrap_names=True)
    for sync in syncs:
        if sync["error"]:
            yield Text(printable(f"{_minute(sync['started_at'])} {sync['outcome']}: {sync['error']}\n"))


def _writes(writes: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """The last changes of the account, with their outcomes below."""
    if not writes:
        return
    rows = [
        {
            "recorded_at": _minute(write["recorded_at"]),
            "command": write["command"],
            "order_or_variant": _target(write),
            "state": write["state"],
            "user_name": write["user_name"],
        }
        for write in writes
    ]
    yield table("Last changes of the account (UTC)", rows, wrap_names=True)
    for write in writes:
        if write["message"]:
            yield Text(printable(f"{_minute(write['recorded_at'])} {_target(write)}: {write['message']}"))


def _target(write: Mapping[str, Any]) -> str:
    return str(write["purchase_order_number"] or write["target"])


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"
