from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Timer

import pytest

import oracle
from inventory_planner.data_folder import DataFolder
from inventory_planner.settings import Settings
from inventory_planner.sync.load import load
from inventory_planner_emulator import Account, RecordedRequest, Server
from killing import environment
from orders import line, order
from writing import is_write, logged, opened, written

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL"),
]

ORDERS = 12
KILLS = 4
MAX_DELAY = 0.02  # seconds after a request; about what a response and its two statements take


@dataclass
class _Killer:
    """Kills a process so many seconds after it has sent its nth request."""

    account: Account
    nth: int
    delay: float
    process: subprocess.Popen[str] | None = None
    count: int = 0

    def __call__(self, request: RecordedRequest) -> None:
        self.count += is_write(request)
        if self.process and self.count == self.nth:
            self.count += 1
            Timer(self.delay, self.process.kill).start()


def _start(path: Path, settings: Settings, folder: DataFolder) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "inventory_planner", "orders", "receive", str(path), "--add", "--yes"],
        env={**os.environ, **environment(settings, folder)},
        cwd=folder.root.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def path(account: Account, tmp_path: Path) -> Path:
    rows = ["order,variant,received"]
    for number in range(ORDERS):
        items = [line(each, received=0, attributes=[]) for each in ("c9_1", "c9_2")]
        account.put(order(f"65f0c0de{number:016}", reference=f"R{number}", items=items))
        rows += [f"R{number},c9_1,3", f"R{number},c9_2,4"]
    path = tmp_path / "received.csv"
    path.write_text("\n".join(rows))
    return path


@pytest.mark.parametrize("seed", range(1))
def test_quantities_are_added_once_however_often_the_process_is_killed(
    server: Server, settings: Settings, folder: DataFolder, path: Path, seed: int
) -> None:
    account = server.account
    rng = Random(seed)  # noqa: S311 (when to kill, not a secret)
    for _ in range(KILLS):
        killer = _Killer(account, rng.randint(1, ORDERS // KILLS), rng.uniform(0, MAX_DELAY))
        account.before_answer.append(killer)
        killer.process = _start(path, settings, folder)
        killer.process.communicate()
        account.before_answer.clear()

    last = _start(path, settings, folder)
    _, errors = last.communicate()
    assert last.returncode == 0 or "applied in full" in errors, errors

    assert [[each["received"] for each in found["items"]] for found in account.orders()] == [[3, 4]] * ORDERS
    with opened(server, folder.root) as job:
        load(job)
        rows = logged(job.warehouse)
    assert sorted(row["purchase_order_number"] for row in rows if row["state"] == "applied") == sorted(
        f"R{number}" for number in range(ORDERS)
    )
    assert {row["state"] for row in rows} <= {"applied", "failed", "unchanged"}
    assert sum(request.applied for request in written(account)) >= ORDERS
    oracle.assert_equal(folder.warehouse, account.orders())
