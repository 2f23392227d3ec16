from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType
from rich.text import Text

from inventory_planner.cli.demo_text import demo_report
from inventory_planner.cli.status_text import status_report
from inventory_planner.cli.terminal import print_report, table
from inventory_planner.data_folder import DataFolder
from inventory_planner.demo import DemoReport
from inventory_planner.monitor.status import Status
from inventory_planner.warehouse.sync_log import SyncReport
from inventory_planner_emulator import Event

AT = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


def shown(report: RenderableType, width: int = 160) -> list[str]:
    """The lines of a report, stripped."""
    file = StringIO()
    Console(file=file, width=width).print(report)
    return [line.strip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("fill_rate", Decimal("0.98765"), "98.8%"),
        ("spend_share", 0.5, "50.0%"),
        ("received_value", Decimal("1234567.891234"), "1,234,567.89"),
        ("open_value", Decimal("0.000000"), "0"),
        ("unit_cost", Decimal("12.500000"), "12.50"),
        ("unit_cost", Decimal("0.003125"), "0.003125"),
        ("ordered", Decimal("1000.0000"), "1,000"),
        ("ordered", Decimal("0.2500"), "0.25"),
        ("variance", Decimal("-0.2500"), "-0.25"),
        ("lead_days", 12.375, "12.38"),
        ("orders", 4012, "4,012"),
        ("year_number", 2026, "2026"),
        ("started_at", AT, "2026-01-05 12:00:00"),
        ("vendor", "acme mills", "acme mills"),
        ("is_open", True, "True"),
        ("otif_rate", None, "-"),
        ("vendor", None, "-"),
        ("vendor", "acme [uk] [/b]", "acme [uk] [/b]"),
    ],
)
def test_values_are_formatted_by_type(name: str, value: Any, expected: str) -> None:
    assert shown(table("T", [{name: value}]))[4] == expected


def test_a_table_has_a_title_and_names_without_underscores() -> None:
    rows = [{"vendor": "Acme", "lead_days": 4.0}, {"vendor": "Bolt & Sons", "lead_days": None}]
    assert shown(table("Vendors", rows)) == [
        "Vendors",
        "",
        "vendor      lead days",
        "─────────────────────",
        "Acme                4",
        "Bolt & Sons         -",
        "",
    ]


def test_a_table_without_rows_is_one_line() -> None:
    assert shown(table("Overdue", [])) == ["Overdue: none", ""]


def test_only_a_long_error_is_wrapped() -> None:
    rows = [{"outcome": "failed", "error": "word " * 30}]
    assert all(len(line) <= 60 for line in shown(table("T", rows), width=60))
    assert sum("failed" in line for line in shown(table("T", rows), width=60)) == 1


# the status


def status(folder: DataFolder, **values: Any) -> Status:
    nothing: dict[str, Any] = {"at_work": None, "published_at": None, "problem": None, "age_seconds": None}
    nothing |= {"rows": {}, "syncs": [], "writes": []}
    return Status(str(folder.root), **{**nothing, **values})


def test_a_folder_without_data_says_so(folder: DataFolder) -> None:
    assert shown(status_report(status(folder)), width=500) == [
        f"{folder.root}: data never loaded, published never.",
        "Rows: none",
        "",
        "Last syncs (UTC): none",
        "",
    ]


def test_the_status_shows_the_age_the_rows_and_the_last_syncs(folder: DataFolder) -> None:
    sync = {
        "sync_id": "s-1",
        "started_at": AT,
        "_account_id": "a1000",
        "outcome": "failed",
        "sync_kind": None,
        "requests": 6,
        "orders": 0,
        "deleted": 0,
        "quarantined": 0,
        "error": "GET /api/v1/purchase-orders answered 503.",
    }
    report = status(
        folder, published_at=AT, age_seconds=93_784.6, rows={"purchase_orders": 4012, "_quarantine": 0}, syncs=[sync]
    )
    assert shown(status_report(report), width=80)[-16:] == [
        "Rows",
        "",
        "table            rows",
        "─────────────────────",
        "purchase_orders 4,012",
        "_quarantine         0",
        "",
        "Last syncs (UTC)",
        "",
        "sync",
        "started at       kind outcome orders deleted quarantined requests",
        "─────────────────────────────────────────────────────────────────",
        "2026-01-05 12:00 -    failed       0       0           0        6",
        "",
        "2026-01-05 12:00 failed: GET /api/v1/purchase-orders answered 503.",
        "",
    ]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.4, "just now"),
        (93.2, "93 seconds ago"),
        (3_600, "60 minutes ago"),
        (93_784, "26 hours ago"),
        (2e6, "23 days ago"),
    ],
)
def test_the_status_says_how_long_ago_the_account_was_read(seconds: float, expected: str, folder: DataFolder) -> None:
    found = shown(status_report(status(folder, age_seconds=seconds, published_at=AT)), width=500)
    assert found[0] == f"{folder.root}: data read {expected}, published 2026-01-05 12:00 UTC."


