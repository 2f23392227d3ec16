"""From the JSON of orders to the rows of the reports, through the real contract, warehouse and dbt."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dbt_process import dbt_output
from inventory_planner.api import contract
from inventory_planner.sync import rows
from inventory_planner.warehouse import tables

PROJECT = Path(__file__).parents[2] / "dbt"
AS_OF = date(2024, 6, 30)
NOT_BUILT = {"exposure", "operation"}  # dbt tells of them too

Json = dict[str, Any]


@dataclass(frozen=True)
class Built:
    warehouse: Path
    outcomes: dict[str, str]
    log: str


def order(order_id: str, status: str, items: list[Json], **fields: Any) -> Json:
    return {
        "id": order_id,
        "reference": f"PO-{order_id}",
        "status": status,
        "type": "po",
        "source_type": "vendor",
        "vendor": "acme mills",
        "vendor_display_name": "Acme Mills",
        "warehouse": "c9_1",
        "warehouse_display_name": "Main DC",
        "currency": "EUR",
        "created_date": "2024-01-01",
        "expected_date": "2024-01-10",
        "last_modified": "2024-06-20T09:41:07+00:00",
        "items": items,
        **fields,
    }


def line(variant_id: str, ordered: float, received: dict[str, float] | None = None, **fields: Any) -> Json:
    history = [{"date": _noon(day), "value": value} for day, value in (received or {}).items()]
    return {
        "id": variant_id,
        "sku": f" {variant_id.upper()} ",
        "title": f"Title of {variant_id}",
        "replenishment": ordered,
        "received": sum((received or {}).values()),
        "received_history": history,
        "cost_price": 1,
        **fields,
    }


def _noon(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp())


ORDERS = [
    order(
        "1",
        "CLOSED",
        [
            line("mug", 10, {"2024-01-08": 6, "2024-01-10": 4}, cost_price=2.5),
            line("cup", 20, {"2024-01-08": 15}),
        ],
        shipping_handling=9,
        total_ordered=30,
        total_received=24,
    ),
    order(
        "2",
        "Partially received",
        [line("mug", 5, cost_price=2), line("mug", 7, {"2024-06-20": 7}, cost_price=2)],
        created_date="2024-06-01",
        expected_date="2024-06-30",
        stock_updates=[
            {"forDst": True, "wh": "c9_1", "items": [{"id": "mug", "delta": 7, "error": "Refused"}]},
            {"forDst": True, "wh": "c9_1", "items": [{"id": "mug", "delta": 4}]},
        ],
    ),
    order(
        "3",
        "closed",
        [line("jar", 4, {"2024-02-08": 5}, cost_price=10)],
        created_date="2024-02-01T00:00:00+00:00",
        expected_date="2024-02-05",
    ),
    order("4", "On its way", [line("mug", 4, cost_price=3)], currency="usd", expected_date="2024-06-01"),
    order("5", "DRAFT", [line("mug", 100)]),
    order("6", "Cancelled", [line("mug", 100, {"2024-01-08": 1})]),
    order("7", "open", [line("mug", 100)], type="", vendor="", source_type="warehouse", source_warehouse="c9_2"),
    order("8", "closed", [line("set", 100, components=[{"id": "mug", "quantity": 4}])], type="assembly"),
    order("9", "open", [line("mug", 100), line("cup", 100, removed=True)], vendor="gone", expected_date=None),
]
OTHER_ACCOUNT = [order("1", "OPEN", [line("mug", 3)], vendor="zenith", expected_date="2024-07-01")]


def fill(warehouse: Path, accounts: dict[str, list[Json]]) -> None:
    """A warehouse that holds these orders of these accounts."""
    filled = [_rows(account_id, orders) for account_id, orders in accounts.items()]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"create schema {tables.SCHEMA}")
        for table in tables.TABLES:
            arrow = pa.concat_tables(each.get(table.name, table.schema.empty_table()) for each in filled)
            connection.from_arrow(arrow).create(f"{tables.SCHEMA}.{table.name}")


def _rows(account_id: str, orders: list[Json]) -> dict[str, pa.Table]:
    read = [contract.record(json.dumps(each).encode()) for each in orders]
    records = [each for each in read if isinstance(each, contract.Record)]
    assert len(records) == len(read)
    made = rows.rows(records, account_id, datetime(2024, 6, 30, tzinfo=UTC))
    return {name: _stored(table) for name, table in made.items()}


def _stored(table: pa.Table) -> pa.Table:
    """The table as the load keeps it: without the rows that only say what to delete."""
    return table.filter(pc.invert(table["_is_removed"])) if "_is_removed" in table.column_names else table


def dbt(workspace: Path, warehouse: Path, *words: str, variables: Json | None = None) -> Built:
    """What dbt makes of the warehouse, which meanwhile lies at one place: for each other one dbt would parse anew."""
    target, place = workspace / "target", workspace / "at_work" / "warehouse.duckdb"
    command = [
        *("--no-use-colors", *words),
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(target), "--log-path", str(workspace / "logs")),
        *("--vars", json.dumps(variables or {"as_of_date": AS_OF.isoformat()})),
    ]
    environment = {**os.environ, "INVENTORY_PLANNER_DATABASE": str(place)}
    place.parent.mkdir(exist_ok=True)
    with moved({warehouse: place, warehouse.parent / "seeds": place.parent / "seeds"}):
        output = dbt_output(command, environment)
    results = json.loads((target / "run_results.json").read_text())["results"]
    nodes = [(each["unique_id"].split("."), each["status"]) for each in results]
    outcomes = {name: status for (kind, _, name, *_), status in nodes if kind not in NOT_BUILT}
    return Built(warehouse, outcomes, output)


@contextmanager
def moved(places: dict[Path, Path]) -> Iterator[None]:
    """Files and folders, as far as they are there, elsewhere for as long as the block lasts."""
    there = {path: place for path, place in places.items() if path.exists()}
    for path, place in there.items():
        path.rename(place)
    yield
    for path, place in there.items():
        place.rename(path)


def select(warehouse: Path, query: str) -> list[Json]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps what it parsed, so that it parses once."""
    return tmp_path_factory.mktemp("marts")


