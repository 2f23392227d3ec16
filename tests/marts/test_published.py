from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from inventory_planner.cli.commands import commands
from inventory_planner.cli.export import BATCH_ROWS
from inventory_planner.cli.marts import ROWS_OF_A_TABLE
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError, PublishError
from inventory_planner.warehouse.engines import engine_of

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


OPEN_LINES_AS_A_TABLE = """\
open_lines: What is still to come, line by line

                    quantity     open  fill     unit      is                                             account line
 vendor name    sku     open    value  rate     cost overdue sent date  modified at                 note id      id
 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 Acme Mills     S-1    1,200   15,000 98.8%    12.50    True 2026-01-05 2026-01-05T09:41:07Z        -    a1      l1
 Bolt, & "Sons" S-2     0.25 0.000781     - 0.003125   False 2026-02-01 2026-02-01T00:00:00.500000Z -    a1      l2
 -              S-3        0        -  0.0%        -       - -          -                           -    a1      l3

12 of 13 columns; --columns all shows all, --describe explains them.
"""


@pytest.fixture
def published(folder: DataFolder) -> DataFolder:
    make(folder, LINES)
    return folder


def make(folder: DataFolder, statements: str) -> None:
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute(statements)
    engine_of(folder).publish()


def shown(folder: DataFolder, *words: str) -> str:
    """The output of `report`, without blanks at the ends of lines."""
    result = invoked(folder, *words)
    assert result.exit_code == 0, result.output
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())


def invoked(folder: DataFolder, *words: str) -> Result:
    return CliRunner().invoke(commands, ["report", *words, "--data", str(folder.root)])


def refused(folder: DataFolder, *words: str) -> str:
    result = invoked(folder, *words)
    assert isinstance(result.exception, ConfigurationError)
    assert result.stdout == ""
    return str(result.exception)


