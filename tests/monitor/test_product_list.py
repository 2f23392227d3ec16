from __future__ import annotations

from pathlib import Path

import pytest

from inventory_planner.errors import ConfigurationError
from inventory_planner.monitor.product_list import read_products, sku_key

ADVICE = "put quotation marks around text with a separator in it"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "products.csv"


@pytest.mark.parametrize(
    "content",
    [
        b"sku,linked,title\nTEE-M,yes,Tee\n tee-l ,no,\n",
        b"\xef\xbb\xbfTitle;SKU ;Linked\r\nTee;TEE-M;TRUE\r\n;Tee-L;0\r\n",
        "sku\tlinked\r\nTEE-M\tLinked\r\nTEE-L\tnot linked\r\n".encode("utf-16"),
        b'sep=;\r\n\r\nsku;linked\r\n"TEE-M";1\r\n;;\r\nTEE-L;n\r\nTEE-L;No\r\n',
    ],
)
def test_a_list_is_read_as_spreadsheets_save_it(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert read_products(path) == {"tee-m": True, "tee-l": False}


def test_without_a_column_linked_every_product_is_linked(path: Path) -> None:
    path.write_bytes("name,sku\nCaf\xe9,CAF\xc9-1\nNameless,\n".encode("cp1252"))

    assert read_products(path) == {sku_key(" caf\N{LATIN SMALL LETTER E WITH ACUTE}-1"): True}


def test_a_sku_compares_without_blanks_case_and_unicode_form() -> None:
    assert sku_key(" Caf\xe9 ") == sku_key("CAFE\N{COMBINING ACUTE ACCENT}")
    assert sku_key(None) == sku_key("  ") == ""


def error_of(path: Path) -> str:
    with pytest.raises(ConfigurationError) as raised:
        read_products(path)
    return str(raised.value).replace(str(path), "products.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"code,linked\nA,yes\n",
            "products.csv, line 1: there is no column sku; the columns are code, linked. Rename the column of the SKUs",
        ),
        (b"", "products.csv, line 1: there is no column sku; the columns are none."),
        (b"\n\nsku,SKU\nA,B\n", "products.csv, line 3: there are two columns sku. Delete one of them."),
        (b"sku,title\n,Tee\n", "products.csv has no SKU. Save the product list with its rows."),
        (b'sku,title\nA,"Tee\nB,Mug\n', "products.csv, line 2: a quotation mark is missing, or one too many"),
        (b"\x81\x00\xff", "products.csv is not text in UTF-8, UTF-16 or Windows-1252. Save it as CSV UTF-8."),
    ],
)
def test_a_list_that_can_not_be_read_says_what_to_do(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)

    assert error_of(path).startswith(message)


def test_every_faulty_row_is_named_with_its_line_and_column(path: Path) -> None:
    path.write_text("sku,linked\nA,yes\n\nB,perhaps\nC\na,no\n,perhaps\nD,yes,1\n")

    assert error_of(path).splitlines() == [
        "products.csv has errors; correct these lines:",
        "line 4, column linked: 'perhaps' is neither yes nor no; write one of them.",
        "line 5, column linked: '' is neither yes nor no; write one of them.",
        "line 6, column sku: 'a' is on line 2, too, and linked differs; delete one of them.",
        f"line 8: it has 3 cells, and the first line has 2 columns; {ADVICE}.",
    ]


def test_many_faults_are_counted(path: Path) -> None:
    path.write_text("sku,linked\n" + "A,?\n" * 23)

    assert error_of(path).splitlines()[-1] == "and 3 more"


def test_a_missing_file_is_named(path: Path) -> None:
    assert error_of(path) == "Can't read products.csv (No such file or directory). Check its path and permissions."
