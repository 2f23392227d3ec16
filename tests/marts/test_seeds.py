"""Seed files as spreadsheets save them; each is read or named by line and column."""

from __future__ import annotations

import csv
import logging
from io import StringIO

import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner.marts.project import project
from inventory_planner.marts.seeds import SEEDS, read_seeds, write_seeds

RATES = "currency_code,valid_from,rate\n"
NAMES = "old_vendor_id,vendor_id,vendor_name\n"
WINDOWS = "window_name,early_days,grace_days\n"
CLEAN_RATES = f"{RATES}USD,2024-01-01,0.920000000000\n"
CLEAN_NAMES = f"{NAMES}müller,mueller,Müller\n"


def put(folder: DataFolder, seed: str, content: str | bytes) -> None:
    folder.seeds.mkdir(exist_ok=True)
    (folder.seeds / f"{seed}.csv").write_bytes(content.encode() if isinstance(content, str) else content)


def cleaned(folder: DataFolder, seed: str, content: str | bytes) -> str:
    """What dbt gets of a file."""
    put(folder, seed, content)
    write_seeds(folder)
    return (folder.clean_seeds / f"{seed}.csv").read_text(encoding="utf-8")


def for_all(content: str) -> str:
    """Clean rows without the account column, as dbt gets them: it is blank in rows for all accounts."""
    header, *rows = csv.reader(StringIO(content, newline=""))
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([[*header, "account_id"], *([*row, ""] for row in rows)])
    return text.getvalue()


def refused(folder: DataFolder, seed: str, content: str | bytes) -> str:
    """The error, without the path of the file."""
    put(folder, seed, content)
    with pytest.raises(ConfigurationError) as caught:
        read_seeds(folder)
    message = str(caught.value)
    path = str(folder.seeds / f"{seed}.csv")
    assert "\n" not in message
    assert path in message
    return message.replace(path, "FILE")


def test_the_columns_are_those_of_the_seeds() -> None:
    shipped = {
        path.stem: next(csv.reader(path.read_text().splitlines())) for path in (project() / "seeds").glob("*.csv")
    }
    assert shipped == {name: list(columns) for name, columns in SEEDS.items()}


# what is read


