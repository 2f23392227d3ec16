"""The targets that rates are coloured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Standing = Literal["met", "near", "missed", ""]

SYMBOLS: Final[dict[Standing, str]] = {"met": "●", "near": "▲", "missed": "▼", "": ""}  # colour alone excludes readers


@dataclass(frozen=True)
class Targets:
    """The rate to reach, and the rate below which someone should act; None in an account without vendors."""

    target: float | None
    minimum: float | None

    def standing(self, rate: float | None) -> Standing:
        """Where a rate stands; empty if the rate or the targets are unknown."""
        if rate is None or self.target is None or self.minimum is None:
            return ""
        return "met" if rate >= self.target else "near" if rate >= self.minimum else "missed"
