from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from inventory_planner.errors import ChangeError
from inventory_planner.writeback.orders import Receiving
from inventory_planner.writeback.receipts_file import Row, read_receipts, receipts
from orders import line, order, record_of

ROWS = [Row(2, "1042", "TEE-RED-M", Decimal(12)), Row(3, "1042", "c9_5002", Decimal("0.5"))]
RECORD = record_of(order())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "delivery.csv"


def fault(path: Path) -> str:
    with pytest.raises(ChangeError) as raised:
        read_receipts(path)
    return str(raised.value)


@pytest.mark.parametrize(
    "content",
    [
        b"order,variant,received\n1042,TEE-RED-M,12\n1042,c9_5002,0.5\n",
        b"order;variant;received\r\n1042;TEE-RED-M;12,0\r\n1042;c9_5002;0,50\r\n",
        b"order\tvariant\treceived\n1042\tTEE-RED-M\t12\n1042\tc9_5002\t,5\n",
        b"\xef\xbb\xbforder,variant,received\n1042,TEE-RED-M,12.\n1042,c9_5002,.5\n",
        "order,variant,received\n1042,TEE-RED-M,12\n1042,c9_5002,0.5\n".encode("utf-16"),
        b'Received , title,ORDER,Variant\n12,T\xe4e,1042,TEE-RED-M\n 0.50 ,"a,b",1042, c9_5002 \n',
    ],
    ids=["commas", "semicolons", "tabs", "byte order mark", "UTF-16", "Windows-1252, other columns and order"],
)
def test_a_file_is_read_as_spreadsheets_save_it(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert read_receipts(path) == ROWS


def test_blank_rows_count_as_lines_of_the_file(path: Path) -> None:
    path.write_text("\n order,variant,received\n,,\n\n1042,TEE-RED-M,12\n")
    assert read_receipts(path) == [Row(5, "1042", "TEE-RED-M", Decimal(12))]


def test_every_row_that_is_no_quantity_is_named(path: Path) -> None:
    path.write_text(
        "order,variant,received\n1,v,-3\n1,v,many\n1,v,\n,v,1\n1,,1\n1,v,1\n1,v,1,234\n1,v,1_000\n1,v,1e3\n1,v,nan\n1,v\n"
    )
    rule = "it must be a number of at least 0, such as 12 or 0.5."
    assert fault(path).splitlines() == [
        f"{path} was not applied:",
        f"  line 2: received is '-3'; {rule}",
        f"  line 3: received is 'many'; {rule}",
        f"  line 4: received is ''; {rule}",
        "  line 5: the order is missing.",
        "  line 6: the variant is missing.",
        "  line 8: it has more cells than the first line has columns.",
        f"  line 9: received is '1_000'; {rule}",
        f"  line 10: received is '1e3'; {rule}",
        f"  line 11: received is 'nan'; {rule}",
        f"  line 12: received is ''; {rule}",
    ]


def test_a_decimal_comma_in_a_file_with_commas_is_no_other_quantity(path: Path) -> None:
    path.write_text('order,variant,received\n1,v,1,5\n1,w,"1,5"\n')
    assert [text.split(";")[0] for text in fault(path).splitlines()[1:]] == [
        "  line 2: it has more cells than the first line has columns.",
        "  line 3: received is '1,5'",
    ]


def test_of_two_hundred_faults_twenty_are_shown(path: Path) -> None:
    path.write_text("order,variant,received\n" + "1,v,x\n" * 200)
    lines = fault(path).splitlines()
    assert (len(lines), lines[1].split(":")[0], lines[20].split(":")[0]) == (22, "  line 2", "  line 21")
    assert lines[21] == "  and 180 more"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("order,variant,received\n", "has no rows."),
        ("order,variant,received\n,,\n", "has no rows."),
        ("", "has no column order, variant, received; it needs one column each for order, variant, received."),
        ("order,sku\n1,v\n", "has no column variant, received; it needs one column each for order, variant, received."),
        (
            "order,variant,received,Received\n1,v,1,2\n",
            "has several columns received; it needs one column each for order, variant, received.",
        ),
    ],
)
def test_a_file_without_the_columns_or_without_rows_is_refused(path: Path, content: str, message: str) -> None:
    path.write_text(content)
    assert fault(path) == f"{path} {message}"


def test_a_file_that_can_t_be_read_is_named(path: Path) -> None:
    assert fault(path) == f"Can't read {path}: No such file or directory."
    path.mkdir()
    assert fault(path) == f"Can't read {path}: Is a directory."
    path.rmdir()
    path.write_bytes(b"order,variant,received\n1,\x81,1\n")
    assert fault(path) == f"{path} is not text in UTF-8 or Windows-1252. Save it as CSV UTF-8."


def test_the_rows_of_each_order_become_one_intention() -> None:
    other = record_of(order("b", reference="7", items=[line("v")]))
    rows = [
        Row(2, "1042", "tee-red-m", Decimal(20)),
        Row(3, "7", "v", Decimal(1)),
        Row(5, RECORD.order_id, "c9_5002", Decimal(4)),
    ]
    found = receipts(Path("f.csv"), rows, {"1042": RECORD, RECORD.order_id: RECORD, "7": other}, Receiving())
    assert [(each.order_id, each.names, each.file_rows) for each in found] == [
        (RECORD.order_id, {"c9_5001", "c9_5002"}, (2, 5)),
        ("b", {"v"}, (3,)),
    ]


def test_unknown_orders_and_variants_and_second_rows_of_a_line_are_named() -> None:
    rows = [
        Row(2, "1042", "TEE-RED-M", Decimal(1)),
        Row(3, "1042", "c9_5001", Decimal(2)),
        Row(4, "1042", "cap", Decimal(1)),
        Row(5, "9", "x", Decimal(1)),
    ]
    orders = {"1042": RECORD, "9": ChangeError("The account has no order with the id or reference 9.")}
    with pytest.raises(ChangeError) as raised:
        receipts(Path("f.csv"), rows, orders, Receiving())
    assert str(raised.value).splitlines() == [
        "f.csv was not applied:",
        "  line 3: c9_5001 of 1042 is on line 2, too; delete one of them.",
        "  line 4: Order 1042 has no variant cap.",
        "  line 5: The account has no order with the id or reference 9.",
    ]


def test_a_point_that_may_separate_thousands_is_refused_where_commas_separate_decimals(tmp_path: Path) -> None:
    path = tmp_path / "received.csv"
    path.write_text("order;variant;received\n1042;mug;1.000\n")
    with pytest.raises(ChangeError, match=r"line 2: received is '1\.000', which can be two numbers"):
        read_receipts(path)
    path.write_text("order,variant,received\n1042,mug,1.000\n")
    assert [row.received for row in read_receipts(path)] == [1]
