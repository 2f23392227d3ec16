"""Orders out of a JSONL file, one order a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from inventory_planner_emulator.wire import decoded


def read_orders(path: str | Path) -> list[dict[str, Any]]:
    """The file's orders, their numbers exact; blank lines are skipped.

    Raises:
        ValueError: When a line is not a JSON object; it names the file and the line.
        OSError: When the file cannot be read.
    """
    lines = Path(path).read_bytes().splitlines()
    return [_order(raw, f"{path}:{number}") for number, raw in enumerate(lines, start=1) if raw.strip()]


def _order(raw: bytes, place: str) -> dict[str, Any]:
    try:
        order = decoded(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{place}: not JSON: {error}") from error
    if not isinstance(order, dict):
        raise ValueError(f"{place}: a JSON object is expected, not {type(order).__name__}")  # noqa: TRY004
    return order
