"""Compare what we read of an account with what extractors written by others read.

    uv run --with singer-sdk --with airbyte-cdk python tests/independent/check.py

Three accounts are served in turn: the demo's, a generated one of three pages, and that one again written in all the
ways in which the API may write the same values (see `accounts`).
We load each account; then it changes, and a load and a sweep bring
the warehouse up to date. Then two peers read the account: a Singer tap on singer-sdk, and an Airbyte low-code manifest
read by airbyte-cdk, both over zero-based pages of 1,000. The rows of all tables are derived from the records of each
peer without our code, and compared with the warehouse, order by order and line by line, every column.

The tap keeps the digits of every number, so its numbers must equal ours. The numbers of the manifest pass through
floats, so they are compared at a float's precision. The exit status is 1 on any disagreement. pytest does not run this;
it takes a minute.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from accounts import CASES, live
from agreement import as_rows, disagreements, oracle
from peers import PEERS, Peer
from rich.console import Console
from rich.table import Table

from inventory_planner.api.client import Client
from inventory_planner.data_folder import data_folder
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.sweep import sweep
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import open_warehouse
from inventory_planner_emulator import Account, serve

MAX_SHOWN = 10  # disagreements of each reading

console = Console(width=130)


@dataclass(frozen=True)
class Reading:
    """What a peer read of an account, and where the warehouse differs."""

    account: str
    peer: Peer
    rows: oracle.Rows
    disagreements: list[str]


def main() -> None:
    """Compare, print, and fail on any disagreement."""
    readings = [reading for case in CASES for reading in _readings(case.name, case.make())]
    console.print(_table(readings))
    for reading in readings:
        for disagreement in islice(reading.disagreements, MAX_SHOWN):
            console.print(f"[red]{reading.account}, {reading.peer.name}:[/]", disagreement)
    sys.exit(1 if any(reading.disagreements for reading in readings) else 0)


def _readings(name: str, account: Account) -> Iterator[Reading]:
    with tempfile.TemporaryDirectory() as scratch, serve(account) as server:
        folder = Path(scratch)
        settings = Settings(account.api_key, account.account_id, server.url, requests_per_second=0)
        warehouse = _load(account, settings, folder)
        ours = oracle.actual(warehouse)
        config = {"base_url": server.url, "api_key": account.api_key, "account_id": account.account_id}
        for peer in PEERS:
            theirs = as_rows(peer.records(config, folder), warehouse)
            found = list(disagreements(ours, theirs, keeps_digits=peer.keeps_digits))
            yield Reading(name, peer, theirs, found)


def _load(account: Account, settings: Settings, folder: Path) -> Path:
    """A warehouse that was loaded twice; the account changed in between."""
    data = data_folder(folder / "data")
    with (
        open_warehouse(engine_of(data), data, "check") as warehouse,
        Client(settings.base_url, settings.api_key, settings.account_id, settings.requests_per_second) as client,
    ):
        job = Job(client, settings, warehouse)
        load(job)
        live(account)
        load(job)
        sweep(job)  # deleted orders are in no list of changes
    return data.warehouse


def _table(readings: list[Reading]) -> Table:
    counted = {name.removeprefix("purchase_order_").removeprefix("purchase_"): name for name in oracle.RENAMED}
    table = Table("account", "read by", *counted, "numbers", "disagree")
    for reading in readings:
        counts = (f"{len(reading.rows[name]):,}" for name in counted.values())
        numbers = "exact" if reading.peer.keeps_digits else "as floats"
        colour = "red" if reading.disagreements else "green"
        found = f"[{colour}]{len(reading.disagreements)}[/]"
        table.add_row(reading.account, reading.peer.name, *counts, numbers, found)
    return table


if __name__ == "__main__":
    main()
