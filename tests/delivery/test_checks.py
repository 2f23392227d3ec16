from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from deliveries import STOCK, VALID, Cells, stock, write
from inventory_planner.delivery.checks import Fault, FaultsError, Row, check
from inventory_planner.delivery.files import FILES, File, with_extra_columns
from inventory_planner.delivery.tables import read_csv
from inventory_planner.errors import ChangeError

HEADER = "VARIANT_ID,WAREHOUSE_ID,IN_STOCK,REMOVED,UPDATED_AT\n"


def checked(path: Path, file: File = STOCK, extra: tuple[str, ...] = ()) -> tuple[list[str], list[Row]]:
    return check(read_csv(path), file, with_extra_columns(file, extra), "\r\n")


def faults(path: Path, file: File = STOCK) -> list[Fault]:
    with pytest.raises(FaultsError) as caught:
        checked(path, file)
    return list(caught.value.faults)


def sent(path: Path, file: File = STOCK, extra: tuple[str, ...] = ()) -> list[Cells]:
    header, rows = checked(path, file, extra)
    return list(csv.DictReader(StringIO("".join(row.text for row in rows), newline=""), header))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stock.csv"


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_with_only_the_required_columns_is_valid(path: Path, file: File) -> None:
    row = VALID[file.kind]
    assert set(row) == {column.name for column in file.columns if column.is_required}
    assert sent(write(path, [row]), file) == [row]


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_each_required_column_is_missed(path: Path, file: File) -> None:
    row = VALID[file.kind]
    for name in row:
        write(path, [{other: value for other, value in row.items() if other != name}])
        assert faults(path, file) == [Fault(1, None, name, f"the column {name} is missing; add it")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEADER + "a,w,x,false,2026-01-31 08:00:00\n",
            Fault(2, 3, "IN_STOCK", "it is 'x'; write a number such as 12 or -0.5"),
        ),
        (HEADER + "a,w,,false,2026-01-31\n", Fault(2, 3, "IN_STOCK", "it is empty; fill it in")),
        (HEADER + "a,w,1,no,2026-01-31\n", Fault(2, 4, "REMOVED", "it is 'no'; write true or false")),
        (
            HEADER + "a,w,1,false,31.01.2026\n",
            Fault(2, 5, "UPDATED_AT", "it is '31.01.2026'; write a time as 2026-01-31 08:00:00"),
        ),
        (
            HEADER + "a,w,1,false,2026-02-30\n",
            Fault(2, 5, "UPDATED_AT", "it is '2026-02-30'; write a time as 2026-01-31 08:00:00"),
        ),
        *(
            (
                f"{HEADER}a,w,1,false,{time}\n",
                Fault(
                    *(2, 5, "UPDATED_AT"),
                    f"it is {time!r}; write it in UTC and without a time zone, as 2026-01-31 08:00:00",
                ),
            )
            for time in ("2026-01-31T08:00:00Z", "2026-01-31 08:00:00+02:00", "2026-01-31T08:00-0500")
        ),
        (
            f"{HEADER}{'a' * 257},w,1,false,2026-01-31\n",
            Fault(2, 1, "VARIANT_ID", "it has 257 characters; shorten it to 256"),
        ),
        (
            HEADER + "a ,w,1,false,2026-01-31\n",
            Fault(
                *(2, 1, "VARIANT_ID"),
                "it is 'a '; delete the blanks around it, because an id with them is another id",
            ),
        ),
        (
            HEADER + 'a,"w\tx",1,false,2026-01-31\n',
            Fault(2, 2, "WAREHOUSE_ID", "it is 'w\\tx', with a control character; delete that character"),
        ),
        (HEADER + "a,w,1,false\n", Fault(2, None, None, "it has 4 cells for 5 columns; correct the line")),
        (
            HEADER + "a,w,1,false,2026-01-31\n\nb,w,1,false,2026-01-31\na,w,2,false,2026-01-31\n",
            Fault(5, 1, "VARIANT_ID", "'a', 'w' is on line 2, too; delete one of them"),
        ),
    ],
)
def test_a_fault_is_found_at_its_line_and_column(path: Path, text: str, expected: Fault) -> None:
    path.write_text(text)
    assert faults(path) == [expected]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("ZZ", "the connector does not accept this column; delete it"),
        ("MINSTOCK", "the connector does not accept this column; rename it to MIN_STOCK, or delete it"),
        ("", "it has no name; delete the column"),
        ("In_Stock", "it is there 2 times; delete all but one"),
    ],
)
def test_a_column_that_the_connector_does_not_know_is_refused(path: Path, name: str, problem: str) -> None:
    path.write_text(f"\n{HEADER.strip()},{name}\na,w,1,false,2026-01-31,2\n")
    assert faults(path) == [Fault(2, 6, name.upper(), problem)]


