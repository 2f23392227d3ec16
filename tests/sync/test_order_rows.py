from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import md5
from typing import Any

import pyarrow as pa
import pytest

from inventory_planner.api.decoding import QuarantinedRecord, Record, decode_order
from inventory_planner.sync.columns import ValueOverflowError
from inventory_planner.sync.order_rows import order_rows, quarantine_rows
from inventory_planner.warehouse.table import Table
from inventory_planner.warehouse.tables import (
    ORDER_PARTS,
    ORDER_TABLES,
    PURCHASE_ORDER_COMPONENTS,
    PURCHASE_ORDER_CONNECTIONS,
    PURCHASE_ORDER_ITEMS,
    PURCHASE_ORDER_RECEIPTS,
    PURCHASE_ORDER_STOCK_UPDATES,
    PURCHASE_ORDERS,
    QUARANTINE,
)
from orders import ORDER_ID, line, order, raw, receipt

SYNCED_AT = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)
STAMP = {"_account_id": "a1000", "__synced_at": SYNCED_AT}
D = Decimal


def read(*orders: Any) -> list[Record]:
    found = [decode_order(each if isinstance(each, bytes) else raw(each)) for each in orders]
    good = [each for each in found if isinstance(each, Record)]
    assert good == found
    return good


def tables(*orders: Any) -> dict[str, pa.Table]:
    return order_rows(read(*orders), "a1000", SYNCED_AT)


def made(table: Table, *orders: Any) -> list[dict[str, Any]]:
    """The rows of one table."""
    return tables(*orders)[table.name].to_pylist()


def row(table: Table, **values: Any) -> dict[str, Any]:
    """A row of nulls, but for the stamp and these values."""
    nulls: dict[str, Any] = dict.fromkeys(table.schema.names)
    stamped = {"_is_removed": False} if "_is_removed" in nulls else {}
    return {**nulls, **STAMP, **stamped, **values}


