from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dbt_runs import select
from filling import fill, fill_marts
from hand_made import line, order
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import TransformError
from inventory_planner.marts import dbt, faulty_orders
from inventory_planner.marts.build import build, build_and_publish
from inventory_planner.marts.dbt import BUILD
from inventory_planner.marts.faulty_orders import MAX_FAULTY
from inventory_planner.warehouse.build_record import read_build
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.excluded_orders import excluded_orders
from inventory_planner.warehouse.warehouse import Warehouse

VARIABLES = {"as_of_date": "2024-06-30"}
INCLUDED = """
    select _account_id, purchase_order_id from inventory_planner.purchase_orders
    where (_account_id, purchase_order_id) not in
        (select _account_id, purchase_order_id from inventory_planner._excluded_orders)
"""
MESSAGE = "Runtime Error in model prices\n  Conversion Error: too large"


@dataclass
class FailingDbt:
    """In place of dbt: fails while one of these orders is included, always, or together with its partner."""

    faulty: set[tuple[str, str]] = field(default_factory=set)
    needs: int = 1
    is_broken: bool = False
    runs: list[list[str]] = field(default_factory=list)

    def __call__(self, warehouse: Warehouse, _: object, arguments: Sequence[str]) -> str:
        self.runs.append(list(arguments))
        if self.is_broken or len(self.faulty & set(warehouse.execute(INCLUDED))) >= self.needs:
            warehouse.close()
            raise TransformError("dbt failed; readers keep the last good marts.", {"prices": MESSAGE})
        fill_marts(warehouse)
        return "done"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> FailingDbt:
    fake = FailingDbt()
    monkeypatch.setattr(faulty_orders, "run_dbt", fake)
    return fake


@pytest.fixture
def many(warehouse: Warehouse) -> Warehouse:
    """The warehouse with twenty orders of one account and five of another, of which one has the same id."""
    fill(warehouse.folder.warehouse, {"a1000": numbered(range(20)), "a2000": numbered(range(19, 24))})
    return warehouse


def numbered(numbers: Iterable[int]) -> list[dict[str, Any]]:
    return [order(f"{number:02}", "OPEN", [line("mug", 1)]) for number in numbers]


def excluded(warehouse: Warehouse) -> list[tuple[str, str]]:
    return [(account, order_id) for account, order_id, *_ in excluded_orders(warehouse)]


def test_the_orders_at_fault_are_found_and_excluded_and_the_others_published(
    many: Warehouse, failing: FailingDbt, caplog: pytest.LogCaptureFixture
) -> None:
    failing.faulty = {("a1000", "03"), ("a2000", "19"), ("a2000", "23")}

    assert build_and_publish(many, VARIABLES)

    reason = "prices: Runtime Error in model prices Conversion Error: too large"
    assert excluded_orders(many) == [
        ("a1000", "03", "PO-03", reason),
        ("a2000", "19", "PO-19", reason),
        ("a2000", "23", "PO-23", reason),
    ]
    assert (
        f"The reports leave out order PO-03 (id 03) of account a1000 until you correct it: {reason}" in caplog.messages
    )
    assert failing.runs[0] == list(BUILD) == failing.runs[-1]
    assert all(run[-2:] == ["--select", "+prices"] for run in failing.runs[1:-1])


def test_an_excluded_order_is_tried_again_when_it_changes(many: Warehouse, failing: FailingDbt) -> None:
    failing.faulty = {("a1000", "03"), ("a1000", "04")}
    build(many, {})
    failing.faulty, failing.runs = {("a1000", "04")}, []
    build(many, {})  # as of another day, perhaps: the marts are still built from the same
    assert excluded(many) == [("a1000", "03"), ("a1000", "04")]
    assert failing.runs == [list(BUILD)]

    many.execute("update inventory_planner.purchase_orders set __synced_at = now() where purchase_order_id = '03'")
    build(many, {})
    assert excluded(many) == [("a1000", "04")]


@pytest.mark.long
def test_all_excluded_orders_are_tried_again_when_the_marts_are_built_from_something_else(
    many: Warehouse, failing: FailingDbt
) -> None:
    failing.faulty = {("a1000", "03")}
    build(many, VARIABLES)
    failing.faulty = set()
    build(many, {**VARIABLES, "on_time_grace_days": 2})
    assert excluded(many) == []


@pytest.mark.long
@pytest.mark.parametrize(
    "failing_with",
    [
        {"is_broken": True},
        {"faulty": {("a1000", "00"), ("a1000", "19")}, "needs": 2},
        {"faulty": {("a1000", f"{number:02}") for number in range(MAX_FAULTY + 1)}},
    ],
    ids=["without any order", "only with two orders together", "with too many orders"],
)
def test_a_build_that_fails_for_another_reason_than_single_orders_fails(
    many: Warehouse, failing: FailingDbt, failing_with: dict[str, Any]
) -> None:
    for name, value in failing_with.items():
        setattr(failing, name, value)
    with pytest.raises(TransformError, match=r"^dbt failed; readers keep the last good marts"):
        build(many, VARIABLES)
    assert excluded(many) == []
    assert read_build(many) is None


def test_after_a_search_that_was_killed_the_next_build_has_all_orders(
    many: Warehouse, failing: FailingDbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    failing.faulty = {("a1000", "03")}
    with monkeypatch.context() as patch:
        patch.setattr(faulty_orders, "include", lambda *_: None)  # as if the process had ended here
        patch.setattr(faulty_orders, "_search", die)
        with pytest.raises(KeyboardInterrupt):
            build(many, VARIABLES)
    assert len(excluded(many)) == 25

    failing.faulty = set()
    build(many, VARIABLES)
    assert excluded(many) == []


@pytest.mark.long
def test_a_model_that_fails_on_one_order_is_published_without_it(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    shutil.copytree(dbt.project(), project)
    monkeypatch.setattr(dbt, "project", lambda: project)
    orders_model = "{{ ref('stg_inventory_planner__purchase_orders') }}"
    fragile = f"select cast(purchase_order_number as integer) as number from {orders_model}"
    (project / "models" / "intermediate" / "int_fragile.sql").write_text(fragile)
    orders = [order(number, "OPEN", [line("mug", 1)]) for number in "123"]
    fill(
        folder.warehouse,
        {"a": [{**each, "reference": reference} for each, reference in zip(orders, "1x3", strict=True)]},
    )

    assert build_and_publish(Warehouse(engine_of(folder), folder), VARIABLES)

    assert select(folder.analytics, "select purchase_order_id from marts.purchase_orders order by 1") == [
        {"purchase_order_id": "1"},
        {"purchase_order_id": "3"},
    ]
    (found,) = select(folder.analytics, "select * from inventory_planner._excluded_orders")
    assert (found["purchase_order_id"], "Could not convert string 'x' to INT32" in found["reason"]) == ("2", True)
    assert select(
        folder.analytics,
        "select count_checked, count_found from marts.data_health where check_name = 'order_excluded'",
    ) == [{"count_checked": 3, "count_found": 1}]