@pytest.fixture(scope="module")
def built(workspace: Path) -> Built:
    """Two accounts, loaded and built once; the order 9 has gone from its account."""
    warehouse = workspace / "warehouse.duckdb"
    fill(warehouse, {"a1": ORDERS, "a2": OTHER_ACCOUNT})
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update inventory_planner.purchase_orders set _deleted_at = now() where vendor = 'gone'")
    return dbt(workspace, warehouse, "build")


def test_the_build_warns_of_what_the_account_gets_wrong_and_of_nothing_else(built: Built) -> None:
    troubles = {name: outcome for name, outcome in built.outcomes.items() if outcome not in {"success", "pass"}}

    assert troubles == {"assert_every_status_is_mapped": "warn", "assert_order_totals_match_their_lines": "warn"}
    assert "deprecat" not in built.log.lower()


def test_received_vs_ordered_shows_every_line_of_the_orders_that_are_there(built: Built) -> None:
    shown = select(
        built.warehouse,
        """
        select account_id, purchase_order_number, order_type, status_type, sku, line_number, quantity_ordered,
            quantity_received, quantity_open, quantity_short, quantity_over, quantity_canceled, is_due, is_otif
        from marts.received_vs_ordered
        order by account_id, purchase_order_number, line_number
        """,
    )

    assert [tuple(row.values()) for row in shown] == [
        ("a1", "PO-1", "po", "closed", "MUG", 1, 10, 10, 0, 0, 0, 0, True, True),
        ("a1", "PO-1", "po", "closed", "CUP", 2, 20, 15, 0, 5, 0, 0, True, False),
        ("a1", "PO-2", "po", "active", "MUG", 1, 5, 0, 5, 0, 0, 0, False, None),
        ("a1", "PO-2", "po", "active", "MUG", 2, 7, 7, 0, 0, 0, 0, True, True),
        ("a1", "PO-3", "po", "closed", "JAR", 1, 4, 5, 0, 0, 1, 0, True, False),
        ("a1", "PO-4", "po", "unknown", "MUG", 1, 4, 0, 4, 0, 0, 0, True, False),
        ("a1", "PO-5", "po", "draft", "MUG", 1, 100, 0, 0, 0, 0, 0, False, None),
        ("a1", "PO-6", "po", "canceled", "MUG", 1, 100, 1, 0, 0, 0, 99, False, None),
        ("a1", "PO-7", "transfer", "active", "MUG", 1, 100, 0, 100, 0, 0, 0, False, None),
        ("a1", "PO-8", "assembly", "closed", "SET", 1, 100, 0, 0, 100, 0, 0, False, None),
        ("a2", "PO-1", "po", "active", "MUG", 1, 3, 0, 3, 0, 0, 0, False, None),
    ]