def key(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def identity(item_id: str, key_of: str | None = None, order_id: str = ORDER_ID) -> dict[str, str]:
    return {
        "key": key(key_of or order_id + item_id),
        "purchase_order_id": order_id,
        "purchase_order_item_id": item_id,
    }


def removed(table: Table, order_id: str = ORDER_ID) -> dict[str, Any]:
    return row(table, purchase_order_id=order_id, _is_removed=True)


# a full order


def test_an_order_becomes_one_row() -> None:
    assert made(PURCHASE_ORDERS, order()) == [
        row(
            PURCHASE_ORDERS,
            purchase_order_id=ORDER_ID,
            purchase_order_number="1042",
            status="open",
            source="acme mills",
            type="po",
            vendor="acme mills",
            last_modified=datetime(2026, 1, 5, 9, 41, 7, tzinfo=UTC),
            total_ordered=D("50.0000"),
            total_received=D("12.0000"),
            created_date="2025-12-01",
            received_date="2026-01-04",
            expected_date="2026-01-20",
            created_at=datetime(2025, 12, 1, 8, 12, 55, tzinfo=UTC),
            updated_at=datetime(2026, 1, 5, 9, 41, 8, tzinfo=UTC),
            warehouse="c9_1001",
            warehouse_display_name="Main DC",
            vendor_name="Acme Mills",
            source_name="Acme Mills",
            replenishment_type="old_products",
            source_type="vendor",
            replenish_warehouse="c9_1001",
            currency="EUR",
            total=D("512.500000"),
            discount_enabled=False,
            moq="variant",
            uom_ordering=True,
            uom_round="up",
            vendor_address="1 Mill Lane\nLeeds",
            email="buyer@example.test",
            add_my_skus=False,
            add_vendor_skus=True,
            version=D("3.0000"),
            tax_info='{"rate":0.20,"name":"VAT"}',
        )
    ]


def test_a_line_becomes_one_row() -> None:
    (first, second) = made(PURCHASE_ORDER_ITEMS, order())
    same = {
        "title": "Tee red M",
        "vendor_reference": "AM-17",
        "product_id": "5000_1",
        "barcode": "4006381333931",
        "ordered_cost": D("127.500000"),
        "total": D("127.500000"),
        "uom_ordering": D("6.0000"),
        "uom_info": "5x6",
        "boxes": D("5.0000"),
        "replenishment_original": D("28.0000"),
        "in_stock": D("3.0000"),
        "has_error": False,
        "cost_price_list": '{"EUR":4.25}',
        "attributes": '[{"n":"Acme","t":"brand"}]',
        "occurrence": 1,
    }
    assert first == row(
        PURCHASE_ORDER_ITEMS,
        **identity("c9_5001"),
        **same,
        sku="TEE-RED-M",
        replenishment=D("30.0000"),
        cost_price=D("4.250000"),
        received=D("12.0000"),
        line_number=1,
        line_id="c9_5001",
        remaining=D("18.0000"),
    )
    assert second == row(
        PURCHASE_ORDER_ITEMS,
        **identity("c9_5002"),
        **same,
        sku="TEE-RED-L ",
        replenishment=D("20.0000"),
        cost_price=D("19.250000"),
        line_number=2,
        line_id="c9_5002",
        remaining=D("20.0000"),
    )


def test_the_key_of_a_line_is_the_one_that_daasity_computes() -> None:
    (first, _) = made(PURCHASE_ORDER_ITEMS, order())
    assert first["key"] == "77b5e202068c100e4877e829a72798cb"  # md5 of order id and item id, as text


def test_each_receipt_becomes_a_row() -> None:
    assert made(PURCHASE_ORDER_RECEIPTS, order()) == [
        row(
            PURCHASE_ORDER_RECEIPTS,
            **identity("c9_5001"),
            entry=1,
            date="1767225600",
            received_at=datetime(2026, 1, 1, tzinfo=UTC),
            value=D("10.0000"),
        ),
        row(
            PURCHASE_ORDER_RECEIPTS,
            **identity("c9_5001"),
            entry=2,
            date="1767484800",
            received_at=datetime(2026, 1, 4, tzinfo=UTC),
            value=D("2.0000"),
        ),
    ]


def test_each_component_becomes_a_row_also_when_it_comes_twice() -> None:
    leg = {"id": "c9_6001", "quantity": 4, "sku": "LEG", "title": "Leg", "barcode": ""}
    top = {"id": 6002, "quantity": D("0.5"), "sku": "TOP", "title": "Top", "barcode": "40"}
    table = order(type="assembly", items=[line(components=[leg, top, {**leg, "quantity": 1}])])
    named = {"sku": "LEG", "title": "Leg"}
    assert made(PURCHASE_ORDER_COMPONENTS, table) == [
        row(
            PURCHASE_ORDER_COMPONENTS,
            **identity("c9_5001"),
            component_id="c9_6001",
            occurrence=1,
            quantity=D("4.0000"),
            **named,
        ),
        row(
            PURCHASE_ORDER_COMPONENTS,
            **identity("c9_5001"),
            component_id="6002",
            occurrence=1,
            quantity=D("0.5000"),
            sku="TOP",
            title="Top",
            barcode="40",
        ),
        row(
            PURCHASE_ORDER_COMPONENTS,
            **identity("c9_5001"),
            component_id="c9_6001",
            occurrence=2,
            quantity=D("1.0000"),
            **named,
        ),
    ]


def test_each_connection_becomes_a_row() -> None:
    shop = {
        "connection": "shop",
        "connection_id": "c9",
        "id": 77,
        "reference": "S-77",
        "status": "success",
        "save_po": True,
    }
    connected = order(connections=[shop, {"connection": "books", "status": "queued", "save_po": False}])
    assert made(PURCHASE_ORDER_CONNECTIONS, connected) == [
        row(
            PURCHASE_ORDER_CONNECTIONS,
            purchase_order_id=ORDER_ID,
            connection="shop",
            connection_id="c9",
            connected_order_id="77",
            connected_order_reference="S-77",
            status="success",
            save_po=True,
        ),
        row(
            PURCHASE_ORDER_CONNECTIONS,
            purchase_order_id=ORDER_ID,
            connection="books",
            status="queued",
            save_po=False,
        ),
    ]


@pytest.mark.parametrize(
    ("connections", "expected"),
    [
        ([{"connection": "shop", "id": "1"}, {"connection": "shop", "id": "2"}], [("shop", "2")]),
        ([{"connection_id": "c9", "id": "1"}], [("c9", "1")]),
        ([{"id": 1}], [("1", "1")]),
        ([{"status": "run"}], [(None, None)]),
    ],
    ids=["written twice", "without a name", "with its id alone", "without a name or id"],
)
def test_a_connection_is_named_by_the_first_of_its_names(
    connections: list[dict[str, Any]], expected: list[tuple[str | None, str | None]]
) -> None:
    found = made(PURCHASE_ORDER_CONNECTIONS, order(connections=connections))
    assert [(each["connection"], each["connected_order_id"]) for each in found] == expected


def test_each_item_of_each_stock_update_becomes_a_row() -> None:
    pushed = {
        "forDst": True,
        "wh": 13434355,
        "items": [
            {"id": 123, "delta": 10, "stock_before": 0},
            {"id": "b", "delta": D("5.5"), "stock_before": 1, "error": "Update request failed"},
        ],
    }
    found = made(PURCHASE_ORDER_STOCK_UPDATES, order(stock_updates=[pushed, {"wh": "c"}, {"items": [{"id": "b"}]}]))
    place = {"purchase_order_id": ORDER_ID, "warehouse": "13434355", "is_for_destination": True}
    first = {"purchase_order_item_id": "123", "delta": D(10), "stock_before": D(0)}
    failed = {"purchase_order_item_id": "b", "delta": D("5.5"), "stock_before": D(1), "error": "Update request failed"}
    assert found == [
        row(PURCHASE_ORDER_STOCK_UPDATES, update_number=1, entry=1, **place, **first),
        row(PURCHASE_ORDER_STOCK_UPDATES, update_number=1, entry=2, **place, **failed),
        row(
            PURCHASE_ORDER_STOCK_UPDATES,
            purchase_order_id=ORDER_ID,
            update_number=3,
            entry=1,
            purchase_order_item_id="b",
        ),
    ]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("Refused", "Refused"),
        ("", None),
        (None, None),
        (False, None),
        ([], None),
        ({}, None),
        ({"code": 7}, '{"code":7}'),
        (["a", "b"], '["a","b"]'),
        (True, "true"),
        (404, "404"),
    ],
    ids=str,
)
def test_the_error_of_a_stock_update_is_text(error: Any, expected: str | None) -> None:
    (found,) = made(PURCHASE_ORDER_STOCK_UPDATES, order(stock_updates={"items": [{"id": "a", "error": error}]}))
    assert found["error"] == expected


