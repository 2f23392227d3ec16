"""Instants as the API writes them: `2024-05-03T09:41:07+00:00`, whole seconds with an offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?")


def utc_now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def instant(value: Any) -> datetime | None:
    """The instant that a text names, in UTC; None for anything else.

    A date alone, or a time without an offset, is read as UTC.
    """
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of June, or in UTC before the year 1: of the right form, no instant
        return None


def text(moment: datetime) -> str:
    """An instant as the account stamps it: UTC, cut to whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
