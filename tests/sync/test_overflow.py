from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from inventory_planner.api.decoding import QuarantinedRecord
from inventory_planner.sync.order_rows import order_rows
from inventory_planner.sync.overflow import partition
from orders import line, order, record_of

SYNCED_AT = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


def test_partition_finds_the_orders_that_the_tables_can_hold() -> None:
    whole, dear, costly = (
        record_of(each)
        for each in (
            order("1"),
            order("2", shipping_handling=10**12),
            order("3", items=[line(cost_price=10**12)]),
        )
    )
    fitting, overflowing = partition([whole, dear, costly, whole], "a1000", SYNCED_AT)
    assert fitting == [whole, whole]
    assert overflowing == [
        QuarantinedRecord(dear.raw, "`shipping_handling`: 1000000000000 does not fit DECIMAL(18, 6)"),
        QuarantinedRecord(costly.raw, "`cost_price`: 1000000000000 does not fit DECIMAL(18, 6)"),
    ]


@pytest.mark.parametrize("value", ["NaN", "-Infinity", 10**15, "1e400"])
def test_an_order_loads_without_a_number_that_it_does_not_need(value: Any) -> None:
    written = order(total=value, total_ordered=value, items=[line(), line("b", in_stock=value, shade=1)])
    (found,), overflowing = partition([record_of(written)], "a1000", SYNCED_AT)
    assert (overflowing, found.misfits) == (
        [],
        {0: frozenset({"total", "total_ordered"}), 2: frozenset({"in_stock"})},
    )
    rows = order_rows([found], "a1000", SYNCED_AT)
    text = f'"{value}"' if isinstance(value, str) else str(value)
    (header,) = rows["purchase_orders"].to_pylist()
    assert (header["total"], header["total_ordered"], header["total_received"]) == (None, None, 12)
    assert header["_unknown_fields"] == f'{{"total":{text},"total_ordered":{text}}}'
    lines = rows["purchase_order_items"].to_pylist()
    assert [(each["in_stock"], each["_unknown_fields"]) for each in lines] == [
        (3, None),
        (None, f'{{"shade":1,"in_stock":{text}}}'),
    ]


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", 10**15])
def test_an_order_is_quarantined_for_a_quantity_that_is_not_finite_or_too_large(value: Any) -> None:
    fitting, (found,) = partition([record_of(order(items=[line(received=value)]))], "a1000", SYNCED_AT)
    assert (fitting, found.reason.split(":")[0]) == ([], "`received`")


def test_a_stock_update_loads_without_a_number_that_is_too_large() -> None:
    updates = [{"wh": "c", "items": [{"id": "a", "delta": 10**15}, {"id": "b", "delta": 2}]}]
    (found,), _ = partition([record_of(order(stock_update=updates))], "a1000", SYNCED_AT)
    rows = order_rows([found], "a1000", SYNCED_AT)
    assert rows["purchase_order_stock_updates"]["delta"].to_pylist() == [None, 2]
    assert found.misfits == {0: frozenset({"stock_update"})}


def test_an_order_loads_without_an_instant_outside_the_calendar() -> None:
    (found,), _ = partition([record_of(order(created_at="0001-01-01T00:00:00+14:00"))], "a1000", SYNCED_AT)
    (header,) = order_rows([found], "a1000", SYNCED_AT)["purchase_orders"].to_pylist()
    expected = (None, '{"created_at":"0001-01-01T00:00:00+14:00"}')
    assert (header["created_at"], header["_unknown_fields"]) == expected
