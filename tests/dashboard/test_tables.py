from __future__ import annotations

from pathlib import Path
from typing import Any

import marimo as mo
import pyarrow as pa
import pytest

from inventory_planner_dashboard import tables
from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.formats import NO_DATA, number
from inventory_planner_dashboard.published import attach
from inventory_planner_dashboard.tables import Column, table
from inventory_planner_dashboard.view import View


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[pa.Table, dict[str, Any]]]:
    """What marimo's tables are made of: the rows, which are also what they export, and the options."""
    found: list[tuple[pa.Table, dict[str, Any]]] = []

    def keep(rows: pa.Table, _file_name: str, **options: Any) -> mo.Html:
        found.append((rows, options))
        return mo.Html("")

    monkeypatch.setattr(tables, "NamedTable", keep)
    return found


def test_formulas_are_disarmed_in_what_a_table_exports_and_shown_as_they_are(
    published: Path, made: list[tuple[pa.Table, dict[str, Any]]]
) -> None:
    sql = "select * from (values ('=1+1', -5), ('Acme', 6), (null, 7)) as rows (note, units)"

    table(View(attach(published), Filters()), sql, {"note": Column("Vendor"), "units": Column("Units", number)})

    ((rows, options),) = made
    assert rows.to_pylist() == [
        {"Vendor": "'=1+1", "Units": -5},
        {"Vendor": "Acme", "Units": 6},
        {"Vendor": None, "Units": 7},
    ]
    show = options["format_mapping"]["Vendor"]
    assert [show(value) for value in rows["Vendor"].to_pylist()] == ["=1+1", "Acme", "\N{EN DASH}"]


def test_orders_items_and_vendors_lead_to_their_pages_and_drop_what_chose_the_page_before(
    published: Path, made: list[tuple[pa.Table, dict[str, Any]]]
) -> None:
    sql = "select 'PO-1' as purchase_order_number, 'MUG & CO' as sku, '<Mug>' as title, 'A|B' as vendor_name"
    columns = {"purchase_order_number": Column("Order"), "item": Column("Item"), "vendor_name": Column("Vendor")}
    query = {"currency": "EUR", "search": "mug", "overdue": "yes", "vendor": "Acme"}

    table(View(attach(published), Filters(), query), sql, columns)

    ((rows, options),) = made
    shown = {heading: show(rows[heading][0].as_py()) for heading, show in options["format_mapping"].items()}
    assert {heading: cell["data"] for heading, cell in shown.items() if heading in ("Order", "Item", "Vendor")} == {
        "Order": '<a class="ip-item" href="?currency=EUR&amp;search=PO-1#/order">PO-1</a>',
        "Item": '<a class="ip-item" href="?currency=EUR&amp;search=MUG+%26+CO#/variant">MUG &amp; CO · &lt;Mug&gt;</a>',
        "Vendor": '<a class="ip-item" href="?currency=EUR&amp;vendor=%22A%7CB%22#/vendor">A|B</a>',
    }


def test_each_order_of_a_list_is_a_link(published: Path, made: list[tuple[pa.Table, dict[str, Any]]]) -> None:
    sql = "select * from (values ('1042, <b>'), (null)) as rows (purchase_order_numbers)"

    table(View(attach(published), Filters()), sql, {"purchase_order_numbers": Column("Orders")})

    ((_, options),) = made
    show = options["format_mapping"]["Orders"]
    assert show("1042, <b>")["data"] == (
        '<a class="ip-item" href="?search=1042#/order">1042</a>, '
        '<a class="ip-item" href="?search=%3Cb%3E#/order">&lt;b&gt;</a>'
    )
    assert show(None)["data"] == NO_DATA
