"""An order loads whatever its other fields hold, as long as its goods and costs can be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_planner.api.decoding import Record, decode_order
from inventory_planner.api.misfits import must_be_readable
from inventory_planner.api.orders import Component, Line, Order, Receipt
from inventory_planner.sync.order_rows import order_rows
from inventory_planner.sync.overflow import partition
from inventory_planner.warehouse.table import Table
from inventory_planner.warehouse.tables import PURCHASE_ORDER_ITEMS, PURCHASE_ORDERS

SYNCED_AT = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    [
        "",
        "yes",
        "1",
        "0",
        "true",
        "NaN",
        "1,234",
        "1,234.50",
        "5 pcs",
        "2024-05-03 09:41:07",
        "0001-01-01T00:00:00+14:00",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    SCALARS | TEXTS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2), max_leaves=4
)
NUMBERS = st.decimals(-(10**9), 10**9, places=4, allow_nan=False).map(float)
ESSENTIAL: dict[type[msgspec.Struct], dict[str, st.SearchStrategy[Any]]] = {
    Receipt: {"value": NUMBERS},
    Component: {"id": st.just("c"), "quantity": NUMBERS},
}
ESSENTIAL[Line] = {
    "id": st.sampled_from(["a", "b"]),
    **dict.fromkeys(["replenishment", "received", "cost_price", "landing_cost_price", "discount"], NUMBERS),
}
WITHOUT_A_NULL_OF_THEIR_OWN = {"extra_reference", "reference2", "cost price"}  # their column also holds another field


@st.composite
def object_of(draw: st.DrawFn, struct: type[msgspec.Struct], essential: dict[str, Any]) -> dict[str, Any]:
    names = [each.encode_name for each in msgspec.structs.fields(struct)]
    others = draw(st.dictionaries(st.sampled_from([name for name in names if name not in essential]), ANYTHING))
    found = {name: draw(strategy) for name, strategy in essential.items()}
    return {**{name: value for name, value in others.items() if name not in must_be_readable(struct)}, **found}


LINES = object_of(
    Line,
    {
        **ESSENTIAL[Line],
        "received_history": st.lists(object_of(Receipt, ESSENTIAL[Receipt]), max_size=2),
        "components": st.lists(object_of(Component, ESSENTIAL[Component]), max_size=2),
    },
)
ORDERS = object_of(
    Order,
    {
        "id": st.just("order"),
        "last_modified": st.just("2026-01-05T09:41:07+00:00"),
        "shipping_handling": NUMBERS,
        "default_discount": NUMBERS,
        "items": st.lists(LINES, min_size=1, max_size=3),
    },
)


def is_unset(value: Any) -> bool:
    return value in (None, False, [], {}) or (isinstance(value, str) and value.strip().lower() in {"", "null"})


def exact(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


def assert_kept(written: dict[str, Any], row: dict[str, Any], table: Table, struct: type[msgspec.Struct]) -> None:
    kept = json.loads(row["_unknown_fields"] or "{}")
    assert {name: written[name] for name in kept} == kept
    columns = {column.field: column.name for column in table.columns if column.field}
    for each in msgspec.structs.fields(struct):
        value, column = written.get(each.encode_name), columns.get(each.name)
        if column and each.encode_name not in WITHOUT_A_NULL_OF_THEIR_OWN and row[column] is None:
            assert is_unset(value) or each.encode_name in kept, each.encode_name


def assert_loads(written: dict[str, Any]) -> None:
    found = decode_order(msgspec.json.encode(written))
    assert isinstance(found, Record), found
    fitting, overflowing = partition([found], "a1000", SYNCED_AT)
    assert overflowing == []
    rows = {name: table.to_pylist() for name, table in order_rows(fitting, "a1000", SYNCED_AT).items()}
    (header,) = rows["purchase_orders"]
    assert (header["purchase_order_id"], str(header["last_modified"])) == ("order", "2026-01-05 09:41:07+00:00")
    assert_kept(written, header, PURCHASE_ORDERS, Order)
    for line, row in zip(written["items"], rows["purchase_order_items"], strict=True):
        assert {name: row[name] for name in ESSENTIAL[Line] if name != "id"} == {
            name: exact(line[name]) for name in ESSENTIAL[Line] if name != "id"
        }
        assert_kept(line, row, PURCHASE_ORDER_ITEMS, Line)
    values = [receipt["value"] for line in written["items"] for receipt in line["received_history"]]
    assert [row["value"] for row in rows["purchase_order_receipts"] if not row["_is_removed"]] == [*map(exact, values)]
    quantities = [each["quantity"] for line in written["items"] for each in line["components"]]
    found_quantities = [row["quantity"] for row in rows["purchase_order_components"] if not row["_is_removed"]]
    assert found_quantities == [*map(exact, quantities)]


@pytest.mark.long
@settings(max_examples=20, derandomize=True)
@given(ORDERS)
def test_an_order_loads_whatever_its_other_fields_hold(written: dict[str, Any]) -> None:
    assert_loads(written)


@pytest.mark.long
@settings(max_examples=200)
@given(ORDERS)
def test_many_orders_load_whatever_their_other_fields_hold(written: dict[str, Any]) -> None:
    assert_loads(written)
