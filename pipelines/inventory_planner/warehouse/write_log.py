"""The write log: a row of `_writes` for each call that changes the account, committed before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from inventory_planner.warehouse.stored_orders import has_tables
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import ORDERS_TABLE, WRITES
from inventory_planner.warehouse.warehouse import Account, Rows

WRITE_LOG: Final = f"{SCHEMA}.{WRITES.name}"


class State(StrEnum):
    """The state of a change. `intended`: logged, not sent; `sent`: no outcome yet; `unknown`: none could be found."""

    INTENDED = "intended"
    SENT = "sent"
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    UNKNOWN = "unknown"


NOT_SENT: Final = "The run was interrupted before it sent this."
IN_DOUBT: Final = (State.SENT, State.UNKNOWN)  # the account may have them or not
DONE: Final = (State.APPLIED, State.UNCHANGED)  # the account is as it was wanted


@dataclass(frozen=True, slots=True)
class Write:
    """A row of the log; see `tables.WRITES`. `before`, `after` and `body` are JSON.

    `job_ended_at` is when the command that made the call ended; it stays empty if the command was interrupted.
    """

    write_id: str
    job_id: str
    recorded_at: datetime
    ended_at: datetime | None
    command: str
    action: str
    purchase_order_id: str | None
    purchase_order_number: str | None
    target: str
    count_values: int
    before: str
    after: str
    body: str
    state: State
    message: str | None
    resolved_by: str | None
    user_name: str
    content_digest: str
    file_rows: str | None
    job_ended_at: datetime | None = None


_NAMES: Final = tuple(Write.__dataclass_fields__)


def record_write(account: Account, write: Write) -> None:
    """Add a row.

    Raises:
        LoadError: the log can't be written.
    """
    account.warehouse.create(WRITES)
    account.warehouse.insert(WRITES, {**_row(write), "_account_id": account.account_id})


def update_write(account: Account, write: Write) -> None:
    """Replace the row of this write.

    Raises:
        LoadError: the log can't be written.
    """
    row = _row(write)
    assignments = ", ".join(f"{name} = ?" for name in row)
    account.warehouse.execute(
        f"update {WRITE_LOG} set {assignments} where _account_id = ? and write_id = ?",
        [*row.values(), account.account_id, write.write_id],
    )


def record_end_of_job(account: Account, content_digest: str) -> None:
    """Record that the command with this content ended, and showed what became of its changes.

    Raises:
        LoadError: the log can't be written.
    """
    account.execute(
        f"update {WRITE_LOG} set job_ended_at = current_timestamp"
        " where _account_id = ? and content_digest = ? and job_ended_at is null",
        [content_digest],
    )


def orders_read_since(account: Account, content_digest: str) -> set[str]:
    """The ids of the orders that were loaded after the last write of this content."""
    if not has_tables(account.warehouse):
        return set()
    found = account.execute(
        f"select writes.purchase_order_id from {WRITE_LOG} as writes join {ORDERS_TABLE} as orders"
        " on orders._account_id = writes._account_id and orders.purchase_order_id = writes.purchase_order_id"
        " where writes._account_id = ? and writes.content_digest = ? group by 1"
        " having max(writes.ended_at) < max(orders.__synced_at)",
        [content_digest],
    )
    return {order_id for (order_id,) in found}


def orders_written(account: Account, content_digest: str) -> set[str]:
    """The ids of the orders that the log has a row of for this content."""
    account.warehouse.create(WRITES)
    found = account.execute(
        f"select distinct purchase_order_id from {WRITE_LOG} where _account_id = ? and content_digest = ?",
        [content_digest],
    )
    return {order_id for (order_id,) in found}


def give_up_intended(account: Account) -> None:
    """Record that changes which a killed run was about to send were not sent; call it before the first new one.

    Raises:
        LoadError: the log can't be written.
    """
    account.warehouse.create(WRITES)
    account.execute(
        f"update {WRITE_LOG} set state = '{State.FAILED}', message = '{NOT_SENT}', ended_at = current_timestamp"
        f" where _account_id = ? and state = '{State.INTENDED}'",
    )


def last_writes(account: Account, content_digest: str) -> list[Write]:
    """The rows of the last job with this content, oldest first.

    That is one which has not ended, wherever a clock that was set back puts it.
    """
    account.warehouse.create(WRITES)
    last_job = account.execute(
        f"select job_id from {WRITE_LOG} where _account_id = ? and content_digest = ?"
        " order by job_ended_at is null desc, recorded_at desc, write_id desc limit 1",
        [content_digest],
    )
    found = (
        account.execute(
            f"select {', '.join(_NAMES)} from {WRITE_LOG} where _account_id = ? and content_digest = ?"
            " and job_id = ? order by recorded_at, write_id",
            [content_digest, *last_job[0]],
        )
        if last_job
        else []
    )
    return _writes(found)


def writes_of_run(account: Account, run: str) -> list[Write]:
    """The rows of the jobs whose id begins with `run`, oldest first."""
    account.warehouse.create(WRITES)
    found = account.execute(
        f"select {', '.join(_NAMES)} from {WRITE_LOG} where _account_id = ? and substring(job_id, 1, ?) = ?"
        " order by recorded_at, write_id",
        [len(run), run],
    )
    return _writes(found)


def _writes(rows: Rows) -> list[Write]:
    return [replace(each, state=State(each.state)) for each in (Write(*row) for row in rows)]


def _row(write: Write) -> dict[str, object]:
    return {name: getattr(write, name) for name in _NAMES}
