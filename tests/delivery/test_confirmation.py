from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from inventory_planner.api.client import Client
from inventory_planner.delivery.checks import digest_of_cells
from inventory_planner.delivery.confirmation import findings_of, lost_deliveries
from inventory_planner.delivery.planning import Clock
from inventory_planner.delivery.status import confirm_deliveries, read_deliveries
from inventory_planner.errors import AnotherRunError, ConfigurationError
from inventory_planner.settings import Settings
from inventory_planner.sync.account_client import open_client
from inventory_planner.warehouse.delivery_log import (
    Delivery,
    DeliveryState,
    create_log,
    end_delivery,
    next_number,
    record_delivery,
)
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account

SENT = datetime(2026, 1, 31, 12, tzinfo=UTC)
SYNC = datetime(2026, 2, 1, 1, tzinfo=UTC)  # 2 o'clock in Berlin
MORNING = SYNC + timedelta(hours=1)


class Delivered:
    """Stock that was delivered, and an account that took it over or not."""

    def __init__(self, warehouse: Warehouse, settings: Settings, account: Account) -> None:
        self.warehouse, self.settings, self.account = warehouse, settings, account

    def send(self, *, night: str = "2026-02-01", is_full: bool = False, removed: str = "", **stock: str) -> None:
        """Record a delivery of variants to the warehouse w1."""
        log = self.warehouse.account("a1000")
        create_log(log)
        names = ("VARIANT_ID", "WAREHOUSE_ID", "IN_STOCK", "REMOVED")
        sample = [
            dict(zip(names, (variant, "w1", units, str(variant == removed).lower()), strict=True))
            for variant, units in stock.items()
        ]
        number = next_number(log)
        delivery = Delivery(
            *(uuid4().hex, number, "variant-warehouse", "me@there:22", "stock", f"{number}.csv"),
            *(SENT + timedelta(minutes=number), SENT, None),
            *(DeliveryState.SENT, None, night, is_full, 3, 1, 1, 2, 100, "stock.csv", "d1", "d2"),
            *(json.dumps(sample), "me"),
        )
        keys = [digest_of_cells([variant, "w1"]) for variant in stock]
        record_delivery(log, delivery, ((key, number) for key in keys))
        end_delivery(log, delivery, DeliveryState.DELIVERED, "Delivered.")
        self.warehouse.close()

    def put(self, place: str = "c70_w1", connection: str = "c70", **stock: int) -> None:
        """Let the account have variants in a warehouse."""
        for variant, units in stock.items():
            self.account.put_variant(f"{connection}_{variant}", warehouse=[{"warehouse": place, "in_stock": units}])

    def confirm(
        self, now: datetime = MORNING, settings: Settings | None = None, **options: bool
    ) -> list[tuple[Any, ...]]:
        """What is known of each delivery then, oldest first, and whether that is settled."""
        clock = Clock(ZoneInfo("Europe/Berlin"), lambda: now)
        confirm_deliveries(self.warehouse.folder, settings or self.settings, open_client, clock, **options)
        return [
            (each.confirmation, [found.text for found in findings_of(each) if found.outcome != "arrived"])
            for each in self.log()
        ]

    def log(self) -> list[Delivery]:
        return sorted(self.last(100), key=lambda each: each.delivery_number)

    def last(self, count: int) -> list[Delivery]:
        """What is shown first."""
        return read_deliveries(self.warehouse.engine, count)


@pytest.fixture
def delivered(warehouse: Warehouse, settings: Settings, account: Account) -> Delivered:
    return Delivered(warehouse, settings, account)


def test_stock_that_arrived_is_looked_up_once_by_one_request(delivered: Delivered) -> None:
    delivered.put(a=5, b=-2, c=0)
    delivered.send(a="5", b="-2.0")
    delivered.send(c="0")
    assert delivered.confirm() == [("arrived", []), ("arrived", [])]
    assert delivered.confirm(MORNING + timedelta(days=9)) == [("arrived", []), ("arrived", [])]
    (request,) = delivered.account.requests
    assert request.params["fields"] == "id,in_stock,connections,warehouse"
    assert [each.confirmed_at for each in delivered.log()] == [MORNING, MORNING]
    assert json.loads(delivered.log()[1].findings or "") == [
        {"variant_id": "c", "warehouse_id": "w1", "sent": "0", "now": "0", "outcome": "arrived"}
    ]


def test_nothing_is_asked_before_the_sync_is_over(delivered: Delivered) -> None:
    delivered.send(a="5")
    assert delivered.confirm(MORNING - timedelta(seconds=1)) == [(None, [])]
    assert delivered.account.requests == []


def test_the_account_can_be_asked_early_and_what_is_missing_then_is_asked_again(delivered: Delivered) -> None:
    delivered.put(a=4)
    delivered.send(a="5")
    assert delivered.confirm(SENT, is_early=True) == [("missing", ["a in w1: now 4, sent 5"])]
    delivered.put(a=5)
    assert delivered.confirm(MORNING) == [("arrived", [])]


def test_a_difference_is_told_and_does_not_hide_that_the_file_arrived(delivered: Delivered) -> None:
    delivered.put(a=7, b=2)
    delivered.send(a="8", b="2")
    assert delivered.confirm() == [("arrived with differences", ["a in w1: now 7, sent 8"])]
    assert lost_deliveries(delivered.log()) == []


