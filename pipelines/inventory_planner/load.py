"""One sync: what has changed in the account goes into `warehouse.duckdb`, chunk by chunk, and into the sync log.

The warehouse alone knows how far it has got: dlt's working folder is thrown away at each start, and its state read
back from the database. So a killed run, and a copied or restored warehouse, go on from what is really there.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import dlt
import duckdb
import pyarrow as pa
from dlt.pipeline.exceptions import PipelineStepFailed
from duckdb import ColumnExpression, ConstantExpression

from inventory_planner.changes import Batch, changes
from inventory_planner.chunks import Chunk, Mark, Sync, chunks
from inventory_planner.client import Client, Traffic
from inventory_planner.configuration import Settings
from inventory_planner.contract import Record
from inventory_planner.errors import LoadError
from inventory_planner.folder import Folder
from inventory_planner.source import one_chunk
from inventory_planner.tables import MERGED_TABLES, PURCHASE_ORDERS, SCHEMA, SYNCS

PIPELINE: Final = "inventory_planner"

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class SyncReport:
    """A row of the sync log: what a sync did and what it cost. Instants are UTC."""

    _account_id: str
    sync_id: str = field(default_factory=lambda: uuid4().hex)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    outcome: str = "failed"
    way: str | None = None
    mark_before: datetime | None = None
    mark_after: datetime | None = None
    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    pages: int = 0
    bytes: int = 0
    orders: int = 0
    lines: int = 0
    quarantined: int = 0
    error: str | None = None

    @property
    def has_news(self) -> bool:
        """Whether anything came into the warehouse."""
        return bool(self.orders or self.quarantined)

    @property
    def summary(self) -> str:
        """What came, in a line."""
        bad = f", {self.quarantined} set aside because they do not fit the contract" if self.quarantined else ""
        if not self.has_news:
            return f"No order changed ({self.requests} requests)."
        return f"{self.orders} orders with {self.lines} lines read in {self.requests} requests ({self.way}){bad}."

    def count(self, traffic: Traffic, before: Traffic) -> None:
        """Take down what the requests of this sync have cost."""
        self.requests = traffic.requests - before.requests
        self.retries = traffic.retries - before.retries
        self.bytes = traffic.bytes - before.bytes
        self.waited_seconds = traffic.waited_seconds - before.waited_seconds

    def add(self, chunk: Chunk) -> None:
        """Count a chunk that is committed."""
        self.mark_after = chunk.mark.instant
        self.way = chunk.way
        self.pages += chunk.pages_read
        self.orders += len(chunk.order_ids)
        self.lines += chunk.lines
        self.quarantined += chunk.quarantined


@dataclass(frozen=True, slots=True)
class Job:
    """What to load from where to where.

    As it is: what has changed since the last time. `since` goes back further, `full` to the beginning, with all orders
    loaded again. `progress` hears after each answer how many orders have come, and how many are to come in all.
    """

    client: Client
    settings: Settings
    folder: Folder
    full: bool = False
    since: datetime | None = None
    progress: Progress = lambda _read, _total: None

    def start(self, mark: Mark) -> datetime | None:
        """Where to begin to read; never after the mark, for what lies between would be lost."""
        if self.full:
            return self.settings.start_date
        instants = [instant for instant in (mark.since, self.since) if instant]
        return min(instants, default=self.settings.start_date)


def load(job: Job) -> SyncReport:
    """Bring the warehouse up to date with the account; the caller holds the folder's lock.

    Raises:
        ApiError: the reading broke off; what had come until then is in the warehouse, the rest comes the next time.
        LoadError: the warehouse can't be opened or written; it holds what it held before.
    """
    report = SyncReport(job.settings.account_id)
    with _logged(job, report):
        pipeline = _pipeline(job.folder)
        for chunk in _chunks(job, report, _mark(pipeline, job.settings.account_id)):
            _commit(pipeline, job.folder, chunk, job.settings.account_id)
            report.add(chunk)
    return report


def preview(job: Job) -> SyncReport:
    """What a load would bring; it writes nothing to the warehouse.

    Raises:
        ApiError: the reading broke off.
        LoadError: the warehouse can't be opened.
    """
    report = SyncReport(job.settings.account_id, outcome="previewed")
    before = replace(job.client.traffic)
    is_new = not job.folder.warehouse.exists()
    mark = Mark() if is_new else _mark(_pipeline(job.folder), job.settings.account_id)
    for chunk in _chunks(job, report, mark):
        report.add(chunk)
    report.count(job.client.traffic, before)
    return report


def _chunks(job: Job, report: SyncReport, mark: Mark) -> Iterator[Chunk]:
    report.mark_before = report.mark_after = mark.instant
    sync = Sync(report.sync_id, job.settings.account_id, lambda: datetime.now(UTC), _filter(job))
    batches = changes(job.client, job.start(mark), job.settings.page_size)
    return chunks(_watched(batches, job.progress), Mark(mark.instant) if job.full else mark, sync)


def _watched(batches: Iterator[Batch], progress: Progress) -> Iterator[Batch]:
    read = total = 0
    for batch in batches:
        read += len(batch.records)
        total = max(total, batch.total)
        progress(min(read, total), total)
        yield batch


def _filter(job: Job) -> Callable[[Record], bool]:
    """The status filter decides which orders come in; one that is in is followed whatever becomes of it."""
    if not job.settings.status:
        return lambda _: True
    wanted = {status.casefold() for status in job.settings.status}
    followed = _order_ids(job.folder, job.settings.account_id)
    return lambda record: str(record.order.status).casefold() in wanted or record.order_id in followed


def _order_ids(folder: Folder, account_id: str) -> set[str]:
    if not folder.warehouse.exists():
        return set()
    with _warehouse(folder) as connection:
        if not _has_tables(connection):
            return set()
        orders = connection.table(f"{SCHEMA}.{PURCHASE_ORDERS.name}")
        of_account = ColumnExpression("_account_id") == ConstantExpression(account_id)
        return {order_id for (order_id,) in orders.filter(of_account).project("purchase_order_id").fetchall()}


def _pipeline(folder: Folder) -> dlt.Pipeline:
    """A pipeline that knows only what the warehouse knows."""
    shutil.rmtree(folder.dlt, ignore_errors=True)
    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["load.truncate_staging_dataset"] = True
    pipeline = dlt.pipeline(
        PIPELINE,
        # without transactions readers would see a table empty in the middle of its merge, and a kill would leave it so
        destination=dlt.destinations.duckdb(str(folder.warehouse), supports_transactions=True),
        dataset_name=SCHEMA,
        pipelines_dir=str(folder.dlt),
    )
    with _explained():
        pipeline.sync_destination()
    return pipeline


def _mark(pipeline: dlt.Pipeline, account_id: str) -> Mark:
    states = pipeline.state.get("sources", {}).get(SCHEMA, {})
    return Mark.from_state(states.get(account_id, {}))


def _commit(pipeline: dlt.Pipeline, folder: Folder, chunk: Chunk, account_id: str) -> None:
    """Load a chunk and its mark in one package; nothing to do if it holds neither rows nor a new mark."""
    with _warehouse(folder) as connection:
        is_first = not _has_tables(connection)
    if is_first:
        chunk.pages.append({table.name: table.schema.empty_table() for table in MERGED_TABLES})
    elif not chunk.pages and chunk.mark == _mark(pipeline, account_id):
        return
    folder.published.unlink(missing_ok=True)
    with _explained():
        pipeline.run(one_chunk(chunk, account_id), loader_file_format="parquet")


@contextmanager
def _logged(job: Job, report: SyncReport) -> Iterator[None]:
    """Write the sync down, however it ends."""
    with _warehouse(job.folder) as connection:
        _make_log(connection)
    before = replace(job.client.traffic)
    try:
        yield
        report.outcome = "succeeded"
    except BaseException as error:
        report.error = str(error) or type(error).__name__
        raise
    finally:
        report.count(job.client.traffic, before)
        report.ended_at = datetime.now(UTC)
        _write_down(job.folder, report)


def _write_down(folder: Folder, report: SyncReport) -> None:
    try:
        with _warehouse(folder) as connection:
            row = pa.Table.from_pylist([asdict(report)], schema=SYNCS.schema)
            connection.from_arrow(row).insert_into(f"{SCHEMA}.{SYNCS.name}")
    except LoadError:
        if report.outcome == "succeeded":
            raise
        log.exception("The sync could not be written to the sync log.")  # what made the sync fail is raised already


def _make_log(connection: duckdb.DuckDBPyConnection) -> None:
    empty = connection.from_arrow(SYNCS.schema.empty_table())
    connection.execute(f"create schema if not exists {SCHEMA}")
    empty.query("nothing", f"create table if not exists {SCHEMA}.{SYNCS.name} as from nothing")


def _has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name in ?",
        [SCHEMA, [table.name for table in MERGED_TABLES]],
    ).fetchone()
    return found == (len(MERGED_TABLES),)


@contextmanager
def _warehouse(folder: Folder) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        with duckdb.connect(folder.warehouse) as connection:
            yield connection
    except duckdb.Error as error:
        raise LoadError(
            f"Can't use {folder.warehouse}: {error}. If another program has it open, close it there: the file is for"
            f" this tool alone; read {folder.analytics} instead."
        ) from error


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except PipelineStepFailed as error:
        cause = error.exception or error
        raise LoadError(
            f"The warehouse took no rows in step `{error.step}`: {cause}. It holds what it held before; the next run"
            " reads the same changes again."
        ) from error
