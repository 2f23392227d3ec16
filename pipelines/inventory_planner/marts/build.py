"""Build the marts if anything that they are built from has changed, and publish them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256
from time import monotonic
from typing import Any, Final

from inventory_planner import __version__
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import LoadError, PublishError, TransformError
from inventory_planner.marts.dbt import BUILD, BUILD_TESTING_MARTS, run_dbt
from inventory_planner.marts.dbt_vars import with_as_of_date
from inventory_planner.marts.faulty_orders import build_without_faulty_orders
from inventory_planner.marts.project import digest_of, project_files
from inventory_planner.marts.seeds import read_seeds, write_seeds
from inventory_planner.warehouse.build_record import (
    invalidate_build,
    read_build,
    read_published_build,
    record_build,
    rendered,
)
from inventory_planner.warehouse.engine import Engine
from inventory_planner.warehouse.excluded_orders import IS_INCLUDED
from inventory_planner.warehouse.stored_orders import has_tables
from inventory_planner.warehouse.tables import ORDERS_TABLE, OWN_TABLES
from inventory_planner.warehouse.warehouse import Warehouse

# How many orders of each account are present in the warehouse, and how many of them the marts have, where it is fewer.
_MISSING_ORDERS: Final = """
    with
    loaded as (
        select _account_id as account_id, count(*) as count_orders
        from {orders_table} as orders
        -- one created after the date of the reports is not in them; any date not in ISO 8601 sorts after that date, too
        where _deleted_at is null and coalesce(created_date, '') < ?
            and {is_included}
        group by _account_id
    ),
    built as (select account_id, count(*) as count_orders from {build_schema}.purchase_orders group by account_id)
    select loaded.account_id, loaded.count_orders, coalesce(built.count_orders, 0)
    from loaded left join built on loaded.account_id = built.account_id
    where coalesce(built.count_orders, 0) < loaded.count_orders
    order by loaded.account_id
"""

# dbt commands that don't change the marts. With dbt's own options before it, any command counts as one that does.
READ_ONLY_COMMANDS: Final = frozenset(
    {"compile", "debug", "deps", "docs", "list", "ls", "parse", "show", "source", "test", "--version"}
)

log = logging.getLogger(__name__)


def build(warehouse: Warehouse, variables: Mapping[str, Any]) -> None:
    """Build and test the marts.

    Raises:
        LoadError: nothing has been loaded yet.
        TransformError: a model was not built, a test failed, or orders are missing from the marts.
        ConfigurationError: a var or a seed file is invalid.
    """
    built_from = _inputs(warehouse.folder, variables)
    if not has_tables(warehouse):
        raise LoadError(f"{warehouse.engine.name} holds no orders yet: run `inventory-planner load` first.")
    log.info("Building the marts as of %s.", built_from["variables"]["as_of_date"])
    invalidate_build(warehouse)
    _prepare(warehouse)
    build_without_faulty_orders(
        *(warehouse, built_from["variables"], rendered({**built_from, "variables": dict(variables)})),
        command=_command(warehouse.engine, built_from),
    )
    _confirm_complete(warehouse, built_from["variables"]["as_of_date"])
    record_build(warehouse, built_from)


def run_any_dbt(warehouse: Warehouse, variables: Mapping[str, Any], arguments: Sequence[str]) -> str:
    """Run any dbt command; unless it only reads, it may change the marts, and the next run builds them again.

    Raises:
        TransformError: dbt failed.
        ConfigurationError: a var or a seed file is invalid.
    """
    _prepare(warehouse)
    if arguments[0] not in READ_ONLY_COMMANDS:
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
    if read_published_build(warehouse.engine) == record and warehouse.engine.published_problem() is None:
        return False
    warehouse.close()
    warehouse.engine.publish()
    return True


def build_and_publish(warehouse: Warehouse, variables: Mapping[str, Any]) -> bool:
    """Bring the published marts up to date; return whether anything was published.

    Raises:
        InventoryPlannerError: see `build` and `publish`.
    """
    started_at = monotonic()
    record = read_build(warehouse)
    if record is None or record.built_from != rendered(_inputs(warehouse.folder, variables)):
        build(warehouse, variables)
    is_published = publish(warehouse)
    if is_published:
        seconds = monotonic() - started_at
        fields = {"fields": {"seconds": round(seconds, 1)}}
        log.info("Published %s in %.0f s.", warehouse.engine.published_name, seconds, extra=fields)
    else:
        warehouse.close()
        warehouse.engine.confirm_published()
        log.info("Nothing changed: %s is current.", warehouse.engine.published_name)
    return is_published


def _confirm_complete(warehouse: Warehouse, as_of_date: str) -> None:
    """Compare the marts with the warehouse: a build that succeeds may still have left orders out.

    Raises:
        TransformError: the marts have fewer orders of an account than the warehouse.
    """
    query = _MISSING_ORDERS.format(
        build_schema=warehouse.engine.build_schema, orders_table=ORDERS_TABLE, is_included=IS_INCLUDED
    )
    missing = warehouse.execute(query, [f"{as_of_date}~"])  # "~" sorts after any time of that day
    if missing:
        held = "; ".join(f"{built:,} of {loaded:,} orders of account {account}" for account, loaded, built in missing)
        raise TransformError(
            f"The marts hold only {held}; readers keep the last good marts. Read"
            f" {warehouse.folder.dbt / 'logs' / 'dbt.log'} to see what left them out, and run again."
        )


def _command(engine: Engine, built_from: Mapping[str, Any]) -> Sequence[str]:
    """How to build: with all tests, unless readers see marts of the same day, models, vars and seed files."""
    published = read_published_build(engine)
    is_repeated = published is not None and published.built_from == rendered(built_from)
    return BUILD_TESTING_MARTS if is_repeated else BUILD


def _prepare(warehouse: Warehouse) -> None:
    """Give dbt the user's seed rows, and the tables that the models read and that only some commands fill.

    Raises:
        ConfigurationError: a seed file is invalid.
    """
    write_seeds(warehouse.folder)
    warehouse.engine.take_seeds(sorted(warehouse.folder.clean_seeds.glob("*.csv")))
    if warehouse.engine.exists():
        for table in OWN_TABLES:
            warehouse.create(table)


def _inputs(folder: DataFolder, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What the marts are built from besides the raw tables: version, models, dbt vars and seed files.

    Raises:
        ConfigurationError: a var or a seed file is invalid.
    """
    seeds = {name: sha256(file.text.encode()).hexdigest() for name, file in read_seeds(folder).items()}
    models = digest_of(project_files())
    return {"version": __version__, "models": models, "variables": with_as_of_date(variables), "seeds": seeds}
