"""An account that lives through a program of changes, faults and quirks, and the warehouse that follows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import dlt
import pytest

import oracle
from churn import Change, Clock, Life, Order
from inventory_planner.api.client import Client
from inventory_planner.data_folder import data_folder
from inventory_planner.errors import ApiError, SweepError
from inventory_planner.settings import Settings
from inventory_planner.sync import chunks
from inventory_planner.sync.cursor import Cursor
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.loader import PIPELINE, stored_cursor
from inventory_planner.sync.sweep import sweep
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.stored_orders import has_tables
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.tables import DLT_TABLES, ORDERS_TABLE
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest, Server
from orders import API_KEY, NOW
from raw_tables import raw_tables

MIN_ORDERS_TO_APPEND = 2  # so that a chunk is appended as often as it can be
MAX_REQUESTS = 3_000  # in a run; more than any program needs, so that a reading that never ends fails
FAULTS = {
    "429": Fault.rate_limited(),
    "429 with Retry-After": Fault.rate_limited(30),
    "429 with a date": Fault.rate_limited(NOW),
    "500": Fault.server_error(500),
    "503": Fault.server_error(503),
    "524": Fault.server_error(524),
    "no answer": Fault.no_answer(),
    "half a body": Fault.broken_body(),
    "half the JSON": Fault.truncated_json(),
    "HTML": Fault.html(),
    "a firewall": Fault.cloudflare(),
    "empty 200": Fault.empty(),
    "error in 200": Fault.error_in_200("Something went wrong"),
    "business error": Fault.refused("Something went wrong"),
    "slow": Fault.slow(0.003),
}


AS_DOCUMENTED = Quirks()


@dataclass(frozen=True)
class Trouble:
    """A fault of a request of a run, `times` in a row."""

    at: int
    fault: str
    times: int


@dataclass(frozen=True)
class Round:
    """What happens before a run and during it, and how the run reads."""

    before: tuple[Change, ...]
    command: str = "load"
    during: tuple[tuple[int, Change], ...] = ()
    troubles: tuple[Trouble, ...] = ()
    late: int = 0
    quirks: Quirks = AS_DOCUMENTED
    page_size: int = 5

    @property
    def is_quiet(self) -> bool:
        """Whether the account does not change during the run, and answers."""
        return not (self.during or self.troubles or self.late)


@dataclass(frozen=True)
class Program:
    """The life of an account and of its warehouse."""

    rounds: tuple[Round, ...]
    chunk_orders: int
    statuses: tuple[str, ...]
    skew: timedelta


class World:
    """An account that lives through a program, and a warehouse that follows it."""

    def __init__(self, server: Server, root: Path, program: Program) -> None:
        self.clock = Clock(NOW, program.skew)
        self.account = Account(api_key=API_KEY, now=self.clock.of_account)
        server.account = self.account
        self.life = Life(self.account, self.clock)
        folder = data_folder(root)
        self.warehouse = Warehouse(engine_of(folder), folder)
        client = Client(server.url, API_KEY, self.account.account_id, 0, sleep=lambda _: None)
        of_account = Settings(
            API_KEY, self.account.account_id, server.url, status=program.statuses, requests_per_second=0
        )
        self.job = Job(client, of_account, self.warehouse)
        self.outcomes: list[str] = []
        self.failures: list[Exception] = []
        self.cursor = Cursor()
        self.rows: dict[tuple[str, int], oracle.Rows] = {}

    def run(self, each: Round) -> None:
        """Change the account, run, and check the warehouse."""
        for change in each.before:
            self.life.do(change)
        self.account.quirks = each.quirks
        self.life.hide(each.late)
        job = replace(self.job, settings=replace(self.job.settings, page_size=each.page_size))
        with self.disturbed(each):
            outcome = _outcome(job, each.command)
        self.outcomes.append(outcome)
        assert len(self.account.requests) < MAX_REQUESTS, "the reading does not end"
        assert outcome in {"succeeded", "implausible"} or not each.is_quiet, outcome
        self.check_log()
        self.check_stored()
        if each.is_quiet and outcome == "succeeded" and "sweep" not in each.command:
            self.check_loaded()

    def end(self) -> None:
        """No row of any table differs from the account; other orders are marked as deleted."""
        orders = self.in_scope(self.ids("true"))
        assert self.cursor == self.cursor_in_state()
        self.close()
        oracle.assert_equal(raw_tables(self.warehouse.engine, self.warehouse.folder), orders)

    def close(self) -> None:
        """Close the warehouse and the client."""
        self.warehouse.close()
        self.job.client.__exit__(None, None, None)

    @contextmanager
    def disturbed(self, each: Round) -> Iterator[None]:
        """Make the changes and faults of a round at their requests."""
        self.account.requests.clear()

        def disturb(_request: RecordedRequest) -> None:
            try:
                self.disturb(each, len(self.account.requests))
            except Exception as error:  # the server would turn it into a response, and the client would retry
                self.failures.append(error)
                raise

        self.account.before_answer.append(disturb)
        yield
        self.account.before_answer.clear()
        self.account.faults.clear()
        if self.failures:
            raise self.failures[0]

    def disturb(self, each: Round, number: int) -> None:
        """Make the changes and faults that a round has for this request."""
        for _, change in (found for found in each.during if found[0] == number):
            self.life.do(change)
        for trouble in (found for found in each.troubles if found.at == number):
            self.account.faults.extend([FAULTS[trouble.fault]] * trouble.times)
        if number >= MAX_REQUESTS:
            self.account.faults.append(FAULTS["a firewall"])

    def in_scope(self, stored: Container[str]) -> list[Order]:
        """The orders of the account that belong in the warehouse: an order that is in it is followed."""
        statuses = {status.casefold() for status in self.job.settings.status}
        return [
            each
            for each in self.life.present()
            if not statuses or each["status"].casefold() in statuses or each["id"] in stored
        ]

    def check_log(self) -> None:
        """Each run has a row, with its outcome."""
        logged = self.warehouse.execute(
            "select outcome, error is null from inventory_planner._syncs order by started_at"
        )
        assert logged == [
            (("succeeded", True) if outcome == "succeeded" else ("failed", False)) for outcome in self.outcomes
        ]

    def check_stored(self) -> None:
        """What holds after every run, also after one that failed."""
        if not has_tables(self.warehouse):
            return
        for table in DLT_TABLES:
            keys = self.warehouse.execute(f"select {', '.join(table.key)} from {SCHEMA}.{table.name}")
            assert len(keys) == len(set(keys)), f"a row of {table.name} is there twice"
        stored = self.stored()
        for order_id, rows in stored.items():
            assert any(rows == self.rows_of(order_id, n) for n in self.numbers(order_id)), f"{order_id} never was so"
        before, self.cursor = self.cursor, stored_cursor(self.job.account)
        assert not (before.instant and self.cursor.instant) or before.instant <= self.cursor.instant, "it went back"
        self.check_cursor(stored)

    def check_cursor(self, stored: dict[str, oracle.Rows]) -> None:
        """An order that no later load reads again is stored as it is, except where only a sweep could have seen it."""
        start = self.cursor.overlap_start
        for each in self.in_scope(stored):
            order_id = each["id"]
            if start and order_id not in self.life.silent and _modified(each) < start:
                assert stored.get(order_id) == self.rows_of(order_id, -1), f"{order_id} is behind the cursor"

    def check_loaded(self) -> None:
        """What the account has stamped is stored as it is, and not marked as deleted."""
        stored, deleted = self.stored(), self.ids("_deleted_at is not null")
        for each in self.in_scope(stored):
            order_id = each["id"]
            if order_id not in self.life.silent:
                assert stored.get(order_id) == self.rows_of(order_id, -1), f"{order_id} was missed"
                assert order_id not in deleted, f"{order_id} is marked as deleted"

    def stored(self) -> dict[str, oracle.Rows]:
        """The rows of each order, also of a deleted one."""
        found: dict[str, oracle.Rows] = defaultdict(lambda: {table: [] for table in oracle.RENAMED})
        for table in oracle.RENAMED:
            for values in self.warehouse.execute(f"select {', '.join(self.types[table])} from {SCHEMA}.{table}"):
                row = dict(zip(self.types[table], values, strict=True))
                kept = oracle.comparable(row) | ({"_deleted_at": None} if "_deleted_at" in row else {})
                found[row["purchase_order_id"]][table].append(kept)
        return {
            key: {table: oracle.sorted_rows(rows) for table, rows in tables.items()} for key, tables in found.items()
        }

    def ids(self, condition: str) -> set[str]:
        """The ids of the stored orders that meet a condition."""
        found = self.warehouse.execute(f"select purchase_order_id from {ORDERS_TABLE} where {condition}")
        return {order_id for (order_id,) in found}

    def numbers(self, order_id: str) -> range:
        """The numbers of the states of an order, the newest first."""
        return range(len(self.life.states[order_id]) - 1, -1, -1)

    def rows_of(self, order_id: str, number: int) -> oracle.Rows:
        """The rows of an order as it once was."""
        states = self.life.states[order_id]
        key = order_id, number % len(states)
        if key not in self.rows:
            self.rows[key] = oracle.expected([states[number]], self.types)
        return self.rows[key]

    @cached_property
    def types(self) -> dict[str, dict[str, str]]:
        """The type of each column of each table, in the order of the columns."""
        found = self.warehouse.execute(self.warehouse.engine.catalog_query, [SCHEMA])
        return {
            table: {column: kind for name, _, column, kind, _ in found if name == table} for table in oracle.RENAMED
        }

    def cursor_in_state(self) -> Cursor:
        """The cursor in the state that dlt itself restores from the warehouse."""
        pipeline = dlt.pipeline(
            PIPELINE,
            destination=self.warehouse.engine.dlt_destination(),
            dataset_name=SCHEMA,
            pipelines_dir=str(self.warehouse.folder.root / "state"),
        )
        pipeline.sync_destination()
        sources = pipeline.state.get("sources", {}).get(SCHEMA, {})
        return Cursor.from_state(sources.get(self.account.account_id, {}))


def _outcome(job: Job, command: str) -> str:
    try:
        if "sweep" in command:
            sweep(job, force=command == "forced sweep")
        else:
            load(replace(job, full=command == "full", since=NOW - timedelta(days=1) if command == "since" else None))
    except SweepError:
        return "implausible"
    except ApiError as error:
        return f"failed: {error}"
    return "succeeded"


def _modified(order: Order) -> datetime:
    return datetime.fromisoformat(order["last_modified"])


def live_through(server: Server, program: Program) -> None:
    """Run a program, and check the warehouse after each of its runs."""
    with TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        world = World(server, Path(root), program)
        patch.setattr(chunks, "MAX_CHUNK_ORDERS", program.chunk_orders)
        patch.setattr(chunks, "MIN_ORDERS_TO_APPEND", MIN_ORDERS_TO_APPEND)
        patch.setattr("inventory_planner.sync.load.datetime", world.clock)
        try:
            for each in program.rounds:
                world.run(each)
            last = replace(program.rounds[-1], before=(), during=(), troubles=(), late=0)
            for command in ("load", "forced sweep"):
                world.run(replace(last, command=command))
            world.end()
        finally:
            world.close()
