"""The scheduled run: load what changed, build the marts, publish them; or see that there is nothing to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from inventory_planner import __version__
from inventory_planner.api.changes import Batch, Way
from inventory_planner.api.contract import raw_order
from inventory_planner.data_folder import Folder
from inventory_planner.errors import InventoryPlannerError, LoadError, SweepError
from inventory_planner.marts.dbt import fingerprint, project_files, transform
from inventory_planner.marts.dbt_vars import with_day
from inventory_planner.marts.publish import is_current, made_of_now, note_current, note_made_of, publish
from inventory_planner.sync.load import Job, is_wanted, load, store
from inventory_planner.sync.sweep import compare, confirm, order_count, read_again
from inventory_planner.warehouse.build_record import built_until, note_built
from inventory_planner.warehouse.stored_orders import (
    forget_quarantined,
    has_tables,
    known_orders,
    mark_deleted,
    quarantined,
    stored_order_count,
    warehouse,
    with_enough_memory,
)
from inventory_planner.warehouse.sync_log import SyncReport, last_sweep, logged, write_down

SWEEP_EVERY: Final = timedelta(hours=23)  # a run at the same time every day finds it due every day

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did; `swept` is None where no sweep was due."""

    sync: SyncReport
    swept: SyncReport | None
    published: bool


def run(job: Job, variables: Mapping[str, Any]) -> RunReport:
    """Load, and where that or the day or the policy has changed anything, build and publish.

    Args:
        job: what to load from where to where.
        variables: dbt vars. `as_of_date` is set to today in `account_timezone` where it is missing.

    Raises:
        ConfigurationError: a var makes no sense; nothing was done.
        AnotherRunError: another run is at work in the folder.
        InventoryPlannerError: as `load`, `transform` and `publish` say.
    """
    with_day(variables)  # or a var that makes no sense would be found after a long load
    with job.folder.locked("run"):
        sync = load(job)
        log.info("%s", sync.summary)
        swept, doubt = _swept(job)
        published = _built(job, variables)
    if doubt:
        raise doubt
    return RunReport(sync, swept, published)


@with_enough_memory
def sweep(job: Job, *, force: bool = False) -> SyncReport:
    """Compare the whole account with the warehouse: mark orders that are gone, read again those that differ.

    Raises:
        SweepError: more orders seem gone than can be believed without `force`; what differs was read all the same.
        InventoryPlannerError: as `load` says.
    """
    report = SyncReport(job.settings.account_id, way=Way.SWEEP)
    with logged(job.folder, job.client, report):
        known = known_orders(job.folder, job.settings.account_id)
        found = compare(job.client, job.settings, known, is_wanted(job))
        report.account_orders = found.account_orders
        if found.changed:
            store(job, read_again(job.client, job.settings, found.changed), report)
        gone = confirm(job.client, found, known, force=force)
        if gone:
            job.folder.outdate()
            mark_deleted(job.folder, job.settings.account_id, gone, datetime.now(UTC))
        report.way, report.deleted = Way.SWEEP, len(known.present.keys() & set(gone))
        report.warehouse_orders = stored_order_count(job.folder, job.settings.account_id)
    log.info("%s", report.summary)
    return report


@with_enough_memory
def replay(job: Job) -> SyncReport:
    """Read the records that were set aside again, for instance with a newer version; asks nothing of the service.

    Raises:
        LoadError: the warehouse can't be opened or written.
    """
    report = SyncReport(job.settings.account_id, way=Way.REPLAY)
    with logged(job.folder, job.client, report):
        orders = tuple(map(raw_order, quarantined(job.folder, job.settings.account_id)))
        if orders:
            store(job, [Batch(orders, len(orders), Way.REPLAY, mark=None)], report)
            forget_quarantined(job.folder, job.settings.account_id, before=report.started_at)
    log.info("%s", report.summary)
    return report


def _swept(job: Job) -> tuple[SyncReport | None, SweepError | None]:
    """A sweep if one is due; the doubt that it may leave must not keep what was loaded from the readers."""
    with warehouse(job.folder):  # opened once for all that is asked of it
        is_due = _is_sweep_due(job)
    if not is_due:
        return None, None
    try:
        return sweep(job), None
    except SweepError as error:
        return None, error


def _is_sweep_due(job: Job) -> bool:
    """Once a day, and whenever the account has won or lost other orders than the warehouse since the last sweep."""
    last = last_sweep(job.folder, job.settings.account_id)
    if last is None or datetime.now(UTC) - last["started_at"] > SWEEP_EVERY:
        return True
    if job.settings.status:  # the account's total counts orders that are not wanted, and they come and go
        return False
    in_warehouse = stored_order_count(job.folder, job.settings.account_id)
    difference: int = last["account_orders"] - last["warehouse_orders"]
    return order_count(job.client) - in_warehouse != difference


def build(folder: Folder, variables: Mapping[str, Any]) -> bool:
    """Build and publish the marts, unless the readers' file is current; whether it was not."""
    made_of = _made_of(folder, variables)
    if is_current(folder, made_of):
        note_current(folder)
        log.info("Nothing changed: %s is current.", folder.analytics)
        return False
    _build(folder, made_of)
    publish(folder, made_of)
    log.info("Published %s.", folder.analytics)
    return True


def build_marts(folder: Folder, variables: Mapping[str, Any]) -> None:
    """Build and test the marts in the warehouse.

    Raises:
        LoadError: nothing was ever loaded.
        TransformError: a model was not built or a test failed.
        ConfigurationError: a var makes no sense.
    """
    _build(folder, _made_of(folder, variables))


def _build(folder: Folder, made_of: Mapping[str, Any]) -> None:
    if not has_tables(folder):
        raise LoadError(f"{folder.warehouse} holds no orders yet: run `inventory-planner load` first.")
    as_text = json.dumps(made_of, default=str, sort_keys=True)
    until = built_until(folder, as_text)
    log.info("Building %s as of %s.", "what changed" if until else "the marts", made_of["variables"]["as_of_date"])
    folder.built.unlink(missing_ok=True)
    transform(folder, made_of["variables"], built_until=until)
    note_built(folder, as_text)
    note_made_of(folder, made_of)


def publish_marts(folder: Folder) -> None:
    """Publish the marts as they were built last.

    Raises:
        PublishError: they are older than the warehouse, or could not be copied.
    """
    publish(folder, made_of_now(folder))


def _made_of(folder: Folder, variables: Mapping[str, Any]) -> dict[str, Any]:
    seeds = {path.name: fingerprint([path]) for path in sorted(folder.seeds.glob("*.csv")) if path.is_file()}
    models = fingerprint(project_files())
    return {"version": __version__, "models": models, "variables": with_day(variables), "seeds": seeds}


def _built(job: Job, variables: Mapping[str, Any]) -> bool:
    """As `build`; a failure goes into the sync log, for whoever watches that."""
    try:
        return build(job.folder, variables)
    except InventoryPlannerError as error:
        now = datetime.now(UTC)
        write_down(job.folder, SyncReport(job.settings.account_id, ended_at=now, way=Way.BUILD, error=str(error)))
        raise