def test_received_vs_ordered_says_all_of_a_line_that_came_in_two_receipts(built: Built) -> None:
    found = select(
        built.warehouse,
        "select * from marts.received_vs_ordered where account_id = 'a1' and sku = 'MUG' and status = 'CLOSED'",
    )

    assert found == [
        {
            "account_id": "a1",
            "purchase_order_line_id": md5(b"1mug", usedforsecurity=False).hexdigest(),
            "purchase_order_id": "1",
            "variant_id": "mug",
            "vendor_id": "acme mills",
            "warehouse_id": "c9_1",
            "purchase_order_number": "PO-1",
            "order_type": "po",
            "vendor_name": "Acme Mills",
            "warehouse_name": "Main DC",
            "sku": "MUG",
            "title": "Title of mug",
            "status": "CLOSED",
            "status_type": "closed",
            "currency_code": "EUR",
            "promise_source": "current",
            "line_number": 1,
            "quantity_ordered": Decimal(10),
            "quantity_received": Decimal(10),
            "quantity_capped": Decimal(10),
            "quantity_open": Decimal(0),
            "quantity_short": Decimal(0),
            "quantity_over": Decimal(0),
            "quantity_canceled": Decimal(0),
            "quantity_draft": Decimal(0),
            "quantity_ignored": Decimal(0),
            "quantity_by_promise": Decimal(10),
            "count_receipts": 2,
            "fill_rate": 1.0,
            "receipt_ratio": 1.0,
            "unit_cost": Decimal("2.5"),
            "unit_landed_cost": Decimal(3),
            "ordered_value": Decimal(25),
            "received_value": Decimal(25),
            "open_value": Decimal(0),
            "short_value": Decimal(0),
            "over_value": Decimal(0),
            "canceled_value": Decimal(0),
            "ignored_value": Decimal(0),
            "ordered_value_reporting": None,
            "received_value_reporting": None,
            "open_value_reporting": None,
            "days_late": 0,
            "days_overdue": None,
            "lead_time_days": 9,
            "is_placed": True,
            "is_vendor_order": True,
            "is_complete": True,
            "is_due": True,
            "is_in_full": True,
            "is_on_time": True,
            "is_otif": True,
            "is_overdue": False,
            "is_over_received": False,
            "sent_date": date(2024, 1, 1),
            "promise_date": date(2024, 1, 10),
            "first_receipt_date": date(2024, 1, 8),
            "last_receipt_date": date(2024, 1, 10),
            "completion_date": date(2024, 1, 10),
            "as_of_date": AS_OF,
        }
    ]


def test_vendor_scorecard_has_a_row_for_each_account_vendor_and_currency(built: Built) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, vendor_id, currency_code, count_orders, count_lines, count_due_lines, ordered_value
        from marts.vendor_scorecard
        where period = 'all'
        order by account_id, vendor_id, currency_code
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "acme mills", "EUR", 3, 5, 4, Decimal(109)),
        ("a1", "acme mills", "USD", 1, 1, 1, Decimal(12)),
        ("a2", "zenith", "EUR", 1, 1, 0, Decimal(3)),
    ]


