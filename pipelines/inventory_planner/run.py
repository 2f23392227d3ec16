"""The scheduled run: load what changed, build and publish the marts, acknowledge; or find nothing to do.

The catalog is read after the orders, which are in the warehouse by then, whatever becomes of it. Several accounts are
read one after the other, into one warehouse; the marts are built once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
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
    """What a run did in an account; `swept` is None if no sweep was due. `acknowledged` counts orders."""

    synced: SyncReport
    swept: SyncReport | None
    is_published: bool
    acknowledged: int = 0


def run(job: Job, variables: Mapping[str, Any]) -> RunReport:
    """Run with one account; see `run_all`."""
    (report,) = run_all([job], variables)
    return report


def run_all(jobs: Sequence[Job], variables: Mapping[str, Any]) -> list[RunReport]:
    """Load, with the day's first run also the catalog; build and publish, unless readers have the result; acknowledge.

    A step that fails does not keep the later ones from readers or the accounts, and an account that can't be loaded
    does not keep the others from it: errors are raised at the end.

    Args:
        jobs: what to load, from which accounts, into which warehouse, which is the same for all.
        variables: dbt vars; `as_of_date` is today in the var `account_timezone` if it is missing.

    Raises:
        ConfigurationError: a var or a seed file is invalid; nothing was done.
        InventoryPlannerError: see `load`, `sweep_if_due`, `build_and_publish` and `acknowledge`.
    """
    warehouse = jobs[0].warehouse
    # both check what they read: otherwise a mistake would be found after a long load
    read_seeds(warehouse.folder)
    with_as_of_date(variables)
    steps = _Steps(has_several=len(jobs) > 1)
    loaded = [found for found in (_load(job, steps, variables) for job in jobs) if found]
    if not loaded:
        steps.raise_first()
    jobs = [job for job, _, _ in loaded]
    is_published = bool(steps.attempt(jobs, BUILD, lambda: build_and_publish(warehouse, variables)))
    # After readers have the data, which 1,000 requests would delay by minutes, but also if they don't get it: it is
    # committed, and that is what is acknowledged.
    acknowledged = [steps.attempt([job], ACKNOWLEDGE, partial(_acknowledge, job)) or 0 for job in jobs]
    steps.raise_first()
    return [
        RunReport(synced, swept, is_published, count)
        for (_, synced, swept), count in zip(loaded, acknowledged, strict=True)
    ]


def for_each(jobs: Iterable[Job], step: Callable[[Job], object]) -> None:
    """Do something with each account, even if it fails with another.

    Raises:
        InventoryPlannerError: it failed with an account.
    """
    wanted = list(jobs)
    steps = _Steps(has_several=len(wanted) > 1)
    for job in wanted:
        steps.attempt_loading(job, partial(step, job))
    steps.raise_first()


def _load(job: Job, steps: _Steps, variables: Mapping[str, Any]) -> tuple[Job, SyncReport, SyncReport | None] | None:
    """Load an account, sweep it and read its catalog, if that is due; None if it can't be loaded."""
    synced = steps.attempt_loading(job, lambda: load(job))
    if synced is None:
        return None
    log.info("%s", synced.summary, extra={"fields": synced.log_fields})
    swept = steps.attempt([job], SWEEP, lambda: sweep_if_due(job), SweepError)
    load_catalog_if_due(job, start_of_day(variables, job.settings.account_id))
    return job, synced, swept


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
    """Steps, each of which is attempted even if one before has failed.

    With several accounts, errors are logged as they occur, with the name of the account.
    """

    has_several: bool
    errors: list[tuple[str | None, InventoryPlannerError]] = field(default_factory=list)

    def attempt_loading(self, job: Job, step: Callable[[], Result]) -> Result | None:
        """The result of reading an account, which has a row of its own in the sync log; None if it fails."""
        if self.has_several:
            log.info("Account %s:", job.settings.title)
        return self.attempt([job], None, step)

    def attempt(
        self,
        jobs: Sequence[Job],
        kind: str | None,
        step: Callable[[], Result],
        expected: type[InventoryPlannerError] = InventoryPlannerError,
    ) -> Result | None:
        """The result of a step; None if it fails, which is recorded in the sync log of its accounts, for monitoring."""
        try:
            return step()
        except expected as error:
            if kind not in {None, SWEEP}:  # which have a row of their own
                for job in jobs:
                    record_failure(job.account, str(kind), error)
            self._note(jobs[0].settings.title if kind != BUILD else None, error)
            return None

    def _note(self, account: str | None, error: InventoryPlannerError) -> None:
        if self.has_several and account:
            log.error("Account %s: %s", account, error)
        self.errors.append((account, error))

    def raise_first(self) -> None:
        """Raise the first error; log the others, unless they were.

        Raises:
            InventoryPlannerError: a step failed.
        """
        if not self.errors:
            return
        failed = list(dict.fromkeys(account for account, _ in self.errors if account))
        (_, first), *others = self.errors
        if not (self.has_several and failed):
            for _, error in others:
                log.error("%s", error)
            raise first
        for account, error in self.errors:
            if account is None:
                log.error("%s", error)
        raise type(first)(f"Not everything succeeded in account {', '.join(failed)}; the errors are above.") from first
