from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inventory_planner.data_folder import Folder, data_folder
from inventory_planner.errors import AnotherRunError, ConfigurationError

HOLD = """
import sys
from pathlib import Path
from inventory_planner.data_folder import data_folder
with data_folder(Path(sys.argv[1])).locked("run"):
    print("locked", flush=True)
    sys.stdin.read()
"""

SPILL = """
import os, sys
import duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("set memory_limit = '20MB'")
connection.execute("create temp table wide as select md5(i::varchar) from range(1_000_000) as t(i)")
os.kill(os.getpid(), 9)
"""


def test_everything_lies_within_the_folder(folder: Folder) -> None:
    root = folder.root
    assert (folder.warehouse, folder.analytics, folder.dlt, folder.dbt, folder.published) == (
        root / "warehouse.duckdb",
        root / "analytics.duckdb",
        root / "dlt",
        root / "dbt",
        root / "published.json",
    )


def test_the_folder_is_made_with_those_above_it_and_left_empty(tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "a" / "b")
    assert folder.root == tmp_path / "a" / "b"
    assert list(folder.root.iterdir()) == []


def test_what_is_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("mine")
    assert data_folder(tmp_path).warehouse.read_text() == "mine"


def test_a_relative_folder_is_taken_from_where_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_folder(Path("data")).root == tmp_path / "data"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert data_folder(Path("~/data")).root == tmp_path / "data"


@pytest.mark.parametrize("name", ["100%", "why?"])
def test_a_folder_whose_name_dlt_or_duckdb_would_misread_is_a_wrong_setting(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"choose one without % and \?"):
        data_folder(tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("below", ["", "data"], ids=["a file", "a file on the way"])
def test_a_folder_that_can_not_be_written_is_a_wrong_setting(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / below
    with pytest.raises(ConfigurationError) as caught:
        data_folder(path)
    assert str(caught.value).startswith(f"Can't write to the data folder {path} (")
    assert str(caught.value).endswith(
        "). Choose another with --data or INVENTORY_PLANNER_DATA, or mend its permissions."
    )


def test_a_second_run_is_told_who_is_at_work(folder: Folder) -> None:
    with folder.locked("run"):
        with pytest.raises(AnotherRunError) as caught, folder.locked("load", patience=0):
            pytest.fail("two runs in one folder")
        who, since = str(caught.value).split(", since ")
    assert who == f"`run` (process {os.getpid()} on {socket.gethostname()}"
    instant, rest = since.split(")", 1)
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(instant) < timedelta(minutes=1)
    assert rest == f" is at work in {folder.root}; try again later."


def test_a_refused_run_leaves_the_lock_where_it_is(folder: Folder) -> None:
    with folder.locked("run"):
        for _ in range(2):
            with pytest.raises(AnotherRunError, match="`run`"), folder.locked("load", patience=0):
                pytest.fail("two runs in one folder")


@pytest.mark.parametrize(
    "holder",
    [None, "", "{", "{}", "[]", "null"],
    ids=["no file", "nothing", "half of it", "no names", "a list", "null"],
)
def test_a_holder_that_says_nothing_is_another_run(holder: str | None, folder: Folder) -> None:
    with folder.locked("run"):
        (folder.root / "run.json").unlink()
        if holder is not None:
            (folder.root / "run.json").write_text(holder)
        with pytest.raises(AnotherRunError, match="another run is at work"), folder.locked("load", patience=0):
            pytest.fail("two runs in one folder")


def test_the_lock_is_free_again_after_a_run_and_after_a_failure(folder: Folder) -> None:
    with folder.locked("run"):
        assert json.loads((folder.root / "run.json").read_text())["command"] == "run"
    with pytest.raises(ZeroDivisionError), folder.locked("run", patience=0):
        raise ZeroDivisionError
    with folder.locked("run", patience=0):
        pass
    assert not (folder.root / "run.json").exists()


def test_two_folders_do_not_lock_each_other(folder: Folder, tmp_path: Path) -> None:
    with folder.locked("run"), data_folder(tmp_path / "other").locked("run", patience=0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_killed_run_leaves_no_lock(folder: Folder) -> None:
    command = [sys.executable, "-c", HOLD, str(folder.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(AnotherRunError, match=f"process {other.pid} "), folder.locked("load", patience=0):
            pytest.fail("two runs in one folder")
        other.send_signal(signal.SIGKILL)
        other.wait()
    with folder.locked("load", patience=0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_what_a_killed_run_has_spilled_goes_with_the_next_one(folder: Folder) -> None:
    assert subprocess.run([sys.executable, "-c", SPILL, folder.warehouse], check=False).returncode == -signal.SIGKILL
    assert any((folder.root / "warehouse.duckdb.tmp").iterdir())

    with folder.locked("run"):
        assert {path.name for path in folder.root.iterdir()} == {"run.lock", "run.json", "warehouse.duckdb"}
