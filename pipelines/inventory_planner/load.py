"""One sync: what has changed in the account goes into `warehouse.duckdb`, chunk by chunk, and into the sync log.

The warehouse alone knows how far it has got: dlt's working folder is thrown away at each start, and its state read
back from the database. So a killed run, and a copied or restored warehouse, go on from what is really there.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import dlt
import duckdb
import pyarrow as pa
from dlt.pipeline.exceptions import PipelineStepFailed
from duckdb import ColumnExpression, ConstantExpression

from inventory_planner.changes import changes
from inventory_planner.chunks import Chunk, Mark, Sync, chunks
from inventory_planner.client import Client
from inventory_planner.configuration import Settings
from inventory_planner.contract import Record
from inventory_planner.errors import InventoryPlannerError, LoadError
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

    def add(self, chunk: Chunk) -> None:
        """Count a chunk that is committed."""
        self.mark_after = chunk.mark.instant
        self.way = chunk.way
        self.pages += chunk.pages_read
        self.orders += len(chunk.order_ids)
        self.lines += chunk.lines
        self.quarantined += chunk.quarantined


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of the account's history to read; as it is: what has changed since the last time."""

    full: bool = False
    since: datetime | None = None

    def start(self, mark: Mark, start_date: datetime | None) -> datetime | None:
        """Where to begin; never after the mark, for what lies between would be lost."""
        if self.full:
            return start_date
        instants = [instant for instant in (mark.since, self.since) if instant]
        return min(instants, default=start_date)


def load(
    client: Client, settings: Settings, folder: Folder, span: Span = Span(), progress: Progress | None = None
) -> SyncReport:
    """Bring the warehouse up to date with the account; the caller holds the folder's lock.

    Raises:
        ApiError: the reading broke off; what had come until then is in the warehouse, the rest comes the next time.
        LoadError: the warehouse can't be opened or written; it holds what it held before.
    """
    report = SyncReport(settings.account_id)
    with _logged(folder, report, client):
        pipeline = _pipeline(folder)
        mark = _mark(pipeline, settings.account_id)
        report.mark_before = report.mark_after = mark.instant
        for chunk in _read(client, settings, span, mark, _sync(settings, folder, report)):
            _commit(pipeline, folder, chunk, settings.account_id)
            report.add(chunk)
            if progress:
                progress(report.orders, chunk.to_read)
    return report


def preview(client: Client, settings: Settings, folder: Folder, span: Span = Span()) -> SyncReport:
    """What a load would bring, without writing anything."""
    report = SyncReport(settings.account_id, outcome="previewed")
    mark = _mark(_pipeline(folder), settings.account_id) if folder.warehouse.exists() else Mark()
    for chunk in _read(client, settings, span, mark, _sync(settings, folder, report)):
        report.add(chunk)
    return report


def _sync(settings: Settings, folder: Folder, report: SyncReport) -> Sync:
    return Sync(report.sync_id, settings.account_id, lambda: datetime.now(UTC), _filter(settings, folder))


def _read(client: Client, settings: Settings, span: Span, mark: Mark, sync: Sync) -> Iterator[Chunk]:
    batches = changes(client, span.start(mark, settings.start_date), settings.page_size)
    return chunks(batches, Mark(mark.instant) if span.full else mark, sync)


def _filter(settings: Settings, folder: Folder) -> Callable[[Record], bool]:
    """The status filter decides which orders come in; one that is in is followed whatever becomes of it."""
    if not settings.status:
        return lambda _: True
    wanted = {status.casefold() for status in settings.status}
    followed = _order_ids(folder, settings.account_id)
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
def _logged(folder: Folder, report: SyncReport, client: Client) -> Iterator[None]:
    """Write the sync down, however it ends."""
    with _warehouse(folder) as connection:
        _make_log(connection)
    try:
        yield
        report.outcome = "succeeded"
    except InventoryPlannerError as error:
        report.error = str(error)
        raise
    finally:
        traffic = client.traffic
        report.requests, report.retries, report.bytes = traffic.requests, traffic.retries, traffic.bytes
        report.waited_seconds = traffic.waited_seconds
        report.ended_at = datetime.now(UTC)
        with _warehouse(folder) as connection:
            row = pa.Table.from_pylist([asdict(report)], schema=SYNCS.schema)
            connection.from_arrow(row).insert_into(f"{SCHEMA}.{SYNCS.name}")


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
        connection = duckdb.connect(folder.warehouse)
    except duckdb.Error as error:
        raise LoadError(
            f"Can't open {folder.warehouse}: {error}. If another program has it open, close it there: the file is for"
            f" this tool alone; read {folder.analytics} instead."
        ) from error
    with connection:
        yield connection


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
