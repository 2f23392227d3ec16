"""The first load of an account that several tests begin with, which takes a second, once for all of them."""

from __future__ import annotations

from dataclasses import replace

from inventory_planner.sync.load import Job, load
from inventory_planner_emulator import Account
from inventory_planner_emulator.json_codec import encode

_loaded: dict[tuple[bytes, str], bytes] = {}


def load_first(account: Account, job: Job) -> None:
    """Load the account into an empty warehouse, or take the one into which the same orders were loaded before."""
    file = job.warehouse.folder.warehouse
    assert not file.exists()
    key = encode(account.orders()), repr(replace(job.settings, base_url=""))
    if key in _loaded:
        file.write_bytes(_loaded[key])
    else:
        load(job)
        job.warehouse.close()
        _loaded[key] = file.read_bytes()
    account.requests.clear()
