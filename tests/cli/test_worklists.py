"""The files that the dashboard's worklists export, as the commands take them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.demo import DemoReport
from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.pages.overdue import LINES
from inventory_planner_dashboard.published import attach
from inventory_planner_dashboard.view import View, apply_filters
from inventory_planner_dashboard.worklists import DATES, RECEIPTS, csv_file
from inventory_planner_emulator import Account
from orders import line, order

pytestmark = pytest.mark.long  # it opens the warehouse four times
ORDERED = f"""
    select lines.*, orders.promise_current as expected from published.marts.purchase_order_lines as lines
    inner join published.marts.purchase_orders as orders on lines.purchase_order_id = orders.purchase_order_id
    where lines.purchase_order_id in (select purchase_order_id from ({LINES}))
    order by lines.purchase_order_id, lines.line_number
"""


def put_orders(account: Account, view: View) -> None:
    """Serve the orders that the page shows, as the marts have them."""
    by_order: dict[str, list[dict[str, Any]]] = {}
    for each in view.rows(ORDERED).to_pylist():
        by_order.setdefault(each["purchase_order_id"], []).append(each)
    for order_id, lines in by_order.items():
        items = [
            line(
                each["variant_id"],
                sku=each["sku"],
                replenishment=int(each["quantity_ordered"]),
                received=int(each["quantity_received"]),
            )
            for each in lines
        ]
        number, expected = lines[0]["purchase_order_number"], lines[0]["expected"]
        account.put(order(order_id, reference=number, expected_date=str(expected), items=items))


def send(command: str, path: Path, edit: Callable[[dict[str, str]], None], account: Account) -> list[Any]:
    """Edit the first row of a file as a spreadsheet saves it, run the command and return the bodies that it sent."""
    with path.open(newline="", encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    edit(rows[0])
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return run(command, path, account)


def run(command: str, path: Path, account: Account) -> list[Any]:
    account.requests.clear()
    done = CliRunner().invoke(commands, ["orders", command, str(path), "--yes"])
    assert done.exit_code == 0, done.output
    return [each.body for each in account.requests if each.body]


def test_an_exported_file_changes_what_somebody_edits_in_it_and_nothing_else(
    demo_shown: tuple[DataFolder, DemoReport], account: Account, environment: Path
) -> None:
    folder, _ = demo_shown
    view = apply_filters(attach(folder.analytics), Filters(currency="EUR"))
    put_orders(account, view)
    receive, update = environment / "overdue-receive.csv", environment / "overdue-update.csv"
    receive.write_bytes(csv_file(view, RECEIPTS, LINES, "a1000"))
    update.write_bytes(csv_file(view, DATES, LINES, "a1000"))

    assert run("receive", receive, account) == []
    assert run("update", update, account) == []

    with receive.open(newline="", encoding="utf-8-sig") as text:
        first = next(csv.DictReader(text))
    (received,) = send("receive", receive, lambda row: row.update(received=row["ordered"]), account)
    (updated,) = send("update", update, lambda row: row.update(expected="2030-01-31"), account)

    assert first["variant"] in str(received)
    assert first["ordered"] in str(received)
    assert "2030-01-31" in str(updated)
