"""Which night's sync a delivery counts for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SYNC_TIME: Final = time(2)  # in the account's time zone; Inventory Planner's support can set another
LEAD: Final = timedelta(hours=1)  # how early a file must be there, as the connector's documents say


@dataclass(frozen=True, slots=True)
class Night:
    """The sync that reads a delivery. `missed` is the one that was too near, if the delivery came just too late."""

    sync: datetime
    missed: datetime | None

    @property
    def date(self) -> date:
        """The day on which the sync runs, in the account's time zone."""
        return self.sync.date()

    @property
    def text(self) -> str:
        """When the sync runs, in the account's time zone."""
        return f"{self.sync:%Y-%m-%d at %H:%M} ({self.sync.tzinfo})"

    @property
    def warning(self) -> str | None:
        """What was missed, and what follows."""
        if not self.missed:
            return None
        return (
            f"Too late for the sync of {self.missed:%Y-%m-%d at %H:%M}: a file must be there an hour before. It counts"
            f" for the sync of {self.text}."
        )


def night_of(instant: datetime, zone: ZoneInfo) -> Night:
    """The first sync at least an hour after the instant."""
    day = instant.astimezone(zone).date()
    syncs = [datetime.combine(day + timedelta(days=days), SYNC_TIME, zone) for days in range(3)]
    ahead = [sync for sync in syncs if sync.astimezone(UTC) > instant]
    in_time = [sync for sync in ahead if sync.astimezone(UTC) - instant >= LEAD]
    return Night(in_time[0], ahead[0] if ahead[0] != in_time[0] else None)