def test_a_column_can_be_allowed(path: Path) -> None:
    row = {**stock(a=1)[0], "GROSS_WEIGHT": "2,5 kg"}
    assert sent(write(path, [row]), extra=("gross_weight", "IN_STOCK")) == [row]


def test_all_faults_of_a_file_are_found_in_one_pass(path: Path) -> None:
    path.write_text(HEADER.replace("\n", ",X\n") + "a,w,x,maybe,2026-01-31,\n,w,1,false,2026,\n")
    with pytest.raises(FaultsError) as caught:
        checked(path)
    assert str(caught.value).splitlines() == [
        f"{path} was not delivered:",
        "  line 1, column 6 (X): the connector does not accept this column; delete it.",
        "  line 2, column 3 (IN_STOCK): it is 'x'; write a number such as 12 or -0.5.",
        "  line 2, column 4 (REMOVED): it is 'maybe'; write true or false.",
        "  line 3, column 1 (VARIANT_ID): it is empty; fill it in.",
        "  line 3, column 5 (UPDATED_AT): it is '2026'; write a time as 2026-01-31 08:00:00.",
    ]


def test_a_message_shows_some_faults_and_counts_the_others(path: Path) -> None:
    path.write_text(HEADER + "a,w,x,false,2026-01-31\n" * 25)
    with pytest.raises(FaultsError) as caught:
        checked(path)
    assert len(str(caught.value).splitlines()) == 22
    assert str(caught.value).endswith("  and 29 more")


def test_the_line_of_a_row_with_line_breaks_is_its_first(path: Path) -> None:
    row = {**VALID["warehouse"], "BILLING_ADDRESS": 'Street 1\n"back"\nTown'}
    write(path, [row, {**row, "WAREHOUSE_ID": "w2", "REMOVED": "?"}])
    assert faults(path, FILES["warehouse"]) == [Fault(5, 3, "REMOVED", "it is '?'; write true or false")]


NO_CURRENCY = "write the three letters of an ISO currency, such as EUR"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"VENDOR": ""}, Fault(2, 5, "VENDOR", "it is empty; with TYPE po it must be filled in")),
        ({"SOURCE_WAREHOUSE": "w2"}, Fault(2, 6, "SOURCE_WAREHOUSE", "it is 'w2'; with TYPE po it must be empty")),
        ({"CURRENCY": "EURO"}, Fault(2, 7, "CURRENCY", f"it is 'EURO'; {NO_CURRENCY}")),
        ({"CURRENCY": "ABC"}, Fault(2, 7, "CURRENCY", f"it is 'ABC'; {NO_CURRENCY}")),
        ({"TYPE": "move"}, Fault(2, 20, "TYPE", "it is 'move'; write po, transfer or assembly")),
    ],
)
def test_a_stock_order_makes_sense(path: Path, changes: Cells, expected: Fault) -> None:
    write(path, [{**VALID["stock-order"], "TYPE": "po", **changes}])
    assert faults(path, FILES["stock-order"]) == [expected]


def test_a_transfer_needs_its_source_in_place_of_a_vendor(path: Path) -> None:
    row = {**VALID["stock-order"], "TYPE": "Transfer", "VENDOR": "", "SOURCE_WAREHOUSE": "w2"}
    assert sent(write(path, [row]), FILES["stock-order"]) == [{**row, "TYPE": "transfer"}]


def test_the_lines_of_a_stock_order_have_one_type(path: Path) -> None:
    row = {**VALID["stock-order"], "TYPE": "po"}
    other = {**row, "LINE_ITEM_ID": "2", "TYPE": "assembly", "VENDOR": "", "SOURCE_WAREHOUSE": "w2"}
    write(path, [row, other])
    assert faults(path, FILES["stock-order"]) == [
        Fault(3, 20, "TYPE", "it differs from line 2 of the same ID; make them equal")
    ]


