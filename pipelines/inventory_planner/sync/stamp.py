"""Build an Arrow table of rows, with what all rows of a batch share, and rows that delete what an order had before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

import pyarrow as pa

from inventory_planner.sync.columns import column_array
from inventory_planner.warehouse.table import FLAG, INSTANT, TEXT, Column, Table
from inventory_planner.warehouse.tables import (
    PURCHASE_ORDER_COMPONENTS,
    PURCHASE_ORDER_ITEMS,
    PURCHASE_ORDER_RECEIPTS,
    PURCHASE_ORDERS,
)

Computed: TypeAlias = dict[str, Iterable[Any]]  # the values of columns by their names

_KEPT_IF_ROUNDED: Final = {  # the fields of the order or line that `_unknown_fields` keeps if a column lost digits
    (PURCHASE_ORDERS.name, "shipping_handling"): {"shipping_handling"},
    (PURCHASE_ORDERS.name, "default_discount"): {"default_discount"},
    (PURCHASE_ORDER_ITEMS.name, "replenishment"): {"replenishment"},
    (PURCHASE_ORDER_ITEMS.name, "received"): {"received"},
    (PURCHASE_ORDER_ITEMS.name, "cost_price"): {"cost_price", "cost price"},
    (PURCHASE_ORDER_ITEMS.name, "landing_cost_price"): {"landing_cost_price"},
    (PURCHASE_ORDER_ITEMS.name, "discount"): {"discount"},
    (PURCHASE_ORDER_RECEIPTS.name, "value"): {"received_history"},
    (PURCHASE_ORDER_COMPONENTS.name, "quantity"): {"components"},
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of a batch share.

    `rounded` collects the fields whose numbers lost digits, by the key of their line or by the id of their order.
    """

    account_id: str
    synced_at: datetime
    order_ids: list[str]
    has_misfits: bool = False
    rounded: dict[str, set[str]] = field(default_factory=dict)

    def table(self, table: Table, records: Sequence[Any], computed: Computed) -> tuple[Table, pa.Table]:
        """The table with a row for each record, the computed columns as given, and the stamp on every row."""
        removed = self._removal_rows(table, computed)
        stamp = self._own_columns(len(records), is_removed=False)
        arrays = [
            stamp[column.name] if column.name in stamp else self._column(table, column, records, computed)
            for column in table.columns
        ]
        return table, pa.concat_tables([pa.Table.from_arrays(arrays, schema=table.schema), removed])

    def _column(self, table: Table, column: Column, records: Sequence[Any], computed: Computed) -> pa.Array:
        fields = _KEPT_IF_ROUNDED.get((table.name, column.name))
        if fields is None:
            return column_array(column, records, computed)
        places: set[int] = set()
        array = column_array(column, records, computed, places)
        keys = [*computed.get("key", self.order_ids)] if places else []
        for place in places:
            self.rounded.setdefault(keys[place], set()).update(fields)
        return array

    def _removal_rows(self, table: Table, computed: Computed) -> pa.Table:
        """A row for each order without rows in this table: it makes the merge delete the old ones."""
        if "_is_removed" not in table.schema.names:
            return table.schema.empty_table()
        present = set(computed["purchase_order_id"])
        absent = [order_id for order_id in self.order_ids if order_id not in present]
        count = len(absent)
        values = {"purchase_order_id": pa.array(absent, TEXT), **self._own_columns(count, is_removed=True)}
        arrays = [values.get(field.name, pa.nulls(count, field.type)) for field in table.schema]
        return pa.Table.from_arrays(arrays, schema=table.schema)

    def _own_columns(self, count: int, *, is_removed: bool) -> dict[str, pa.Array]:
        return {
            "_account_id": pa.repeat(pa.scalar(self.account_id, TEXT), count),
            "__synced_at": pa.repeat(pa.scalar(self.synced_at, INSTANT), count),
            "_is_removed": pa.repeat(pa.scalar(is_removed, FLAG), count),
        }
