from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from dbt_runs import select
from deliveries import VALID, write
from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.settings import Settings
from inventory_planner_emulator import Account
from orders import order, raw
from roads import NEURO_ORDERS, PLUGIN, TOKEN, open_neuro

LONG = pytest.mark.long  # a process takes seconds, and test_settings.py reads each setting

ELSEWHERE = {  # what somebody may have set for a dbt or dlt project of their own, and a home of another user
    "DBT_EMPTY": "true",
    "DBT_TARGET": "published",
    "DBT_PROFILE": "other",
    "DBT_WARN_ERROR": "true",
    "_DBT_COMPLETE": "bash_source",
    "INVENTORY_PLANNER_TARGET": "published",
    "DEV_MODE": "true",
    "RESTORE_FROM_DESTINATION": "false",
    "HOME": "/proc",
}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def inventory_planner(settings: Settings, folder: DataFolder, tmp_path: Path) -> Run:
    """The command as a user starts it, in a folder without configuration files."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        configured = {
            "SOURCES__INVENTORY_PLANNER__API_KEY": settings.api_key,
            "SOURCES__INVENTORY_PLANNER__ACCOUNT_ID": settings.account_id,
            "SOURCES__INVENTORY_PLANNER__BASE_URL": settings.base_url,
            "SOURCES__INVENTORY_PLANNER__REQUESTS_PER_SECOND": "0",
            "INVENTORY_PLANNER_DATA": str(folder.root),
        }
        return subprocess.run(
            [sys.executable, "-m", "inventory_planner", *words],
            env={**os.environ, **configured, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.mark.long
def test_a_run_its_status_and_any_dbt_command_after_it(
    account: Account, inventory_planner: Run, folder: DataFolder
) -> None:
    account.put(order())

    done = inventory_planner("--log-format", "json", "run", "--as-of", "2026-01-21", **ELSEWHERE)
    status = inventory_planner("status", "--json")
    listed = inventory_planner("transform", "--", "list", "--resource-type", "model", "--output", "name")

    assert done.returncode == 0, done.stderr
    logged = [json.loads(text)["message"] for text in done.stderr.splitlines()]
    assert logged[:4] == [
        "1 order with 2 lines read (1 request, seek).",
        "No order changed (1 request, sweep).",
        "Variants in the catalog: 2; changed: 2; missing: 0 (requests: 3).",
        "Building the marts as of 2026-01-21.",
    ]
    assert done.stdout == ""
    assert json.loads(status.stdout)["rows"]["purchase_order_items"] == 2
    assert "vendor_scorecard\n" in listed.stdout
    assert select(folder.analytics, "select sku from marts.received_vs_ordered order by sku") == [
        {"sku": "TEE-RED-L"},
        {"sku": "TEE-RED-M"},
    ]


@pytest.mark.long
def test_load_logs_what_it_loaded_and_a_dry_run_what_it_would_load(account: Account, inventory_planner: Run) -> None:
    account.put(order())

    would = inventory_planner("load", "--dry-run")
    does = inventory_planner("load")
    again = inventory_planner("load", "--since", "2025-01-01")

    assert would.stderr.endswith("Would load: 1 order with 2 lines read (1 request, seek).\n")
    assert does.stderr.endswith("INFO 1 order with 2 lines read (1 request, seek).\n")
    assert again.stderr.endswith("INFO No order changed (1 request, seek).\n")


@pytest.mark.long
@pytest.mark.parametrize(
    ("environment", "status", "message"),
    [
        ({"SOURCES__INVENTORY_PLANNER__API_KEY": "a wrong key"}, 77, "returned 401"),
        pytest.param({"SOURCES__INVENTORY_PLANNER__ACCOUNT_ID": "a9999"}, 77, "returned 403", marks=LONG),
        (
            {"SOURCES__INVENTORY_PLANNER__API_KEY": ""},
            2,
            "`api_key` is not set. Set SOURCES__INVENTORY_PLANNER__API_KEY",
        ),
        pytest.param({"SOURCES__INVENTORY_PLANNER__BASE_URL": "app.example"}, 2, "is not an address", marks=LONG),
        pytest.param({"SOURCES__INVENTORY_PLANNER__PAGE_SIZE": "0"}, 2, "a number from 1 to 1000", marks=LONG),
        ({"INVENTORY_PLANNER_DATA": "/proc/nowhere"}, 2, "Can't write to the data folder /proc/nowhere"),
        pytest.param({"TRANSFORM__VARS": "{"}, 2, "it must be a table or a JSON object", marks=LONG),
    ],
    ids=["wrong key", "wrong account", "no key", "wrong address", "wrong number", "unwritable folder", "wrong vars"],
)
def test_configuration_errors_are_one_line_and_an_exit_status(
    inventory_planner: Run, environment: dict[str, str], status: int, message: str
) -> None:
    failed = inventory_planner("run", **environment)

    lines = failed.stderr.splitlines()
    assert (failed.returncode, len(lines)) == (status, 1)
    assert lines[0].startswith("Error: ")
    assert message in lines[0]
    assert "a wrong key" not in lines[0]


def test_a_malformed_settings_file_is_one_line_too(inventory_planner: Run, tmp_path: Path) -> None:
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "secrets.toml").write_text("[sources.inventory_planner]\napi_key = without quotes\n")

    failed = inventory_planner("--log-format", "json", "check")

    assert failed.returncode == 2
    assert "line 2 col 10" in json.loads(failed.stderr)["message"]


@pytest.mark.long
def test_a_second_run_at_the_same_time_names_the_first(inventory_planner: Run, folder: DataFolder) -> None:
    with folder.locked("run"):
        second = inventory_planner("run")

    assert second.returncode == 75
    assert second.stderr.startswith(f"Error: `run` (process {os.getpid()} on ")


@pytest.mark.long
def test_the_account_that_the_emulator_serves_can_be_checked(inventory_planner: Run, tmp_path: Path) -> None:
    orders = tmp_path / "orders.jsonl"
    orders.write_bytes(raw(order()) + b"\n")
    words = [sys.executable, "-m", "inventory_planner", "emulate", "--data", str(orders), "--port", "0"]

    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdout is not None
        url = emulator.stdout.readline().split()[3]
        checked = inventory_planner(
            "check", SOURCES__INVENTORY_PLANNER__BASE_URL=url, SOURCES__INVENTORY_PLANNER__API_KEY="demo-key"
        )
        emulator.terminate()

    assert checked.stdout == (
        f"Account a1000 at {url} is reachable and has 1 orders, last modified at 2026-01-05 09:41:07 UTC.\n"
        "Delivery by SFTP is off: DELIVERY__ENDPOINT is not set.\n"
    )


@pytest.mark.long
def test_the_emulator_reads_the_files_of_a_folder_when_asked(tmp_path: Path) -> None:
    orders, files = tmp_path / "orders.jsonl", tmp_path / "files"
    orders.write_bytes(raw(order()) + b"\n")
    words = [sys.executable, "-m", "inventory_planner", "emulate", "--data", str(orders), "--port", "0"]

    with subprocess.Popen([*words, "--sftp", str(files)], stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdout is not None
        url, _, told = (emulator.stdout.readline() for _ in range(3))
        write(files / "variant" / "a.csv", [VALID["variant"]])
        night = told.split()[-1]
        answer = httpx.post(night)
        headers = {"Authorization": "demo-key", "Account": "a1000", "User-Agent": "tests"}
        variant = httpx.get(f"{url.split()[3]}/api/v1/variants/c70_a1", headers=headers).json()["variant"]
        emulator.terminate()

    assert told.startswith(f"Files: {files}, with the directories warehouse, vendor, stock_order_status, variant, ")
    assert (night, answer.text) == (f"{url.split()[3]}/emulator/night", "The nightly sync ran.\n")
    assert (variant["sku"], variant["in_stock"]) == ("MUG", 0)


def test_the_help_lists_commands_in_the_order_of_the_work_with_whole_summaries() -> None:
    shown = CliRunner().invoke(commands, ["--help"]).stdout
    lines = shown.splitlines()
    headings = ["Start:", "Load and publish:", "Read:", "Change the account:", "Develop:"]
    assert [line for line in lines if line in headings] == headings
    assert "..." not in shown[shown.index("Start:") :]
    named = [line.split()[0] for line in lines[lines.index("Start:") :] if line[2:3].strip() and line[:3] != "   "]
    assert [name for name in named if name in commands.commands] == list(commands.commands)
    assert '  eval "$(_INVENTORY_PLANNER_COMPLETE=bash_source inventory-planner)"' in lines


@pytest.mark.parametrize("command", sorted(commands.commands))
def test_every_command_has_a_help_text(command: str) -> None:
    shown = CliRunner().invoke(commands, [command, "--help"])

    assert shown.exit_code == 0
    assert commands.commands[command].help


@LONG
def test_three_settings_are_enough_to_reach_an_account_through_neuro(
    account: Account, settings: Settings, inventory_planner: Run
) -> None:
    account.put(order(last_modified="2026-01-05T09:41:07+00:00"))
    open_neuro(account)
    values = {"API_KEY": "", "ACCOUNT_ID": "", "NEURO_URL": settings.base_url, "NEURO_PLUGIN": PLUGIN}
    environment = {f"SOURCES__INVENTORY_PLANNER__{name}": value for name, value in values.items()}

    done = inventory_planner("check", **environment, SOURCES__INVENTORY_PLANNER__NEURO_TOKEN=TOKEN)
    refused = inventory_planner("check", **environment, SOURCES__INVENTORY_PLANNER__NEURO_TOKEN="another")  # noqa: S106
    missing = inventory_planner("check", **environment)

    assert done.stdout == (
        f"Account {PLUGIN} at {settings.base_url} is reachable through Neuro and has 1 orders, last modified at"
        " 2026-01-05 09:41:07 UTC.\nDelivery by SFTP is off: DELIVERY__ENDPOINT is not set.\n"
    )
    assert (refused.returncode, missing.returncode) == (77, 2)
    assert refused.stderr == (
        f"Error: GET {NEURO_ORDERS} returned 401 (Unauthenticated). Check `neuro_token`, and the Account ID and Access"
        " Token that the Inventory Planner plugin has in Neuro.\n"
    )
    assert missing.stderr.startswith("Error: `neuro_token` is not set. Set SOURCES__INVENTORY_PLANNER__NEURO_TOKEN,")


def test_status_does_not_import_dlt(folder: DataFolder) -> None:
    words = (
        "import sys; from click.testing import CliRunner; from inventory_planner.cli.commands import commands;"
        f"CliRunner().invoke(commands, ['status', '--data', {str(folder.root)!r}]); print('dlt' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
