"""The Python API: what its functions send, and what they return."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inventory_planner import orders, variants
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ChangeError, LoadError
from inventory_planner.orders import Change, Outcome, Sending
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job
from inventory_planner.writeback.orders import Receiving
from inventory_planner_emulator import Account
from orders import ORDER_ID, line, order

STORED = "select purchase_order_id, status, total_received::int from inventory_planner.purchase_orders order by 1"


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put(order(connections=[{"connection": "shop", "save_po": False}]))


def stored(job: Job) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in job.warehouse.execute(STORED)]


def states(outcomes: Sequence[Outcome]) -> list[tuple[str, str | None, str]]:
    return [(each.action, each.order_id, str(each.state)) for each in outcomes]


@pytest.mark.long
@pytest.mark.parametrize("module", [orders, variants], ids=["orders", "variants"])
def test_the_example_of_a_module_works_as_it_stands(
    account: Account, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: ModuleType
) -> None:
    example = re.search(r"\n\n(    .*?)\n\n\S", inspect.getdoc(module) or "", re.DOTALL)
    assert example
    account.put(order("e", reference="PO-1001", items=[line("v", sku="MUG-BLUE")]))
    values = {"API_KEY": settings.api_key, "ACCOUNT_ID": settings.account_id, "BASE_URL": settings.base_url}
    for name, value in values.items():
        monkeypatch.setenv(f"SOURCES__INVENTORY_PLANNER__{name}", value)
    monkeypatch.chdir(tmp_path)

    exec(textwrap.dedent(example[1]), {})  # noqa: S102 (our own)

    if module is orders:
        assert account.get("e")["items"][0]["received"] == 12
    else:
        assert account.variant_edits == {"v": {"lead_time": 35}}
    assert (tmp_path / "data" / "warehouse.duckdb").exists()


def test_orders_are_read_live(account: Account, job: Job) -> None:
    account.put(order("b", status="closed"))
    assert [each.id for each in orders.list_orders(job)] == ["b", ORDER_ID]
    assert [each.id for each in orders.list_orders(job, status="closed")] == ["b"]
    assert orders.get_order(job, ORDER_ID).vendor == "acme mills"
    assert [each.connection for each in orders.connections(job, ORDER_ID)] == ["shop"]
    assert [each.delta for each in orders.pending_stock(job, ORDER_ID).items] == [12]
    assert orders.pending_stock(job, ORDER_ID, from_source=True).items == []


def test_an_order_that_is_created_during_a_listing_makes_no_other_come_twice(account: Account, job: Job) -> None:
    for number in range(1, 1001):
        account.put({"id": f"a{number:04}", "status": "open", "last_modified": "2026-01-05T09:41:07+00:00"})
    listing = orders.list_orders(job)
    found = [next(listing).id]
    account.put(order("z"))
    found += [each.id for each in listing]
    assert len(found) == len(set(found)) == 1001


def test_every_change_is_sent_and_read_back(account: Account, job: Job) -> None:
    (created,) = orders.create(job, {"warehouse": "w", "reference": "N1", "items": [{"id": "v", "replenishment": 3}]})
    assert states(orders.update(job, "1042", {"notes": "x"})) == [("update", ORDER_ID, "applied")]
    assert states(orders.receive(job, "1042", {"c9_5001": 13})) == [("receive", ORDER_ID, "applied")]
    assert states(orders.connect(job, "1042", "shop")) == [("connect", ORDER_ID, "applied")]
    assert states(orders.push_stock(job, "1042")) == [("push stock", ORDER_ID, "applied")]
    assert states(orders.close(job, ["1042", "N1"])) == [
        ("update", ORDER_ID, "applied"),
        ("update", created.order_id, "applied"),
    ]
    assert sorted(stored(job)) == sorted([(ORDER_ID, "closed", 13), (created.order_id, "closed", 0)])
    assert account.get(ORDER_ID)["connections"][0]["status"] == "success"


def test_an_outcome_tells_the_values_before_and_after(job: Job) -> None:
    (outcome,) = orders.receive(job, "1042", {"tee-red-m": Decimal("12.50")})
    assert outcome == Outcome(
        "receive",
        ORDER_ID,
        "1042",
        "",
        {"c9_5001": 12},
        {"c9_5001": Decimal("12.5")},
        outcome.state,
        "Applied.",
    )
    assert outcome.is_done


def test_quantities_are_numbers_or_texts(account: Account, job: Job) -> None:
    quantities = {"a": 13, "b": 13.5, "c": "14", "d": Decimal("1E+1")}
    account.edit(ORDER_ID, items=[line(each, sku=each, received=0, received_history=[]) for each in quantities])
    account.receive(ORDER_ID, "a", 20)
    orders.receive(job, "1042", quantities, Receiving(allow_lower=True))
    assert [each["received"] for each in account.get(ORDER_ID)["items"]] == [13, 13.5, 14, 10]
    for wrong in (-1, float("nan"), "many", True):
        with pytest.raises(ChangeError, match="it must be a number of at least 0"):
            orders.receive(job, "1042", {"a": wrong})


def test_quantities_can_be_added_and_counted_at_once(account: Account, job: Job) -> None:
    orders.receive(job, "1042", {"c9_5001": 3}, Receiving(is_added=True, recalculate=True))
    assert account.requests[-2].body == {"items": [{"id": "c9_5001", "received": 15}], "skip_background_jobs": False}


def test_what_is_not_confirmed_is_not_sent(account: Account, job: Job) -> None:
    shown: list[Change] = []

    def refuse(changes: Sequence[Change]) -> bool:
        shown.extend(changes)
        return False

    with pytest.raises(ChangeError, match=r"Not confirmed; nothing was sent\."):
        orders.close(job, ["1042"], Sending(refuse))
    assert [(each.before, each.after) for each in shown] == [({"status": "open"}, {"status": "CLOSED"})]
    assert {request.method for request in account.requests} == {"GET"}


def test_each_outcome_is_told_at_once(account: Account, job: Job, tmp_path: Path) -> None:
    account.put(order("b", reference="7"))
    path = tmp_path / "in.csv"
    path.write_text("order,variant,received\n1042,c9_5001,13\n7,c9_5001,14\n")
    told: list[Outcome] = []
    outcomes = orders.receive_file(job, path, sending=Sending(progress=told.append))
    assert told == outcomes
    assert [(each.order_id, each.file_rows) for each in outcomes] == [(ORDER_ID, (2,)), ("b", (3,))]


def test_a_new_order_without_a_reference_gets_one(account: Account, job: Job) -> None:
    body = {"warehouse": "w", "variants_filter": {"replenishment_gt": 0}}
    (outcome,) = orders.create(job, {"purchase-order": body, "skip_background_jobs": False})
    assert re.fullmatch(r"IP-\d{8}-[0-9a-f]{8}", outcome.reference or "")
    (sent,) = [request.body for request in account.requests if request.method == "POST"]
    assert sent == {"purchase-order": {**body, "skip_background_jobs": False, "reference": outcome.reference}}


@pytest.mark.long
def test_the_statuses_of_loaded_orders_are_known(account: Account, job: Job) -> None:
    account.put(order("b", reference="7", status="at sea"))
    with pytest.raises(ChangeError, match="is no known status"):
        orders.update(job, "1042", {"status": "At Sea"})
    orders.update(job, "7", {"notes": "x"})  # which loads the order
    assert states(orders.update(job, "1042", {"status": "At Sea"})) == [("update", ORDER_ID, "applied")]
    fields = {"warehouse": "w", "status": "AT SEA", "items": [{"id": "v", "replenishment": 1}]}
    assert orders.create(job, fields)[0].is_done


def test_a_read_back_that_fails_is_a_warning(
    account: Account, job: Job, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.before_write(lambda: monkeypatch.setattr(account, "api_key", "another"))
    (outcome,) = orders.close(job, ["1042"])
    assert outcome.is_done
    assert [each.split(":")[0] for each in caplog.messages if "read back" in each] == [
        "The changed orders could not be read back; the next run reads them"
    ]


def test_a_total_below_what_was_received_before_needs_to_be_allowed(account: Account, job: Job) -> None:
    account.receive(ORDER_ID, "c9_5001", 13)
    with pytest.raises(ChangeError, match="a total of 3 is less than the 25 received before"):
        orders.receive(job, "1042", {"c9_5001": 3})
    assert account.get(ORDER_ID)["items"][0]["received"] == 25


def test_what_is_no_longer_as_it_was_shown_is_not_sent(account: Account, job: Job) -> None:
    def confirm(_: Sequence[Change]) -> bool:
        account.receive(ORDER_ID, "c9_5002", 15)
        return True

    (outcome,) = orders.receive(job, "1042", {"c9_5002": 20}, sending=Sending(confirm, only_shown=True))

    assert (outcome.state, outcome.message) == (
        "failed",
        "Order 1042 has changed since it was shown; nothing was sent. Run the command again.",
    )
    assert account.get(ORDER_ID)["items"][1]["received"] == 15


def test_an_account_that_is_open_for_reading_can_t_be_changed(
    account: Account, job: Job, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "one_account", lambda _: job.settings)
    with (
        orders.open_account(folder, read_only=True) as reading,
        pytest.raises(LoadError, match="opened for reading only"),
    ):
        orders.receive(reading, "1042", {"c9_5001": 13})
    assert not [each for each in account.requests if each.method != "GET"]
