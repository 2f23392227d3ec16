"""An account that is read through Neuro: the same rows as directly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import oracle
from inventory_planner.data_folder import DataFolder, data_folder
from inventory_planner.errors import RefusedError
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.sweep import sweep
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import Warehouse
from inventory_planner_emulator import Account, Fault, Quirks, Server
from orders import line, order, put_orders, receipt
from roads import NEURO_ORDERS, ROADS, client_of, settings_of

pytestmark = pytest.mark.long  # every load is compared with one over the other road


@contextmanager
def opened(road: str, account: Account, server: Server, folder: DataFolder) -> Iterator[Job]:
    """What loads the account over a road into a data folder."""
    warehouse = Warehouse(engine_of(folder), folder)
    settings = settings_of(road, account, server.url, page_size=10)
    with client_of(road, account, server.url) as client:
        yield Job(client, settings, warehouse)
    warehouse.close()


def rows(job: Job) -> dict[str, list[tuple[Any, ...]]]:
    """Every row, without its instants of loading and deletion and the random id of its sync."""
    shown = dict.fromkeys(oracle.RENAMED, "* exclude (__synced_at)")
    shown["purchase_orders"] = "* exclude (__synced_at, _deleted_at), _deleted_at is not null"
    shown["_quarantine"] = "* exclude (__synced_at, sync_id)"
    return {
        name: job.warehouse.execute(f"select {columns} from inventory_planner.{name} order by all")
        for name, columns in shown.items()
    }


def fill(account: Account) -> None:
    """Orders of every kind, one of them faulty, on three pages."""
    put_orders(account)
    components = [{"id": "c9_6001", "quantity": 4, "sku": "LEG"}]
    received = [receipt(1767225600, 1)]
    account.put(order("assembly", type="assembly", items=[line(components=components)]))
    account.put(order("saved", connections=[{"connection": "shop", "id": 815902, "status": "queued", "save_po": True}]))
    account.put(order("faulty", shipping_handling="many"))
    account.put(order("came", items=[line(received=1, received_history=received)]))


def test_loads_and_a_sweep_through_neuro_give_the_rows_of_the_direct_way(
    account: Account, server: Server, tmp_path: Path
) -> None:
    fill(account)
    found = {}
    for road in ROADS:
        folder = data_folder(tmp_path / road)
        with opened(road, account, server, folder) as job:
            load(job)
            found[road] = [rows(job)]

    account.edit("order-03", notes="call before delivery", status="CLOSED")
    account.edit("order-05", items=[], total_ordered=0)
    account.delete("order-07")
    account.put(order("silent", last_modified="2024-01-01T00:00:00+00:00"))  # a load doesn't find it
    for road in ROADS:
        folder = data_folder(tmp_path / road)
        with opened(road, account, server, folder) as job:
            load(job)
            swept = sweep(job)
            found[road] += [swept.deleted, rows(job)]
        orders = [each for each in account.orders() if each["id"] != "faulty"]
        oracle.assert_equal(folder.warehouse, orders)

    assert found["neuro"] == found["direct"]


def test_a_load_through_neuro_gives_the_same_rows_with_as_many_requests(
    account: Account, server: Server, tmp_path: Path
) -> None:
    fill(account)
    found, sent = {}, {}
    for road in ROADS:
        account.requests.clear()
        with opened(road, account, server, data_folder(tmp_path / road)) as job:
            load(job)
            found[road] = rows(job)
        sent[road] = [(each.method, each.path) for each in account.requests]
    assert found["neuro"] == found["direct"]
    assert len(sent["neuro"]) == len(sent["direct"])
    assert set(sent["neuro"]) == {("GET", NEURO_ORDERS)}


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(page_cap=7, past_the_end="not found", short_pages=True, neuro_bare_orders=True),
        Quirks(page_cap=7, past_the_end="last page"),
    ],
    ids=["short pages", "the last page again and again"],
)
def test_the_quirks_of_the_api_cost_no_row_through_neuro(
    quirks: Quirks, account: Account, server: Server, folder: DataFolder
) -> None:
    put_orders(account)
    account.quirks = quirks
    with opened("neuro", account, server, folder) as job:
        load(job)
        account.edit("order-03", notes="call before delivery")
        load(job)
    oracle.assert_equal(folder.warehouse, account.orders())


def test_without_an_account_id_rows_are_stored_under_the_plugin(
    account: Account, server: Server, folder: DataFolder
) -> None:
    put_orders(account, 3)
    account.account_id = "plugin-7"  # the id that the settings fall back to
    with opened("neuro", account, server, folder) as job:
        load(job)
        ids = job.warehouse.execute("select distinct _account_id from inventory_planner.purchase_orders")
    assert ids == [("plugin-7",)]
    oracle.assert_equal(folder.warehouse, account.orders(), "plugin-7")


def test_a_load_with_a_token_that_is_not_accepted_says_what_to_check(
    account: Account, server: Server, folder: DataFolder
) -> None:
    with opened("neuro", account, server, folder) as job:
        account.faults.append(Fault.refused("Unauthenticated.", 401))
        with pytest.raises(RefusedError, match=r"returned 401 \(Unauthenticated\.\)\. Check `neuro_token`, and the"):
            load(job)
        (recorded,) = job.warehouse.execute("select outcome, error from inventory_planner._syncs")
    assert recorded[0] == "failed"
    assert "Check `neuro_token`" in recorded[1]