def read(folder: DataFolder, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(shown(folder, *words, "--json"), parse_float=Decimal)
    return rows


def test_without_a_name_the_marts_are_listed_with_the_first_sentence_of_their_descriptions(
    published: DataFolder,
) -> None:
    assert shown(published) == (
        "Marts\n"
        "\n"
        " mart       rows description\n"
        " ───────────────────────────────────────────────────\n"
        " open_lines    3 What is still to come, line by line\n"
        " warehouses    1\n"
        "\n"
    )


def test_a_table_has_the_columns_that_matter_then_others_that_fit_with_ids_last(published: DataFolder) -> None:
    assert shown(published, "open_lines") == OPEN_LINES_AS_A_TABLE


def test_rows_are_sorted_as_the_mart_says_unless_another_column_is_named(published: DataFolder) -> None:
    skus = [row["sku"] for row in read(published, "open_lines", "--where", "open_value is not null")]
    assert skus == ["S-1", "S-2"]  # by -open_value; the other terms of the mart's `sort` are not in this file
    make(published, "update marts.open_lines set open_value = 20000 where sku = 'S-2'")
    assert [row["sku"] for row in read(published, "open_lines")] == ["S-2", "S-1", "S-3"]
    assert [row["sku"] for row in read(published, "open_lines", "--sort", "sku")] == ["S-1", "S-2", "S-3"]


def test_a_terminal_of_80_columns_shows_what_matters_and_cuts_long_names(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_planner.cli.terminal.WIDTH_WITHOUT_TERMINAL", 80)
    make(
        folder,
        """
        create schema marts;
        create table marts.open_lines as
        select 'a1' as account_id, 'Brightwater Ceramics and Sons' as vendor_name, '1547' as purchase_order_number,
            date '2026-11-14' as promise_current, 42 as quantity_open, 'BWC-01-OCH' as sku, 16 as days_overdue,
            'chase' as recommended_action, 1234.5 as open_value, false as is_stale;
        """,
    )
    assert shown(folder, "open_lines").splitlines()[2:7] == [
        " purchase",
        " order                                   days recommended promise    quantity",
        " number   vendor name      sku        overdue action      current        open",
        " ────────────────────────────────────────────────────────────────────────────",
        " 1547     Brightwater Cer… BWC-01-OCH      16 chase       2026-11-14       42",
    ]


def test_the_shell_completes_the_names_of_marts(published: DataFolder) -> None:
    def completed(folder: DataFolder, start: str) -> list[str]:
        words = ShellComplete(commands, {}, "inventory-planner", "_INVENTORY_PLANNER_COMPLETE")
        found = words.get_completions(["report", "--data", str(folder.root)], start)
        return [each.value for each in found]

    assert completed(published, "") == ["open_lines", "warehouses"]
    assert completed(published, "o") == ["open_lines"]
    nowhere = DataFolder(published.root / "nowhere")
    assert completed(nowhere, "vendor_s") == ["vendor_scorecard"]  # nothing is published: those of this version
    assert not nowhere.root.exists()


def test_csv_is_exactly_what_is_stored(published: DataFolder) -> None:
    assert shown(published, "open_lines", "--csv") == (
        "account_id,line_id,vendor_name,vendor_id,sku,quantity_open,fill_rate,unit_cost,open_value,is_overdue,"
        "sent_date,modified_at,note\n"
        "a1,l1,Acme Mills,acme mills,S-1,1200.0000,0.98765,12.500000,15000.000000,true,"
        "2026-01-05,2026-01-05T09:41:07Z,\n"
        'a1,l2,"Bolt, & ""Sons""","bolt, & ""sons""",S-2,0.2500,,0.003125,0.000781,false,'
        "2026-02-01,2026-02-01T00:00:00.500000Z,\n"
        "a1,l3,,,S-3,0.0000,0.0,,,,,,\n"
    )


def test_json_has_one_object_per_line_with_every_digit_of_a_decimal(published: DataFolder) -> None:
    assert shown(published, "open_lines", "--json", "--columns", "sku,quantity_open,unit_cost,modified_at") == (
        '[{"sku":"S-1","quantity_open":1200.0000,"unit_cost":12.500000,"modified_at":"2026-01-05T09:41:07Z"},\n'
        '{"sku":"S-2","quantity_open":0.2500,"unit_cost":0.003125,"modified_at":"2026-02-01T00:00:00.500000Z"},\n'
        '{"sku":"S-3","quantity_open":0.0000,"unit_cost":null,"modified_at":null}]\n'
    )


def test_describe_lists_every_column(published: DataFolder) -> None:
    lines = shown(published, "open_lines", "--describe", "--csv").splitlines()

    assert lines[0] == "column,type,description"
    assert lines[5:7] == ["sku,varchar,Stock keeping unit", 'quantity_open,"decimal(18,4)",']
    assert len(lines) == 14


def test_a_view_is_a_mart_too(folder: DataFolder) -> None:
    make(
        folder, "create schema marts; create view marts.one as select 1 as number; comment on view marts.one is 'One.'"
    )

    assert shown(folder, "--csv") == "mart,rows,description\none,1,One\n"
    assert read(folder, "one") == [{"number": 1}]


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        (["--where", "vendor_name ilike 'ACME%'"], ["S-1"]),
        (["--where", "sent_date >= '2026-01-05'"], ["S-1", "S-2"]),
        (["--where", "sent_date >= '2026-01-05' and vendor_name = 'it''s'"], []),
        (["--where", "vendor_name is null -- and a comment"], ["S-3"]),
        (["--where", "open_lines.account_id in (select account_id from marts.warehouses)", "--limit", "1"], ["S-1"]),
        (["--sort", "fill_rate"], ["S-3", "S-1", "S-2"]),
        (["--sort", "-open_value"], ["S-1", "S-2", "S-3"]),
        (["--sort", "sku", "--limit", "2"], ["S-1", "S-2"]),
        (["--sort", "sku", "--limit", "0"], ["S-1", "S-2", "S-3"]),
    ],
    ids=" ".join,
)
def test_rows_are_chosen_sorted_and_limited(published: DataFolder, words: list[str], skus: list[str]) -> None:
    assert [row["sku"] for row in read(published, "open_lines", *words)] == skus