def test_what_did_not_arrive_is_looked_up_again_for_a_day(delivered: Delivered) -> None:
    delivered.put(a=7, b=2)
    delivered.send(a="8", b="3")
    lost = [("missing", ["a in w1: now 7, sent 8", "b in w1: now 2, sent 3"])]
    assert delivered.confirm() == lost
    assert delivered.log()[0].confirmed_at is None
    assert lost_deliveries(delivered.log()) == delivered.log()
    last = SYNC + timedelta(hours=24)
    assert delivered.confirm(last) == lost
    assert delivered.log()[0].confirmed_at == last
    delivered.put(a=8, b=3)
    assert delivered.confirm(last + timedelta(hours=1)) == lost
    assert len(delivered.account.requests) == 2


def test_what_arrives_late_is_confirmed(delivered: Delivered) -> None:
    delivered.put(a=7)
    delivered.send(a="8")
    delivered.confirm()
    delivered.put(a=8)
    assert delivered.confirm(MORNING + timedelta(hours=5)) == [("arrived", [])]


def test_a_variant_that_the_account_does_not_have_did_not_arrive(delivered: Delivered) -> None:
    delivered.put(a=8)
    delivered.send(a="8", b="2")
    assert delivered.confirm() == [("missing", ["b in w1 was not found"])]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("c70_w2", [("arrived", [])]),
        ("c70_w1", [("missing", ["a in w1: now 8, sent hidden"])]),
    ],
)
def test_removed_stock_is_hidden(delivered: Delivered, place: str, expected: list[Any]) -> None:
    delivered.put(place, a=8)
    delivered.send(a="8", removed="a")
    assert delivered.confirm() == expected


def test_a_row_that_was_delivered_again_since_proves_nothing(delivered: Delivered) -> None:
    delivered.put(a=6, b=1)
    delivered.send(a="8")
    delivered.send(a="7", b="1")
    delivered.send(a="6", night="2026-02-02")
    assert delivered.confirm() == [
        ("replaced", ["a in w1: now 6, sent 8"]),
        ("arrived", ["a in w1: now 6, sent 7"]),
        (None, []),
    ]


def test_a_later_delivery_of_everything_makes_up_for_a_lost_one(delivered: Delivered) -> None:
    delivered.put(a=7, b=2)
    delivered.send(a="8")
    delivered.confirm(SYNC + timedelta(hours=24))
    assert len(lost_deliveries(delivered.log())) == 1
    delivered.put(a=8)
    delivered.send(a="8", b="2", night="2026-02-03", is_full=True)
    assert [each.confirmation for each in delivered.last(1)] == ["missing"]
    assert delivered.confirm(MORNING + timedelta(days=2))[1] == ("arrived", [])
    assert [each.confirmation for each in delivered.last(1)] == ["arrived"]
    assert lost_deliveries(delivered.log()) == []


def test_the_connection_is_told_by_the_variant_and_the_warehouse(delivered: Delivered) -> None:
    delivered.put(place="c1_w1", connection="c1", a=99)
    delivered.put(place="c1_w7", connection="c70", a=99)
    delivered.account.put_variant(
        "c1_combined",
        connections=[{"id": "c1_combined"}, {"id": "c70_a"}],
        warehouse=[{"warehouse": "c1_w1", "in_stock": 99}, {"warehouse": "c70_w1", "in_stock": 5}],
    )
    delivered.put(place="c70_w1", connection="c70", b=3)
    delivered.send(b="3")
    assert delivered.confirm() == [("arrived", [])]
    delivered.account.delete_variant("c1_a")
    delivered.send(a="5")
    assert delivered.confirm()[1] == ("arrived", [])


def test_an_account_that_does_not_tell_warehouses_apart_is_compared_by_its_total(delivered: Delivered) -> None:
    delivered.account.put_variant("c70_a", in_stock=5)
    delivered.send(a="5")
    assert delivered.confirm() == [("arrived", [])]


def test_pages_are_read_until_all_is_found(delivered: Delivered) -> None:
    delivered.put(**{f"v{number}": number for number in range(8)})
    delivered.send(v0="0", v3="3")
    assert delivered.confirm(settings=replace(delivered.settings, page_size=2)) == [("arrived", [])]
    assert [request.params["page"] for request in delivered.account.requests] == ["0", "1"]


def test_strange_variants_are_no_obstacle(delivered: Delivered) -> None:
    delivered.account.put_variant("c70_0", warehouse="none", connections={"0": {"id": 5}}, in_stock="many")
    delivered.put(a=5)
    delivered.send(a="5")
    assert delivered.confirm() == [("arrived", [])]


def test_neuro_offers_no_variants(delivered: Delivered) -> None:
    delivered.send(a="5")
    with pytest.raises(ConfigurationError, match=r"^Neuro offers stock orders only\. To read variants"):
        delivered.confirm(settings=replace(delivered.settings, neuro_plugin="demo-plugin"))


@pytest.mark.long
def test_others_can_work_while_the_account_is_asked(delivered: Delivered) -> None:
    delivered.send(a="5")
    engine = delivered.warehouse.engine

    def open_free(settings: Settings) -> Client:
        with engine.lock("another command"):
            return open_client(settings)

    clock = Clock(ZoneInfo("Europe/Berlin"), lambda: MORNING)
    confirm_deliveries(delivered.warehouse.folder, delivered.settings, open_free, clock)
    with engine.lock("another command"), pytest.raises(AnotherRunError):
        confirm_deliveries(delivered.warehouse.folder, delivered.settings, open_free, clock)