def test_vendor_scorecard_says_all_of_a_vendor(built: Built) -> None:
    (found,) = select(
        built.warehouse,
        """
        select * from marts.vendor_scorecard
        where vendor_id = 'acme mills' and currency_code = 'EUR' and period = 'all'
        """,
    )

    assert found == {
        "account_id": "a1",
        "vendor_id": "acme mills",
        "vendor_name": "Acme Mills",
        "currency_code": "EUR",
        "period": "all",
        "abc_class": "A",
        "count_orders": 3,
        "count_lines": 5,
        "count_open_lines": 1,
        "count_overdue_lines": 0,
        "count_unpriced_lines": 0,
        "quantity_ordered": Decimal(46),
        "quantity_received": Decimal(37),
        "quantity_capped": Decimal(36),
        "quantity_open": Decimal(5),
        "quantity_short": Decimal(5),
        "quantity_ignored": Decimal(0),
        "quantity_over": Decimal(1),
        "fill_rate": 36 / 46,
        "final_fill_rate": 29 / 34,
        "due_fill_rate": 36 / 41,
        "line_fill_rate": 3 / 5,
        "receipt_ratio": 37 / 46,
        "over_rate": 1 / 46,
        "short_rate": 5 / 34,
        "count_due_lines": 4,
        "count_in_full_lines": 3,
        "count_on_time_lines": 3,
        "count_otif_lines": 2,
        "in_full_rate": 3 / 4,
        "on_time_rate": 3 / 4,
        "otif_line_rate": 2 / 4,
        "quantity_due": Decimal(41),
        "quantity_on_time": Decimal(32),
        "otif_unit_rate": 32 / 41,
        "count_due_orders": 3,
        "count_in_full_orders": 2,
        "count_on_time_orders": 2,
        "count_otif_orders": 1,
        "in_full_order_rate": 2 / 3,
        "on_time_order_rate": 2 / 3,
        "otif_order_rate": 1 / 3,
        "count_dated_due_lines": 4,
        "count_late_lines": 1,
        "days_late_mean": -2.25,
        "days_late_median": -1.0,
        "unit_days_late": Decimal(15),
        "count_promised_orders": 3,
        "count_redated_orders": 0,
        "count_redated_after_due_orders": 0,
        "redated_order_rate": 0.0,
        "promise_slip_mean_days": 0.0,
        "count_canceled_orders": 1,
        "canceled_order_rate": 1 / 4,
        "count_lead_times": 1,
        "lead_time_mean_days": 7.0,
        "lead_time_median_days": 7.0,
        "lead_time_p90_days": 7.0,
        "lead_time_stddev_days": None,
        "lead_time_cv": None,
        "lead_time_steadiness": None,
        "count_line_lead_times": 3,
        "count_negative_lead_times": 0,
        "line_lead_time_mean_days": pytest.approx(35 / 3),
        "line_lead_time_median_days": 9.0,
        "line_lead_time_p90_days": pytest.approx(17),
        "line_lead_time_stddev_days": pytest.approx((124 / 3) ** 0.5),
        "line_lead_time_cv": pytest.approx((124 / 3) ** 0.5 / (35 / 3)),
        "ordered_value": Decimal(109),
        "received_value": Decimal(104),
        "open_value": Decimal(10),
        "overdue_value": Decimal(0),
        "short_value": Decimal(5),
        "over_value": Decimal(10),
        "canceled_value": Decimal(99),
        "ordered_value_reporting": None,
        "received_value_reporting": None,
        "open_value_reporting": None,
        "count_compared_lines": 2,
        "price_variance": Decimal(0),
        "price_variance_rate": 0.0,
        "price_variance_365_days": Decimal("-3.5"),
        "price_variance_rate_365_days": -0.2,
        "price_stability": 1.0,
        "landed_uplift_value": Decimal(8),
        "landed_uplift_rate": 0.2,
        "spend_share": 1.0,
        "cumulative_spend_share": 1.0,
        "otif_target_rate": 0.9,
        "otif_minimum_rate": 0.8,
        "score": None,
        "grade": None,
        "is_low_sample": True,
        "is_lead_time_low_sample": True,
        "first_sent_date": date(2024, 1, 1),
        "last_sent_date": date(2024, 6, 1),
        "as_of_date": AS_OF,
    }


def test_open_lines_say_what_to_do_about_each_line_that_is_still_to_come(built: Built) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, purchase_order_number, line_number, quantity_open, open_value, currency_code, ageing_bucket,
            forecast_basis, recommended_action, forecast_receipt_date
        from marts.open_lines
        order by account_id, purchase_order_number, line_number
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "PO-2", 1, 5, 10, "EUR", "not due", "promise", "wait", AS_OF),
        ("a1", "PO-4", 1, 4, 12, "USD", "15-30", "promise", "chase", AS_OF),
        ("a1", "PO-7", 1, 100, 100, "EUR", "over 90", "promise", "chase", AS_OF),
        ("a2", "PO-1", 1, 3, 3, "EUR", "not due", "promise", "wait", date(2024, 7, 1)),
    ]


def test_vendor_months_counts_an_order_in_the_month_it_was_promised_for(built: Built) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, vendor_id, currency_code, report_month, count_orders, quantity_ordered, quantity_received,
            quantity_open, quantity_short, quantity_canceled, received_value
        from marts.vendor_months
        order by account_id, report_month, currency_code
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "acme mills", "EUR", date(2024, 1, 1), 1, 30, 25, 0, 5, 99, 40),
        ("a1", "acme mills", "EUR", date(2024, 2, 1), 1, 4, 5, 0, 0, 0, 50),
        ("a1", "acme mills", "EUR", date(2024, 6, 1), 1, 12, 7, 5, 0, 0, 14),
        ("a1", "acme mills", "USD", date(2024, 6, 1), 1, 4, 0, 4, 0, 0, 0),
        ("a2", "zenith", "EUR", date(2024, 7, 1), 1, 3, 0, 3, 0, 0, 0),
    ]


