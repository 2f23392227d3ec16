from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from click.testing import CliRunner, Result

from inventory_planner.cli.commands import commands
from inventory_planner.cli.terminal import TELLING
from inventory_planner.data_folder import Folder
from inventory_planner.errors import ConfigurationError, PublishError
from inventory_planner.marts.publish import publish
from inventory_planner.marts.published import BATCH, DATES, ROWS_OF_A_TABLE, VENDOR

MODELS = Path(__file__).parents[2] / "dbt" / "models" / "marts"
LINES = """
    create schema marts;
    create table marts.open_lines (
        account_id varchar, line_id varchar, vendor_name varchar, vendor_id varchar, sku varchar,
        quantity_open decimal(18, 4), fill_rate double, unit_cost decimal(18, 6), open_value decimal(28, 6),
        is_overdue boolean, sent_date date, modified_at timestamptz, note varchar
    );
    comment on table marts.open_lines is 'What is still to come, line by line. One row per line.';
    comment on column marts.open_lines.sku is 'Stock keeping unit';
    insert into marts.open_lines values
        ('a1', 'l1', 'Acme Mills', 'acme mills', 'S-1', 1200, 0.98765, 12.5, 15000, true, '2026-01-05',
            '2026-01-05 10:41:07+01', null),
        ('a1', 'l2', 'Bolt, & "Sons"', 'bolt, & "sons"', 'S-2', 0.25, null, 0.003125, 0.00078125, false, '2026-02-01',
            '2026-02-01 00:00:00.5+00', null),
        ('a1', 'l3', null, null, 'S-3', 0, 0, null, null, null, null, null, null);
    create table marts.warehouses (account_id varchar, warehouse_name varchar);
    insert into marts.warehouses values ('a1', 'Main DC');
"""


@pytest.fixture
def published(folder: Folder) -> Folder:
    make(folder, LINES)
    return folder


def make(folder: Folder, statements: str) -> None:
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute(statements)
    publish(folder, {})


def shown(folder: Folder, *words: str) -> str:
    """What `report` prints, without blanks at the ends of lines."""
    result = invoked(folder, *words)
    assert result.exit_code == 0, result.output
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())


def invoked(folder: Folder, *words: str) -> Result:
    return CliRunner().invoke(commands, ["report", *words, "--data", str(folder.root)])


def refused(folder: Folder, *words: str) -> str:
    result = invoked(folder, *words)
    assert isinstance(result.exception, ConfigurationError)
    assert result.stdout == ""
    return str(result.exception)


def read(folder: Folder, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(shown(folder, *words, "--json"), parse_float=Decimal)
    return rows


def test_without_a_name_the_marts_are_listed_with_the_first_sentence_about_them(published: Folder) -> None:
    assert shown(published) == (
        "Marts\n"
        "\n"
        " mart       rows description\n"
        " ───────────────────────────────────────────────────\n"
        " open_lines    3 What is still to come, line by line\n"
        " warehouses    1\n"
        "\n"
    )


def test_a_mart_is_shown_as_people_read_it_the_newest_first_and_without_ids(published: Folder) -> None:
    assert shown(published, "open_lines") == (
        "open_lines: What is still to come, line by line\n"
        "\n"
        "                               quantity  fill     unit   open      is\n"
        " order date vendor name    sku     open  rate     cost  value overdue modified at                 note\n"
        f" {'─' * 101}\n"
        ' 2026-02-01 Bolt, & "Sons" S-2     0.25     - 0.003125      0   False 2026-02-01T00:00:00.500000Z -\n'
        " 2026-01-05 Acme Mills     S-1    1,200 98.8%    12.50 15,000    True 2026-01-05T09:41:07Z        -\n"
        " -          -              S-3        0  0.0%        -      -       - -                           -\n"
        "\n"
        "10 of 13 columns; --columns all shows all, --describe what they mean.\n"
    )


def test_csv_is_exactly_what_is_stored(published: Folder) -> None:
    assert shown(published, "open_lines", "--csv") == (
        "account_id,line_id,vendor_name,vendor_id,sku,quantity_open,fill_rate,unit_cost,open_value,is_overdue,"
        "sent_date,modified_at,note\n"
        'a1,l2,"Bolt, & ""Sons""","bolt, & ""sons""",S-2,0.2500,,0.003125,0.000781,false,'
        "2026-02-01,2026-02-01T00:00:00.500000Z,\n"
        "a1,l1,Acme Mills,acme mills,S-1,1200.0000,0.98765,12.500000,15000.000000,true,"
        "2026-01-05,2026-01-05T09:41:07Z,\n"
        "a1,l3,,,S-3,0.0000,0.0,,,,,,\n"
    )


def test_json_has_an_object_a_line_with_every_digit_of_a_decimal(published: Folder) -> None:
    assert shown(published, "open_lines", "--json", "--columns", "sku,quantity_open,unit_cost,modified_at") == (
        '[{"sku":"S-2","quantity_open":0.2500,"unit_cost":0.003125,"modified_at":"2026-02-01T00:00:00.500000Z"},\n'
        '{"sku":"S-1","quantity_open":1200.0000,"unit_cost":12.500000,"modified_at":"2026-01-05T09:41:07Z"},\n'
        '{"sku":"S-3","quantity_open":0.0000,"unit_cost":null,"modified_at":null}]\n'
    )


def test_a_description_tells_every_column(published: Folder) -> None:
    told = shown(published, "open_lines", "--describe", "--csv").splitlines()

    assert told[0] == "column,type,description"
    assert told[5:7] == ["sku,varchar,Stock keeping unit", 'quantity_open,"decimal(18,4)",']
    assert len(told) == 14


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        (["--vendor", "ACME"], ["S-1"]),
        (["--vendor", "mills"], ["S-1"]),
        (["--vendor", "%"], []),
        (["--vendor", "'"], []),
        (["--since", "2026-01-05"], ["S-2", "S-1"]),
        (["--since", "2026-01-06"], ["S-2"]),
        (["--since", "2026-01-06", "--vendor", "acme"], []),
        (["--sort", "fill_rate"], ["S-3", "S-1", "S-2"]),
        (["--sort", "-open_value"], ["S-1", "S-2", "S-3"]),
        (["--sort", "sku", "--limit", "2"], ["S-1", "S-2"]),
        (["--sort", "sku", "--limit", "0"], ["S-1", "S-2", "S-3"]),
    ],
    ids=" ".join,
)
def test_rows_are_chosen_sorted_and_limited(published: Folder, words: list[str], skus: list[str]) -> None:
    assert [row["sku"] for row in read(published, "open_lines", *words)] == skus


