"""Commit a chunk with dlt: its rows and its cursor in one load package.

dlt's working folder is deleted at each start, and its state is restored from the warehouse. So after a kill, or with
a copied or restored warehouse, loading continues from what the warehouse really holds.
"""

from __future__ import annotations

import logging
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Final

import dlt
import pyarrow as pa
from dlt.common.configuration.container import Container
from dlt.common.configuration.providers import CustomLoaderDocProvider
from dlt.common.configuration.specs import PluggableRunContext
from dlt.common.configuration.specs.config_providers_context import ConfigProvidersContainer
from dlt.common.schema.typing import LOADS_TABLE_NAME, PIPELINE_STATE_TABLE_NAME
from dlt.common.versioned_state import decompress_state
from dlt.pipeline.exceptions import PipelineStepFailed

from inventory_planner.errors import LoadError
from inventory_planner.settings import Settings
from inventory_planner.sync.chunks import Chunk
from inventory_planner.sync.cursor import Cursor
from inventory_planner.sync.source import inventory_planner
from inventory_planner.warehouse.build_record import invalidate_build
from inventory_planner.warehouse.stored_orders import has_tables
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.warehouse import Account, Warehouse

PIPELINE: Final = "inventory_planner"
DLT_SETTINGS: Final = {
    "enable_runtime_trace": False,  # the trace is never read
    "extract": {"next_item_mode": "fifo"},  # each batch goes to all tables before the next; else eight are kept
    "load": {
        "truncate_staging_dataset": True,
        "workers": 1,  # several statements at once only cost memory
        "raise_on_max_retries": 1,  # a full disk is still full a second later; the next run retries
    },
    "runtime": {"intercept_signals": False},  # see _defer_signals
}

_STORED_STATE: Final = f"""
    select state
    from {SCHEMA}.{PIPELINE_STATE_TABLE_NAME}
    inner join {SCHEMA}.{LOADS_TABLE_NAME} on load_id = _dlt_load_id and status = 0
    where pipeline_name = ?
    order by load_id desc
    limit 1
"""  # noqa: S608


def stored_cursor(account: Account) -> Cursor:
    """How far the account has been read, from dlt's state in the last complete package.

    dlt itself would take a quarter of a second for this, even in a run that finds nothing new.

    Raises:
        LoadError: the warehouse can't be opened.
    """
    if not has_tables(account.warehouse):
        return Cursor()
    found = account.warehouse.execute(_STORED_STATE, [PIPELINE])
    sources = decompress_state(found[0][0]).get("sources", {}) if found else {}
    return Cursor.from_state(sources.get(SCHEMA, {}).get(account.account_id, {}))


class Loader:
    """Commits chunks to the warehouse."""

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        self._warehouse = warehouse
        self._settings = settings

    def commit(self, chunk: Chunk) -> None:
        """Load a chunk and its cursor in one package.

        Raises:
            LoadError: the rows can't be loaded; the warehouse is unchanged.
        """
        invalidate_build(self._warehouse)
        with _own_settings():
            self._commit(chunk)

    def _commit(self, chunk: Chunk) -> None:
        pipeline = self._pipeline
        source = inventory_planner(self._settings.api_key, self._settings.account_id, chunk=chunk)
        with _translate_errors(self._warehouse):
            pipeline.extract(source, loader_file_format="parquet")
        pa.default_memory_pool().release_unused()  # Arrow keeps the memory of the rows, and the database needs it
        with _defer_signals(), _translate_errors(self._warehouse):
            pipeline.normalize()
            pipeline.load()

    @cached_property
    def _pipeline(self) -> dlt.Pipeline:
        """A pipeline with its state from the warehouse alone; a sync that finds nothing new does not need it."""
        folder = self._warehouse.folder.dlt
        with _translate_errors(self._warehouse):
            if folder.exists():
                shutil.rmtree(folder)
            destination = self._warehouse.engine.dlt_destination()
            pipeline = dlt.pipeline(PIPELINE, destination=destination, dataset_name=SCHEMA, pipelines_dir=str(folder))
            logging.getLogger("dlt").setLevel(logging.CRITICAL)  # our error has in one line what dlt logs in a hundred
            pipeline.sync_destination()
        return pipeline


@contextmanager
def _own_settings() -> Iterator[None]:
    """Restrict dlt to these settings.

    dlt looks up hundreds of settings for each commit, each in several sections of the environment and of every file.
    That takes longer than the commit itself, and can find settings that are meant for pipelines of another project.
    """
    context = Container()[PluggableRunContext]
    providers = context.providers
    context.providers = ConfigProvidersContainer([CustomLoaderDocProvider("the loader", lambda: DLT_SETTINGS)])
    try:
        yield
    finally:
        context.providers = providers


@contextmanager
def _defer_signals() -> Iterator[None]:
    """Defer Ctrl-C and SIGTERM until the package is loaded; a second signal kills the process, which loses this chunk.

    Interrupted in the middle of a job, dlt would wait for the job forever, and its own deferral loses a late signal.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread gets signals
        yield
        return
    received: list[int] = []

    def hold(number: int, _frame: object) -> None:
        received.append(number)
        signal.signal(number, signal.SIG_DFL)

    handlers = {int(number): signal.signal(number, hold) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in received:
            signal.raise_signal(number)


@contextmanager
def _translate_errors(warehouse: Warehouse) -> Iterator[None]:
    try:
        yield
    except (PipelineStepFailed, OSError) as error:
        cause = _root_cause(error)
        if isinstance(cause, KeyboardInterrupt):
            raise cause from None
        reason = warehouse.engine.explain(cause) or str(cause)
        raise LoadError(
            f"Can't load into the warehouse: {reason} The warehouse is unchanged; the next run reads the same changes"
            " again."
        ) from error


def _root_cause(error: BaseException) -> BaseException:
    """The first error of the chain; dlt puts whole tracebacks into the errors that wrap it."""
    return _root_cause(error.__cause__) if error.__cause__ else error
