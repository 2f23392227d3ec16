"""One sync: what has changed in the account goes into `warehouse.duckdb`, chunk by chunk, and into the sync log.

The warehouse alone knows how far it has got: dlt's working folder is thrown away at each start, and its state read
back from the database. So a killed run, and a copied or restored warehouse, go on from what is really there.
"""

from __future__ import annotations

import logging
import shutil
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import Final

import dlt
import pyarrow as pa
from dlt.common.schema.typing import LOADS_TABLE_NAME, PIPELINE_STATE_TABLE_NAME
from dlt.common.versioned_state import decompress_state
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.pipeline.exceptions import PipelineStepFailed

from inventory_planner.api.changes import Batch, changes
from inventory_planner.api.client import Client
from inventory_planner.api.contract import Summary
from inventory_planner.api.prefetch import ahead
from inventory_planner.data_folder import Folder
from inventory_planner.errors import LoadError
from inventory_planner.settings import Settings
from inventory_planner.sync.chunks import Chunk, Mark, Sync, chunks
from inventory_planner.sync.source import one_chunk
from inventory_planner.warehouse.stored_orders import (
    has_tables,
    is_shortage,
    known_orders,
    shortage,
    stored_ids,
    tidy_quarantine,
    warehouse,
    with_enough_memory,
)
from inventory_planner.warehouse.sync_log import SyncReport, counted, logged
from inventory_planner.warehouse.tables import MERGED_TABLES, SCHEMA

PIPELINE: Final = "inventory_planner"

STORED_STATE: Final = f"""
    select state
    from {SCHEMA}.{PIPELINE_STATE_TABLE_NAME}
    inner join {SCHEMA}.{LOADS_TABLE_NAME} on load_id = _dlt_load_id and status = 0
    where pipeline_name = ?
    order by load_id desc
    limit 1
"""  # noqa: S608 (as dlt asks)

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


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
        if mark.since is None:
            return self.settings.start_date
        return min(mark.since, self.since or mark.since)


@with_enough_memory
def load(job: Job) -> SyncReport:
    """Bring the warehouse up to date with the account; the caller holds the folder's lock.

    Raises:
        ApiError: the reading broke off; what had come until then is in the warehouse, the rest comes the next time.
        LoadError: the warehouse can't be opened or written; it holds what it held before.
    """
    report = SyncReport(job.settings.account_id)
    with logged(job.folder, job.client, report):
        stored = stored_mark(job)
        mark = _in_scope(stored, job.settings)
        report.mark_before = mark.instant
        _commit_each(job, _changed(job, report, mark), report, stored)
        if report.has_news:
            tidy_quarantine(job.folder)
    return report


def preview(job: Job) -> SyncReport:
    """What a load would bring; it writes nothing to the warehouse.

    Raises:
        ApiError: the reading broke off.
        LoadError: the warehouse can't be opened.
    """
    report = SyncReport(job.settings.account_id, outcome="previewed")
    mark = _in_scope(stored_mark(job), job.settings)
    with counted(job.client, report):
        for chunk in _changed(job, report, mark):
            deque(chunk.pages, maxlen=0)
            report.add(chunk)
    return report


def store(job: Job, batches: Iterable[Batch], report: SyncReport) -> None:
    """Load orders that were read for another reason than that they are newer than the mark; the mark stays.

    Raises:
        ApiError: the reading broke off.
        LoadError: the warehouse can't be opened or written.
    """
    stored = stored_mark(job)
    _commit_each(job, chunks(batches, stored, _sync(job, report), known={}), report, stored)
    tidy_quarantine(job.folder)


def stored_mark(job: Job) -> Mark:
    """Up to where the account has been read, by dlt's state in the last package that is in whole.

    dlt itself takes a quarter of a second to tell, in every run that finds nothing new.

    Raises:
        LoadError: the warehouse can't be opened.
    """
    if not has_tables(job.folder):
        return Mark()
    with warehouse(job.folder) as connection:
        found = connection.execute(STORED_STATE, [PIPELINE]).fetchone()
    sources = decompress_state(found[0]).get("sources", {}) if found else {}
    return Mark.from_state(sources.get(SCHEMA, {}).get(job.settings.account_id, {}))


def is_wanted(job: Job) -> Callable[[Summary], bool]:
    """The status filter decides which orders come in; one that is in is followed whatever becomes of it."""
    if not job.settings.status:
        return lambda _: True
    wanted = {status.casefold() for status in job.settings.status}
    known = known_orders(job.folder, job.settings.account_id)
    followed = {*known.present, *known.gone}

    def is_wanted_or_followed(order: Summary) -> bool:
        if str(order.status).casefold() in wanted:
            followed.add(str(order.id))  # it can come again in this reading, in another status
        return str(order.id) in followed

    return is_wanted_or_followed


