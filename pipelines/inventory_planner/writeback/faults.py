"""What is wrong with several things at once, as one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from inventory_planner.errors import ChangeError

MAX_SHOWN: Final = 20  # faults in one message


def raise_faults(heading: str, faults: Sequence[str]) -> None:
    """Raise an error that lists the faults, if there are any; each may have several lines.

    Raises:
        ChangeError: there are faults.
    """
    lines = [line for fault in faults for line in fault.splitlines()]
    if lines:
        more = [f"and {len(lines) - MAX_SHOWN:,} more"] if len(lines) > MAX_SHOWN else []
        raise ChangeError("\n".join([heading, *(f"  {line}" for line in [*lines[:MAX_SHOWN], *more])]))
