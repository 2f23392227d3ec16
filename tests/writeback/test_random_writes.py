"""Commands change an account that others change too, through whatever goes wrong, and nothing is done twice or lost.

A program of commands is drawn at random. Requests fail before or after they are carried out, reads fail, lines are left
out, others change the same orders, and processes die at any step; then the same command is given again until it is
done. After each command the account holds exactly what the commands say, and the write log tells what became of each
call. Only where somebody else changed the very values meanwhile may an outcome stay unknown.

`pytest -m long --churn-examples 3000 tests/writeback/test_random_writes.py` runs that many new programs;
`--hypothesis-seed` repeats them. A failure prints its program, made as short as it goes.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oracle
from inventory_planner import variants
from inventory_planner.sync.load import Job, load
from inventory_planner.writeback import sending
from inventory_planner_emulator import Account, Server
from orders import API_KEY, NOW
from random_writes import FAULTS, ORDERS, VARIANTS, Command, Office, Step, Trouble
from writing import opened

pytestmark = pytest.mark.long

EXAMPLES = 60
KINDS = (
    *("create", "update", "receive", "receive", "file", "file", "close", "connect", "push", "push"),
    *("settings", "vendor", "remove"),
)

numbers = st.integers(0, len(ORDERS) - 1)
quantities = st.dictionaries(st.integers(0, len(VARIANTS) - 1), st.integers(1, 9), min_size=1, max_size=3)
commands = st.builds(
    Command,
    st.sampled_from(KINDS),
    st.lists(numbers, min_size=1, max_size=3, unique=True).map(tuple),
    quantities,
    st.booleans(),
)
single_commands = commands.map(
    lambda each: each if each.kind in {"file", "close"} else Command(each.kind, each.which[:1], each.values, each.adds)
)
edits = st.tuples(numbers, st.integers(0, 6), st.integers(1, 5))
troubles = st.builds(
    Trouble,
    fault=st.none() | st.sampled_from(sorted(FAULTS)),
    nth=st.sampled_from((1, 1, 2, 3)),
    reads_fail=st.sampled_from((False, False, False, True)),
    edit=st.none() | edits,
    at=st.integers(1, 8),
    skipped=st.none() | st.none() | numbers,
    killed_at=st.none() | st.integers(1, 60),
    after=st.booleans(),
)
steps = st.builds(Step, single_commands, st.lists(troubles, max_size=3).map(tuple))
programs = st.lists(steps, min_size=1, max_size=5)


def _live(server: Server, examples: int, *, is_random: bool, loads: bool) -> None:
    drawn = settings(
        max_examples=examples,
        derandomize=not is_random,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    @drawn
    @given(programs)
    def live(program: list[Step]) -> None:
        _live_through(server, program, loads=loads)

    live()


def _live_through(server: Server, program: list[Step], *, loads: bool) -> None:
    account = server.account = Account(api_key=API_KEY, now=lambda: NOW)
    with TemporaryDirectory() as folder, opened(server, Path(folder)) as job, pytest.MonkeyPatch.context() as patch:
        if not loads:
            patch.setattr(sending, "read_back", lambda _job, _order_ids: None)
            patch.setattr(variants, "load_catalog", lambda _job, _day: None)
        office = Office(account, job, Path(folder))
        for step in program:
            office.do(step)
        if loads:
            _check_warehouse(job, account)


def _check_warehouse(job: Job, account: Account) -> None:
    load(job)
    job.warehouse.close()
    oracle.assert_equal(job.warehouse.folder.warehouse, account.orders())


def test_nothing_is_done_twice_or_lost(server: Server, pytestconfig: pytest.Config) -> None:
    wanted = pytestconfig.getoption("churn_examples")
    _live(server, wanted or EXAMPLES, is_random=bool(wanted), loads=False)


def test_the_warehouse_follows(server: Server, pytestconfig: pytest.Config) -> None:
    wanted = pytestconfig.getoption("churn_examples")
    _live(server, (wanted or EXAMPLES) // 10, is_random=bool(wanted), loads=True)
