"""All pages without a browser; test_browser.py opens them in one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import marimo as mo
import pytest

import inventory_planner_dashboard
from inventory_planner_dashboard import tables
from inventory_planner_dashboard.exports import NamedTable
from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.published import Published, attach
from inventory_planner_dashboard.routes import PAGES, render_page
from inventory_planner_dashboard.view import View, apply_filters

PACKAGE = Path(inventory_planner_dashboard.__file__).parent
MODULES = [*sorted(PACKAGE.rglob("*.py")), *sorted((PACKAGE.parents[1] / "notebooks").glob("*.py"))]
READ = re.compile(r"\b(?:from|join)\s+(?!\()([\w.]+)", re.IGNORECASE)
READABLE = re.compile(
    r"(published\.)?marts\.\w+|published\.inventory_planner\._build_record|duckdb_(columns|tables)|information_schema\.tables"
)
FILTERS = {
    "one currency": Filters(currency="EUR"),
    "all filters": Filters(
        "received", date(2026, 1, 1), date(2100, 1, 1), ("Kestrel Lighting",), ("Main",), "all", "EUR", "mug", True
    ),
    "no rows": Filters(vendors=("Nobody",)),
}


def queries(path: Path) -> list[str]:
    """The texts in a module that are SQL."""
    texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str) and re.match(r"\s*(select|with|from)\s", text)]


def test_there_are_queries_to_check() -> None:
    assert sum(len(queries(path)) for path in MODULES) > 40


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_reads_marts_and_nothing_else(path: Path) -> None:
    read = {name for sql in queries(path) for name in READ.findall(sql)}
    assert {name for name in read if not READABLE.fullmatch(name)} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_chart_has_a_summary_for_readers_who_cannot_see_it(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    charts = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "show"]

    assert [node.lineno for node in charts if "summary" not in {each.arg for each in node.keywords}] == []


@pytest.fixture(scope="module")
def attached(published: Path) -> Published:
    return attach(published)


@pytest.fixture(params=FILTERS.values(), ids=FILTERS)
def view(request: pytest.FixtureRequest, attached: Published, monkeypatch: pytest.MonkeyPatch) -> View:
    """The demo's account seen through some filters, with all parts of a page made at once."""
    monkeypatch.setattr(mo, "lazy", lambda make: make())
    return apply_filters(attached, request.param)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_renders(path: str, view: View) -> None:
    title, _ = PAGES[path]
    html = render_page(path, view).text

    assert f'<h1 class="ip-title" tabindex="-1" data-query="">{title}</h1>' in html
    assert "ip-tile" in html or "marimo-table" in html or "ip-empty" in html
    assert "ip-notice" not in html


@pytest.mark.long
def test_no_two_tables_of_a_page_have_the_same_name_in_the_address(
    attached: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mo, "lazy", lambda make: make())
    view = apply_filters(attached, Filters(order_type="all"))
    found = {path: re.findall(r'kept-table data-name="([^"]+)"', render_page(path, view).text) for path in PAGES}

    assert sum(map(len, found.values())) > 30
    assert {path: names for path, names in found.items() if len(set(names)) < len(names)} == {}


CODE = re.compile(r"[`_{}]|\b(null|var|sum|avg|coalesce)\b| [*/=] ")
TILE = re.compile(r'class="ip-label">([^<]*)(?:<button[^>]* data-about="([^"]*)")?')


class DefinedTable(NamedTable):
    """A table of a page, with what its headings mean."""

    made: list[dict[str, str]]

    def __init__(self, data: Any, file_name: str, **options: Any) -> None:
        tips = options["header_tooltip"]
        self.made.append({heading: tips.get(heading, "") for heading in data.column_names})
        super().__init__(data, file_name, **options)


def definitions(path: str, view: View) -> Iterator[tuple[str, str]]:
    """Each tile and heading of a page, and what it means."""
    DefinedTable.made = []
    yield from TILE.findall(render_page(path, view).text)
    for table in DefinedTable.made:
        yield from table.items()


@pytest.mark.long
def test_every_tile_and_column_of_a_page_is_defined_in_a_sentence_without_code(
    attached: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mo, "lazy", lambda make: make())
    monkeypatch.setattr(tables, "NamedTable", DefinedTable)
    view = apply_filters(attached, Filters(order_type="all"))
    found = {(path, name): unescape(meaning) for path in PAGES for name, meaning in definitions(path, view)}

    assert len(found) > 200
    assert {key: meaning for key, meaning in found.items() if not meaning or CODE.search(meaning)} == {}
    assert found["#/scorecard", "OTIF"].startswith("On time, in full (OTIF): share of the lines due in the period")
    assert "plus a grace of 0 days" in found["#/scorecard", "OTIF"]  # the var on_time_grace_days
