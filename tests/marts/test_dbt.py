from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from inventory_planner.api.client import Client
from inventory_planner.data_folder import Folder, folder_at
from inventory_planner.errors import TransformError
from inventory_planner.marts.dbt import environment, project, transform
from inventory_planner.settings import Settings
from inventory_planner.sync.load import Job, load


@pytest.fixture(autouse=True)
def dbt_as_users_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory_planner.marts.dbt.subprocess", subprocess)


@pytest.mark.parametrize("word", ["--version", "debug"])
def test_any_word_of_dbt_finds_project_and_warehouse(folder: Folder, word: str) -> None:
    transform(folder, {"as_of_date": "2026-01-05"}, [word])


def test_every_path_that_dbt_gets_is_absolute(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.root.parent)

    paths = {name: Path(value) for name, value in environment(folder_at(Path("data"))).items() if os.sep in value}

    assert len(paths) == 5
    assert all(path.is_absolute() for path in paths.values())


def test_the_dbt_project_of_a_checkout_is_found_wherever_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert (project() / "dbt_project.yml").is_file()


def test_a_failure_names_the_model_and_where_dbt_logged_it(client: Client, settings: Settings, folder: Folder) -> None:
    load(Job(client, settings, folder))

    with pytest.raises(TransformError) as failure:
        transform(folder, {"account_timezone": "Mars/Olympus"}, ["run", "--select", "received_vs_ordered"])

    message = str(failure.value)
    assert "dbt did not succeed" in message
    assert str(folder.root / "dbt" / "logs" / "dbt.log") in message
    assert "Mars/Olympus" in message


def test_words_that_dbt_does_not_know_are_answered_in_its_own_words(folder: Folder) -> None:
    with pytest.raises(TransformError, match="No such command 'bild'"):
        transform(folder, {}, ["bild"])


def test_an_error_that_dbt_does_not_expect_is_told_without_its_traceback(folder: Folder) -> None:
    in_the_way = folder.dbt / "target" / "manifest.json"
    in_the_way.mkdir(parents=True)

    with pytest.raises(TransformError) as failure:
        transform(folder, {}, ["parse"])

    _, *told = str(failure.value).splitlines()
    assert told == [f"  IsADirectoryError: [Errno 21] Is a directory: '{in_the_way}'"]