def test_every_table_has_all_columns_even_without_orders() -> None:
    for found in (tables(), tables(order())):
        assert {name: table.schema for name, table in found.items()} == {
            each.name: each.schema for each in ORDER_TABLES
        }
    assert {table.num_rows for table in tables().values()} == {0}


# repeated items


def test_every_line_of_a_repeated_variant_has_its_own_key() -> None:
    history = [receipt(1767225600, 1)]
    items = [line("7"), line(7, received_history=history), line("8"), line("7", components=[{"id": "c"}])]
    found = tables(order(items=items))
    keys = [key(ORDER_ID + "7"), key(f"{ORDER_ID}7#2"), key(f"{ORDER_ID}8"), key(f"{ORDER_ID}7#3")]
    lines = found[PURCHASE_ORDER_ITEMS.name].select(["key", "line_number", "occurrence"]).to_pylist()
    assert [tuple(each.values()) for each in lines] == list(zip(keys, [1, 2, 3, 4], [1, 2, 1, 3], strict=True))
    assert found[PURCHASE_ORDER_RECEIPTS.name]["key"].to_pylist() == [keys[1]]
    assert found[PURCHASE_ORDER_COMPONENTS.name]["key"].to_pylist() == [keys[3]]


def test_the_same_variant_in_two_orders_is_not_repeated() -> None:
    found = made(PURCHASE_ORDER_ITEMS, order("1", items=[line("7")]), order("2", items=[line("7")]))
    assert [(each["key"], each["occurrence"]) for each in found] == [(key("17"), 1), (key("27"), 1)]


# orders without parts

PUSHED_TWICE = [{"items": [{"id": "a"}]}, {"items": [{"id": "a"}]}]


