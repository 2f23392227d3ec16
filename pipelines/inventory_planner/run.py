"""The scheduled run: load what changed, build the marts, publish them; or find that there is nothing to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from inventory_planner.errors import InventoryPlannerError, SweepError
from inventory_planner.marts.build import build_and_publish
from inventory_planner.marts.dbt_vars import with_as_of_date
from inventory_planner.marts.seeds import read_seeds
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.sweep import sweep_if_due
from inventory_planner.warehouse.sync_log import SyncReport, record_failure

BUILD: Final = "build"  # the sync kind of the row that a failed build leaves in the sync log

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did; `swept` is None if no sweep was due."""

    synced: SyncReport
    swept: SyncReport | None
    is_published: bool


def run(job: Job, variables: Mapping[str, Any]) -> RunReport:
    """Load; then build and publish, unless readers already have the result.

    Args:
        job: what to load, from which account, into which warehouse.
        variables: dbt vars; `as_of_date` is today in `account_timezone` if it is missing.

    Raises:
        ConfigurationError: a var or a seed file is invalid; nothing was done.
        InventoryPlannerError: see `load`, `sweep_if_due` and `build_and_publish`.
    """
    # both check what they read: otherwise a mistake would be found after a long load
    read_seeds(job.warehouse.folder)
    with_as_of_date(variables)
    synced = load(job)
    log.info("%s", synced.summary)
    swept, sweep_error = _sweep(job)
    is_published = _publish(job, variables)
    if sweep_error:
        raise sweep_error
    return RunReport(synced, swept, is_published)


def _sweep(job: Job) -> tuple[SyncReport | None, SweepError | None]:
    """Sweep if it is due. A SweepError is returned, to be raised last: readers should still get what was loaded."""
    try:
        return sweep_if_due(job), None
    except SweepError as error:
        return None, error


def _publish(job: Job, variables: Mapping[str, Any]) -> bool:
    """Build and publish; a failure is also recorded in the sync log, for monitoring."""
    try:
        return build_and_publish(job.warehouse, variables)
    except InventoryPlannerError as error:
        record_failure(job.account, BUILD, error)
        raise
