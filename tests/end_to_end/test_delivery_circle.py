"""The full circle: from a CSV file over a real sshd and a night to the variants that the API gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deliveries import STOCK, VALID, Cells, Warehouseman, read, stock, write
from emulator_client import EmulatorClient
from inventory_planner.api.client import Client
from inventory_planner.api.stock import list_stock
from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.files import FILES
from inventory_planner.delivery.keys import ensure_key
from inventory_planner.settings import DeliverySettings, Settings
from inventory_planner_emulator import Account, Inbox, run_nightly_sync
from sftp_server import needs_sshd, serving

pytestmark = [needs_sshd, pytest.mark.long]

LONG_AGO = datetime(2025, 6, 30, 12, tzinfo=UTC)  # so that the night of a delivery is over by the clock of the command


@pytest.fixture
def man(account: Account, folder: DataFolder, tmp_path: Path) -> Iterator[Warehouseman]:
    """Somebody who delivers to the folder that the account watches."""
    with serving(tmp_path / "server") as server:
        server.authorize(ensure_key(folder)[0])
        account.inbox = Inbox(server.directory("."))
        directories = {file.name: str(server.directory(file.name)) for file in FILES.values()}
        settings = DeliverySettings("127.0.0.1", server.port, server.user, directories)
        yield Warehouseman(folder, server, settings, now=LONG_AGO)


def status(man: Warehouseman, settings: Settings, *words: str) -> tuple[int, str, str]:
    """The exit status of `deliver status`, and what it prints."""
    env = {
        "SOURCES__INVENTORY_PLANNER__API_KEY": settings.api_key,
        "SOURCES__INVENTORY_PLANNER__ACCOUNT_ID": settings.account_id,
        "SOURCES__INVENTORY_PLANNER__BASE_URL": settings.base_url,
        "INVENTORY_PLANNER_DATA": str(man.folder.root),
    }
    done = subprocess.run(
        [sys.executable, "-m", "inventory_planner", "deliver", "status", *words],
        env={**os.environ, **env},
        cwd=man.folder.root.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def confirmations(man: Warehouseman, settings: Settings) -> tuple[int, list[str | None]]:
    """The exit status, and what became of each delivery of stock, oldest first."""
    code, output, _ = status(man, settings, "--json")
    rows = sorted(json.loads(output), key=lambda row: row["delivery_number"])
    return code, [row["confirmation"] for row in rows if row["kind"] == STOCK.kind]


def variants(count: int) -> list[Cells]:
    return [{**VALID["variant"], "VARIANT_ID": f"v{number}", "SKU": f"SKU-{number}"} for number in range(count)]


def quantities(shift: int = 0) -> dict[str, Any]:
    return {f"v{number}": number * 1.5 - 3 + shift for number in range(30)}


def test_what_is_delivered_can_be_read_back(
    man: Warehouseman, account: Account, client: Client, settings: Settings
) -> None:
    delivered = variants(30)
    for kind, row in VALID.items():
        rows = {"variant": delivered, STOCK.kind: stock(**quantities())}
        man.deliver(rows.get(kind, [row]), FILES[kind])
    assert list(list_stock(client, 1000)) == []
    run_nightly_sync(account)

    with EmulatorClient(settings.base_url) as http:
        rows = http.read_rows("variants", fields="id,sku,title,price", id_sort="asc")
    assert sorted(rows, key=lambda row: row["sku"]) == sorted(
        (
            {"id": f"c70_{row['VARIANT_ID']}", "sku": row["SKU"], "title": row["TITLE"], "price": 9.5}
            for row in delivered
        ),
        key=lambda row: row["sku"],
    )
    found = {each.ids: each.by_warehouse for each in list_stock(client, 7)}
    assert found == {frozenset({f"c70_{name}"}): {"c70_w1": units} for name, units in quantities().items()}
    assert confirmations(man, settings) == (0, ["arrived"])


def test_a_file_that_the_account_skips_is_named_until_everything_is_delivered_again(
    man: Warehouseman, account: Account, settings: Settings
) -> None:
    for kind, rows in {"warehouse": [VALID["warehouse"]], "variant": variants(30)}.items():
        man.deliver(rows, FILES[kind])
    man.deliver(stock(**quantities()))
    run_nightly_sync(account)
    assert confirmations(man, settings) == (0, ["arrived"])

    man.deliver(stock(**quantities(1)))
    path = man.visible()[-1]
    write(path, [{**row, "GROSS_WEIGHT": "1"} for row in read(path)])
    run_nightly_sync(account)
    code, output, errors = status(man, settings)
    assert (code, errors.startswith("Error: 1 of these deliveries did not arrive. Deliver")) == (1, True)
    assert f"{path.name} did not arrive: v0 in w1: now -3, sent -2; v3 in w1: now 1.5, sent 2.5; " in output
    assert confirmations(man, settings) == (1, ["arrived", "missing"])

    man.deliver(stock(**quantities(1)), is_full=True)
    run_nightly_sync(account)
    assert confirmations(man, settings) == (0, ["arrived", "missing", "arrived"])


def test_deliveries_are_shown_where_they_cannot_be_confirmed(
    man: Warehouseman, account: Account, settings: Settings
) -> None:
    man.deliver(stock(v0=1))
    without_key = Settings("", settings.account_id, settings.base_url)
    code, output, errors = status(man, without_key)
    assert (code, "Delivered, and read back." in output) == (0, True)
    assert errors.startswith("Could not check whether deliveries arrived: `api_key` is not set. ")
    assert len(errors.splitlines()) == 1
    refused = Settings("wrong", settings.account_id, settings.base_url)
    code, output, errors = status(man, refused)
    assert (code, "Delivered, and read back." in output) == (77, True)
    assert "Invalid API key" in errors
    assert account.requests[-1].path == "/api/v1/variants"