def test_exceptions_name_what_somebody_should_look_at(built: Built) -> None:
    found = select(
        built.warehouse,
        """
        select purchase_order_number, applies_to, exception_rule, value_at_stake, currency_code
        from marts.exceptions
        order by purchase_order_number, exception_rule
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("PO-1", "line", "short_closed", 5, "EUR"),
        ("PO-1", "order", "total_mismatch", 45, "EUR"),
        ("PO-2", "line", "not_pushed_to_store", 6, "EUR"),
        ("PO-2", "line", "price_jump", Decimal("2.5"), "EUR"),
        ("PO-3", "line", "over_received", 10, "EUR"),
        ("PO-4", "line", "overdue", 12, "USD"),
        ("PO-4", "order", "unknown_status", 12, "USD"),
        ("PO-7", "line", "overdue", 100, "EUR"),
        ("PO-8", "order", "closed_unreceived", 100, "EUR"),
        ("PO-8", "line", "short_closed", 100, "EUR"),
    ]


def test_pushed_stock_shows_the_lines_of_the_orders_that_were_pushed_to_the_store(built: Built) -> None:
    found = select(
        built.warehouse,
        """
        select account_id, purchase_order_number, sku, quantity_received, quantity_pushed, quantity_not_pushed,
            not_pushed_value, count_push_errors, is_push_failed, push_error
        from marts.pushed_stock
        order by quantity_received
        """,
    )

    assert [tuple(row.values()) for row in found] == [
        ("a1", "PO-2", "MUG", 0, 0, 0, 0, 1, False, None),
        ("a1", "PO-2", "MUG", 7, 4, 3, 6, 1, False, None),
    ]


def test_the_data_tests_find_what_is_spoilt_after_the_build(built: Built, workspace: Path, tmp_path: Path) -> None:
    spoilt = Path(shutil.copy(built.warehouse, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(spoilt)) as connection:
        connection.execute("delete from marts.receipts where receipt_number = 2")
        connection.execute("insert into marts.purchase_orders from marts.purchase_orders where purchase_order_id = '3'")
        connection.execute("delete from marts.received_vs_ordered where sku = 'JAR'")
        connection.execute("update marts.open_lines set quantity_open = 0 where order_type = 'transfer'")
        connection.execute("update marts.vendor_scorecard set fill_rate = 1.2, quantity_ordered = 1")
        connection.execute("delete from inventory_planner.purchase_orders where purchase_order_id = '5'")

    outcomes = dbt(workspace, spoilt, "test", "--exclude", "test_type:unit").outcomes

    assert {name for name, outcome in outcomes.items() if outcome == "fail"} == {
        "assert_incoming_stock_adds_up_to_the_open_lines",
        "assert_no_line_is_lost",
        "assert_receipts_sum_to_their_line",
        "assert_totals_agree_by_every_route",
        "open_lines_are_consistent",
        "purchase_orders_have_a_unique_key",
        "stg_purchase_order_items_belong_to_stg_purchase_orders",
        "vendor_scorecard_is_consistent",
    }


def test_what_the_service_overwrites_is_known_from_the_builds_before(
    built: Built, workspace: Path, tmp_path: Path
) -> None:
    warehouse = Path(shutil.copy(built.warehouse, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table snapshots.purchase_order_snapshots drop column total_received")  # an old one
        connection.execute("use inventory_planner")
        for changes in (
            "update purchase_orders set expected_date = '2024-07-15' where purchase_order_id = '2'",
            "update purchase_orders set status = 'OPEN' where purchase_order_id in ('1', '5') and _account_id = 'a1'",
            "update purchase_orders set status = 'CLOSED' where purchase_order_id = '4'",
            "update purchase_orders set last_modified = '2024-06-25 08:00:00+00'",
            "update purchase_order_items set replenishment = 3 where purchase_order_id = '2' and line_number = 1",
            "delete from purchase_order_items where purchase_order_id = '8'",
            "update purchase_orders set _deleted_at = now() where purchase_order_id = '3'",
        ):
            connection.execute(changes)

    rebuilt = dbt(workspace, warehouse, "build", "--exclude-resource-type", "test", "unit_test")

    assert set(rebuilt.outcomes.values()) == {"success"}
    found = select(
        warehouse,
        """
        select purchase_order_id, sent_date, sent_date_source, promise_original, promise_current, promise_source,
            promise_slip_days, count_promise_changes, count_reopenings, strftime(closed_at, '%m-%d'), closed_at_source
        from marts.purchase_orders
        where account_id = 'a1' and purchase_order_id in ('1', '2', '3', '4', '5')
        order by purchase_order_id
        """,
    )
    january, june, july = date(2024, 1, 10), date(2024, 6, 30), date(2024, 7, 15)
    assert [tuple(row.values()) for row in found] == [
        ("1", date(2024, 1, 1), "created", january, january, "snapshot", 0, 0, 1, None, None),
        ("2", date(2024, 6, 1), "created", june, july, "snapshot", 15, 1, 0, None, None),
        (
            "4",
            date(2024, 1, 1),
            "created",
            date(2024, 6, 1),
            date(2024, 6, 1),
            "snapshot",
            0,
            0,
            0,
            "06-25",
            "snapshot",
        ),
        ("5", date(2024, 6, 25), "snapshot", january, january, "snapshot", 0, 0, 0, None, None),
    ]
    lines = select(
        warehouse,
        """
        select quantity_ordered, quantity_ordered_original, quantity_original_source
        from marts.purchase_order_lines
        where purchase_order_id = '2' and line_number = 1
        """,
    )
    assert lines == [{"quantity_ordered": 3, "quantity_ordered_original": 5, "quantity_original_source": "snapshot"}]
    removed = select(
        warehouse,
        """
        select variant_id from snapshots.purchase_order_line_snapshots
        where dbt_valid_to is not null and status = 'closed'
        """,
    )
    assert removed == [{"variant_id": "set"}]


def test_what_users_put_beside_the_warehouse_fills_the_seeds(workspace: Path, tmp_path: Path) -> None:
    warehouse, seeds = tmp_path / "a [new] place" / "warehouse.duckdb", tmp_path / "a [new] place" / "seeds"
    seeds.mkdir(parents=True)
    renamed = order("2", "OPEN", [line("mug", 4)], vendor="Acme Inc", vendor_display_name="Acme Inc", currency="usd")
    fill(warehouse, {"a1": [order("1", "OPEN", [line("mug", 3)]), renamed]})
    (seeds / "vendor_aliases.csv").write_text('vendor_id,old_vendor_id\nacme mills,"acme inc"\n')
    (seeds / "exchange_rates.csv").write_text("currency_code;valid_from;rate\r\nUSD;2024-01-01;0.9\r\n")
    (seeds / "warehouse_names.csv").write_text("warehouse_id,warehouse_name\nc9_1,Hamburg\n")

    made = dbt(
        *(workspace, warehouse),
        *("build", "--select", "+purchase_orders", "--exclude-resource-type", "test", "unit_test"),
        variables={"as_of_date": AS_OF.isoformat(), "reporting_currency": "EUR"},
    )

    assert set(made.outcomes.values()) == {"success"}
    found = select(
        warehouse,
        """
        select purchase_order_id, vendor_id, vendor_name, warehouse_name, open_value, open_value_reporting
        from marts.purchase_orders
        order by purchase_order_id
        """,
    )
    assert [tuple(row.values()) for row in found] == [
        ("1", "acme mills", "Acme Mills", "Hamburg", 3, 3),
        ("2", "acme mills", "Acme Inc", "Hamburg", 4, Decimal("3.6")),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("currency_code,valid_from,factor\nUSD,2024-01-01,0.9\n", 'does not have a column with name "factor"'),
        ("currency_code,valid_from,rate\nUSD,yesterday,0.9\n", "yesterday"),
    ],
    ids=["a column that is not known", "a date that is none"],
)
def test_a_seed_of_the_user_that_makes_no_sense_ends_the_build(
    workspace: Path, tmp_path: Path, text: str, complaint: str
) -> None:
    warehouse, seeds = tmp_path / "warehouse.duckdb", tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "exchange_rates.csv").write_text(text)

    tried = dbt(workspace, warehouse, "seed", "--select", "exchange_rates")

    assert tried.outcomes == {"exchange_rates": "error"}
    assert complaint in tried.log


def entered(variant_id: str, quantity: float, *entries: tuple[int, float]) -> Json:
    """A line that is whole, with its receipts as they were entered: an instant and a value each."""
    return {
        **line(variant_id, quantity),
        "received": quantity,
        "received_history": [{"date": instant, "value": value} for instant, value in entries],
    }


HAND_MADE = [
    order("split", "CLOSED", [line("mug", 10, {"2024-01-08": 6, "2024-01-10": 4})], vendor="split"),
    order("landed", "CLOSED", [line("mug", 20, {"2024-01-08": 20})], shipping_handling=8),
    order("filling", "OPEN", [line("mug", 10, {"2024-01-08": 7}), line("cup", 20, {"2024-01-08": 5})]),
    order("over", "CLOSED", [line("mug", 10, {"2024-01-08": 12})]),
    order("corrected", "OPEN", [line("mug", 10, {"2024-01-08": 10, "2024-01-09": -2})]),
    order("unpromised", "OPEN", [line("mug", 10, {"2024-01-08": 10})], expected_date=None),
    order(
        "running",
        "CLOSED",
        [entered("mug", 10, (_noon("2024-01-08"), 4), (_noon("2024-01-12"), 10))],
    ),
    order(
        "thousandths",
        "CLOSED",
        [entered("mug", 10, (_noon("2024-01-08") * 1000, 10))],
    ),
    order("disagreeing", "CLOSED", [line("mug", 10, {"2024-01-08": 10})], total_ordered=11, total_received=10),
    order("before", "CLOSED", [line("mug", 10, {"2023-12-30": 10})]),
    order("redated", "OPEN", [line("mug", 10)]),
    order("reopened", "CLOSED", [line("mug", 10, {"2024-01-08": 6})]),
    order("euros", "CLOSED", [line("mug", 10, {"2024-01-08": 10}, cost_price=2)], vendor="two purses"),
    order(
        "dollars", "CLOSED", [line("mug", 10, {"2024-01-08": 10}, cost_price=3)], vendor="two purses", currency="usd"
    ),
]


ON_PAPER: dict[str, Json] = {
    "split": {"quantity_ordered": 10, "quantity_on_time": 10, "is_on_time": True, "is_otif": True},
    "landed": {"ordered_value": 20, "landed": [Decimal("1.4")], "lead_time_days": 7},
    "filling": {"fill_rate": 0.4, "quantity_open": 18, "open_value": 18, "is_overdue": True, "lead_time_days": None},
    "over": {"quantity_over": 2, "over_value": 2, "fill_rate": 1.0, "receipt_ratio": 1.2, "is_in_full": True},
    "corrected": {"quantity_received": 8, "quantity_open": 2, "is_otif": False, "receipts": [10, -2]},
    "unpromised": {"is_due": False, "is_on_time": None, "is_overdue": False, "lifecycle_state": "received_not_closed"},
    "running": {"receipts": [4, 6], "quantity_on_time": 4, "is_in_full": True, "is_otif": False, "days_late": 2},
    "thousandths": {"first_receipt_date": date(2024, 1, 8), "lead_time_days": 7, "is_otif": True},
    "disagreeing": {"is_total_ordered_matched": False, "is_total_received_matched": True},
    "before": {"lead_time_days": -2, "is_on_time": True},
    "redated": {
        "count_promise_changes_after_due": 1,
        "promise_slip_days": 192,
        "promise_date": date(2024, 1, 10),
        "is_due": True,
        "is_on_time": False,
        "is_overdue": False,
    },
    "reopened": {"count_reopenings": 1, "closed_at": None, "quantity_open": 4, "quantity_short": 0},
}


@pytest.fixture(scope="module")
def hand_made(workspace: Path) -> Path:
    """An account of one case for each order; between two builds one promise was moved too late, one order reopened."""
    warehouse = workspace / "hand_made.duckdb"
    fill(warehouse, {"h": HAND_MADE})
    build = ("build", "--exclude-resource-type", "test", "unit_test", "--select")
    dbt(workspace, warehouse, *build, "+purchase_order_histories", "+purchase_order_line_histories")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            update inventory_planner.purchase_orders
            set expected_date = '2024-07-20', last_modified = '2024-02-01 09:00:00+00'
            where purchase_order_id = 'redated';
            update inventory_planner.purchase_orders set status = 'OPEN' where purchase_order_id = 'reopened';
            """
        )
    built = dbt(workspace, warehouse, *build, "+vendor_scorecard", "+data_health")
    assert set(built.outcomes.values()) == {"success"}
    return warehouse


