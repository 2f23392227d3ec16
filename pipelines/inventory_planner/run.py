"""The scheduled run: load what changed, build and publish the marts, acknowledge; or find nothing to do.

The catalog is read after the orders, which are in the warehouse by then, whatever becomes of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inventory_planner.errors import InventoryPlannerError, SweepError
from inventory_planner.marts.build import build_and_publish
from inventory_planner.marts.dbt_vars import start_of_day, with_as_of_date
from inventory_planner.marts.seeds import read_seeds
from inventory_planner.sync.catalog import load_catalog_if_due
from inventory_planner.sync.load import Job, load
from inventory_planner.sync.sweep import sweep_if_due
from inventory_planner.warehouse.sync_log import ACKNOWLEDGE, BUILD, SWEEP, SyncReport, record_failure
from inventory_planner.warehouse.write_log import State
from inventory_planner.writeback.acknowledge import acknowledge, check_acknowledged

Result = TypeVar("Result")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did; `swept` is None if no sweep was due. `acknowledged` counts orders."""

    synced: SyncReport
    swept: SyncReport | None
    is_published: bool
    acknowledged: int = 0


def run(job: Job, variables: Mapping[str, Any]) -> RunReport:
    """Load, with the day's first run also the catalog; build and publish, unless readers have the result; acknowledge.

    A step that fails does not keep the later ones from readers or the account: its error is raised at the end.

    Args:
        job: what to load, from which account, into which warehouse.
        variables: dbt vars; `as_of_date` is today in `account_timezone` if it is missing.

    Raises:
        ConfigurationError: a var or a seed file is invalid; nothing was done.
        InventoryPlannerError: see `load`, `sweep_if_due`, `build_and_publish` and `acknowledge`.
    """
    # both check what they read: otherwise a mistake would be found after a long load
    read_seeds(job.warehouse.folder)
    with_as_of_date(variables)
    synced = load(job)
    log.info("%s", synced.summary, extra={"fields": synced.log_fields})
    steps = _Steps(job)
    swept = steps.attempt(SWEEP, lambda: sweep_if_due(job), SweepError)
    load_catalog_if_due(job, start_of_day(variables))
    is_published = steps.attempt(BUILD, lambda: build_and_publish(job.warehouse, variables))
    # After readers have the data, which 1,000 requests would delay by minutes, but also if they don't get it: it is
    # committed, and that is what is acknowledged.
    acknowledged = steps.attempt(ACKNOWLEDGE, lambda: _acknowledge(job))
    steps.raise_first()
    return RunReport(synced, swept, bool(is_published), acknowledged or 0)


def _acknowledge(job: Job) -> int:
    """Acknowledge what was imported, if the settings say so; how many orders were."""
    if job.settings.acknowledge_status is None:
        return 0
    outcomes = acknowledge(job)
    count = sum(each.state is State.APPLIED for each in outcomes)
    if outcomes:
        fields = {"account_id": job.settings.account_id, "orders": count, "status": job.settings.acknowledge_status}
        log.info("Acknowledged %d orders (%s).", count, job.settings.acknowledge_status, extra={"fields": fields})
    check_acknowledged(outcomes)
    return count


@dataclass(frozen=True, slots=True)
class _Steps:
    """Steps after the load, each of which is attempted even if one before has failed."""

    job: Job
    errors: list[InventoryPlannerError] = field(default_factory=list)

    def attempt(
        self, kind: str, step: Callable[[], Result], expected: type[InventoryPlannerError] = InventoryPlannerError
    ) -> Result | None:
        """The result of a step; None if it fails, which is recorded in the sync log, for monitoring."""
        try:
            return step()
        except expected as error:
            if kind != SWEEP:  # which has a row of its own
                record_failure(self.job.account, kind, error)
            self.errors.append(error)
            return None

    def raise_first(self) -> None:
        """Raise the first error, and log the others.

        Raises:
            InventoryPlannerError: a step failed.
        """
        for error in self.errors[1:]:
            log.error("%s", error)
        if self.errors:
            raise self.errors[0]