def test_no_rows_are_a_line_a_header_or_an_empty_array(published: DataFolder) -> None:
    nothing = ("warehouses", "--limit", "1", "--sort", "warehouse_name")
    make(published, "delete from marts.warehouses")

    assert shown(published, *nothing) == "warehouses: none\n\n"
    assert shown(published, *nothing, "--csv") == "account_id,warehouse_name\n"
    assert shown(published, *nothing, "--json") == "[]\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["open_line"],
            "There is no mart open_line. Did you mean open_lines? `inventory-planner report` lists the marts.",
        ),
        (["xyz"], "There is no mart xyz. `inventory-planner report` lists the marts."),
        (["open_lines; drop table x"], "There is no mart open_lines; drop table x. Did you mean open_lines?"),
        (
            ["open_lines", "--columns", "sku,quantity"],
            "open_lines has no column quantity. Did you mean quantity_open? `inventory-planner report open_lines",
        ),
        (["open_lines", "--sort", "-value"], "open_lines has no column value. Did you mean open_value?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_unknown_name_is_answered_with_similar_ones(published: DataFolder, words: list[str], message: str) -> None:
    assert refused(published, *words).startswith(message)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("vendor = 'Acme'", 'Referenced column "vendor" not found in FROM clause!'),
        ("vendor_name = ", 'syntax error at or near ")"'),
        ("vendor_name", "Could not convert string 'Acme Mills' to BOOL"),
        ("cast(sku as integer) > 1", "Could not convert string 'S-1' to INT32"),
        ("sum(quantity_open) > 1", "WHERE clause cannot contain aggregates!"),
        ("true; drop table marts.open_lines", 'syntax error at or near ";"'),
        ("true)); drop table marts.open_lines; select ((true", "attached in read-only mode!"),
        ("true)); copy marts.open_lines to 'copy.csv'; select ((true", "file system operations are disabled"),
        ("exists (from read_csv('/etc/passwd'))", "file system operations are disabled"),
        ("true) union all (select 1", "can only apply to expressions with the same number of result columns"),
    ],
)
def test_a_wrong_condition_is_answered_in_one_line(published: DataFolder, condition: str, reason: str) -> None:
    message = refused(published, "open_lines", "--where", condition)

    assert message.startswith(f"--where {condition!r} is not a valid condition: ")
    assert reason in message
    assert message.endswith("Write it in SQL; `inventory-planner report open_lines --describe` lists the columns.")
    assert "\n" not in message
    assert len(read(published, "open_lines")) == 3


def test_before_anything_is_published_it_names_the_command_to_run_and_creates_no_folder(folder: DataFolder) -> None:
    nowhere = DataFolder(folder.root / "nowhere")

    assert refused(nowhere) == f"Nothing is published in {nowhere.root} yet. Run `inventory-planner run` first."
    assert not nowhere.root.exists()


def test_a_damaged_file_is_answered_with_what_repairs_it(folder: DataFolder) -> None:
    folder.analytics.write_bytes(b"this is no database")

    error = invoked(folder).exception

    assert isinstance(error, PublishError)
    assert "The next run publishes it again." in str(error)


FORMULAS = """
    create schema marts;
    create table marts.lines as
    select * from (values ('=1+1', -5.0, 'Acme'), ('\t@A1', -6.0, null)) as rows (title, units, vendor)
"""


@pytest.mark.parametrize(
    ("option", "rows"),
    [([], "'=1+1,-5.0,Acme\n\t'@A1,-6.0,\n"), (["--raw"], "=1+1,-5.0,Acme\n\t@A1,-6.0,\n")],
    ids=["by default", "raw"],
)
def test_csv_has_no_formulas_but_those_that_are_asked_for(folder: DataFolder, option: list[str], rows: str) -> None:
    make(folder, FORMULAS)
    assert shown(folder, "lines", "--sort", "-units", "--csv", *option) == f"title,units,vendor\n{rows}"


def test_json_has_text_as_it_is(folder: DataFolder) -> None:
    make(folder, FORMULAS)
    found = json.loads(shown(folder, "lines", "--sort", "-units", "--json"))
    assert [row["title"] for row in found] == ["=1+1", "\t@A1"]


def test_a_year_has_no_thousands_separator(folder: DataFolder) -> None:
    make(folder, "create schema marts; create table marts.years as select 2026 as year_number, 2026 as count_orders")

    assert shown(folder, "years").splitlines()[-2].split() == ["2026", "2,026"]


