"""The delivery log: a row of `_deliveries` for each file, committed before it is sent, and what was delivered last.

The rows of a file are stored before it is sent. They count as delivered once its state says so, in one statement: a
kill can't separate the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from inventory_planner.warehouse.engine import Connection
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import DELIVERED_ROWS, DELIVERIES
from inventory_planner.warehouse.warehouse import Account

DELIVERY_LOG: Final = f"{SCHEMA}.{DELIVERIES.name}"
ROWS: Final = f"{SCHEMA}.{DELIVERED_ROWS.name}"
ROWS_AT_ONCE: Final = 5_000  # in one statement


class DeliveryState(StrEnum):
    """`intended`: nothing has its final name yet; `sent`: it may have; `delivered`: it is there, whole."""

    INTENDED = "intended"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class Confirmation(StrEnum):
    """What the account shows of a delivery. `replaced`: later deliveries have sent all rows of its sample again."""

    ARRIVED = "arrived"
    DIFFERENCES = "arrived with differences"
    REPLACED = "replaced"
    MISSING = "missing"


HAS_ARRIVED: Final = (Confirmation.ARRIVED, Confirmation.DIFFERENCES)
OPEN: Final = (DeliveryState.INTENDED, DeliveryState.SENT)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the log; see `tables.DELIVERIES`."""

    delivery_id: str
    delivery_number: int
    kind: str
    endpoint: str
    directory: str
    file_name: str
    recorded_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    state: DeliveryState
    message: str | None
    night: str | None
    is_full: bool
    source_rows: int
    new_rows: int
    changed_rows: int
    sent_rows: int
    bytes: int
    source: str
    source_digest: str
    digest: str
    sample: str | None
    user_name: str
    confirmed_at: datetime | None = None
    confirmation: str | None = None
    findings: str | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether only a look at the server can tell what became of it."""
        return self.state == DeliveryState.SENT


_NAMES: Final = tuple(Delivery.__dataclass_fields__)
_COLUMNS: Final = ", ".join(_NAMES)


def create_log(account: Account) -> None:
    """Create the tables of the log, or the columns that an older version did not have."""
    account.warehouse.create(DELIVERIES)
    account.warehouse.create(DELIVERED_ROWS)


def record_delivery(account: Account, delivery: Delivery, rows: Iterable[tuple[int, int]]) -> None:
    """Add a delivery and the keys and digests of its rows.

    Raises:
        LoadError: the log can't be written.
    """
    row = {name: getattr(delivery, name) for name in _NAMES}
    account.warehouse.insert(DELIVERIES, {**row, "_account_id": account.account_id})
    for some in _batches(list(rows)):
        values = ", ".join(f"({key}, {digest})" for key, digest in some)
        account.execute(
            f"insert into {ROWS} (_account_id, delivery_id, row_key, row_digest)"
            f" select cast(? as varchar), cast(? as varchar), row_key, row_digest"
            f" from (values {values}) as delivered (row_key, row_digest)",
            [delivery.delivery_id],
        )


def update_delivery(account: Account, delivery: Delivery) -> None:
    """Replace the row of this delivery.

    Raises:
        LoadError: the log can't be written.
    """
    assignments = ", ".join(f"{name} = ?" for name in _NAMES)
    account.warehouse.execute(
        f"update {DELIVERY_LOG} set {assignments} where _account_id = ? and delivery_id = ?",
        [*(getattr(delivery, name) for name in _NAMES), account.account_id, delivery.delivery_id],
    )


def end_delivery(account: Account, delivery: Delivery, state: DeliveryState, message: str) -> Delivery:
    """Record how a delivery ended, and forget the rows that no longer count.

    Raises:
        LoadError: the log can't be written.
    """
    ended = replace(delivery, state=state, message=message, ended_at=datetime.now(UTC))
    update_delivery(account, ended)
    if state == DeliveryState.FAILED:
        account.execute(
            f"delete from {ROWS} where _account_id = ? and delivery_id = ?",
            [ended.delivery_id],
        )
    else:
        _forget_replaced(account, ended)
    return ended


def open_deliveries(account: Account) -> list[Delivery]:
    """The deliveries that have not ended, because their command was stopped or lost the server, oldest first."""
    states = ", ".join(f"'{state}'" for state in OPEN)
    return _select(account, f"where _account_id = ? and state in ({states}) order by delivery_number")


def last_delivery(account: Account, endpoint: str, directory: str, *, is_full: bool = False) -> Delivery | None:
    """The last file in a directory of an endpoint, or the last one with all rows of its source."""
    condition = " and is_full" if is_full else ""
    found = _select(
        account,
        "where _account_id = ? and endpoint = ? and directory = ? and state = 'delivered'"
        f"{condition} order by delivery_number desc limit 1",
        [endpoint, directory],
    )
    return found[0] if found else None


def next_number(account: Account) -> int:
    """The number of the next delivery of this account, whatever the clock says."""
    found = account.execute(f"select coalesce(max(delivery_number), 0) + 1 from {DELIVERY_LOG} where _account_id = ?")
    return int(found[0][0])


def delivered_rows(account: Account, kind: str, endpoint: str, directory: str) -> dict[int, int]:
    """What was delivered last of each row of a kind to a directory of an endpoint: its digest, by its key."""
    found = account.execute(
        f"""
            select delivered.row_key, delivered.row_digest
            from {ROWS} as delivered
            join {DELIVERY_LOG} as deliveries
                on deliveries._account_id = delivered._account_id and deliveries.delivery_id = delivered.delivery_id
            where deliveries._account_id = ? and deliveries.kind = ? and deliveries.endpoint = ?
                and deliveries.directory = ? and deliveries.state = '{DeliveryState.DELIVERED}'
            order by deliveries.delivery_number
        """,
        [kind, endpoint, directory],
    )
    return dict(found)  # a later delivery of the same key replaces the earlier one


def unconfirmed_deliveries(account: Account) -> list[Delivery]:
    """The deliveries with a sample of which it is not settled whether the account took them over, oldest first."""
    return _select(
        account,
        f"where _account_id = ? and state = '{DeliveryState.DELIVERED}' and sample is not null"
        " and confirmed_at is null order by delivery_number",
    )


def newest_rows(account: Account, delivery_id: str) -> set[int]:
    """The keys of the rows of a delivery that no later one has replaced."""
    found = account.execute(
        f"select row_key from {ROWS} where _account_id = ? and delivery_id = ?",
        [delivery_id],
    )
    return {key for (key,) in found}


def last_deliveries(connection: Connection, count: int, account_id: str | None = None) -> list[Delivery]:
    """The last deliveries of an account, or of all, newest first, after those that are in doubt or that did not arrive.

    A later delivery that arrived with all rows of its source makes up for one that did not.
    """
    tables = f"select count(*) from information_schema.tables where table_schema = '{SCHEMA}' and table_name = ?"
    if connection.execute(tables, [DELIVERIES.name]).fetchall() == [(0,)]:
        return []
    found = connection.execute(
        f"""
            with log as (select * from {DELIVERY_LOG} {"" if account_id is None else "where _account_id = ?"}),
            made_up_for as (
                select lost.delivery_id
                from log as lost
                join log as later
                    on later._account_id = lost._account_id and later.kind = lost.kind
                    and later.endpoint = lost.endpoint and later.directory = lost.directory
                    and later.delivery_number > lost.delivery_number
                where later.is_full and later.confirmation in {tuple(map(str, HAS_ARRIVED))}
                    and lost.confirmation = '{Confirmation.MISSING}'
            )
            select {_COLUMNS}
            from log
            order by
                case
                    when state = '{DeliveryState.SENT}' then 0
                    when confirmation = '{Confirmation.MISSING}'
                        and delivery_id not in (select delivery_id from made_up_for) then 1
                    else 2
                end,
                recorded_at desc
            limit {count}
        """,
        [] if account_id is None else [account_id],
    ).fetchall()
    return [_delivery(row) for row in found]


def _forget_replaced(account: Account, delivery: Delivery) -> None:
    """Delete earlier states of the rows that this delivery has sent."""
    account.execute(
        f"""
            delete from {ROWS}
            where _account_id = ?
                and delivery_id <> ?
                and row_key in (select row_key from {ROWS} where _account_id = ? and delivery_id = ?)
                and delivery_id in (
                    select delivery_id from {DELIVERY_LOG}
                    where _account_id = ? and kind = ? and endpoint = ? and directory = ? and delivery_number < ?
                )
        """,
        [
            *(delivery.delivery_id, account.account_id, delivery.delivery_id),
            *(account.account_id, delivery.kind, delivery.endpoint, delivery.directory, delivery.delivery_number),
        ],
    )


def _select(account: Account, condition: str, parameters: Sequence[object] = ()) -> list[Delivery]:
    found = account.execute(f"select {_COLUMNS} from {DELIVERY_LOG} {condition}", parameters)
    return [_delivery(row) for row in found]


def _delivery(row: Sequence[object]) -> Delivery:
    delivery = Delivery(*row)  # type: ignore[arg-type]
    return replace(delivery, state=DeliveryState(delivery.state))


def _batches(rows: list[tuple[int, int]]) -> Iterable[list[tuple[int, int]]]:
    return (rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE))
