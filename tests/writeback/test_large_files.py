"""A file of 1,000 orders: what it costs, and that a kill costs nothing but the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

import oracle
from inventory_planner import orders as api
from inventory_planner.sync.load import Job
from inventory_planner.writeback.orders import Receiving
from inventory_planner_emulator import Account
from orders import line, minute, order
from writing import is_write, run_killed, written

pytestmark = pytest.mark.long

ORDERS, LINES = 1_000, 5
HALF = 3_500  # steps, of which an order takes seven: a read, a write, and what the log takes
LIST_PAGES = 8  # of the whole list before the first change, and of what has changed after the last
ADDED = Receiving(is_added=True)


@pytest.fixture
def path(account: Account, tmp_path: Path) -> Path:
    """The file; each line gets as many pieces as its number says."""
    rows = ["order,variant,received"]
    for number in range(ORDERS):
        items = [line(f"c9_{each}", received=0, attributes=[]) for each in range(1, LINES + 1)]
        fields = {"reference": f"R{number}", "items": items, "last_modified": minute(number % 60)}
        account.put(order(f"65f0c0de{number:016}", **fields))
        rows += [f"R{number},c9_{each},{each}" for each in range(1, LINES + 1)]
    path = tmp_path / "received.csv"
    path.write_text("\n".join(rows))
    return path


def assert_received_once(account: Account) -> None:
    expected = [[*range(1, LINES + 1)]] * ORDERS
    assert [[each["received"] for each in found["items"]] for found in account.orders()] == expected


def test_takes_a_read_and_a_write_an_order(account: Account, job: Job, path: Path) -> None:
    outcomes = api.receive_file(job, path, ADDED)
    assert {each.state for each in outcomes} == {"applied"}
    assert_received_once(account)
    lists = [request for request in account.requests if request.path.endswith("/purchase-orders")]
    assert (len(written(account)), len(lists) <= LIST_PAGES) == (ORDERS, True)
    assert len(account.requests) <= 2 * ORDERS + LIST_PAGES
    job.warehouse.close()
    oracle.assert_equal(job.warehouse.folder.warehouse, account.orders())


def test_is_resumed_with_the_rest(account: Account, job: Job, path: Path) -> None:
    assert run_killed(lambda: api.receive_file(job, path, ADDED), HALF, after=True)
    done = len(written(account))
    assert ORDERS / 4 < done < ORDERS
    account.requests.clear()
    outcomes = api.receive_file(job, path, ADDED)
    assert {each.state for each in outcomes} == {"applied"}
    assert_received_once(account)
    assert len(written(account)) <= ORDERS - done + 1
    reads = [each for each in account.requests if not is_write(each) and not each.path.endswith("/purchase-orders")]
    assert len(reads) <= ORDERS - done + 2  # the one in doubt is read to settle it, and to load it