# wide and long marts

FILLERS = ", ".join(f"i + {place} as filler_{place:02}" for place in range(40))
WIDE = f"select 'a' || (i % 2) as account_id, {FILLERS}, 'Vendor-' || i as vendor_name, i / 100 as fill_rate"


@pytest.fixture
def wide(folder: DataFolder) -> DataFolder:
    make_rows(folder, WIDE, ROWS_OF_A_TABLE + 5)
    return folder


def make_rows(folder: DataFolder, select: str, count: int) -> None:
    make(folder, f"create schema marts; create table marts.numbered as {select} from range({count}) as rows (i)")


def test_a_wide_mart_shows_the_columns_that_fit_and_how_to_see_the_rest(wide: DataFolder) -> None:
    lines = shown(wide, "numbered", "--sort", "filler_30").splitlines()

    columns = lines[3].split()
    assert columns[:4] == ["30", "00", "01", "02"]  # the column sorted by first
    assert max(map(len, lines)) <= 120
    assert lines[5].split()[:4] == ["30", "0", "1", "2"]
    assert len(lines) == 5 + ROWS_OF_A_TABLE + 2
    assert lines[-1] == (
        f"{ROWS_OF_A_TABLE} of {ROWS_OF_A_TABLE + 5} rows; --limit 0 shows all."
        f" {len(columns)} of 43 columns; --columns all shows all, --describe explains them."
    )


def test_chosen_columns_are_shown_in_full(wide: DataFolder) -> None:
    lines = shown(wide, "numbered", "--columns", "all", "--limit", "0").splitlines()

    assert len(lines) == 5 + ROWS_OF_A_TABLE + 5 + 1
    assert {len(line.split()) for line in lines[5:-1]} == {43}


def test_other_programs_get_all_rows_and_columns(wide: DataFolder) -> None:
    assert len(read(wide, "numbered")) == ROWS_OF_A_TABLE + 5
    assert len(shown(wide, "numbered", "--csv").splitlines()) == ROWS_OF_A_TABLE + 6
    assert len(read(wide, "numbered")[0]) == 43


def test_rows_that_come_in_several_batches_are_all_there_once(folder: DataFolder) -> None:
    make_rows(folder, "select i", 2 * BATCH_ROWS + 1)

    assert [row["i"] for row in read(folder, "numbered")] == list(range(2 * BATCH_ROWS + 1))
    assert shown(folder, "numbered", "--csv").splitlines() == ["i", *map(str, range(2 * BATCH_ROWS + 1))]


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(["--csv"], id="csv"),
        pytest.param(["--json"], id="json", marks=pytest.mark.long),
        pytest.param(["--limit", "0"], id="table", marks=pytest.mark.long),
    ],
)
def test_a_closed_pipe_is_no_error(folder: DataFolder, form: list[str]) -> None:
    make_rows(folder, "select i", 2 * BATCH_ROWS)
    words = [sys.executable, "-m", "inventory_planner", "report", "numbered", *form, "--data", str(folder.root)]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as printing:
        assert printing.stdout is not None
        assert printing.stderr is not None
        printing.stdout.readline()
        printing.stdout.close()
        errors = printing.stderr.read()

    assert (printing.returncode, errors) == (0, "")


def test_a_wrong_name_ends_with_status_2_on_standard_error(published: DataFolder) -> None:
    words = [sys.executable, "-m", "inventory_planner", "report", "open_line"]
    environment = {**os.environ, "INVENTORY_PLANNER_DATA": str(published.root)}

    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: There is no mart open_line. Did you mean open_lines?")


def test_a_report_imports_neither_dlt_nor_dbt(published: DataFolder) -> None:
    words = (
        "import sys; from click.testing import CliRunner; from inventory_planner.cli.commands import commands;"
        f"CliRunner().invoke(commands, ['report', 'open_lines', '--data', {str(published.root)!r}]);"
        "print([name for name in ('dlt', 'dbt', 'pyarrow', 'httpx') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_help_names_the_default_limit_of_a_table() -> None:
    help_text = " ".join(CliRunner().invoke(commands, ["report", "--help"]).stdout.split())

    assert f"{ROWS_OF_A_TABLE} for a table" in help_text
