"""Build the marts if anything that they are built from has changed, and publish them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

from inventory_planner import __version__
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import LoadError, PublishError
from inventory_planner.marts.dbt import digest_of, project_files, run_dbt
from inventory_planner.marts.dbt_vars import with_as_of_date
from inventory_planner.warehouse.build_record import (
    invalidate_build,
    read_build,
    read_published_build,
    record_build,
    rendered,
)
from inventory_planner.warehouse.stored_orders import has_tables
from inventory_planner.warehouse.warehouse import Warehouse

log = logging.getLogger(__name__)


def build(warehouse: Warehouse, variables: Mapping[str, Any]) -> None:
    """Build and test the marts.

    Raises:
        LoadError: nothing has been loaded yet.
        TransformError: a model was not built or a test failed.
        ConfigurationError: a var is invalid.
    """
    built_from = _built_from(warehouse.folder, variables)
    if not has_tables(warehouse):
        raise LoadError(f"{warehouse.folder.warehouse} holds no orders yet: run `inventory-planner load` first.")
    log.info("Building the marts as of %s.", built_from["variables"]["as_of_date"])
    invalidate_build(warehouse)
    run_dbt(warehouse, built_from["variables"])
    record_build(warehouse, built_from)


def run_any_dbt(warehouse: Warehouse, variables: Mapping[str, Any], arguments: Sequence[str]) -> str:
    """Run any dbt command; because it may change the marts, the next run builds them again.

    Raises:
        TransformError: dbt failed.
    """
    invalidate_build(warehouse)
    return run_dbt(warehouse, with_as_of_date(variables), arguments)


def publish(warehouse: Warehouse) -> bool:
    """Publish the marts unless readers already see them; return whether they were published.

    Raises:
        PublishError: the marts are out of date or their build failed, or they could not be copied.
    """
    record = read_build(warehouse)
    if record is None:
        raise PublishError(
            "The marts are out of date, or their last build failed its tests: run `inventory-planner transform` first."
        )
    if read_published_build(warehouse.engine) == record:
        return False
    warehouse.close()
    warehouse.engine.publish()
    return True


def build_and_publish(warehouse: Warehouse, variables: Mapping[str, Any]) -> bool:
    """Bring the published marts up to date; return whether anything was published.

    Raises:
        InventoryPlannerError: see `build` and `publish`.
    """
    record = read_build(warehouse)
    if record is None or record.built_from != rendered(_built_from(warehouse.folder, variables)):
        build(warehouse, variables)
    is_published = publish(warehouse)
    if is_published:
        log.info("Published %s.", warehouse.folder.analytics)
    else:
        _confirm_published(warehouse.folder)
        log.info("Nothing changed: %s is current.", warehouse.folder.analytics)
    return is_published


def _confirm_published(folder: DataFolder) -> None:
    """Set the modification time of the readers' file: the dashboard shows when a run last found it current.

    Raises:
        PublishError: the file can't be touched.
    """
    try:
        os.utime(folder.analytics)
    except OSError as error:
        raise PublishError(
            f"Can't set the modification time of {folder.analytics}: {error}. Correct its permissions."
        ) from error


def _built_from(folder: DataFolder, variables: Mapping[str, Any]) -> dict[str, Any]:
    seeds = {path.name: digest_of([path]) for path in sorted(folder.seeds.glob("*.csv")) if path.is_file()}
    models = digest_of(project_files())
    return {"version": __version__, "models": models, "variables": with_as_of_date(variables), "seeds": seeds}
