"""The scheduled run: load what changed, build the marts, publish them; or see that there is nothing to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inventory_planner import __version__
from inventory_planner.errors import ConfigurationError
from inventory_planner.folder import Folder
from inventory_planner.load import Job, SyncReport, load
from inventory_planner.publish import is_current, publish
from inventory_planner.transform import transform

DEFAULT_TIMEZONE: Final = "UTC"  # as in dbt_project.yml

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did."""

    sync: SyncReport
    published: bool


def run(job: Job, variables: Mapping[str, Any]) -> RunReport:
    """Load, and where that or the day or the policy has changed anything, build and publish.

    Args:
        job: what to load from where to where.
        variables: dbt vars. `as_of_date` is set to today in `account_timezone` where it is missing.

    Raises:
        AnotherRunError: another run is at work in the folder.
        InventoryPlannerError: as `load`, `transform` and `publish` say.
    """
    with job.folder.locked("run"):
        sync = load(job)
        log.info("%s", sync.summary)
        published = build(job.folder, variables)
    return RunReport(sync, published)


def build(folder: Folder, variables: Mapping[str, Any]) -> bool:
    """Build and publish the marts, unless the readers' file is current; whether it was not."""
    dated = with_day(variables)
    made_of = {"version": __version__, "variables": dated}
    if is_current(folder, made_of):
        log.info("Nothing changed: %s is current.", folder.analytics)
        return False
    log.info("Building the marts as of %s.", dated["as_of_date"])
    transform(folder, dated)
    publish(folder, made_of)
    log.info("Published %s.", folder.analytics)
    return True


def with_day(variables: Mapping[str, Any], now: datetime | None = None) -> dict[str, Any]:
    """The dbt vars, with the day that the reports look from.

    Raises:
        ConfigurationError: `account_timezone` is not the name of a time zone.
    """
    if variables.get("as_of_date"):
        return dict(variables)
    return {
        **variables,
        "as_of_date": _today(str(variables.get("account_timezone", DEFAULT_TIMEZONE)), now).isoformat(),
    }


def _today(timezone: str, now: datetime | None) -> date:
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"`account_timezone` {timezone!r} is no time zone; write it as Europe/Paris."
        ) from error
    return (now.astimezone(zone) if now else datetime.now(zone)).date()
