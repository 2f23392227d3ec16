"""What is wrong with several things at once, as one message."""

from __future__ import annotations

from collections.abc import Sequence

from inventory_planner.errors import ChangeError, list_faults


def raise_faults(heading: str, faults: Sequence[str]) -> None:
    """Raise an error that lists the faults, if there are any; each may have several lines.

    Raises:
        ChangeError: there are faults.
    """
    lines = [line for fault in faults for line in fault.splitlines()]
    if lines:
        raise ChangeError(list_faults(heading, lines))
