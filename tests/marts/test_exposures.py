"""What dbt believes the notebooks to read is what they read: dbt/models/exposures.yml against their text."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from inventory_planner.cli.serve import DASHBOARD_PORT

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
EXPOSURES: list[dict[str, Any]] = yaml.safe_load((ROOT / "dbt" / "models" / "exposures.yml").read_text())["exposures"]
DASHBOARD = f"http://127.0.0.1:{DASHBOARD_PORT}/"


def assigned(path: Path) -> dict[str, ast.expr]:
    """What a module gives names to at its top."""
    tree = ast.parse(path.read_text())
    return {
        node.target.id: node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
    }


QUERIES = {name: ast.unparse(value) for name, value in assigned(NOTEBOOKS / "queries.py").items()}


def marts_read_by(*paths: Path) -> set[str]:
    """The marts in the text of these modules and of the queries that they name."""
    texts = [path.read_text() for path in paths]
    named = [QUERIES[name] for text in texts for name in re.findall(r"\bqueries\.([A-Z_]+)\b", text)]
    return {mart for text in (*texts, *named) for mart in re.findall(r"\bmarts\.([a-z]\w+)", text)}


def pages() -> dict[str, tuple[str, Path]]:
    """Where each page of the dashboard is, and its module, by its title."""
    table = assigned(NOTEBOOKS / "pages" / "__init__.py")["PAGES"]
    assert isinstance(table, ast.Dict)
    found = {}
    for path, page in zip(table.keys, table.values, strict=True):
        assert isinstance(path, ast.Constant)
        assert isinstance(page, ast.Tuple)
        title, function = page.elts
        assert isinstance(title, ast.Constant)
        found[title.value] = (path.value, NOTEBOOKS / "pages" / f"{ast.unparse(function).split('.')[0]}.py")
    return found


def named(label: str) -> dict[str, Any]:
    (exposure,) = [each for each in EXPOSURES if each["label"] == label]
    return exposure


def marts_of(exposure: dict[str, Any]) -> set[str]:
    return {re.fullmatch(r"ref\('(\w+)'\)", each)[1] for each in exposure["depends_on"]}


def test_every_page_of_the_dashboard_is_exposed_and_no_other() -> None:
    told = {each["label"]: each["url"] for each in EXPOSURES if each["type"] == "dashboard"}

    assert told == {"Dashboard": DASHBOARD} | {title: f"{DASHBOARD}{path}" for title, (path, _) in pages().items()}


@pytest.mark.parametrize("title", pages())
def test_a_page_depends_on_the_marts_that_it_reads(title: str) -> None:
    assert marts_of(named(title)) == marts_read_by(pages()[title][1])


def test_the_dashboard_as_such_depends_on_what_its_filters_and_its_age_are_read_from() -> None:
    frame = marts_read_by(*(NOTEBOOKS / f"{name}.py" for name in ("dashboard", "choices", "published"))) - {"x"}

    assert marts_of(named("Dashboard")) == frame
