from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.tables import read_csv, read_query
from inventory_planner.errors import ChangeError, ConfigurationError
from inventory_planner.warehouse.engines import engine_of

ROWS = [(2, ["Köln", "1"]), (3, ["Ulm, Donau", "2"])]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


@pytest.mark.parametrize("separator", ",;\t|")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_ending", ["\n", "\r\n"])
def test_files_are_read_as_spreadsheets_save_them(path: Path, separator: str, encoding: str, line_ending: str) -> None:
    lines = [f"NAME{separator}NUMBER", f"Köln{separator}1", f'"Ulm, Donau"{separator}2', ""]
    path.write_bytes(line_ending.join(lines).encode(encoding))
    table = read_csv(path)
    assert (table.header, list(table.rows)) == (["NAME", "NUMBER"], ROWS)
    assert table.has_decimal_commas == (separator in ";\t")
    assert (table.remark is not None) == (encoding == "cp1252")


def test_windows_1252_is_mentioned(path: Path) -> None:
    path.write_bytes("NAME\nKöln".encode("cp1252"))
    assert read_csv(path).remark == (
        f"{path} was read as Windows-1252; check letters with accents, or save it as CSV UTF-8."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty. Its first line must name the columns"),
        (b"\n \n", "is empty"),
        *(
            ("A,B\n1,2\n".encode(encoding), f"is in {name}. Save it as CSV UTF-8.")
            for name, encodings in {
                "UTF-16 without a byte order mark": ("utf-16-le", "utf-16-be"),
                "UTF-32": ("utf-32", "utf-32-le", "utf-32-be"),
            }.items()
            for encoding in encodings
        ),
        (b"\x81\x8d\xff", "is not text in UTF-8 or Windows-1252"),
        (b'A,B\n1,2\n"3,4\n5,6\n', "line 3: unexpected end of data"),
        (b'A,B\n1,"2"3\n', "line 2: .+ Put text that contains separators or quotes into quotes"),
    ],
)
def test_what_is_no_table_is_refused(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ChangeError, match=message):
        list(read_csv(path).rows)


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
def test_a_line_for_excel_names_the_separator(path: Path, line: str) -> None:
    path.write_text(f"{line}\r\nNAME,OTHER;NUMBER\r\nKöln;1\r\n")
    table = read_csv(path)
    assert (table.header_line, table.header, list(table.rows)) == (2, ["NAME,OTHER", "NUMBER"], [(3, ["Köln", "1"])])


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(ChangeError, match=r"Can't read .+file\.csv: No such file or directory\."):
        read_csv(path)


# queries


@pytest.fixture
def published(folder: DataFolder) -> DataFolder:
    with duckdb.connect(folder.analytics) as connection:
        connection.execute("create schema marts; create schema inventory_planner")
        connection.execute("create table marts.stock as select 'a' as variant_id, 1.50::decimal(18, 4) as in_stock")
        connection.execute("create table inventory_planner.raw as select true as removed")
    return folder


def query(folder: DataFolder, text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    path = folder.root / "query.sql"
    path.write_text(text)
    table = read_query(engine_of(folder), folder, path)
    assert table.unit == "row"
    return table.header, list(table.rows)


def test_a_query_reads_marts_and_raw_tables(published: DataFolder) -> None:
    text = """
        select
            stock.*,
            raw.*,
            null as nothing,
            timestamptz '2026-01-31 08:00:00+02' as updated_at,
            timestamp '2026-01-31 08:00:00.5' as created_at,
            date '2026-01-31' as expected_date
        from marts.stock cross join inventory_planner.raw;
    """
    assert query(published, text) == (
        ["variant_id", "in_stock", "removed", "nothing", "updated_at", "created_at", "expected_date"],
        [(1, ["a", "1.5000", "true", "", "2026-01-31 06:00:00", "2026-01-31 08:00:00", "2026-01-31 00:00:00"])],
    )


@pytest.mark.parametrize(
    "text",
    [
        "select * from no_such_table",
        "delete from marts.stock",
        "select * from read_csv('/etc/passwd')",
        "copy marts.stock to '/tmp/stock.csv'",
    ],
)
def test_a_query_changes_nothing_and_reads_nothing_else(published: DataFolder, text: str) -> None:
    with pytest.raises(ChangeError, match=r"The query in .+query\.sql failed: .+ Correct it\."):
        query(published, text)


def test_a_file_without_a_query_is_refused(published: DataFolder) -> None:
    with pytest.raises(ChangeError, match=r"query\.sql holds no query\."):
        query(published, "-- select 1")


def test_without_published_data_a_query_has_nothing_to_read(folder: DataFolder) -> None:
    with pytest.raises(ConfigurationError, match="Nothing is published"):
        query(folder, "select 1")
