from __future__ import annotations

from pathlib import Path

import pytest

from hand_made import VARIABLES
from inventory_planner.data_folder import DataFolder, folder_at
from inventory_planner.errors import TransformError
from inventory_planner.marts.dbt import command, run_dbt
from inventory_planner.marts.project import digest_of, project, project_files
from inventory_planner.warehouse.warehouse import Warehouse


@pytest.fixture
def folder(parsed_folder: DataFolder) -> DataFolder:
    return parsed_folder


# the command line


def test_a_command_of_dbt_gets_the_vars_as_json_but_for_the_one_that_changes_every_day() -> None:
    assert command({"as_of_date": "2026-01-21", "min_sample": 3}, ["build", "--select", "vendors"])[-5:] == [
        *("build", "--select", "vendors"),
        *("--vars", '{"min_sample": 3}'),
    ]


def test_an_option_of_dbt_gets_no_vars() -> None:
    assert command({"as_of_date": "2026-01-21"}, ["--version"])[-1] == "--version"


@pytest.mark.long
def test_any_option_of_dbt_can_be_run(warehouse: Warehouse) -> None:
    assert "dbt" in run_dbt(warehouse, VARIABLES, ["--version"])


@pytest.mark.long
def test_dbt_finds_project_and_closed_warehouse_from_any_working_directory(
    filled: Warehouse, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.execute("create table answers as select 42 as value")  # opens the warehouse, which dbt needs closed
    monkeypatch.chdir(folder.root.parent)
    assert folder_at(Path(folder.root.name)) == folder

    output = run_dbt(filled, VARIABLES, ["debug"])

    assert f"path: {folder.warehouse}" in output
    assert "All checks passed!" in output
    assert (folder.dbt / "logs" / "dbt.log").is_file()
    assert list(folder.root.parent.iterdir()) == [folder.root]
    assert filled.execute("select value from answers") == [(42,)]


# the project


def test_the_dbt_project_of_a_checkout_is_found_from_any_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert (project() / "dbt_project.yml").is_file()


def test_the_files_of_the_project_are_those_that_define_models() -> None:
    files = project_files()
    assert files[0] == project() / "dbt_project.yml"
    assert {path.suffix for path in files} == {".yml", ".sql", ".csv"}
    assert {path.relative_to(project()).parts[0] for path in files[1:]} == {
        *("macros", "models", "seeds", "snapshots", "tests")
    }
    assert not any("target" in path.parts or "logs" in path.parts for path in files)


def test_the_digest_changes_with_the_content_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "model.sql"
    file.write_text("select 1")
    before = digest_of([file])
    assert digest_of([file]) == before
    file.write_text("select 2")
    assert digest_of([file]) != before


# failures


@pytest.mark.long
def test_a_failure_names_the_model_and_the_log_of_dbt(warehouse: Warehouse, folder: DataFolder) -> None:
    staged = "stg_inventory_planner__purchase_orders"
    with pytest.raises(TransformError) as failure:
        run_dbt(warehouse, VARIABLES, ["run", "--select", staged])

    message = str(failure.value)
    assert f"model.inventory_planner.{staged}: " in message
    assert "inventory_planner.purchase_orders" in message
    assert str(folder.dbt / "logs" / "dbt.log") in message


@pytest.mark.long
def test_an_unknown_command_fails_with_the_message_of_dbt(warehouse: Warehouse) -> None:
    with pytest.raises(TransformError, match="No such command 'bild'"):
        run_dbt(warehouse, VARIABLES, ["bild"])


@pytest.mark.long
def test_an_unexpected_error_of_dbt_is_shown_without_its_traceback(warehouse: Warehouse, folder: DataFolder) -> None:
    in_the_way = folder.dbt / "target" / "manifest.json"
    in_the_way.mkdir(parents=True)

    with pytest.raises(TransformError) as failure:
        run_dbt(warehouse, VARIABLES, ["parse"])

    _, *lines = str(failure.value).splitlines()
    assert lines == [f"  IsADirectoryError: [Errno 21] Is a directory: {str(in_the_way)!r}"]
