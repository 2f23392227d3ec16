"""Who may import whom: the data's path goes one way, and each outside thing is known in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import inventory_planner

PACKAGE = "inventory_planner"
ROOT = Path(inventory_planner.__file__).parent
NETWORK = {"httpx", "socket", "ssl", "urllib.request", "http.client", "requests", "aiohttp"}
STEPS = {"load", "sweep", "transform", "publish"}  # `run` alone knows in which order they come


def imported(path: Path) -> set[str]:
    """The full names that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def within(name: str, of: str) -> bool:
    return name == of or name.startswith(f"{of}.")


def places(names: set[str]) -> set[str]:
    """The modules of the package among them; what `__init__` holds is none."""
    parts = (name.split(".") for name in names if within(name, PACKAGE))
    return {each[1] for each in parts if len(each) > 1} & (set(MODULES) | {"emulator"})


MODULES = {path.stem: imported(path) for path in sorted(ROOT.glob("*.py"))}
EMULATOR = {path.stem: imported(path) for path in sorted((ROOT / "emulator").glob("*.py"))}


def knowing(outside: str) -> set[str]:
    """The modules that import something from outside."""
    return {module for module, names in MODULES.items() if any(within(name, outside) for name in names)}


def importing(place: str) -> set[str]:
    return {module for module, names in MODULES.items() if place in places(names)}


def test_the_walk_finds_what_is_imported_at_the_top_and_within_functions() -> None:
    assert {"load", "run", "status"} <= places(MODULES["cli"])
    assert "client" in places(MODULES["changes"])
    assert EMULATOR["account"]


def test_errors_know_nothing() -> None:
    assert places(MODULES["errors"]) == set()


@pytest.mark.parametrize(
    ("module", "others"),
    [
        ("ahead", set()),
        ("contract", set()),
        ("tables", set()),
        ("rows", {"contract", "tables"}),
        ("client", {"contract", "errors"}),
        ("changes", {"client", "contract", "errors"}),
        ("chunks", {"changes", "contract", "errors", "rows", "tables"}),
        ("configuration", {"errors"}),
        ("folder", {"errors"}),
        ("log", set()),
        ("policy", {"errors"}),
        ("transform", {"errors", "folder"}),
        ("publish", {"errors", "folder", "tables"}),
        ("report", {"errors", "folder"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_module_knows_only_what_comes_before_it(module: str, others: set[str]) -> None:
    assert places(MODULES[module]) <= others


@pytest.mark.parametrize("module", ["contract", "tables", "rows"])
def test_records_and_rows_know_neither_network_nor_dlt_nor_dbt(module: str) -> None:
    outside = {*NETWORK, "dlt", "dbt", "duckdb", "subprocess"}
    assert {each for each in outside for name in MODULES[module] if within(name, each)} == set()


def test_only_the_client_speaks_http() -> None:
    assert knowing("httpx") == {"client"}
    assert {module for outside in NETWORK for module in knowing(outside)} == {"client", "folder", "dashboard"}
    assert {name for name in MODULES["folder"] if within(name, "socket")} == {"socket"}  # for the name of this machine
    assert {name for name in MODULES["dashboard"] if within(name, "socket")} == {"socket"}  # to listen


def test_only_configuration_source_and_load_know_dlt() -> None:
    assert knowing("dlt") == {"configuration", "source", "load"}


def test_only_transform_starts_dbt_and_knows_it() -> None:
    assert knowing("subprocess") == {"transform"}
    assert knowing("dbt") == {"transform"}


@pytest.mark.parametrize("step", sorted(STEPS & set(MODULES)))
def test_a_step_of_the_run_does_not_know_the_others(step: str) -> None:
    assert places(MODULES[step]) & (STEPS - {step}) == set()


def test_the_command_line_is_known_to_nobody() -> None:
    assert importing("cli") == {"__main__"}


def test_changes_are_handed_a_client() -> None:
    called = {ast.unparse(node.func) for node in ast.walk(tree("changes")) if isinstance(node, ast.Call)}
    assert called
    assert "Client" not in called


def tree(module: str) -> ast.Module:
    return ast.parse((ROOT / f"{module}.py").read_text())


@pytest.mark.parametrize("module", EMULATOR)
def test_the_emulator_shares_nothing_with_the_extractor(module: str) -> None:
    assert places(EMULATOR[module]) <= {"emulator"}
    assert not any(within(name, "dlt") or within(name, "httpx") for name in EMULATOR[module])


def test_only_the_demo_and_the_command_line_serve_a_made_up_account() -> None:
    assert importing("emulator") == {"demo", "cli"}
