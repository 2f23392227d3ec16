"""The warehouse follows an account that keeps changing, through whatever goes wrong.

A program of changes, faults and quirks is drawn at random and run: the account changes between the runs and, at random
requests, during them. After every run, also one that failed, no order is torn, orphaned or duplicated, and the cursor
is not ahead of what is stored. After a run on a quiet account, every order that the account has stamped is in the
warehouse as it is; after a last quiet load and a sweep, every row of every table is what the account says.

The programs are short and always the same. `pytest -m long --churn-examples 1500 tests/end_to_end/test_churn.py` runs
that many new ones with several rounds; `--hypothesis-seed` repeats them. A failure prints its program, made as short as
it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn import Change
from inventory_planner_emulator import Quirks, Server
from postgres_server import PostgresServer
from world import AS_DOCUMENTED, FAULTS, Program, Round, Trouble, live_through

pytestmark = pytest.mark.long

EXAMPLES = 12  # of each test; a run takes half a second, nearly all of it in dlt and DuckDB
EXAMPLES_ON_POSTGRES = 4
KINDS = (
    *("create", "edit", "edit", "count", "receive", "remove_line", "empty", "repeat_line", "assemble", "connect"),
    *("edit_many", "create_many", "bring_back", "bring_back_changed", "delete", "delete", "restore"),
    *("change_silently", "create_undated", "create_dated", "create_for_the_future", "tick", "tick"),
)


changes = st.builds(Change, st.sampled_from(KINDS), st.integers(0, 9), st.integers(0, 9))
troubles = st.builds(Trouble, st.integers(1, 12), st.sampled_from(sorted(FAULTS)), st.sampled_from((1, 1, 2, 5, 6, 7)))
shapes = st.sampled_from(
    (
        AS_DOCUMENTED,
        Quirks(mixed_offsets=True, limit_as_number=True),
        Quirks(drop_unset=True, no_count=True),
        Quirks(empty_text_numbers=True, empty_maps_as_lists=True),
        Quirks(lists_as_objects=True, not_found_as_200=True),
    )
)
pagings = st.fixed_dictionaries(
    {
        "page_cap": st.sampled_from((None, None, 2, 4)),
        "short_pages": st.booleans(),
        "past_the_end": st.sampled_from(("empty", "not found", "last page")),
        "default_order": st.sampled_from(("oldest first", "newest first", "scattered")),
    }
)
disobedience = st.sampled_from(
    (
        {"ignore_modified_filter": True},
        {"ignore_sort": True},
        {"ignore_modified_filter": True, "ignore_sort": True},
    )
)


def rounds(obeys: bool) -> st.SearchStrategy[Round]:
    noise = st.just({}) if obeys else disobedience
    return st.builds(
        Round,
        before=st.lists(changes, max_size=6).map(tuple),
        command=st.sampled_from(("load", "load", "load", "load", "full", "since", "sweep", "forced sweep")),
        during=st.lists(st.tuples(st.integers(1, 12), changes), max_size=8).map(tuple),
        troubles=st.lists(troubles, max_size=2).map(tuple),
        late=st.sampled_from((0, 0, 0, 1, 3, 10)),
        quirks=st.builds(lambda shape, *more: replace(shape, **more[0], **more[1]), shapes, pagings, noise),
        page_size=st.sampled_from((1, 2, 3, 5, 1000)),
    )


def programs(obeys: bool, max_rounds: int) -> st.SearchStrategy[Program]:
    filling = st.lists(changes, min_size=2, max_size=12).map(lambda found: (Change("create_many", 6), *found))
    return st.builds(
        lambda start, first, others, **fields: Program((replace(first, before=start), *others), **fields),
        filling,
        rounds(obeys),
        st.lists(rounds(obeys), max_size=max_rounds - 1),
        chunk_orders=st.sampled_from((10, 20_000, 20_000)),
        statuses=st.sampled_from(((), (), ("open", "CLOSED"))),
        skew=st.sampled_from([timedelta(minutes=minutes) for minutes in (0, 0, 4, -4, 1440, -1440)]),
    )


def _try(
    server: Server,
    *,
    obeys: bool,
    examples: int,
    max_rounds: int = 1,
    is_random: bool = False,
    prepare: Callable[[], None] = lambda: None,
) -> None:
    """Run random programs; two loads follow the rounds of each in any case."""
    drawn = settings(
        max_examples=examples,
        derandomize=not is_random,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    @drawn
    @given(programs(obeys, max_rounds))
    def live(program: Program) -> None:
        prepare()
        live_through(server, program)

    live()


def _try_many(server: Server, wanted: int | None, *, obeys: bool) -> None:
    if wanted:
        _try(server, obeys=obeys, examples=wanted, max_rounds=4, is_random=True)
    else:
        _try(server, obeys=obeys, examples=EXAMPLES)


class TestAnApiThatSortsAndFilters:
    def test_is_followed_through_random_programs(self, pytestconfig: pytest.Config, server: Server) -> None:
        _try_many(server, pytestconfig.getoption("churn_examples"), obeys=True)

    def test_is_followed_into_postgresql(
        self, server: Server, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def prepare() -> None:
            monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", postgres_server.new_database())

        monkeypatch.setenv("INVENTORY_PLANNER_WAREHOUSE", "postgres")
        _try(server, obeys=True, examples=EXAMPLES_ON_POSTGRES, prepare=prepare)


class TestAnApiThatIgnoresSortOrFilter:
    def test_is_followed_through_random_programs(self, pytestconfig: pytest.Config, server: Server) -> None:
        _try_many(server, pytestconfig.getoption("churn_examples"), obeys=False)
