from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
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
    found = shown(status_report(report), width=500)
    assert found[0] == f"{folder.root}: data 1 day, 2:03:05 old, published 2026-01-05 12:00 UTC."
    assert [line.split() for line in found[5:7]] == [["purchase_orders", "4,012"], ["_quarantine", "0"]]
    assert found[10].split() == ["started", "at", "account", "id", "outcome", "sync", "kind", *list(sync)[5:]]
    assert found[12].split(maxsplit=9) == [
        *("2026-01-05", "12:00:00", "a1000", "failed", "-", "6", "0", "0", "0"),
        "GET /api/v1/purchase-orders answered 503.",
    ]


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
    assert found[-2].split(maxsplit=7) == [
        *("2026-01-05", "12:00:00", "orders", "close", "PO-1", "unknown", "ann", "No response came."),
    ]


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
    found = shown(demo_report(report, folder), width=500)
    assert f"First load: {report.first.summary}" in found
    assert "Two days of business: 1 new, 2 received." in found
    assert f"Then:       {report.second.summary}" in found
    assert "Sweep:      0 orders with 0 lines read, 2 orders marked as deleted (4 requests, sweep)." in found
    assert "Overdue: 0 vendor orders; the 8 with the highest open value: none" in found
    assert f"For readers, at any time: {folder.analytics}" in found
    assert f"For this tool only:       {folder.warehouse}" in found


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
    found = shown(demo_report(demo(vendors, overdue=0), folder))
    assert [line.split()[0] for line in found if line.startswith(("V0", "V1"))] == expected


def test_the_demo_counts_all_overdue_orders_and_shows_eight(folder: DataFolder) -> None:
    found = shown(demo_report(demo(vendors=1, overdue=11), folder))
    assert "Overdue: 11 vendor orders; the 8 with the highest open value" in " ".join(found)
    assert [line.split()[0] for line in found if line.startswith("N")] == [f"N{place:02}" for place in range(8)]


def test_a_report_goes_to_standard_output_without_being_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Text("x" * 110))
    assert capsys.readouterr().out == "x" * 110 + "\n"
