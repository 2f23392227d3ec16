"""The dlt source: purchase orders and what belongs to them, as resources named after their tables.

`load` runs it chunk by chunk. It also stands alone, in any dlt pipeline, with any destination:

    pipeline = dlt.pipeline("inventory_planner", destination="postgres", dataset_name="inventory_planner")
    pipeline.run(inventory_planner())

The mark of each account travels in dlt's state, in the same package as the rows it speaks of.
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

from inventory_planner.api.changes import changes
from inventory_planner.api.client import Client
from inventory_planner.settings import BASE_URL, PAGE_SIZE, REQUESTS_PER_SECOND, instant
from inventory_planner.sync.chunks import Chunk, Mark, Page, Sync, chunks
from inventory_planner.warehouse.tables import IS_REMOVED, MERGED_TABLES, SCHEMA, Table

MERGE: Final = cast(TWriteDispositionConfig, {"disposition": "merge", "strategy": "delete-insert"})
BYTES_AT_ONCE: Final = 8_000_000  # dlt takes milliseconds to look at the columns of whatever it is handed
# dlt's usual naming would turn `__synced_at` into `_synced_at`; "direct" leaves the names as `tables` has them.
NAMING: Final = {"names": "direct", "json": {"module": "dlt.common.normalizers.json.relational"}}
DLT_SCHEMA: Final = dlt.Schema(SCHEMA, normalizers=cast(Any, NAMING))


@dlt.source(section=SCHEMA, schema=DLT_SCHEMA)
def inventory_planner(
    api_key: str = dlt.secrets.value,
    account_id: str = dlt.config.value,
    base_url: str = BASE_URL,
    start_date: str | None = None,
    requests_per_second: float = REQUESTS_PER_SECOND,
    page_size: int = PAGE_SIZE,
) -> Iterable[DltResource]:
    """All purchase orders, transfers and assembly orders changed since the last run of the same pipeline.

    Args:
        api_key: the key of a user with full access to the account.
        account_id: the letter `a` and digits.
        base_url: where the service is.
        start_date: the first run reads orders modified since then (ISO 8601; UTC unless it names an offset).
        requests_per_second: the pace at most; 0 lifts the limit.
        page_size: orders in one answer, 1000 at most.

    Returns:
        One resource for each table.
    """

    def read(state: Mapping[str, Any]) -> Iterator[Chunk]:
        mark = Mark.from_state(state)
        since = mark.since or (instant(start_date) if start_date else None)
        sync = Sync(uuid4().hex, account_id, lambda: datetime.now(UTC), in_one=True)
        with Client(base_url, api_key, account_id, requests_per_second) as client:
            for chunk in chunks(changes(client, since, page_size), mark, sync):
                yield chunk
                if chunk.is_cut:  # a package can hold an order in one state only: the next run goes on from here
                    return

    return _resources(read, account_id)


@dlt.source(section=SCHEMA, schema=DLT_SCHEMA)
def one_chunk(chunk: Chunk, account_id: str) -> Iterable[DltResource]:
    """A chunk of a reading that goes on elsewhere, as the same resources.

    Args:
        chunk: what is read; if it is new, there is nothing to merge it with.
        account_id: of which account.
    """
    return _resources(lambda _: [chunk], account_id, is_new=chunk.is_new)


def _resources(
    read: Callable[[Mapping[str, Any]], Iterable[Chunk]], account_id: str, *, is_new: bool = False
) -> list[DltResource]:
    """The tables as resources, fed by one hidden resource, so that the service is asked once for all of them."""

    @dlt.resource(name="changes", selected=False)
    def pages_of_account() -> Iterator[Page]:
        state = dlt.current.source_state()
        for chunk in read(state.get(account_id, {})):
            yield from _joined(chunk.pages)
            state[account_id] = chunk.mark.to_state()

    return [_resource(table, pages_of_account, is_new=is_new) for table in MERGED_TABLES]


def _joined(pages: Iterator[Page]) -> Iterator[Page]:
    """Small pages together; large ones as they come."""
    held: dict[str, list[pa.Table]] = {}
    size = 0
    for page in pages:
        for name, rows in page.items():
            held.setdefault(name, []).append(rows)
            size += rows.nbytes
        if size >= BYTES_AT_ONCE:
            yield _concatenated(held)
            held, size = {}, 0
    if held:
        yield _concatenated(held)


def _concatenated(held: Mapping[str, Sequence[pa.Table]]) -> Page:
    return {name: pa.concat_tables(parts) for name, parts in held.items()}


def _resource(table: Table, feed: DltResource, *, is_new: bool) -> DltResource:
    def rows_of_table(page: Page) -> pa.Table | None:
        rows = page.get(table.name)
        return rows.filter(~pc.field(IS_REMOVED.name)) if is_new and rows and IS_REMOVED in table.columns else rows

    resource = dlt.transformer(rows_of_table, data_from=feed, name=table.name)
    return resource.apply_hints(
        columns={IS_REMOVED.name: {"name": IS_REMOVED.name, "hard_delete": True}}
        if IS_REMOVED in table.columns
        else {},
        write_disposition="append" if is_new else MERGE,
        merge_key=table.replaces,
    )