@pytest.mark.parametrize(("case", "expected"), ON_PAPER.items(), ids=ON_PAPER)
def test_a_hand_made_order_gives_the_figures_that_one_works_out_on_paper(
    hand_made: Path, case: str, expected: Json
) -> None:
    (found,) = select(
        hand_made,
        f"""
        select
            orders.*,
            (
                select list(quantity_received order by receipt_number)
                from marts.receipts where purchase_order_id = orders.purchase_order_id
            ) as receipts,
            (
                select list(unit_landed_cost) from marts.purchase_order_lines
                where purchase_order_id = orders.purchase_order_id
            ) as landed
        from marts.purchase_orders as orders
        where purchase_order_id = '{case}'
        """,
    )

    assert {name: found[name] for name in expected} == expected


def test_two_currencies_are_never_added_and_a_split_receipt_is_on_time(hand_made: Path) -> None:
    found = select(
        hand_made,
        """
        select vendor_id, currency_code, count_orders, ordered_value, spend_share, otif_unit_rate
        from marts.vendor_scorecard
        where period = 'all' and vendor_id in ('split', 'two purses')
        order by vendor_id, currency_code
        """,
    )

    assert [(row["vendor_id"], row["currency_code"], row["count_orders"], row["ordered_value"]) for row in found] == [
        ("split", "EUR", 1, 10),
        ("two purses", "EUR", 1, 20),
        ("two purses", "USD", 1, 30),
    ]
    assert [row["otif_unit_rate"] for row in found] == [1.0, 1.0, 1.0]
    assert found[2]["spend_share"] == 1.0