def test_values_are_sent_in_one_spelling(path: Path) -> None:
    rows = ["a,w,+01.50,TRUE,2026-01-31T08:00", "b,w,1e3,False,2026-01-31", "c,w,-0.0,false,2026-01-31 08:00:00.123"]
    path.write_text("\n".join(["Variant_Id, warehouse_id ,in_stock,removed,updated_at", *rows]))
    assert [list(row.values()) for row in sent(path)] == [
        ["a", "w", "1.5", "true", "2026-01-31 08:00:00"],
        ["b", "w", "1000", "false", "2026-01-31 00:00:00"],
        ["c", "w", "0", "false", "2026-01-31 08:00:00"],
    ]


def test_decimal_commas_are_understood_where_they_do_not_separate_columns(path: Path) -> None:
    write(path, stock(a="1,5", b="-2", c="1.25"), delimiter=";")
    assert sent(path) == stock(a="1.5", b="-2", c="1.25")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("1.000", "write 1000 or, if you mean a fraction, 1.0000"),
        ("1,234", "write 1234 or, if you mean a fraction, 1,2340"),
        ("-123,456", "write -123456 or, if you mean a fraction, -123,4560"),
    ],
)
def test_a_number_with_three_digits_after_its_only_mark_can_be_two(
    path: Path, separator: str, text: str, advice: str
) -> None:
    write(path, stock(a=text), delimiter=separator)
    assert faults(path) == [Fault(2, 3, "IN_STOCK", f"it is {text!r}, which can be two numbers; {advice}")]


@pytest.mark.parametrize("text", ["1e99", "-1000000000000.1"])
def test_a_number_that_no_stock_has_is_refused(path: Path, text: str) -> None:
    problem = f"it is '{text}', more than 1,000,000,000,000; correct the number"
    assert faults(write(path, stock(a=text))) == [Fault(2, 3, "IN_STOCK", problem)]
    assert sent(write(path, stock(a="1e12"))) == stock(a="1000000000000")


MADE_A_NUMBER = "an id that a spreadsheet has made a number; format the column as text and paste the ids again"
ORDINARY = "which can't be seen; write an ordinary blank or delete it"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a\u00a0b", f"it is 'a\\xa0b', with no-break space (U+00A0), {ORDINARY}"),
        ("ab\u200b", f"it is 'ab\\u200b', with zero width space (U+200B), {ORDINARY}"),
        ("a\ufeffb", f"it is 'a\\ufeffb', with zero width no-break space (U+FEFF), {ORDINARY}"),
        *((number, f"it is '{number}', {MADE_A_NUMBER}") for number in ("1.23457E+11", "1,23457E+11", "1E+11")),
    ],
)
def test_an_id_that_a_spreadsheet_has_spoilt_is_refused(path: Path, text: str, problem: str) -> None:
    assert faults(write(path, [{**VALID[STOCK.kind], "VARIANT_ID": text}])) == [Fault(2, 1, "VARIANT_ID", problem)]


def test_an_id_may_look_like_a_number_or_contain_blanks(path: Path) -> None:
    rows = [{**VALID[STOCK.kind], "VARIANT_ID": text} for text in ("12E5", "a b", "1E+5", "0012.50")]
    assert sent(write(path, rows)) == rows


def test_a_number_that_can_only_be_one_is_understood(path: Path) -> None:
    write(path, stock(a="1,2340", b="0,500", c="-0.125", d="1234,567", e="1234"), delimiter=";")
    assert sent(path) == stock(a="1.234", b="0.5", c="-0.125", d="1234.567", e="1234")


def test_a_file_without_rows_is_refused(path: Path) -> None:
    path.write_text(HEADER)
    with pytest.raises(ChangeError, match=r"stock.csv has a header, but no rows\. Add the rows to deliver"):
        checked(path)


def test_the_digest_of_a_row_leaves_out_when_it_was_updated(path: Path) -> None:
    (before,) = checked(write(path, stock(a=1)))[1]
    (later,) = checked(write(path, [{**row, "UPDATED_AT": "2027-01-01"} for row in stock(a=1)]))[1]
    (other,) = checked(write(path, stock(a=2)))[1]
    assert (before.key, before.digest) == (later.key, later.digest)
    assert (before.key, before.digest) != (other.key, other.digest)
    assert before.key == other.key
