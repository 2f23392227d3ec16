from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from inventory_planner.data_folder import DataFolder, data_folder, folder_at
from inventory_planner.errors import AnotherRunError, ConfigurationError

NOBODY = 65534  # the id of a user without files, on every Unix
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


def test_everything_is_inside_the_folder(folder: DataFolder) -> None:
    root = folder.root
    assert (folder.warehouse, folder.analytics, folder.dlt, folder.dbt, folder.seeds) == (
        root / "warehouse.duckdb",
        root / "analytics.duckdb",
        root / "dlt",
        root / "dbt",
        root / "seeds",
    )


def test_the_folder_is_created_with_its_parents_and_left_empty(tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "a" / "b")
    assert folder.root == tmp_path / "a" / "b"
    assert list(folder.root.iterdir()) == []


def test_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("mine")
    assert data_folder(tmp_path).warehouse.read_text() == "mine"


def test_a_relative_folder_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_folder(Path("data")).root == tmp_path / "data"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert data_folder(Path("~/data")).root == tmp_path / "data"


@pytest.mark.parametrize("name", ["100%", "why?", "buyer's", "a*b"])
def test_a_name_that_dlt_or_duckdb_would_misread_is_a_configuration_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"choose one without the characters % \? \* and '\."):
        data_folder(tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("below", ["", "data"], ids=["a file", "a file on the way"])
def test_a_folder_that_can_not_be_written_is_a_configuration_error(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / below
    with pytest.raises(ConfigurationError) as caught:
        data_folder(path)
    assert str(caught.value).startswith(f"Can't write to the data folder {path} (")
    assert str(caught.value).endswith(
        "). Choose another with --data or INVENTORY_PLANNER_DATA. Correct its permissions."
    )


@pytest.fixture
def somebody() -> Callable[[], AbstractContextManager[None]]:
    """Switch to a user who isn't root, for whom files of root are another's."""
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("only root can be another user")

    @contextmanager
    def switch() -> Iterator[None]:
        os.setresuid(NOBODY, NOBODY, 0)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setresuid(0, 0, 0)

    return switch


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which every user may write; pytest's own are for this user alone."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.parametrize("name", ["run.lock", "warehouse.duckdb", "dlt", "dbt", "dbt/target/manifest.json"])
def test_a_file_of_another_user_is_named_with_its_owner(
    name: str, open_folder: Path, somebody: Callable[[], AbstractContextManager[None]]
) -> None:
    refused = open_folder / name
    refused.parent.mkdir(parents=True, exist_ok=True)
    for parent in refused.parents:
        if parent.is_relative_to(open_folder):
            parent.chmod(0o777)
    refused.touch() if refused.suffix else refused.mkdir()

    with pytest.raises(ConfigurationError) as caught, somebody():
        data_folder(open_folder)

    assert str(caught.value) == (
        f"Can't write to {refused}. {refused} belongs to root: run as root, or give it to this user with chown."
    )


def test_a_folder_that_this_user_can_not_read_is_named_with_its_owner(
    open_folder: Path, somebody: Callable[[], AbstractContextManager[None]]
) -> None:
    closed = open_folder / "data"
    closed.mkdir(mode=0o700)

    with pytest.raises(ConfigurationError) as caught, somebody():
        folder_at(closed)

    assert str(caught.value) == (
        f"Can't read the data folder {closed}. {closed} belongs to root: run as root, or give it to this user with"
        " chown."
    )


def test_a_second_run_is_refused_and_the_first_one_named(folder: DataFolder) -> None:
    with folder.locked("run"):
        with pytest.raises(AnotherRunError) as caught, folder.locked("load", timeout=0):
            pytest.fail("two runs in one folder")
        who, since = str(caught.value).split(", since ")
    assert who == f"`run` (process {os.getpid()} on {socket.gethostname()}"
    instant, rest = since.split(")", 1)
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(instant) < timedelta(minutes=1)
    assert rest == f" is using {folder.root}; try again later."


def test_a_refused_run_leaves_the_lock(folder: DataFolder) -> None:
    with folder.locked("run"):
        for _ in range(2):
            with pytest.raises(AnotherRunError, match="`run`"), folder.locked("load", timeout=0):
                pytest.fail("two runs in one folder")


@pytest.mark.parametrize(
    "holder",
    [None, "", "{", "{}", "[]", "null"],
    ids=["no file", "nothing", "half of it", "no names", "a list", "null"],
)
def test_a_lock_holder_that_can_not_be_read_is_another_run(holder: str | None, folder: DataFolder) -> None:
    with folder.locked("run"):
        (folder.root / "run.json").unlink()
        if holder is not None:
            (folder.root / "run.json").write_text(holder)
        with pytest.raises(AnotherRunError, match="another run is using"), folder.locked("load", timeout=0):
            pytest.fail("two runs in one folder")


def test_the_lock_is_free_again_after_a_run_and_after_a_failure(folder: DataFolder) -> None:
    with folder.locked("run"):
        assert json.loads((folder.root / "run.json").read_text())["command"] == "run"
    with pytest.raises(ZeroDivisionError), folder.locked("run", timeout=0):
        raise ZeroDivisionError
    with folder.locked("run", timeout=0):
        pass
    assert not (folder.root / "run.json").exists()


def test_two_folders_do_not_lock_each_other(folder: DataFolder, tmp_path: Path) -> None:
    with folder.locked("run"), data_folder(tmp_path / "other").locked("run", timeout=0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_killed_run_leaves_no_lock(folder: DataFolder) -> None:
    command = [sys.executable, "-c", HOLD, str(folder.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(AnotherRunError, match=f"process {other.pid} "), folder.locked("load", timeout=0):
            pytest.fail("two runs in one folder")
        other.send_signal(signal.SIGKILL)
        other.wait()
    with folder.locked("load", timeout=0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_files_that_a_killed_run_spilled_are_removed_by_the_next_run(folder: DataFolder) -> None:
    assert subprocess.run([sys.executable, "-c", SPILL, folder.warehouse], check=False).returncode == -signal.SIGKILL
    assert any((folder.root / "warehouse.duckdb.tmp").iterdir())

    with folder.locked("run"):
        assert {path.name for path in folder.root.iterdir()} == {"run.lock", "run.json", "warehouse.duckdb"}
