from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inventory_planner.api.client import Client
from inventory_planner.data_folder import Folder
from inventory_planner.marts.dbt import transform
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner.warehouse.build_record import built_until, note_built
from inventory_planner.warehouse.sync_log import SyncReport, write_down
from inventory_planner_emulator import Account
from orders import order


@pytest.fixture
def built(account: Account, client: Client, settings: Settings, folder: Folder) -> Folder:
    """A warehouse of one order, with the note that its marts were built with "this"."""
    account.put(order("one"))
    load(Job(client, settings, folder))
    note_built(folder, "this")
    return folder


def test_what_was_read_before_the_build_need_not_be_built_again(built: Folder) -> None:
    until = built_until(built, "this")
    assert until is not None
    assert timedelta() < datetime.now(UTC) - until < timedelta(minutes=5)


def test_what_was_built_with_something_else_has_to_be_built_again(built: Folder) -> None:
    assert built_until(built, "that") is None


def test_whatever_dbt_was_called_for_all_has_to_be_built_again(built: Folder) -> None:
    transform(built, {}, ["seed", "--select", "warehouse_names"])
    assert built_until(built, "this") is None


def test_after_the_clock_was_set_back_all_has_to_be_built_again(built: Folder, settings: Settings) -> None:
    write_down(built, SyncReport(settings.account_id, started_at=datetime.now(UTC) - timedelta(days=1)))
    assert built_until(built, "this") is None


def test_a_warehouse_without_orders_has_to_be_built_whole(client: Client, settings: Settings, folder: Folder) -> None:
    load(Job(client, settings, folder))
    assert built_until(folder, "this") is None
    note_built(folder, "this")
    assert built_until(folder, "this") is None
