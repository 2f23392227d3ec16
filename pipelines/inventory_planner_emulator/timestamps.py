"""Timestamps as the API writes them: whole seconds with a UTC offset, such as `2024-05-03T09:41:07+00:00`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?")


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def parse_timestamp(value: Any) -> datetime | None:
    """Parse a timestamp into UTC; return None for anything else.

    A date, or a time without an offset, is taken as UTC.
    """
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # June 31st, or before year 1 once converted to UTC
        return None


def format_timestamp(moment: datetime) -> str:
    """Format a timestamp as the account stamps it: in UTC, truncated to whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
