from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from filling import fill_marts
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError, LoadError, PublishError, TransformError
from inventory_planner.marts import build as module
from inventory_planner.marts import faulty_orders
from inventory_planner.marts.build import build, build_and_publish, publish, run_any_dbt
from inventory_planner.marts.dbt import BUILD, BUILD_TESTING_MARTS
from inventory_planner.warehouse.build_record import read_build, read_published_build
from inventory_planner.warehouse.warehouse import Warehouse

VARIABLES = {"as_of_date": "2026-01-21"}


@dataclass
class FakeDbt:
    """In place of dbt: counts its runs, and fails where an error is set."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    commands: list[Sequence[str]] = field(default_factory=list)
    error: BaseException | None = None

    def __call__(self, warehouse: Warehouse, variables: dict[str, Any], arguments: Sequence[str]) -> str:
        self.runs.append(variables)
        self.commands.append(arguments)
        if self.error:
            warehouse.close()
            raise self.error
        fill_marts(warehouse)
        return "done"


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch) -> FakeDbt:
    fake = FakeDbt()
    monkeypatch.setattr(module, "run_dbt", fake)
    monkeypatch.setattr(faulty_orders, "run_dbt", fake)
    return fake


@pytest.fixture
def published(filled: Warehouse, dbt: FakeDbt) -> Warehouse:
    """A warehouse that was built and published."""
    build_and_publish(filled, VARIABLES)
    assert len(dbt.runs) == 1
    return filled


def published_orders(folder: DataFolder) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.analytics, read_only=True) as connection:
        return connection.execute("select count(*) from inventory_planner.purchase_orders").fetchall()


# build


def test_a_warehouse_without_orders_is_not_built(warehouse: Warehouse, dbt: FakeDbt) -> None:
    with pytest.raises(LoadError, match=r"holds no orders yet: run `inventory-planner load` first"):
        build(warehouse, VARIABLES)
    assert dbt.runs == []


def test_an_invalid_var_is_refused_before_the_build(filled: Warehouse, dbt: FakeDbt) -> None:
    with pytest.raises(ConfigurationError, match="`on_time_grace_day`"):
        build(filled, {"on_time_grace_day": 2})
    assert dbt.runs == []


def test_a_build_is_recorded_with_the_day_that_it_looks_from(filled: Warehouse, dbt: FakeDbt) -> None:
    build(filled, {})

    ((variables),) = dbt.runs
    record = read_build(filled)
    assert record is not None
    assert f'"variables": {{"as_of_date": "{variables["as_of_date"]}"}}' in record.built_from


@pytest.mark.parametrize("error", [TransformError("dbt failed"), KeyboardInterrupt()], ids=["failed", "killed"])
def test_a_build_that_does_not_end_leaves_no_record_and_the_next_run_builds(
    published: Warehouse, dbt: FakeDbt, error: BaseException
) -> None:
    dbt.error = error
    with pytest.raises(type(error)):
        build(published, VARIABLES)
    assert read_build(published) is None
    with pytest.raises(PublishError, match=r"their last build failed its tests: run `inventory-planner transform`"):
        publish(published)

    dbt.error = None
    assert build_and_publish(published, VARIABLES)
    assert len(dbt.runs) == 3


def test_after_any_other_dbt_command_the_marts_are_built_again(published: Warehouse, dbt: FakeDbt) -> None:
    assert run_any_dbt(published, VARIABLES, ["seed"]) == "done"

    assert read_build(published) is None
    assert build_and_publish(published, VARIABLES)
    assert len(dbt.runs) == 3


@pytest.mark.parametrize(
    "words", ["docs generate --static", "ls", "parse", "show --inline x", "source freshness", "test"]
)
def test_a_dbt_command_that_only_reads_leaves_the_published_state_as_it_is(
    words: str, published: Warehouse, dbt: FakeDbt
) -> None:
    before = read_build(published)

    assert run_any_dbt(published, VARIABLES, words.split()) == "done"

    assert before
    assert read_build(published) == before
    assert not build_and_publish(published, VARIABLES)
    assert len(dbt.runs) == 2


def test_the_first_build_of_a_day_runs_all_tests_and_the_later_ones_those_of_the_marts(
    published: Warehouse, dbt: FakeDbt
) -> None:
    build(published, VARIABLES)
    build(published, {"as_of_date": "2026-01-22"})

    assert dbt.commands == [BUILD, BUILD_TESTING_MARTS, BUILD]


def leave_out_an_order(warehouse: Warehouse) -> None:
    warehouse.execute("delete from marts.purchase_orders where account_id = 'a2000'")
    warehouse.execute("insert into marts.purchase_orders values ('a1000')")  # as many in all


def leave_out_all(warehouse: Warehouse) -> None:
    warehouse.execute("delete from marts.purchase_orders")


@pytest.mark.parametrize(
    ("leave_out", "held"),
    [
        (leave_out_an_order, "0 of 1 orders of account a2000"),
        (leave_out_all, "0 of 2 orders of account a1000; 0 of 1 orders of account a2000"),
    ],
)
def test_a_build_without_some_orders_is_not_published(
    published: Warehouse, monkeypatch: pytest.MonkeyPatch, leave_out: Callable[[Warehouse], None], held: str
) -> None:
    before = read_published_build(published.engine)

    def build_less(warehouse: Warehouse, *_: object) -> str:
        fill_marts(warehouse)
        leave_out(warehouse)
        return ""

    monkeypatch.setattr(faulty_orders, "run_dbt", build_less)
    with pytest.raises(TransformError, match=f"^The marts hold only {held}; readers keep the last good marts"):
        build_and_publish(published, {"as_of_date": "2026-01-22"})

    assert read_build(published) is None
    assert read_published_build(published.engine) == before


def test_an_order_that_is_marked_as_deleted_is_not_missing(filled: Warehouse, dbt: FakeDbt) -> None:
    filled.execute("update inventory_planner.purchase_orders set _deleted_at = now() where purchase_order_id = 'two'")
    assert build_and_publish(filled, VARIABLES)
    assert len(dbt.runs) == 1


# when a build is due


def test_marts_that_are_current_are_neither_built_nor_published(published: Warehouse, dbt: FakeDbt) -> None:
    before = published.folder.analytics.read_bytes()

    assert not build_and_publish(published, VARIABLES)

    assert len(dbt.runs) == 1
    assert published.folder.analytics.read_bytes() == before


def change_a_seed_file(folder: DataFolder, _: pytest.MonkeyPatch) -> None:
    folder.seeds.mkdir()
    (folder.seeds / "vendor_aliases.csv").write_text("vendor_id,old_vendor_id\n")


def change_a_model(folder: DataFolder, patch: pytest.MonkeyPatch) -> None:
    model = folder.root / "model.sql"
    model.write_text("select 1")
    patch.setattr(module, "project_files", lambda: [model])


def change_the_version(_: DataFolder, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module, "__version__", "99")


@pytest.mark.parametrize("change", [change_a_seed_file, change_a_model, change_the_version])
def test_marts_are_built_again_after_their_inputs_change(
    published: Warehouse,
    dbt: FakeDbt,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[DataFolder, pytest.MonkeyPatch], None],
) -> None:
    change(published.folder, monkeypatch)

    assert build_and_publish(published, VARIABLES)
    assert not build_and_publish(published, VARIABLES)
    assert len(dbt.runs) == 2


def test_marts_are_built_again_on_another_day(published: Warehouse, dbt: FakeDbt) -> None:
    assert build_and_publish(published, {"as_of_date": "2026-01-22"})
    assert [each["as_of_date"] for each in dbt.runs] == ["2026-01-21", "2026-01-22"]


# publish


def test_a_publish_shows_readers_the_warehouse_and_its_build(published: Warehouse) -> None:
    assert published_orders(published.folder) == [(3,)]
    assert read_published_build(published.engine) == read_build(published)


def test_marts_that_are_published_already_are_not_copied_again(published: Warehouse) -> None:
    before = published.folder.analytics.stat()
    assert not publish(published)
    after = published.folder.analytics.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("content", [None, b"", b"not a database"], ids=["deleted", "empty", "spoiled"])
def test_a_published_file_that_somebody_replaced_is_published_again(
    published: Warehouse, dbt: FakeDbt, content: bytes | None
) -> None:
    published.folder.analytics.unlink()
    if content is not None:
        published.folder.analytics.write_bytes(content)

    assert build_and_publish(published, VARIABLES)

    assert len(dbt.runs) == 1
    assert published_orders(published.folder) == [(3,)]


def test_an_older_published_file_that_somebody_restored_is_published_again(published: Warehouse, dbt: FakeDbt) -> None:
    older = published.folder.analytics.read_bytes()
    build_and_publish(published, {"as_of_date": "2026-01-22"})
    published.folder.analytics.unlink()
    published.folder.analytics.write_bytes(older)

    assert build_and_publish(published, {"as_of_date": "2026-01-22"})
    assert len(dbt.runs) == 2


def test_a_log_that_another_program_left_is_published_away(published: Warehouse, dbt: FakeDbt) -> None:
    log = published.folder.analytics.with_name("analytics.duckdb.wal")
    log.touch()

    assert build_and_publish(published, VARIABLES)

    assert not log.exists()
    assert len(dbt.runs) == 1
    assert not build_and_publish(published, VARIABLES)


# the time of the readers' file


def test_a_run_without_changes_sets_the_time_of_the_readers_file(published: Warehouse) -> None:
    os.utime(published.folder.analytics, (0, 0))
    build_and_publish(published, VARIABLES)
    assert published.folder.analytics.stat().st_mtime > 0


@pytest.fixture
def refused_utime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(path: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(os, "utime", refuse)
    yield
    monkeypatch.undo()


@pytest.mark.usefixtures("refused_utime")
def test_a_readers_file_of_another_user_is_published_again(published: Warehouse, dbt: FakeDbt) -> None:
    before = published.folder.analytics.stat().st_ino
    build_and_publish(published, VARIABLES)
    assert published.folder.analytics.stat().st_ino != before
    assert len(dbt.runs) == 1
