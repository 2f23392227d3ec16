"""Orders that all change at once, and readers that check whether they ever see some changed and others not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from inventory_planner_emulator import Account
from orders import line, order

BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
ONE_THREAD = {"threads": 1}  # otherwise the readers leave no processor to the runs
SEEN = """
    with lines as (
        select purchase_order_id, sum(replenishment) as pieces, count(*) as lines
        from inventory_planner.purchase_order_items
        group by all
    )
    select
        count(*)::int,
        min(notes),
        max(notes),
        count(*) filter (where lines.pieces is distinct from total_ordered or lines.lines::text <> email)::int
    from inventory_planner.purchase_orders
    left join lines using (purchase_order_id)
    where _deleted_at is null
"""


IN_MARTS = """
    select count(distinct purchase_order_id)::int, sum(quantity_ordered)::int from marts.received_vs_ordered
"""
ONE_REPORT = (  # how dbt builds the marts that are read here, and no others but the one that a build counts
    *("build", "--select", "+received_vs_ordered", "+purchase_orders"),
    *("--exclude-resource-type", "test", "unit_test"),
)
IN_RAW = """
    select count(*)::int, sum(total_ordered)::int
    from inventory_planner.purchase_orders
    where _deleted_at is null
"""


class Seen(NamedTuple):
    """What a reader sees: how many orders, and the generation of all of them."""

    orders: int
    generation: int


Read = Callable[[duckdb.DuckDBPyConnection], Seen]


class MixedStateError(AssertionError):
    """A reader saw orders of two generations, or lines that do not fit their order."""


def change(account: Account, generation: int, orders: int) -> Seen:
    """Give this many orders of the account another quantity and other lines."""
    items = [line(f"item-{number}", replenishment=generation + number) for number in range(1 + generation % 3)]
    for number in range(orders):
        account.put(
            order(
                f"order-{number:03}",
                last_modified=(BEGINNING + timedelta(days=generation, minutes=number * 20)).isoformat(),
                notes=f"{generation:09}",
                email=str(len(items)),
                created_date="2024-06-01",  # before the date of the reports
                total_ordered=sum(item["replenishment"] for item in items),
                items=items,
            )
        )
    return Seen(orders, generation)


def read(connection: duckdb.DuckDBPyConnection) -> Seen:
    """What the open file shows.

    Raises:
        MixedStateError: it does not show one state of the account.
    """
    row: Any = connection.execute(SEEN).fetchone()
    orders, first, last, torn = row
    if first != last or torn:
        raise MixedStateError(f"{orders} orders of the generations {first} to {last}, {torn} of them torn")
    return Seen(orders, int(first))


def read_marts(connection: duckdb.DuckDBPyConnection) -> Seen:
    """What the open file shows, its reports included.

    Raises:
        MixedStateError: it does not show one state of the account, or the reports show another one.
    """
    seen = read(connection)
    marts, raw = (connection.execute(query).fetchone() for query in (IN_MARTS, IN_RAW))
    if marts != raw:
        raise MixedStateError(f"generation {seen.generation}: {raw} orders and pieces, in the marts {marts}")
    return seen


def look(path: Path, how: Read = read) -> Seen:
    """What a reader sees who opens the file now and closes it again."""
    with duckdb.connect(path, read_only=True, config=ONE_THREAD) as connection:
        return how(connection)


def open_each_time(path: Path) -> Iterator[Seen]:
    while True:
        yield look(path, read_marts)


def attach_each_time(path: Path) -> Iterator[Seen]:
    """As a dashboard does, which runs for days."""
    with duckdb.connect(config=ONE_THREAD) as connection:
        while True:
            connection.execute(f"attach '{path}' as published (read_only); use published")
            yield read_marts(connection)
            connection.execute("use memory; detach published")


def keep_open(path: Path) -> Iterator[Seen]:
    with duckdb.connect(path, read_only=True, config=ONE_THREAD) as connection:
        while True:
            yield read_marts(connection)


READERS = (open_each_time, attach_each_time, keep_open)


@dataclass
class Report:
    """What a reader saw, each state once until it changed, and what went wrong."""

    reads: int = 0
    seen: list[Seen] = field(default_factory=list)
    error: str | None = None


def read_without_pause(path: Path, reader: Callable[[Path], Iterator[Seen]], pipe: Connection) -> None:
    """Read until a message comes through the pipe, and once more; then send a report."""
    if sys.platform != "win32":
        os.nice(19)  # readers never pause, and do not slow down the runs
    report, is_last = Report(), False
    try:
        for seen in reader(path):
            if not report.reads:
                pipe.send("reading")
            report.reads += 1
            if report.seen[-1:] != [seen]:
                report.seen.append(seen)
            if is_last:
                break
            is_last = pipe.poll()
    except (duckdb.Error, MixedStateError) as error:
        report.error = repr(error)
    pipe.send(report)
