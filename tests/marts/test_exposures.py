"""dbt/models/exposures.yml names the marts that the pages of the dashboard read."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import inventory_planner_dashboard
from inventory_planner.cli.serve import DASHBOARD_PORT
from inventory_planner_dashboard.routes import PAGES, Render

PACKAGE = Path(inventory_planner_dashboard.__file__).parent
ROOT = PACKAGE.parents[1]
EXPOSURES: list[dict[str, Any]] = yaml.safe_load((ROOT / "dbt" / "models" / "exposures.yml").read_text())["exposures"]
DASHBOARD = f"http://127.0.0.1:{DASHBOARD_PORT}/"


def marts_read_by(*paths: Path) -> set[str]:
    """The marts in the text of these modules."""
    return {mart for path in paths for mart in re.findall(r"\bmarts\.([a-z]\w+)", path.read_text())}


def named(label: str) -> dict[str, Any]:
    (exposure,) = [each for each in EXPOSURES if each["label"] == label]
    return exposure


def marts_of(exposure: dict[str, Any]) -> set[str]:
    return {re.fullmatch(r"ref\('(\w+)'\)", each)[1] for each in exposure["depends_on"]}


def test_every_page_of_the_dashboard_is_exposed_and_no_other() -> None:
    exposed = {each["label"]: each["url"] for each in EXPOSURES if each["type"] == "dashboard"}

    assert exposed == {"Dashboard": DASHBOARD} | {title: f"{DASHBOARD}{path}" for path, (title, _) in PAGES.items()}


@pytest.mark.parametrize(("title", "render"), PAGES.values(), ids=[title for title, _ in PAGES.values()])
def test_a_page_depends_on_the_marts_that_it_reads(title: str, render: Render) -> None:
    sections = [PACKAGE / "order_history.py"] if title == "Order" else []

    assert marts_of(named(title)) == marts_read_by(Path(inspect.getfile(render)), *sections)


def test_the_dashboard_itself_depends_on_the_marts_that_all_pages_need() -> None:
    assert marts_of(named("Dashboard")) == marts_read_by(PACKAGE / "controls.py", PACKAGE / "published.py")
