"""Snapshots keep what Inventory Planner overwrites."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from dbt_runs import DbtRun, dbt, folder_at, select
from inventory_planner.data_folder import DataFolder

CHANGES = (
    "update purchase_orders set expected_date = '2024-07-15' where purchase_order_id = '2'",
    "update purchase_orders set status = 'OPEN' where purchase_order_id in ('1', '5') and _account_id = 'a1'",
    "update purchase_orders set status = 'CLOSED' where purchase_order_id = '4'",
    "update purchase_orders set last_modified = '2024-06-25 08:00:00+00'",
    "update purchase_order_items set replenishment = 3 where purchase_order_id = '2' and line_number = 1",
    "delete from purchase_order_items where purchase_order_id = '8'",
    "update purchase_orders set _deleted_at = now() where purchase_order_id = '3'",
)


@pytest.fixture(scope="module")
def rebuilt(built: DbtRun, parsed_place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The account built again after it changed, on a snapshot of an older version that had one column less."""
    with folder_at(parsed_place) as folder:
        shutil.copy(built.warehouse, folder.warehouse)
        with duckdb.connect(folder.warehouse) as connection:
            connection.execute("alter table snapshots.purchase_order_snapshots drop column total_received")
            connection.execute("use inventory_planner")
            for change in CHANGES:
                connection.execute(change)
        run = dbt(folder, "build", "--exclude-resource-type", "test", "unit_test")
        assert set(run.outcomes.values()) == {"success"}, run.output
        return Path(shutil.copy(folder.warehouse, tmp_path_factory.mktemp("rebuilt")))


def test_an_order_keeps_its_first_promise_and_when_it_was_closed_or_reopened(rebuilt: Path) -> None:
    found = select(
        rebuilt,
        """
        select purchase_order_id, sent_date, sent_date_source, promise_original, promise_current, promise_source,
            promise_slip_days, count_promise_changes, count_reopenings, strftime(closed_at, '%m-%d'), closed_at_source
        from marts.purchase_orders
        where account_id = 'a1' and purchase_order_id in ('1', '2', '3', '4', '5')
        order by purchase_order_id
        """,
    )
    new_year, january, june, july = date(2024, 1, 1), date(2024, 1, 10), date(2024, 6, 30), date(2024, 7, 15)
    of_june = date(2024, 6, 1)
    assert [tuple(row.values()) for row in found] == [
        ("1", new_year, "created", january, january, "snapshot", 0, 0, 1, None, None),
        ("2", of_june, "created", june, july, "snapshot", 15, 1, 0, None, None),
        ("4", new_year, "created", of_june, of_june, "snapshot", 0, 0, 0, "06-25", "snapshot"),
        ("5", date(2024, 6, 25), "snapshot", january, january, "snapshot", 0, 0, 0, None, None),
    ]


def test_a_line_keeps_its_first_quantity(rebuilt: Path) -> None:
    found = select(
        rebuilt,
        """
        select quantity_ordered, quantity_ordered_original, quantity_original_source
        from marts.purchase_order_lines
        where purchase_order_id = '2' and line_number = 1
        """,
    )
    assert found == [{"quantity_ordered": 3, "quantity_ordered_original": 5, "quantity_original_source": "snapshot"}]


def test_a_removed_line_stays_in_the_snapshot(rebuilt: Path) -> None:
    found = select(
        rebuilt,
        """
        select variant_id from snapshots.purchase_order_line_snapshots
        where dbt_valid_to is not null and status = 'closed'
        """,
    )
    assert found == [{"variant_id": "set"}]


def test_instants_are_kept_in_utc_on_a_machine_in_any_time_zone(
    parsed_folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    before = datetime.now(UTC).replace(tzinfo=None)

    shown = dbt(
        parsed_folder,
        *("show", "--quiet", "--output", "json", "--inline", "select {{ snapshot_get_time() }} as seen_at"),
    )

    (seen,) = json.loads(shown.output)["show"]
    assert before <= datetime.fromisoformat(seen["seen_at"]) <= datetime.now(UTC).replace(tzinfo=None)