@pytest.mark.parametrize("items", [[], None], ids=["no lines", "no key for lines"])
def test_an_order_without_lines_removes_its_rows_from_each_table(items: list[Any] | None) -> None:
    found = tables(order(items=items, total_ordered=0))
    assert {each.name: found[each.name].to_pylist() for each in ORDER_PARTS} == {
        each.name: [removed(each)] for each in ORDER_PARTS
    }


def test_an_order_removes_rows_only_from_tables_where_it_has_none() -> None:
    found = tables(
        order("1"), order("2", items=[], total_ordered=0), order("3", items=[line()], stock_updates=PUSHED_TWICE)
    )
    removals = {
        table.name: [(each["purchase_order_id"], each["_is_removed"]) for each in found[table.name].to_pylist()]
        for table in ORDER_PARTS
    }
    assert removals == {
        "purchase_order_items": [("1", False), ("1", False), ("3", False), ("2", True)],
        "purchase_order_receipts": [("1", False), ("1", False), ("2", True), ("3", True)],
        "purchase_order_components": [("1", True), ("2", True), ("3", True)],
        "purchase_order_connections": [("1", True), ("2", True), ("3", True)],
        "purchase_order_stock_updates": [("3", False), ("3", False), ("1", True), ("2", True)],
    }


@pytest.mark.parametrize(
    ("date", "text"),
    [("soon", "soon"), (10**30, "1" + "0" * 30), ("2026-01-01", "2026-01-01"), ("", None), (None, None)],
    ids=["a word", "beyond the calendar", "a date", "an empty text", "null"],
)
def test_the_date_of_a_receipt_is_kept_as_text_even_if_it_is_no_instant(date: Any, text: str | None) -> None:
    (found,) = made(PURCHASE_ORDER_RECEIPTS, order(items=[line(received_history=[receipt(date, 1)])]))
    assert found == row(PURCHASE_ORDER_RECEIPTS, **identity("c9_5001"), entry=1, date=text, value=D(1))


# columns with two sources


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"cost_price": D("1.5"), "cost price": D("2.5")}, D("1.5")),
        ({"cost_price": 0, "cost price": D("2.5")}, D(0)),
        ({"cost_price": "", "cost price": D("2.5")}, D("2.5")),
        ({"cost_price": None}, None),
    ],
)
def test_the_cost_price_is_read_under_both_names(fields: dict[str, Any], expected: Decimal | None) -> None:
    assert made(PURCHASE_ORDER_ITEMS, order(items=[line(**fields)]))[0]["cost_price"] == expected


@pytest.mark.parametrize(
    ("fields", "column", "expected"),
    [
        ({"extra_reference": "X", "reference2": "Y"}, "extra_reference", "X"),
        ({"extra_reference": "", "reference2": "Y"}, "extra_reference", "Y"),
        ({"stock-update": [{"delta": 1}], "stock_updates": [{"delta": 2}]}, "stock_updates", '[{"delta":1}]'),
        ({"stock-update": [], "stock_updates": [{"delta": 2}]}, "stock_updates", '[{"delta":2}]'),
        ({"stock-update": [], "stock_update": [{"delta": 2}]}, "stock_updates", '[{"delta":2}]'),
        ({"stock-update": [], "stock_updates": {}}, "stock_updates", None),
    ],
)
def test_a_field_with_two_names_is_read_under_both(fields: dict[str, Any], column: str, expected: str | None) -> None:
    assert made(PURCHASE_ORDERS, order(**fields))[0][column] == expected


# values that are not set


@pytest.mark.parametrize("value", ["", None, [], {}], ids=["an empty text", "null", "an empty list", "an empty map"])
@pytest.mark.parametrize("min_budget", [5, ""], ids=["as it is", "normalized"])
def test_a_value_that_is_not_set_is_null(value: Any, min_budget: Any) -> None:
    names = ("status", "notes", "expected_date", "tax_info", "custom_fields", "history")
    if min_budget == "":
        names += ("total", "total_received", "created_at", "readonly")
    elif value in ([], {}):
        names = ("tax_info", "custom_fields", "history")
    (found,) = made(PURCHASE_ORDERS, order(min_budget=min_budget, **dict.fromkeys(names, value)))
    assert {found[name] for name in names} == {None}