def test_a_lead_time_below_zero_is_in_no_average_but_told(hand_made: Path) -> None:
    found = select(
        hand_made,
        """
        select count_found, (
            select min(lead_time_mean_days) from marts.vendor_scorecard where period = 'all'
        ) as least_mean
        from marts.data_health where check_name = 'line_received_before_ordered'
        """,
    )

    assert found == [{"count_found": 1, "least_mean": 7.0}]


def test_the_reports_hold_together_under_another_policy(hand_made: Path, workspace: Path, tmp_path: Path) -> None:
    warehouse = Path(shutil.copy(hand_made, tmp_path / "warehouse.duckdb"))
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "exchange_rates.csv").write_text("currency_code,valid_from,rate\nUSD,2024-01-01,0.9\n")
    policy = {
        "as_of_date": AS_OF.isoformat(),
        "account_timezone": "America/New_York",
        "promise_basis": "current",
        "on_time_grace_days": 2,
        "early_tolerance_days": 5,
        "in_full_under_tolerance_pct": 5,
        "over_receipt_tolerance_pct": 5,
        "ignore_unreceived_after_days": 14,
        "reporting_currency": "eur",
        "scorecard_weights": {"otif": 1},
        "min_sample": 1,
    }

    made = dbt(*(workspace, warehouse), *("build", "--exclude-resource-type", "unit_test"), variables=policy)

    assert set(made.outcomes.values()) == {"success", "pass", "warn"}
    (ignored,) = select(warehouse, "select sum(quantity_ignored) as units from marts.vendor_months")
    assert ignored == {"units": 18 + 2 + 4}
    purses = select(
        warehouse,
        """
        select value_basis, currency_code, ordered_value from marts.spend_concentration
        where spend_id = 'two purses' and period = 'all' order by all
        """,
    )
    assert [tuple(row.values()) for row in purses] == [
        ("order", "EUR", 20),
        ("order", "USD", 30),
        ("reporting", "EUR", 20 + 27),
    ]


