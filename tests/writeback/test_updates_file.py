from __future__ import annotations

from pathlib import Path

import pytest

from inventory_planner.errors import ChangeError
from inventory_planner.writeback.updates_file import Update, read_updates, updates
from orders import order, record_of

RECORD = record_of(order())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "updates.csv"


def test_a_row_sets_the_columns_that_are_filled_in(path: Path) -> None:
    path.write_text(
        "order;vendor;Expected;status;title\n1042;Acme;2026-01-31;;a\n1043;Acme;;;b\n'=1;Acme;;CLOSED;'=1+1\n"
    )
    assert read_updates(path) == [
        Update(2, "1042", {"expected_date": "2026-01-31"}),
        Update(4, "=1", {"status": "CLOSED"}),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("31.1.2026;01.02.2026", ["2026-01-31", "2026-02-01"], id="with points, the day is first"),
        pytest.param("31/01/2026;01/02/2026", ["2026-01-31", "2026-02-01"], id="another row has the day first"),
        pytest.param("1/31/2026;2/1/2026", ["2026-01-31", "2026-02-01"], id="another row has the month first"),
        pytest.param("31-1-2026 0:00;2026/2/1", ["2026-01-31", "2026-02-01"], id="with a time, and the year first"),
        pytest.param("3/3/2026;2026-02-01", ["2026-03-03", "2026-02-01"], id="the day is the month"),
    ],
)
def test_dates_may_be_written_as_a_spreadsheet_saves_them(path: Path, written: str, read: list[str]) -> None:
    first, second = written.split(";")
    path.write_bytes(f"\ufefforder;expected\r\n1042;{first}\r\n1043;{second}\r\n".encode())

    assert [each.fields["expected_date"] for each in read_updates(path)] == read


def test_an_ambiguous_date_is_refused(path: Path) -> None:
    path.write_text("order,expected\n1042,1/2/2026\n1043,2/2/2026\n")

    with pytest.raises(ChangeError, match="line 2: expected is '1/2/2026', which can be read as two dates"):
        read_updates(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            "expected\n2026-01-31\n", "has no column order; it needs one column each for order.", id="no order"
        ),
        pytest.param(
            "order,expected\n1042,\n",
            "changes nothing; fill in at least one of the columns expected, status, reference, notes.",
            id="nothing filled in",
        ),
        pytest.param("order,expected\n,2026-01-31\n", "line 2: the order is missing.", id="nameless"),
    ],
)
def test_a_file_without_usable_rows_is_refused(path: Path, content: str, message: str) -> None:
    path.write_text(content)
    with pytest.raises(ChangeError, match=message.replace(".", r"\.")):
        read_updates(path)


def test_the_whole_file_is_checked_before_anything_is_planned(path: Path) -> None:
    rows = [
        Update(2, "1042", {"expected_date": "2026-01-31"}),
        Update(3, "1042", {"expected_date": "2026-02-01"}),
        Update(4, "1042", {"expected_date": "soon"}),
        Update(5, "1", {"status": "CLOSED"}),
    ]
    found = {"1042": RECORD, "1": ChangeError("No order has the id or reference '1'.")}

    with pytest.raises(ChangeError) as raised:
        updates(path, rows, found)

    lines = str(raised.value).splitlines()
    assert lines[:2] == [f"{path} was not applied:", "  line 3: 1042 is on line 2, too; delete one of them."]
    assert [line.partition(":")[0] for line in lines[2:]] == ["  line 4", "  line 5"]