@pytest.mark.parametrize(
    "content",
    [
        "currency_code,valid_from,rate\nUSD,2024-01-01,0.92\n",
        "currency_code;valid_from;rate\r\nUSD;2024-01-01;0.92\r\n",
        "currency_code;valid_from;rate\r\nUSD;2024-01-01;0,92\r\n",
        "currency_code\tvalid_from\trate\nUSD\t2024-01-01\t0,92\n",
        "sep=;\r\ncurrency_code;valid_from;rate\r\nUSD;01.01.2024;0,92\r\n",
        ",,\n\n Currency_Code , VALID_FROM,rate\n\n usd,2024-01-01 00:00:00,9.2E-01 \n,,\n , ,\n\n",
        'rate,"valid_from","currency_code"\n"0.92","2024-01-01","USD"',
        "currency_code,valid_from,rate\rUSD,2024-01-01,0.92\r",
        "\ufeffcurrency_code,valid_from,rate,,\nUSD,2024-01-01,0.92,,\n",
    ],
    ids=[
        *("commas", "semicolons", "decimal commas", "tabs", "German Excel", "blank rows and blanks", "quotation marks"),
        *("old line breaks", "byte order mark and empty columns"),
    ],
)
def test_one_row_in_many_forms(folder: DataFolder, content: str) -> None:
    assert cleaned(folder, "exchange_rates", content) == for_all(CLEAN_RATES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_many_encodings(folder: DataFolder, encoding: str) -> None:
    content = f"{NAMES}Müller,Mueller,Müller\n".encode(encoding)
    assert cleaned(folder, "vendor_aliases", content) == for_all(CLEAN_NAMES)


def test_a_name_in_another_unicode_form_is_the_same_name(folder: DataFolder) -> None:
    assert cleaned(folder, "vendor_aliases", f"{NAMES}mu\u0308ller,mueller,Mu\u0308ller\n") == for_all(CLEAN_NAMES)


def test_a_value_may_have_separators_quotation_marks_and_line_breaks(folder: DataFolder) -> None:
    content = f'{NAMES}a,b,"Bolt, ""Sons""\nand Co"\n'
    assert cleaned(folder, "vendor_aliases", content) == for_all(content)


def test_a_vendor_needs_no_name(folder: DataFolder) -> None:
    assert cleaned(folder, "vendor_aliases", "vendor_id,old_vendor_id\nb,a\n") == for_all(f"{NAMES}a,b,\n")


def test_a_small_rate_keeps_the_digits_of_the_column(folder: DataFolder) -> None:
    found = cleaned(folder, "exchange_rates", f"{RATES}IDR,2024-01-01,5.512345678E-05\n")
    assert found == for_all(f"{RATES}IDR,2024-01-01,0.000055123457\n")


@pytest.mark.parametrize("content", ["", "\n\n", ",,\n", RATES], ids=["nothing", "blank lines", "commas", "a header"])
def test_a_file_without_rows_adds_none(folder: DataFolder, content: str) -> None:
    assert cleaned(folder, "exchange_rates", content) == for_all(RATES)


def test_a_status_that_is_built_in_is_not_added_twice(folder: DataFolder) -> None:
    found = cleaned(folder, "order_statuses", "Status;Status_Type\nopen;Active\nSent;active\n")
    assert found == for_all("status,status_type\nSENT,active\n")


def test_a_window_may_be_open_and_named_as_one_of_the_project(folder: DataFolder) -> None:
    found = cleaned(folder, "on_time_windows", "window_name;grace_days;early_days\n0 days late;0;\n5 and 10;010;5\n")
    assert found == for_all(f"{WINDOWS}0 days late,,0\n5 and 10,5,10\n")


def test_a_window_needs_no_early_days(folder: DataFolder) -> None:
    assert cleaned(folder, "on_time_windows", "window_name,grace_days\nlate,2\n") == for_all(f"{WINDOWS}late,,2\n")


def test_a_row_of_an_account_stands_beside_those_for_all(folder: DataFolder) -> None:
    """Also of one that is built in, which the account may understand in another way."""
    content = "Account_ID,status,status_type\n,sent,active\n a2 ,sent,draft\na2,open,closed\n"
    assert cleaned(folder, "order_statuses", content) == (
        "status,status_type,account_id\nSENT,active,\nSENT,draft,a2\nOPEN,closed,a2\n"
    )
    assert refused(folder, "warehouse_names", "warehouse_id,warehouse_name,account_id\nw,A,a2\nw,B,a2\n") == (
        "FILE, line 3: warehouse_id, account_id w, a2 is on line 2, too; delete one of the two."
    )


# what is ignored


def test_further_columns_and_files_are_ignored_with_a_warning(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    put(folder, "vendor_alias", NAMES)

    rates = "currency_code,Source,valid_from,rate\nUSD,ECB,2024-01-01,0.92\n,only a note,,\n"
    assert cleaned(folder, "exchange_rates", rates) == for_all(CLEAN_RATES)

    columns, file = caplog.messages
    assert columns == (
        f"Ignored columns of {folder.seeds / 'exchange_rates.csv'}: source. The seed has currency_code, valid_from,"
        " rate, account_id."
    )
    assert file == (
        f"Ignored {folder.seeds / 'vendor_alias.csv'}: there is no such seed. The seeds are exchange_rates,"
        " on_time_windows, order_statuses, vendor_aliases, warehouse_names."
    )


def test_a_file_that_was_removed_is_no_longer_added(folder: DataFolder) -> None:
    cleaned(folder, "exchange_rates", CLEAN_RATES)
    (folder.seeds / "exchange_rates.csv").unlink()
    write_seeds(folder)
    assert not folder.clean_seeds.exists()


# what can't be read

A_RATE = (
    "it must be a number above 0 without grouping, such as 0.92 (or 0,92 in all rows, if semicolons or tabs separate)."
)
A_DATE = "it must be a date, such as 2024-01-31."
TOO_MANY = (
    "values for 3 columns; put quotation marks around text with a separator in it, and write decimals with a point."
)


@pytest.mark.parametrize(
    ("seed", "content", "message"),
    [
        (
            "exchange_rates",
            "\ncurrency;valid_from;rate\n",
            "line 2: there is no column currency_code; the columns are currency_code, valid_from, rate, account_id.",
        ),
        (
            "exchange_rates",
            "rate,rate,valid_from,currency_code\n",
            "line 1: there are two columns rate; delete one of them.",
        ),
        ("exchange_rates", f"{RATES}USD,2024-01-01,n/a\n", f"line 2: rate is 'n/a'; {A_RATE}"),
        ("exchange_rates", f"{RATES}USD,2024-01-01,0\n", f"line 2: rate is '0'; {A_RATE}"),
        ("exchange_rates", f"{RATES}USD,2024-01-01,-1\n", f"line 2: rate is '-1'; {A_RATE}"),
        ("exchange_rates", f"{RATES}USD,2024-01-01,1e-13\n", f"line 2: rate is '1e-13'; {A_RATE}"),
        ("exchange_rates", f"{RATES}USD,2024-01-01,1e8\n", f"line 2: rate is '1e8'; {A_RATE}"),
        ("exchange_rates", f"{RATES}USD,2024-01-01,nan\n", f"line 2: rate is 'nan'; {A_RATE}"),
        ("exchange_rates", f"{RATES}USD,2024-01-01,\n", f"line 2: rate is ''; {A_RATE}"),
        ("exchange_rates", f'{RATES}USD,2024-01-01,"0,92"\n', f"line 2: rate is '0,92'; {A_RATE}"),
        ("exchange_rates", f"{RATES}USD,2024-01-01,0,92\n", f"line 2: there are 4 {TOO_MANY}"),
        (
            "exchange_rates",
            "currency_code;valid_from;rate\nIDR;2024-01-01;17.000\nUSD;2024-01-01;0,92\n",
            f"line 2: rate is '17.000'; {A_RATE}",
        ),
        (
            "exchange_rates",
            "currency_code;valid_from;rate\nIDR;2024-01-01;17.000,5\n",
            f"line 2: rate is '17.000,5'; {A_RATE}",
        ),
        ("exchange_rates", f"{RATES}\n\nUSD,01/02/2024,1\n", f"line 4: valid_from is '01/02/2024'; {A_DATE}"),
        ("exchange_rates", f"{RATES}USD,2024-02-30,1\n", f"line 2: valid_from is '2024-02-30'; {A_DATE}"),
        ("exchange_rates", f"{RATES}USD,0025-02-01,1\n", f"line 2: valid_from is '0025-02-01'; {A_DATE}"),
        ("exchange_rates", f"{RATES}USD,01.02.24,1\n", f"line 2: valid_from is '01.02.24'; {A_DATE}"),
        ("exchange_rates", f"{RATES},2024-01-01,1\n", "line 2: currency_code is ''; it must be filled in."),
        (
            "exchange_rates",
            f"{RATES}USD,2024-01-01,1\n\nusd ,01.01.2024,2\n",
            "line 4: currency_code, valid_from USD, 2024-01-01 is on line 2, too; delete one of the two.",
        ),
        (
            "on_time_windows",
            f"{WINDOWS}late,,\n",
            "line 2: grace_days is ''; it must be a number of days from 0 to 999.",
        ),
        (
            "on_time_windows",
            f"{WINDOWS}late,-7,7\n",
            "line 2: early_days is '-7'; it must be a number of days from 0 to 999, or blank.",
        ),
        (
            "vendor_aliases",
            f'{NAMES}a,b,"Two\nlines"\nA,c,\n',
            "line 4: old_vendor_id a is on line 2, too; delete one of the two.",
        ),
        ("vendor_aliases", "old_vendor_id,vendor_id\na,\n", "line 2: vendor_id is ''; it must be filled in."),
        (
            "vendor_aliases",
            f'{NAMES}a,b,c\n"d,e,f\n',
            "line 3: a quotation mark is missing, or one too many (unexpected end of data).",
        ),
        (
            "order_statuses",
            "status,status_type\nSent,sent\n",
            "line 2: status_type is 'sent'; it must be one of draft, active, closed, canceled.",
        ),
        (
            "order_statuses",
            "status,status_type\nopen,draft\n",
            "line 2: status OPEN is built in with another type; set the var `status_types` instead.",
        ),
        (
            "warehouse_names",
            "warehouse_id,name\nc9_1,Hamburg\n",
            "line 1: there is no column warehouse_name; the columns are warehouse_id, warehouse_name, account_id.",
        ),
    ],
)
def test_what_can_not_be_read_is_named_by_line_and_column(
    folder: DataFolder, seed: str, content: str, message: str
) -> None:
    assert refused(folder, seed, content) == f"FILE, {message}"


def test_a_file_that_is_not_text_is_named(folder: DataFolder) -> None:
    assert refused(folder, "exchange_rates", b"PK\x03\x04\x81\xff") == (
        "FILE is not text in UTF-8, UTF-16 or Windows-1252. Save it as CSV UTF-8."
    )


def test_a_file_that_can_not_be_opened_is_named(folder: DataFolder) -> None:
    (folder.seeds / "exchange_rates.csv").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"Can't read .*exchange_rates\.csv \(Is a directory\)"):
        read_seeds(folder)