def test_what_matters_most_comes_first_and_vendors_by_name(folder: Folder) -> None:
    make(
        folder,
        """
        create schema marts;
        create table marts.exceptions as
            select * from (values ('low', 9), ('medium', 5), ('high', 1), ('high', null), ('high', 2))
                as found (severity, value_at_stake);
        create table marts.vendors as
            select * from (values ('Bolt', date '2026-01-02'), ('Acme', date '2026-01-01'))
                as found (vendor_name, last_sent_date);
        """,
    )

    found = [(row["severity"], row["value_at_stake"]) for row in read(folder, "exceptions")]
    assert found == [("high", 2), ("high", 1), ("high", None), ("medium", 5), ("low", 9)]
    assert [row["vendor_name"] for row in read(folder, "vendors")] == ["Acme", "Bolt"]


def test_no_rows_are_a_line_a_header_or_an_empty_array(published: Folder) -> None:
    nothing = ("warehouses", "--limit", "1", "--sort", "warehouse_name")
    with duckdb.connect(published.warehouse) as connection:
        connection.execute("delete from marts.warehouses")
    publish(published, {})

    assert shown(published, *nothing) == "warehouses: none\n\n"
    assert shown(published, *nothing, "--csv") == "account_id,warehouse_name\n"
    assert shown(published, *nothing, "--json") == "[]\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["open_line"],
            "No mart open_line: did you mean open_lines? `inventory-planner report` lists all.",
        ),
        (["xyz"], "No mart xyz: nothing is called like that. `inventory-planner report` lists all."),
        (["open_lines; drop table x"], "No mart open_lines; drop table x: did you mean open_lines?"),
        (
            ["open_lines", "--columns", "sku,quantity"],
            "open_lines has no column quantity: did you mean quantity_open? `inventory-planner report open_lines",
        ),
        (["open_lines", "--sort", "-value"], "open_lines has no column value: did you mean open_value?"),
        (["warehouses", "--vendor", "acme"], "warehouses says nothing of vendors: leave --vendor out."),
        (["warehouses", "--since", "2026-01-01"], "warehouses has no date to go by: leave --since out."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_mart_has_not_is_answered_with_what_there_is(published: Folder, words: list[str], message: str) -> None:
    assert refused(published, *words).startswith(message)


def test_before_anything_is_published_it_says_what_to_run_and_makes_no_folder(folder: Folder) -> None:
    nowhere = Folder(folder.root / "nowhere")

    assert refused(nowhere) == f"Nothing is published in {nowhere.root} yet: run `inventory-planner run` first."
    assert not nowhere.root.exists()


def test_a_spoiled_file_is_told_in_a_line(folder: Folder) -> None:
    folder.analytics.write_bytes(b"this is no database")

    error = invoked(folder).exception

    assert isinstance(error, PublishError)
    assert "The next run publishes it anew." in str(error)


def test_a_year_is_no_amount(folder: Folder) -> None:
    make(folder, "create schema marts; create table marts.years as select 2026 as year_number, 2026 as count_orders")

    assert shown(folder, "years").splitlines()[-2].split() == ["2,026", "2026"]


# wide and long marts

FILLERS = ", ".join(f"i + {place} as filler_{place:02}" for place in range(40))
WIDE = f"select 'a' || (i % 2) as account_id, {FILLERS}, 'Vendor-' || i as vendor_name, i / 100 as fill_rate"


@pytest.fixture
def wide(folder: Folder) -> Folder:
    make_rows(folder, WIDE, ROWS_OF_A_TABLE + 5)
    return folder


def make_rows(folder: Folder, select: str, count: int) -> None:
    make(folder, f"create schema marts; create table marts.numbered as {select} from range({count}) as rows (i)")


def test_a_wide_mart_shows_the_columns_that_fit_and_tell_most_and_says_what_is_missing(wide: Folder) -> None:
    lines = shown(wide, "numbered", "--sort", "filler_30").splitlines()

    columns = lines[3].split()
    assert columns[:4] == ["id", "30", "name", "rate"]  # two accounts, what it is sorted by, and what tells most
    assert max(map(len, lines)) <= 120
    assert lines[5].split()[:4] == ["a0", "30", "Vendor-0", "0.0%"]
    assert len(lines) == 5 + ROWS_OF_A_TABLE + 2
    assert lines[-1] == (
        f"{ROWS_OF_A_TABLE} of {ROWS_OF_A_TABLE + 5} rows; --limit 0 shows all."
        f" {len(columns)} of 43 columns; --columns all shows all, --describe what they mean."
    )


def test_all_columns_are_shown_whole_when_asked_for(wide: Folder) -> None:
    lines = shown(wide, "numbered", "--columns", "all", "--limit", "0").splitlines()

    assert len(lines) == 5 + ROWS_OF_A_TABLE + 5 + 1
    assert {len(line.split()) for line in lines[5:-1]} == {43}


def test_other_programs_get_all_rows_and_columns(wide: Folder) -> None:
    assert len(read(wide, "numbered")) == ROWS_OF_A_TABLE + 5
    assert len(shown(wide, "numbered", "--csv").splitlines()) == ROWS_OF_A_TABLE + 6
    assert len(read(wide, "numbered")[0]) == 43


def test_rows_that_come_in_several_batches_are_all_there_once(folder: Folder) -> None:
    make_rows(folder, "select i", 2 * BATCH + 1)

    assert [row["i"] for row in read(folder, "numbered")] == list(range(2 * BATCH + 1))
    assert shown(folder, "numbered", "--csv").splitlines() == ["i", *map(str, range(2 * BATCH + 1))]


@pytest.mark.parametrize("form", [["--csv"], ["--json"], ["--limit", "0"]], ids=["csv", "json", "table"])
def test_a_reader_that_goes_away_is_no_error(folder: Folder, form: list[str]) -> None:
    make_rows(folder, "select i", 2 * BATCH)
    words = [sys.executable, "-m", "inventory_planner", "report", "numbered", *form, "--data", str(folder.root)]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as printing:
        assert printing.stdout is not None
        assert printing.stderr is not None
        printing.stdout.readline()
        printing.stdout.close()
        said = printing.stderr.read()

    assert said == ""


def test_a_wrong_name_ends_with_status_2_on_standard_error(published: Folder) -> None:
    words = [sys.executable, "-m", "inventory_planner", "report", "open_line"]
    environment = {**os.environ, "INVENTORY_PLANNER_DATA": str(published.root)}

    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: No mart open_line: did you mean open_lines?")


def test_a_report_waits_neither_for_dlt_nor_for_dbt(published: Folder) -> None:
    words = (
        "import sys; from click.testing import CliRunner; from inventory_planner.cli.commands import commands;"
        f"CliRunner().invoke(commands, ['report', 'open_lines', '--data', {str(published.root)!r}]);"
        "print([name for name in ('dlt', 'dbt', 'pyarrow', 'httpx') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


# what this and the marts must agree about


def columns_of_marts() -> set[str]:
    models = [model for path in MODELS.glob("*.yml") for model in yaml.safe_load(path.read_text())["models"]]
    return {column["name"] for model in models for column in model["columns"]}


def test_columns_that_are_known_by_name_are_in_a_mart() -> None:
    assert {*DATES, *VENDOR, *TELLING} - columns_of_marts() == set()


def test_the_help_tells_how_many_rows_a_table_has_and_which_dates_count() -> None:
    told = " ".join(CliRunner().invoke(commands, ["report", "--help"]).stdout.split())

    assert f"{ROWS_OF_A_TABLE} as a table" in told
    assert f"{', '.join(list(DATES)[:-1])} and {list(DATES)[-1]} that the mart has" in told
