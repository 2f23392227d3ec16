from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import oracle
from inventory_planner.data_folder import DataFolder
from inventory_planner.settings import Settings
from inventory_planner_emulator import Account
from killing import environment, exit_status, load_and_publish, run_without_dbt
from readers import change, look

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="has no limit for the size of files"),
]

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
sys.argv = ["inventory-planner", sys.argv[1]]
from inventory_planner.cli.commands import main
main()
"""


def run_limited(command: str, size: int, settings: Settings, folder: DataFolder) -> subprocess.CompletedProcess[str]:
    """A command that can write so many bytes to each file; it writes no bytecode, which would stay incomplete."""
    return subprocess.run(
        [sys.executable, "-B", "-c", LIMITED, command, str(size)],
        env=environment(settings, folder),
        cwd=folder.root.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("size", [0, 200_000])
def test_a_load_onto_a_full_disk_fails_with_one_line_and_the_next_run_completes_it(
    account: Account, settings: Settings, folder: DataFolder, size: int
) -> None:
    before = change(account, 1, 5)
    assert exit_status(load_and_publish, settings, folder) == 0
    after = change(account, 2, 300)

    failed = run_limited("load", size, settings, folder)

    *logged, error = failed.stderr.splitlines()
    assert (failed.returncode, len(logged) <= 1) == (1, True), failed.stderr
    assert error.startswith("Error: ")
    assert "File too large" in error
    assert look(folder.analytics) == before
    assert exit_status(load_and_publish, settings, folder) == 0
    assert look(folder.analytics) == after
    oracle.assert_equal(folder.warehouse, account.orders())


@pytest.mark.parametrize("size", [0, 1_000_000])
def test_a_publish_onto_a_full_disk_leaves_the_last_published_file(
    account: Account, settings: Settings, folder: DataFolder, size: int, tmp_path: Path
) -> None:
    before = change(account, 1, 5)
    assert exit_status(run_without_dbt, settings, folder) == 0
    published = Path(shutil.copy(folder.analytics, tmp_path / "published"))
    change(account, 2, 300)
    assert exit_status(run_without_dbt, settings, folder) == 0
    shutil.move(published, folder.analytics)

    failed = run_limited("publish", size, settings, folder)

    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1), failed.stderr
    assert failed.stderr.startswith(f"Error: Can't publish {folder.analytics}: ")
    assert look(folder.analytics) == before
    assert not list(folder.root.glob("analytics.duckdb.*"))
