"""The dlt source: purchase orders and their parts, one resource for each raw table.

`load` runs this source chunk by chunk. You can also run it in a dlt pipeline of your own, with any destination:

    from inventory_planner import inventory_planner

    pipeline = dlt.pipeline("inventory_planner", destination="postgres", dataset_name="inventory_planner")
    pipeline.run(inventory_planner())

The cursor of each account is stored in dlt's state, in the same package as the rows that it describes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import uuid4

import dlt
import pyarrow as pa
import pyarrow.compute as pc
from dlt.common.schema.typing import TWriteDispositionConfig
from dlt.extract import DltResource

from inventory_planner.api.changes import read_changes
from inventory_planner.api.routes import DIRECT, Route
from inventory_planner.configuration import parse_instant, parse_names
from inventory_planner.settings import BASE_URL, PAGE_SIZE, REQUESTS_PER_SECOND, Settings
from inventory_planner.sync.account_client import open_client
from inventory_planner.sync.chunks import Chunk, RowBatch, Sync, split_into_chunks
from inventory_planner.sync.cursor import Cursor
from inventory_planner.sync.order_filter import OrderFilter
from inventory_planner.warehouse.table import SCHEMA, Table
from inventory_planner.warehouse.tables import DLT_TABLES, IS_REMOVED

MERGE: Final = cast(TWriteDispositionConfig, {"disposition": "merge", "strategy": "delete-insert"})
BATCH_BYTES: Final = 8_000_000  # handed to dlt at once: it takes milliseconds to inspect the columns of each batch
# dlt's usual naming would turn `__synced_at` into `_synced_at`; "direct" leaves the names as `tables` has them.
NAMING: Final = {"names": "direct", "json": {"module": "dlt.common.normalizers.json.relational"}}
DLT_SCHEMA: Final = dlt.Schema(SCHEMA, normalizers=cast(Any, NAMING))

ReadChunks = Callable[[Mapping[str, Any]], Iterable[tuple[Chunk, set[str]]]]


@dlt.source(section=SCHEMA, schema=DLT_SCHEMA)
def inventory_planner(
    api_key: str = dlt.secrets.value,
    account_id: str = dlt.config.value,
    base_url: str = BASE_URL,
    start_date: str | None = None,
    status: Any = None,
    requests_per_second: float = REQUESTS_PER_SECOND,
    page_size: int = PAGE_SIZE,
    route: Route = DIRECT,
    chunk: Chunk | None = None,
) -> Iterable[DltResource]:
    """All purchase orders, transfers and assembly orders that changed since the last run of the same pipeline.

    Args:
        api_key: the key of a user with full access to the account; through Neuro, the token.
        account_id: the letter `a` and digits.
        base_url: the address of the API or of Neuro.
        start_date: the first run reads orders modified since then (ISO 8601; UTC unless it has an offset).
        status: only orders in these statuses, as a list or separated by commas; an order once in scope stays in scope.
        requests_per_second: the highest rate of requests; 0 lifts the limit.
        page_size: orders in one page, at most 1000.
        route: the way to the account; through Neuro, `inventory_planner.api.routes.neuro("the plugin's id")`.
        chunk: what `load` has already read; without it, the source reads the account.

    Returns:
        One resource for each raw table.
    """
    if chunk:
        return _resources(lambda _: [(chunk, set())], account_id, is_new=chunk.is_new)
    settings = Settings(
        api_key,
        account_id,
        base_url,
        parse_instant(start_date) if start_date else None,
        parse_names(status),
        requests_per_second,
        page_size,
    )
    return _resources(lambda state: _read_account(settings, route, state), account_id)


def _read_account(settings: Settings, route: Route, state: Mapping[str, Any]) -> Iterator[tuple[Chunk, set[str]]]:
    """The changes since the cursor, and which orders to follow once they have been read.

    A dlt package can hold only one state of an order: if an order changes during the reading, the source stops before
    it, and the next run continues there.
    """
    order_filter = OrderFilter(settings.status, settings.start_date)
    cursor = order_filter.valid_cursor(Cursor.from_state(state))
    followed = set(state.get("followed", ())) if settings.status else set()
    is_in_scope = order_filter.follow(followed) if settings.status else lambda _: True
    sync = Sync(uuid4().hex, settings.account_id, lambda: datetime.now(UTC), is_in_scope, is_single=True)
    with open_client(settings, route) as client:
        batches = read_changes(client, order_filter.start(cursor), settings.page_size)
        for chunk in split_into_chunks(batches, cursor, sync):
            yield chunk, followed
            if chunk.is_cut:
                return


def _resources(read: ReadChunks, account_id: str, *, is_new: bool = False) -> list[DltResource]:
    """The tables as resources, fed by one hidden resource, so that the API is read once for all of them."""

    @dlt.resource(name="changes", selected=False)
    def batches_of_account() -> Iterator[RowBatch]:
        state = dlt.current.source_state()
        for chunk, followed in read(state.get(account_id, {})):
            yield from _join_small(chunk.batches)
            state[account_id] = {**chunk.cursor.to_state(), **({"followed": sorted(followed)} if followed else {})}

    return [_resource(table, batches_of_account, is_new=is_new) for table in DLT_TABLES]


def _join_small(batches: Iterable[RowBatch]) -> Iterator[RowBatch]:
    """Join small batches; pass large ones on as they are."""
    waiting: dict[str, list[pa.Table]] = {}
    size = 0
    for batch in batches:
        for name, rows in batch.items():
            waiting.setdefault(name, []).append(rows)
            size += rows.nbytes
        if size >= BATCH_BYTES:
            yield _concatenate(waiting)
            waiting, size = {}, 0
    if waiting:
        yield _concatenate(waiting)


def _concatenate(waiting: Mapping[str, Sequence[pa.Table]]) -> RowBatch:
    return {name: pa.concat_tables(tables) for name, tables in waiting.items()}


def _resource(table: Table, feed: DltResource, *, is_new: bool) -> DltResource:
    def rows_of_table(batch: RowBatch) -> pa.Table | None:
        rows = batch.get(table.name)
        return rows.filter(~pc.field(IS_REMOVED.name)) if is_new and rows and IS_REMOVED in table.columns else rows

    resource = dlt.transformer(rows_of_table, data_from=feed, name=table.name)
    return resource.apply_hints(
        columns={IS_REMOVED.name: {"name": IS_REMOVED.name, "hard_delete": True}}
        if IS_REMOVED in table.columns
        else {},
        write_disposition="append" if is_new else MERGE,
        merge_key=table.replaces,
    )