def test_json_is_kept_as_it_was_written() -> None:
    text = b'{"id":"1", "custom_fields": {"Season": "SS26", "price": 1.50}, "history": [ 1 ], "details": "a=b"}'
    (found,) = made(PURCHASE_ORDERS, text)
    expected = ('{"Season": "SS26", "price": 1.50}', "[ 1 ]", '"a=b"')
    assert (found["custom_fields"], found["history"], found["details"]) == expected


def test_an_instant_with_an_offset_is_in_utc() -> None:
    (found,) = made(PURCHASE_ORDERS, order(last_modified="2026-01-05T09:41:07-05:00"))
    assert found["last_modified"] == datetime(2026, 1, 5, 14, 41, 7, tzinfo=UTC)


# values that did not fit


def unknown(table: Table, *orders: Any) -> list[str | None]:
    return [each["_unknown_fields"] for each in made(table, *orders)]


def test_what_does_not_fit_is_kept_beside_the_unknown_fields_of_its_order_and_line() -> None:
    written = order(color="red", readonly="yes", items=[line(), line("b", shade=1, tax=[1.50]), line("c", shade=2)])
    assert unknown(PURCHASE_ORDERS, written, order("2")) == ['{"color":"red","readonly":"yes"}', None]
    assert unknown(PURCHASE_ORDER_ITEMS, written) == [None, '{"shade":1,"tax":[1.5]}', '{"shade":2}']


def test_a_quantity_or_cost_that_is_rounded_is_kept_as_it_was_written() -> None:
    history = [receipt(1767225600, "2.00005")]
    component = {"id": "c", "quantity": D("0.3333333333333333")}
    items = [
        line("a", cost_price="12.0000000000001", received=2, received_history=history),
        line("b", components=[component], forecasted_stock=D("3.33333333333")),
        line("c", cost_price=D("0.30000000000000004")),
    ]
    written = order(shipping_handling=D("1.12345678"), items=items)
    assert unknown(PURCHASE_ORDERS, order("2"), written) == [None, '{"shipping_handling":1.12345678}']
    assert unknown(PURCHASE_ORDER_ITEMS, written) == [
        '{"cost_price":"12.0000000000001","received_history":[{"date":1767225600,"value":"2.00005"}]}',
        '{"components":[{"id":"c","quantity":0.3333333333333333}]}',
        None,
    ]
    (first, *_) = made(PURCHASE_ORDER_ITEMS, written)
    assert first["cost_price"] == D("12.000000")


# numbers too large for their columns


TOO_LARGE = {
    "an order's quantity": (
        {"total_received": 10**14},
        "`total_received`: 100000000000000 does not fit DECIMAL(18, 4)",
    ),
    "an order's money": ({"total": 10**12}, "`total`: 1000000000000 does not fit DECIMAL(18, 6)"),
    "a line's quantity": (
        {"items": [line(replenishment=10**14)]},
        "`replenishment`: 100000000000000 does not fit DECIMAL(18, 4)",
    ),
    "a receipt's": (
        {"items": [line(received_history=[receipt(0, 10**14)])]},
        "`value`: 100000000000000 does not fit DECIMAL(18, 4)",
    ),
    "a component's": (
        {"items": [line(components=[{"id": "c", "quantity": 10**14}])]},
        "`quantity`: 100000000000000 does not fit DECIMAL(18, 4)",
    ),
}


@pytest.mark.parametrize(("fields", "reason"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_number_too_large_for_its_column_is_named(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueOverflowError) as caught:
        tables(order(**fields))
    assert str(caught.value) == reason


# the quarantine


def test_quarantined_records_become_rows_with_their_text_and_the_reason() -> None:
    bad = [QuarantinedRecord(b'{"id":7,"total":"x"}', "no number"), QuarantinedRecord(b'{"notes":"\xff"}', "no text")]
    found = quarantine_rows(bad, 5, "sync-1", ("a1000", SYNCED_AT))
    assert found.schema == QUARANTINE.schema
    assert found.to_pylist() == [
        row(
            QUARANTINE,
            sync_id="sync-1",
            position=5,
            purchase_order_id="7",
            reason="no number",
            record='{"id":7,"total":"x"}',
        ),
        row(QUARANTINE, sync_id="sync-1", position=6, reason="no text", record='{"notes":"\ufffd"}'),
    ]
