from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from deliveries import VALID, Cells, stock, write
from emulator_client import EmulatorClient
from inventory_planner.delivery.files import FILES
from inventory_planner_emulator import DIRECTORIES, Account, Inbox, Server, run_nightly_sync
from inventory_planner_emulator.nights import last_sync, run_nightly_syncs
from orders import NOW

EVENING = datetime(2026, 1, 31, 20, tzinfo=UTC)
VARIANT = VALID["variant"]
WAREHOUSE = VALID["warehouse"]


class Sender:
    """Puts files into the folder of an account, a minute after each other, and reads what comes of them."""

    def __init__(self, account: Account, client: EmulatorClient, folder: Path) -> None:
        self.account, self.client, self.folder = account, client, folder
        self.time = EVENING
        account.inbox = Inbox(folder)

    def put(self, kind: str, *rows: Cells, name: str = "", at: datetime | None = None) -> Path:
        self.time += timedelta(minutes=1)
        directory = kind.replace("-", "_")
        path = write(self.folder / directory / (name or f"{self.time:%H%M}.csv"), list(rows))
        os.utime(path, (moment := (at or self.time).timestamp(), moment))
        return path

    def night(self, until: datetime | None = None) -> None:
        run_nightly_sync(self.account, until)

    def stock(self, variant: str = "a1") -> dict[str, Any]:
        """The stock of a variant by warehouse."""
        found = self.client.read(f"variants/c70_{variant}").json()
        return {place["warehouse"]: place["in_stock"] for place in found["variant"]["warehouse"]}


@pytest.fixture
def sender(account: Account, client: EmulatorClient, tmp_path: Path) -> Sender:
    """Somebody whose variants a1 and a2, and whose warehouse w1, have arrived."""
    sender = Sender(account, client, tmp_path / "files")
    sender.put("warehouse", WAREHOUSE)
    sender.put("variant", VARIANT, {**VARIANT, "VARIANT_ID": "a2", "SKU": "CUP"})
    sender.night()
    return sender


def test_each_kind_has_a_directory(sender: Sender) -> None:
    assert {path.name for path in sender.folder.iterdir()} == set(DIRECTORIES)
    assert [file.name for file in FILES.values()] == list(DIRECTORIES)


@pytest.mark.parametrize("kind", FILES)
def test_all_columns_that_we_know_are_accepted(kind: str, account: Account, tmp_path: Path) -> None:
    row = {column.name: VALID[kind].get(column.name, "") for column in FILES[kind].columns}
    account.inbox = Inbox(tmp_path)
    write(tmp_path / FILES[kind].name / "a.csv", [row])
    run_nightly_sync(account)
    assert len(account.received.tables[FILES[kind].name]) == 1


def test_nothing_happens_before_the_night(sender: Sender) -> None:
    sender.put("variant-warehouse", *stock(a1=5))
    assert sender.stock() == {"c70_w1": 0}
    sender.night()
    assert sender.stock() == {"c70_w1": 5}
    assert sender.stock("a2") == {"c70_w1": 0}


def test_files_are_read_oldest_to_newest_and_each_once(sender: Sender) -> None:
    sender.put("variant-warehouse", *stock(a1=7, a2=8), name="a.csv", at=EVENING + timedelta(hours=2))
    sender.put("variant-warehouse", *stock(a1=5), name="b.csv", at=EVENING + timedelta(hours=1))
    sender.night()
    assert (sender.stock(), sender.stock("a2")) == ({"c70_w1": 7}, {"c70_w1": 8})
    sender.put("variant-warehouse", *stock(a1=-2))
    sender.night()
    sender.night()
    assert (sender.stock(), sender.stock("a2")) == ({"c70_w1": -2}, {"c70_w1": 8})


def test_kinds_that_need_each_other_may_arrive_in_any_order(sender: Sender) -> None:
    sender.put("variant-warehouse", *stock(a3=4))
    sender.put("variant", {**VARIANT, "VARIANT_ID": "a3"})
    sender.night()
    assert sender.stock("a3") == {"c70_w1": 4}