def test_with_several_accounts_the_last_syncs_name_them(folder: DataFolder) -> None:
    sync = {"started_at": AT, "outcome": "succeeded", "sync_kind": "seek", "error": None}
    sync |= dict.fromkeys(("orders", "deleted", "quarantined", "requests"), 1)
    report = status(folder, syncs=[{**sync, "_account_id": account} for account in ("a1", "a2")])
    found = shown(status_report(report), width=80)
    assert [line.split()[2] for line in found if line.startswith("2026")] == ["a1", "a2"]


def test_the_status_shows_the_last_changes_of_the_account(folder: DataFolder) -> None:
    write = {
        "recorded_at": AT,
        "command": "orders close",
        "purchase_order_number": "PO-1",
        "state": "unknown",
        "user_name": "ann",
        "message": "No response came.",
    }
    found = shown(status_report(status(folder, writes=[{**write, "job_id": "j-1"}])), width=500)
    assert "Last changes of the account (UTC)" in found
    assert found[-3].split() == ["2026-01-05", "12:00", "orders", "close", "PO-1", "unknown", "ann"]
    assert found[-1] == "2026-01-05 12:00 PO-1: No response came."


def test_a_problem_of_the_published_file_stands_below_the_age(folder: DataFolder) -> None:
    found = shown(status_report(status(folder, problem="dbeaver (PID 7) has it open.")), width=500)
    assert found[:2] == [
        f"{folder.root}: data never loaded, published never.",
        "Warning: dbeaver (PID 7) has it open.",
    ]


def test_the_status_during_a_run_names_the_run(folder: DataFolder) -> None:
    found = shown(status_report(status(folder, at_work="`run` (process 7)")), width=500)
    assert found[0] == (
        f"{folder.root}: data never loaded, published never. `run` (process 7) is running; this is the data"
        " published before it."
    )


# the demo


def demo(vendors: int, overdue: int) -> DemoReport:
    return DemoReport(
        first=SyncReport("a1000", orders=600, lines=3_000, requests=2, sync_kind="seek"),
        second=SyncReport("a1000", orders=12, lines=70, requests=1, sync_kind="seek"),
        swept=SyncReport("a1000", deleted=2, requests=4, sync_kind="sweep"),
        events=[event(kind) for kind in ("received", "new", "received")],
        received_vs_ordered=[{"currency": "EUR", "fill_rate": 0.9}],
        vendors=[{"vendor": f"V{place:02}", "otif_rate": 1 - place / 100} for place in range(vendors)],
        overdue=[{"number": f"N{place:02}", "days": place} for place in range(overdue)],
    )


def event(kind: str) -> Event:
    return Event(AT, kind, "1", "something happened")


def test_the_demo_shows_what_happened_and_where_the_files_are(folder: DataFolder) -> None:
    report = demo(vendors=2, overdue=0)
    found = shown(demo_report(report, folder, Path("my data/demo")), width=500)
    assert f"First load: {report.first.summary}" in found
    assert "Two days of business: 1 new, 2 received." in found
    assert f"Then:       {report.second.summary}" in found
    assert "Sweep:      0 orders with 0 lines read, 2 orders marked as deleted (4 requests, sweep)." in found
    assert "Overdue: 0 vendor orders; the 8 with the highest open value: none" in found
    assert f"For readers, at any time: {folder.analytics}" in found
    assert f"For this tool only:       {folder.warehouse}" in found
    assert found[-1] == "Next: inventory-planner dashboard --data 'my data/demo'"


@pytest.mark.parametrize(
    ("vendors", "expected"),
    [
        (6, ["V00", "V01", "V02", "V03", "V04", "V05"]),
        (12, ["V00", "V01", "V02", "V09", "V10", "V11"]),
        (2, ["V00", "V01"]),
    ],
)
def test_the_demo_shows_the_best_and_the_worst_vendors_once(
    vendors: int, expected: list[str], folder: DataFolder
) -> None:
    found = shown(demo_report(demo(vendors, overdue=0), folder, folder.root))
    assert [line.split()[0] for line in found if line.startswith(("V0", "V1"))] == expected


def test_the_demo_counts_all_overdue_orders_and_shows_eight(folder: DataFolder) -> None:
    found = shown(demo_report(demo(vendors=1, overdue=11), folder, folder.root))
    assert "Overdue: 11 vendor orders; the 8 with the highest open value" in " ".join(found)
    assert [line.split()[0] for line in found if line.startswith("N0")] == [f"N{place:02}" for place in range(8)]


def test_a_report_goes_to_standard_output_without_being_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Text("x" * 110))
    assert capsys.readouterr().out == "x" * 110 + "\n"