def test_the_documentation_tells_of_every_column_of_every_relation_and_of_no_other(
    built: Built, workspace: Path, tmp_path: Path
) -> None:
    warehouse = Path(shutil.copy(built.warehouse, tmp_path / "warehouse.duckdb"))

    made = dbt(workspace, warehouse, "docs", "generate")

    assert "Catalog written" in made.log
    catalog, manifest = (
        {**read["nodes"], **read["sources"]}
        for read in (
            json.loads((workspace / "target" / f"{name}.json").read_text()) for name in ("catalog", "manifest")
        )
    )
    assert len(catalog) > 30
    for name, found in catalog.items():
        told = {column for column, its in manifest[name]["columns"].items() if its["description"]}
        assert (name, set(found["columns"])) == (name, told)
        assert manifest[name]["description"]


def test_the_views_outlive_a_copy_of_the_file_under_another_name(built: Built, tmp_path: Path) -> None:
    copy = Path(shutil.copy(built.warehouse, tmp_path / "analytics.duckdb"))

    counted = select(copy, "select count(*) as orders from staging.stg_inventory_planner__purchase_orders")

    assert counted == [{"orders": len(ORDERS) + len(OTHER_ACCOUNT)}]


def test_without_a_date_the_reports_look_from_today_in_the_accounts_time_zone(workspace: Path) -> None:
    timezone = "Pacific/Kiritimati"  # 14 hours ahead: another day than UTC's for most of the day
    before = datetime.now(ZoneInfo(timezone)).date()

    compiled = dbt(
        *(workspace, workspace / "empty.duckdb"),
        *("compile", "--quiet", "--inline", "{{ as_of_date() }}"),
        variables={"account_timezone": timezone},
    )

    after = datetime.now(ZoneInfo(timezone)).date()
    assert compiled.log.strip() in {f"cast('{day}' as date)" for day in (before, after)}


def test_a_snapshot_keeps_instants_in_utc_on_a_machine_of_any_time_zone(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    before = datetime.now(UTC).replace(tzinfo=None)

    shown = dbt(
        *(workspace, tmp_path / "warehouse.duckdb"),
        *("show", "--quiet", "--output", "json", "--inline", "select {{ snapshot_get_time() }} as seen_at"),
    )

    (seen,) = json.loads(shown.log)["show"]
    assert before <= datetime.fromisoformat(seen["seen_at"]) <= datetime.now(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("clock", ["current_date", "current_timestamp", "now()", "today()"])
def test_no_model_reads_the_clock(clock: str) -> None:
    readers = [path.name for path in PROJECT.rglob("models/**/*.sql") if clock in path.read_text().lower()]

    assert readers == []