GOOD = stock(a1=5)[0]
UNKNOWN = {**GOOD, "GROSS_WEIGHT": "1"}


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([UNKNOWN], id="an unsupported column"),
        pytest.param([{name: cell for name, cell in GOOD.items() if name != "UPDATED_AT"}], id="a missing column"),
        pytest.param([{name.lower(): cell for name, cell in GOOD.items()}], id="names in lower case"),
        pytest.param([{f"\ufeff{name}": cell for name, cell in GOOD.items()}], id="a byte order mark"),
        pytest.param([GOOD, {**GOOD, "VARIANT_ID": "a2", "IN_STOCK": "many"}], id="a text for a number"),
        pytest.param([{**GOOD, "UPDATED_AT": "2026-01-31T08:00:00Z"}], id="a time with a zone"),
        pytest.param([{**GOOD, "REMOVED": "no"}], id="an unknown flag"),
        pytest.param([{**GOOD, "VARIANT_ID": "a" * 257}], id="257 characters"),
        pytest.param([{**GOOD, "VARIANT_ID": ""}], id="no id"),
        pytest.param([VARIANT], id="a file in the wrong directory"),
    ],
)
def test_a_bad_file_is_skipped_without_a_word(sender: Sender, rows: list[Cells]) -> None:
    sender.put("variant-warehouse", *stock(a1=1, a2=1))
    sender.put("variant-warehouse", *rows)
    sender.night()
    assert (sender.stock(), sender.stock("a2")) == ({"c70_w1": 1}, {"c70_w1": 1})


@pytest.mark.parametrize("separator", [";", "\t"])
def test_only_commas_separate(sender: Sender, separator: str) -> None:
    path = sender.put("variant-warehouse", *stock(a1=5))
    write(path, stock(a1=5), delimiter=separator)
    sender.night()
    assert sender.stock() == {"c70_w1": 0}


def test_files_elsewhere_and_drafts_are_not_read(sender: Sender) -> None:
    write(sender.folder / "stock.csv", stock(a1=5))
    sender.put("variant-warehouse", *stock(a1=6), name=".stock.csv.part")
    sender.night()
    assert sender.stock() == {"c70_w1": 0}


@pytest.mark.parametrize(("seconds", "expected"), [(5, 0), (60, 2)])
def test_of_two_files_with_one_name_within_seconds_only_the_newest_is_read(
    sender: Sender, seconds: int, expected: int
) -> None:
    inbox = sender.account.inbox
    assert inbox
    sender.put("variant-warehouse", *stock(a2=2), name="stock.csv", at=EVENING)
    inbox.collect()
    sender.put("variant-warehouse", *stock(a1=1), name="stock.csv", at=EVENING + timedelta(seconds=seconds))
    sender.night()
    assert (sender.stock(), sender.stock("a2")) == ({"c70_w1": 1}, {"c70_w1": expected})


def test_removed_rows_hide_what_they_describe(sender: Sender) -> None:
    sender.put("warehouse", {**WAREHOUSE, "WAREHOUSE_ID": "w2"})
    sender.put("variant-warehouse", *stock(a1=5))
    sender.night()
    assert sender.stock() == {"c70_w1": 5, "c70_w2": 0}
    sender.put("variant-warehouse", {**GOOD, "REMOVED": "True"})
    sender.put("variant", {**VARIANT, "VARIANT_ID": "a2", "REMOVED": "true"})
    sender.night()
    assert sender.stock() == {"c70_w2": 0}
    assert [row["id"] for row in sender.client.read_rows("variants")] == ["c70_a1"]
    assert [row["id"] for row in sender.client.read_rows("variants", removed="true")] == ["c70_a1", "c70_a2"]
    sender.put("variant-warehouse", GOOD)
    sender.put("warehouse", {**WAREHOUSE, "WAREHOUSE_ID": "w2", "REMOVED": "true"})
    sender.night()
    assert sender.stock() == {"c70_w1": 5}


def test_the_catalog_shows_vendors_costs_parts_and_sales(sender: Sender) -> None:
    sale = VALID["sales-order"]
    sender.put("vendor", VALID["vendor"])
    sender.put("variant-vendor", {**VALID["variant-vendor"], "COST_PRICE": "4.25", "MOQ": "12"})
    sender.put("variant-component", VALID["variant-component"])
    sender.put(
        "sales-order",
        {**sale, "QUANTITY": "3"},
        {**sale, "ORDER_ID": "l2"},
        {**sale, "ORDER_ID": "l3", "QUANTITY": "9", "CREATED_AT": "2020-01-30 10:00:00"},
    )
    sender.put("sales-order", {**sale, "ORDER_ID": "l4", "CANCELLED": "true"})
    sender.account.now = lambda: EVENING
    sender.night()
    variant = sender.client.read("variants/c70_a1").json()["variant"]
    names = ("id", "sku", "title", "product_id", "price", "removed", "in_stock")
    assert [variant[name] for name in names] == ["c70_a1", "MUG", "Mug, blue", "c70_p1", 9.5, False, 0]
    vendor = {"vendor": "acme", "cost_price": 4.25, "cost_price_currency": "EUR", "landing_cost_price": None}
    assert variant["connections"][0]["vendors"] == [vendor]
    assert variant["components"] == [{"id": "c70_a2", "quantity": 2}]
    assert (variant["total_sales"], variant["last_30_days_sales"], variant["last_30_days_revenue"]) == (11, 2, 19)
    assert sender.client.read("variants/c70_a1/vendors").json() == {
        "vendors": [{"cost_price": 4.25, "vendor_packaging": 12, "t": "vendor", "s": "connection", "n": "acme"}]
    }
    assert sender.client.read_rows("vendors") == [{"id": "acme", "name": "Acme", "email": None, "currency": "EUR"}]
    assert [row["display_name"] for row in sender.client.read_rows("warehouses")] == ["Lager Köln"]


