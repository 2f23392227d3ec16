from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from inventory_planner.client import Client
from inventory_planner.configuration import Settings
from inventory_planner.errors import TransformError
from inventory_planner.folder import Folder
from inventory_planner.load import Job, load
from inventory_planner.transform import command, project, transform


def test_every_path_on_the_command_line_is_absolute(folder: Folder) -> None:
    words = command(folder, {"as_of_date": "2026-01-05"}, ["test", "--select", "vendor_scorecard"])

    assert words == [
        *(sys.executable, "-P", "-m", "inventory_planner.transform"),
        "--no-use-colors",
        *("test", "--select", "vendor_scorecard"),
        *("--project-dir", str(project())),
        *("--profiles-dir", str(project())),
        *("--target-path", str(folder.root / "dbt" / "target")),
        *("--log-path", str(folder.root / "dbt" / "logs")),
        *("--vars", json.dumps({"as_of_date": "2026-01-05"})),
    ]


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