def _changed(job: Job, report: SyncReport, mark: Mark) -> Iterator[Chunk]:
    batches = ahead(changes(job.client, job.start(mark), job.settings.page_size))
    return chunks(_watched(batches, job.progress), mark, _sync(job, report), known={} if job.full else None)


def _sync(job: Job, report: SyncReport) -> Sync:
    account_id = job.settings.account_id
    stored = cache(lambda: stored_ids(job.folder, account_id))
    return Sync(
        report.sync_id,
        account_id,
        lambda: datetime.now(UTC),
        is_wanted(job),
        lambda order_ids: stored().isdisjoint(order_ids),
    )


def _watched(batches: Iterator[Batch], progress: Progress) -> Iterator[Batch]:
    read = total = 0
    for batch in batches:
        read += len(batch.orders)
        total = max(total, batch.total)
        progress(min(read, total), total)
        yield batch


def _pipeline(folder: Folder) -> dlt.Pipeline:
    """A pipeline that knows only what the warehouse knows."""
    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["extract.next_item_mode"] = "fifo"  # a page goes into all tables before the next; else eight are kept
    dlt.config["load.truncate_staging_dataset"] = True
    dlt.config["load.workers"] = 1  # several statements at once only cost memory
    dlt.config["load.raise_on_max_retries"] = 1  # a full disk is as full a second later; the next run tries again
    dlt.config["runtime.intercept_signals"] = False  # see _held
    with _explained(folder):
        if folder.dlt.exists():
            shutil.rmtree(folder.dlt)
        credentials = DuckDbCredentials(str(folder.warehouse))
        credentials.resolve()  # once, or dlt looks for each part of them wherever it is configured, again and again
        pipeline = dlt.pipeline(
            PIPELINE,
            # without transactions readers would see a table empty amid its merge, and a kill would leave it so
            destination=dlt.destinations.duckdb(credentials, supports_transactions=True),
            dataset_name=SCHEMA,
            pipelines_dir=str(folder.dlt),
        )
        logging.getLogger("dlt").setLevel(logging.CRITICAL)  # we say in a line what dlt logs with whole tracebacks
        pipeline.sync_destination()
    return pipeline


def _in_scope(mark: Mark, settings: Settings) -> Mark:
    """The mark if it was reached with the same wishes; with others the account is read from the beginning."""
    scope = settings.scope
    if mark.instant and mark.scope != scope:
        log.info("Other orders are wanted than before (%s): reading from the beginning.", scope or "all of them")
    return mark if mark.scope == scope else Mark(scope=scope)


def _commit_each(job: Job, found: Iterator[Chunk], report: SyncReport, stored: Mark) -> None:
    """Load the chunks; nothing is to be done for one that holds neither rows nor another mark than what is stored."""
    pipeline = cache(lambda: _pipeline(job.folder))  # which takes time that a run without news does not need
    is_first = not has_tables(job.folder)
    for chunk in found:
        first = next(chunk.pages, None)
        if first or is_first or chunk.mark != stored:
            begin = [{table.name: table.schema.empty_table() for table in MERGED_TABLES}] if is_first else []
            chunk.pages = chain(begin, [first] if first else [], chunk.pages)
            _commit(pipeline(), job, chunk)
            stored, is_first = chunk.mark, False
        report.add(chunk)


def _commit(pipeline: dlt.Pipeline, job: Job, chunk: Chunk) -> None:
    """Load a chunk and its mark in one package."""
    job.folder.outdate()
    with _explained(job.folder):
        pipeline.extract(one_chunk(chunk, job.settings.account_id), loader_file_format="parquet")
    pa.default_memory_pool().release_unused()  # Arrow keeps what the rows took, and DuckDB needs as much
    with _held(), _explained(job.folder):
        pipeline.normalize()
        pipeline.load()


@contextmanager
def _held() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until the package is in; the second one kills, which costs this chunk.

    In the middle of a job dlt would wait for ever for it, and its own way of holding signals loses a late one.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone gets signals
        yield
        return
    came: list[int] = []

    def hold(number: int, _frame: object) -> None:
        came.append(number)
        signal.signal(number, signal.SIG_DFL)

    before = {int(number): signal.signal(number, hold) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


@contextmanager
def _explained(folder: Folder) -> Iterator[None]:
    try:
        yield
    except (PipelineStepFailed, OSError) as error:
        root = _root(error)
        if isinstance(root, KeyboardInterrupt):
            raise root from None
        if is_shortage(root):
            raise shortage(folder, root) from error
        raise LoadError(
            f"The warehouse took no rows: {root}. It holds what it held before; the next run reads the same"
            " changes again."
        ) from error


def _root(error: BaseException) -> BaseException:
    """What it all began with; in the errors on top of it dlt has put whole tracebacks."""
    return _root(error.__cause__) if error.__cause__ else error