def test_a_stock_order_appears_once_all_that_it_names_is_known(sender: Sender) -> None:
    line = {**VALID["stock-order"], "STATUS": "SHIPPED", "RECEIVED": "2", "RECEIVED_DATE": "2026-01-30 12:00:00"}
    sender.put("stock-order", line, {**line, "LINE_ITEM_ID": "2", "VARIANT_ID": "a2"})
    sender.night()
    assert sender.client.read_rows("purchase-orders") == []
    sender.put("vendor", VALID["vendor"])
    sender.put("stock-order-status", VALID["stock-order-status"])
    sender.night()
    (order,) = sender.client.read_rows("purchase-orders")
    names = ("id", "reference", "status", "vendor", "warehouse", "total_ordered", "total_received", "total")
    assert [order[name] for name in names] == ["c70_s1", "PO-1", "shipped", "acme", "c70_w1", 10, 4, 42.5]
    assert [item["id"] for item in order["items"]] == ["c70_a1", "c70_a2"]
    assert order["items"][0]["received_history"] == [{"date": 1769774400, "value": 2}]
    sender.put("stock-order", {**line, "REMOVED": "true"})
    sender.night()
    assert [item["id"] for item in sender.client.read_rows("purchase-orders")[0]["items"]] == ["c70_a2"]


# when it is night


def test_files_of_the_last_hour_wait_for_the_next_night(sender: Sender) -> None:
    sync = datetime(2026, 2, 1, 1, tzinfo=UTC)
    sender.put("variant-warehouse", *stock(a1=5), at=sync - timedelta(minutes=60))
    sender.put("variant-warehouse", *stock(a1=6), at=sync - timedelta(minutes=59))
    sender.night(sync - timedelta(hours=1))
    assert sender.stock() == {"c70_w1": 5}
    sender.night(sync + timedelta(hours=23))
    assert sender.stock() == {"c70_w1": 6}


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("UTC", "2026-02-01T02:00", "2026-02-01T02:00"),
        ("UTC", "2026-02-01T01:59", "2026-01-31T02:00"),
        ("Europe/Berlin", "2026-02-01T01:00", "2026-02-01T01:00"),
        ("America/New_York", "2026-02-01T06:59", "2026-01-31T07:00"),
    ],
)
def test_the_night_comes_at_two_in_the_time_zone_of_the_account(zone: str, now: str, expected: str) -> None:
    moments = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, expected)]
    assert last_sync(moments[0], ZoneInfo(zone)) == moments[1]


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory_planner_emulator.nights._POLL_SECONDS", 0.01)


@pytest.mark.usefixtures("quick_looks")
def test_a_running_server_spends_the_night_when_its_clock_gets_there(sender: Sender) -> None:
    sender.put("variant-warehouse", *stock(a1=5))
    sender.account.now = lambda: EVENING
    with run_nightly_syncs(sender.account, ZoneInfo("Europe/Berlin")):
        sender.account.now = lambda: EVENING + timedelta(hours=5)
        end = datetime.now(UTC) + timedelta(seconds=20)
        while sender.stock() != {"c70_w1": 5}:
            assert datetime.now(UTC) < end


def test_a_post_spends_the_night_at_once(sender: Sender, server: Server) -> None:
    sender.put("variant-warehouse", *stock(a1=5))
    assert httpx.get(f"{server.url}/emulator/night").status_code == 405
    assert httpx.post(f"{server.url}/emulator/night").text == "The nightly sync ran.\n"
    assert sender.stock() == {"c70_w1": 5}
    assert sender.account.now() == NOW
