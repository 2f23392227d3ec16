from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

from deliveries import read, stock, write
from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.sftp import Server
from inventory_planner.errors import AnotherRunError, ChangeError, ConfigurationError, RefusedError, RejectedError
from inventory_planner.settings import Settings
from inventory_planner.warehouse.delivery_log import create_log
from inventory_planner.warehouse.warehouse import Warehouse
from sftp_server import SftpServer, needs_sshd, serving

pytestmark = pytest.mark.long  # about a second each: a command opens the warehouse and connects

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A command, in a folder without configuration files."""
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__API_KEY", settings.api_key)
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__ACCOUNT_ID", settings.account_id)
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__BASE_URL", settings.base_url)
    monkeypatch.setenv("INVENTORY_PLANNER_DATA", str(folder.root))
    monkeypatch.chdir(tmp_path)
    context = Container()[PluggableRunContext]
    before = context.context.run_dir
    context.reload(str(tmp_path))
    yield lambda *words: CliRunner().invoke(commands, words)
    context.reload(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "stock.csv", stock(a=1, b=2))


@pytest.fixture
def sftp(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    """A server that the settings name, and that knows our key."""
    with serving(tmp_path / "sftp") as sftp:
        sftp.authorize(run("deliver", "key").stdout.strip())
        monkeypatch.setenv("DELIVERY__ENDPOINT", f"127.0.0.1:{sftp.port}")
        monkeypatch.setenv("DELIVERY__USERNAME", sftp.user)
        monkeypatch.setenv("DELIVERY__DIRECTORIES__VARIANT_WAREHOUSE", str(sftp.directory("stock")))
        yield sftp


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_preview_does_without_an_endpoint(run: Run, path: Path) -> None:
    done = run("deliver", "variant-warehouse", str(path), "--dry-run", "--json")
    values = json.loads(done.stdout)
    names = ("state", "kind", "endpoint", "directory", "new", "changed", "unchanged", "sent_rows")
    assert [values[name] for name in names] == ["planned", "variant-warehouse", "(no endpoint)", None, 2, 0, 0, 2]
    assert values["why_full"] == "first delivery to this directory"

    *lines, night = run("deliver", "variant-warehouse", str(path), "--dry-run").stdout.splitlines()
    assert lines == [
        f"Planned:         variant-warehouse from {path}",
        "Endpoint:        (no endpoint)",
        "Directory:       (not set)",
        "Rows:            2 new, 0 changed, 0 unchanged",
        "To send:         2 rows; all of them: first delivery to this directory",
    ]
    assert night.startswith("Read by:         the sync of 20")


def test_each_missing_setting_is_asked_for(run: Run, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENDPOINT", "USERNAME", "DIRECTORIES__VARIANT_WAREHOUSE"):
        error = run("deliver", "variant-warehouse", str(path), "--yes").exception
        assert isinstance(error, ConfigurationError)
        assert str(error).startswith(f"DELIVERY__{name} is not set. ")
        monkeypatch.setenv(f"DELIVERY__{name}", "127.0.0.1:1")
    error = run("deliver", "variant-warehouse", str(path), "--yes").exception
    assert "Run `inventory-planner deliver key`" in str(error)


def test_the_help_tells_what_each_column_holds(run: Run) -> None:
    lines = run("deliver", "stock-order", "--help").stdout.splitlines()
    shown = [line.split(maxsplit=1) for line in lines if line.strip()]
    for expected in [
        ["REMOVED", "true or false"],
        ["UPDATED_AT", "time in UTC, as 2026-01-31 08:00:00"],
        ["CURRENCY", "currency of three letters, such as EUR"],
        ["RECEIVED", "number, such as 12 or -0.5"],
        ["COST_PRICE", "number, such as 12 or -0.5, may be empty"],
        ["VENDOR", "id, only with TYPE (empty) or po"],
        ["TYPE", "po or transfer or assembly"],
    ]:
        assert expected in shown
    text = " ".join(" ".join(lines).split())
    assert (
        "UTF-16 with a byte order mark. Commas, semicolons, tabs or bars separate its columns. A row that you" in text
    )
    assert "leave out is not removed; send it with REMOVED true." in text


@pytest.mark.parametrize("words", [[], ["a.csv", "--query", "a.sql"]])
def test_a_file_or_a_query_is_needed(run: Run, words: list[str]) -> None:
    done = run("deliver", "variant", *words)
    assert (done.exit_code, "Give either FILE.csv or --query FILE.sql." in done.stderr) == (2, True)


def test_faults_are_shown_and_nothing_is_sent(run: Run, sftp: SftpServer, path: Path) -> None:
    write(path, stock(a="x"))
    error = run("deliver", "variant-warehouse", str(path), "--yes").exception
    assert isinstance(error, ChangeError)
    assert error.exit_status == 1
    assert str(error) == (
        f"{path} was not delivered:\n  line 2, column 3 (IN_STOCK): it is 'x'; write a number such as 12 or -0.5."
    )
    assert list(sftp.directory("stock").iterdir()) == []


@needs_sshd
def test_a_file_is_delivered_once_and_the_log_says_so(run: Run, sftp: SftpServer, path: Path) -> None:
    done = run("deliver", "variant-warehouse", str(path), "--yes")
    (sent,) = sftp.directory("stock").iterdir()
    where = f"{sftp.user}@127.0.0.1:{sftp.port}, {sent.parent}"
    assert done.stdout.startswith(f"Delivered {sent.name} with 2 of 2 rows to {where}. The sync of 20")
    assert read(sent) == stock(a=1, b=2)

    again = run("deliver", "variant-warehouse", str(path), "--yes")
    assert again.stdout == f"Nothing to deliver: all 2 rows of {path} are as they were delivered.\n"
    assert json.loads(run("deliver", "variant-warehouse", str(path), "--yes", "--json").stdout)["state"] == "unchanged"

    (row,) = json.loads(run("deliver", "status", "--json").stdout)
    assert (row["file_name"], row["state"], row["sent_rows"], row["source"]) == (sent.name, "delivered", 2, str(path))
    assert json.loads(row["sample"])[0] == {
        "VARIANT_ID": "a",
        "WAREHOUSE_ID": "w1",
        "IN_STOCK": "1",
        "REMOVED": "false",
    }
    assert "Delivered, and read back." in run("deliver", "status").stdout


@needs_sshd
def test_a_settled_delivery_says_for_which_night_it_counts(
    run: Run, sftp: SftpServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Server, "rename", interrupt)
        run("deliver", "variant-warehouse", str(path), "--yes")
    write(path, stock(a="x"))
    done = run("deliver", "variant-warehouse", str(path), "--yes")
    assert isinstance(done.exception, ChangeError)
    (sent,) = sftp.directory("stock").iterdir()
    (row,) = json.loads(run("deliver", "status", "--json").stdout)
    assert done.stderr == (
        f"Earlier delivery {sent.name}: Delivered; verified on the server. The sync of the night to {row['night']} will"
        " read it.\n"
    )


@needs_sshd
def test_nothing_is_sent_without_a_confirmation(run: Run, sftp: SftpServer, path: Path) -> None:
    done = run("deliver", "variant-warehouse", str(path))
    assert done.exit_code == 2
    assert "There is no terminal to confirm on. Preview with --dry-run, then pass --yes." in done.stderr
    assert list(sftp.directory("stock").iterdir()) == []


@needs_sshd
def test_a_query_is_delivered(run: Run, sftp: SftpServer, folder: DataFolder, tmp_path: Path) -> None:
    with duckdb.connect(folder.analytics) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.stock as select * from (values ('a', 1.5), ('b', -2)) as t (variant, units)"
        )
    query = tmp_path / "stock.sql"
    text = "select variant as variant_id, 'w1' as warehouse_id, units as in_stock, false as removed"
    query.write_text(f"{text}, timestamptz '2026-01-31 09:00:00+01' as updated_at from marts.stock")
    done = run("deliver", "variant-warehouse", "--query", str(query), "--yes", "--json")
    assert json.loads(done.stdout)["state"] == "delivered"
    (sent,) = sftp.directory("stock").iterdir()
    assert read(sent) == stock(a="1.5", b="-2")

    query.write_text(f"{text}, timestamp '2026-01-31' as updated_at from marts.stock where false")
    done = run("deliver", "variant-warehouse", "--query", str(query), "--yes")
    assert (done.exit_code, done.stdout) == (0, f"Nothing to deliver: {query} returns no rows.\n")
    query.write_text(f"{text} from marts.stock")
    error = run("deliver", "variant-warehouse", "--query", str(query), "--yes").exception
    assert str(error) == f"{query} was not delivered:\n  the header: the column UPDATED_AT is missing; add it."


@needs_sshd
def test_the_key_is_shown_again_and_never_its_private_half(run: Run, sftp: SftpServer, folder: DataFolder) -> None:
    done = run("deliver", "key")
    assert done.stdout == (folder.delivery / "id_ed25519.pub").read_text()
    assert done.stderr == ("Paste this line where you create the Advanced CSV connection in Inventory Planner:\n")
    sftp.authorize("")
    secret = (folder.delivery / "id_ed25519").read_text().splitlines()[1]
    refused = run("--verbose", "check")
    assert isinstance(refused.exception, RefusedError)
    assert secret not in done.output + refused.output + str(refused.exception)


@needs_sshd
def test_check_says_whether_deliveries_work(run: Run, sftp: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"Delivery to {sftp.user}@127.0.0.1:{sftp.port} works: " in run("check").stdout
    monkeypatch.setenv("DELIVERY__DIRECTORIES__VENDOR", "/no/such/directory")
    failed = run("check")
    assert isinstance(failed.exception, RejectedError)
    assert (failed.exception.exit_status, "works" in failed.stdout) == (1, False)
    monkeypatch.delenv("DELIVERY__ENDPOINT")
    assert run("check").stdout.splitlines()[1] == "Delivery by SFTP is off: DELIVERY__ENDPOINT is not set."


def test_without_deliveries_the_status_is_empty(run: Run) -> None:
    assert run("deliver", "status").stdout.strip() == "Last deliveries (UTC): none"
    assert json.loads(run("deliver", "status", "--json").stdout) == []


@needs_sshd
@pytest.mark.usefixtures("sftp")
def test_a_delivery_without_a_usable_key_is_not_recorded(run: Run, folder: DataFolder, path: Path) -> None:
    private = folder.delivery / "id_ed25519"
    private.chmod(0o644)
    assert f"Run: chmod 600 {private}" in run("deliver", "variant-warehouse", str(path), "--dry-run").stderr
    private.write_text("")
    error = run("deliver", "variant-warehouse", str(path), "--yes").exception
    assert isinstance(error, ConfigurationError)
    assert f"The SSH key {private} is empty." in str(error)
    assert json.loads(run("deliver", "status", "--json").stdout) == []


def test_during_another_command_the_status_names_it(run: Run, warehouse: Warehouse) -> None:
    create_log(warehouse.account("a1000"))
    warehouse.close()
    with warehouse.engine.lock("deliver vendor"):
        error = run("deliver", "status").exception
    assert isinstance(error, AnotherRunError)
    assert str(error).startswith("`deliver vendor` (process ")
    assert str(error).endswith(f" is using {warehouse.folder.root}; try again later.")
