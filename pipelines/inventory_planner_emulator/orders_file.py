"""Orders from a JSONL file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from inventory_planner_emulator.json_codec import decode


def read_orders(path: str | Path) -> list[dict[str, Any]]:
    """Read a file with one order per line; numbers keep every digit, and blank lines are skipped.

    Raises:
        ValueError: If a line is not a JSON object; the message names the file and the line.
        OSError: If the file can't be read.
    """
    lines = Path(path).read_bytes().splitlines()
    return [_parse_order(raw, f"{path}:{number}") for number, raw in enumerate(lines, start=1) if raw.strip()]


def _parse_order(raw: bytes, place: str) -> dict[str, Any]:
    try:
        order = decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{place}: invalid JSON: {error}") from error
    if not isinstance(order, dict):
        raise ValueError(f"{place}: expected a JSON object, not {type(order).__name__}")  # noqa: TRY004
    return order
