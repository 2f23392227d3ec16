from __future__ import annotations

from datetime import UTC, datetime, timedelta

from inventory_planner.data_folder import DataFolder
from inventory_planner.warehouse.build_record import (
    invalidate_build,
    read_build,
    read_published_build,
    record_build,
    rendered,
)
from inventory_planner.warehouse.warehouse import Warehouse


def test_a_build_is_recorded_with_its_instant_and_what_it_was_built_from(filled: Warehouse) -> None:
    record_build(filled, {"version": "1", "variables": {"as_of_date": "2026-01-05"}})

    record = read_build(filled)

    assert record is not None
    assert timedelta() <= datetime.now(UTC) - record.built_at < timedelta(minutes=1)
    assert record.built_from == '{"variables": {"as_of_date": "2026-01-05"}, "version": "1"}'


def test_two_builds_from_the_same_inputs_compare_equal_in_any_order() -> None:
    assert rendered({"b": datetime(2026, 1, 5, tzinfo=UTC), "a": 1}) == rendered(
        {"a": 1, "b": datetime(2026, 1, 5, tzinfo=UTC)}
    )


def test_the_next_build_replaces_the_record(filled: Warehouse) -> None:
    record_build(filled, {"version": "1"})
    record_build(filled, {"version": "2"})

    record = read_build(filled)

    assert record is not None
    assert record.built_from == '{"version": "2"}'


def test_an_invalidated_build_has_no_record(filled: Warehouse) -> None:
    record_build(filled, {"version": "1"})
    invalidate_build(filled)
    assert read_build(filled) is None


def test_a_missing_warehouse_has_no_record_and_is_not_created(warehouse: Warehouse, folder: DataFolder) -> None:
    invalidate_build(warehouse)
    assert read_build(warehouse) is None
    assert not folder.warehouse.exists()


def test_the_record_is_published_with_the_marts(filled: Warehouse) -> None:
    engine = filled.engine
    assert read_published_build(engine) is None
    record_build(filled, {"version": "1"})
    record = read_build(filled)
    filled.close()
    engine.publish()

    invalidate_build(filled)

    assert read_published_build(engine) == record


def test_published_marts_that_can_not_be_read_have_no_record(filled: Warehouse, folder: DataFolder) -> None:
    folder.analytics.write_bytes(b"not a database")
    assert read_published_build(filled.engine) is None
    folder.analytics.unlink()

    filled.engine.publish()  # by a version that recorded no build

    assert read_published_build(filled.engine) is None
