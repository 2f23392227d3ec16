from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from inventory_planner_emulator import read_orders


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text('{"id": "a", "total": 19.10}\n\n{"id": "b", "total": 0.30000000000000004}\n', encoding="utf-8")
    assert read_orders(file) == [
        {"id": "a", "total": Decimal("19.10")},
        {"id": "b", "total": Decimal("0.30000000000000004")},
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b'{"id": ', "invalid JSON", id="truncated"),
        pytest.param(b'["a"]', "expected a JSON object, not list", id="a list"),
        pytest.param(b'{"id": "\xff"}', "invalid JSON", id="not UTF-8"),
    ],
)
def test_the_error_names_the_invalid_line(tmp_path: Path, line: bytes, reason: str) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_bytes(b'{"id": "a"}\n' + line)
    with pytest.raises(ValueError, match=rf"orders\.jsonl:2: {reason}"):
        read_orders(file)
