"""Who may import whom: the data's path goes one way, and each outside thing is known in one place."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import inventory_planner

ROOT = Path(inventory_planner.__file__).parents[1]
PACKAGES = ("inventory_planner", "inventory_planner_emulator", "inventory_planner_dashboard")
NETWORK = ("httpx", "socket", "ssl", "urllib.request", "http.client", "requests", "aiohttp")

# What each place may import of our own; what is not named here may not be imported.
ALLOWED = {
    "errors": set(),
    "data_folder": {"errors"},
    "formulas": set(),
    "spreadsheets": set(),
    "configuration": {"errors"},
    "settings": {"configuration", "errors"},
    "accounts": {"errors", "settings"},
    "api": {"errors"},
    "warehouse": {"data_folder", "errors"},
    "sync": {"configuration", "api", "warehouse", "data_folder", "errors", "settings"},
    "marts": {"warehouse", "data_folder", "errors", "spreadsheets"},
    "monitor": {"sync", "marts", "api", "warehouse", "data_folder", "errors", "spreadsheets"},
    "writeback": {"sync", "marts", "warehouse", "api", "data_folder", "errors", "formulas", "spreadsheets"},
    "delivery": {"api", "marts", "warehouse", "data_folder", "errors", "settings", "spreadsheets"},
    "run": {"writeback", "monitor", "sync", "marts", "api", "warehouse", "data_folder", "errors", "settings"},
    "orders": {"accounts", "writeback", "sync", "api", "warehouse", "data_folder", "errors", "settings"},
    "variants": {"accounts", "writeback", "sync", "marts", "api", "warehouse", "errors", "settings"},
    "writes": {"variants", "writeback", "sync", "warehouse", "errors"},
    "demo": {"run", "emulator", "sync", "marts", "api", "warehouse", "data_folder", "errors", "settings"},
    "dashboard": {"data_folder", "errors", "formulas", "orders", "api", "sync", "writeback"},
    "emulator": set(),
    "__main__": {"cli"},
}
ONE_HOME = {  # an outside thing, and the only modules that may know it
    "httpx": {"api.client"},
    "dbt": {"marts.dbt"},
    "dlt": {
        *("configuration", "sync.loader", "sync.source"),
        *("warehouse.duckdb", "warehouse.engine", "warehouse.postgres", "warehouse.postgres_connection"),
        "warehouse.postgres_dlt",
    },
    "duckdb": {"warehouse.duckdb", "warehouse.local_copy", "dashboard.published"},
    "psycopg": {
        *("warehouse.postgres", "warehouse.postgres_connection", "warehouse.postgres_publishing"),
        "warehouse.local_copy",
    },
    "subprocess": {"dashboard.tour", "marts.dbt"},
    "asyncssh": {"delivery.sftp"},
}


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


def module_name(path: Path) -> str:
    """`api.client` in the extractor, `emulator.app` and `dashboard.charts` in the packages beside it."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[0].removeprefix("inventory_planner").removeprefix("_")
    return ".".join(part for part in (package, *parts[1:]) if part and part != "__init__")


def local(name: str) -> str:
    """An imported name of ours as MODULES has it."""
    package, _, rest = name.partition(".")
    outer = package.removeprefix("inventory_planner").removeprefix("_")
    return f"{outer}.{rest}".strip(".") if package in PACKAGES else name


def place(name: str) -> str | None:
    """The place of an imported name: a folder or a module at the top; None where it is not ours."""
    package, *rest = name.split(".")
    if package not in PACKAGES:
        return None
    outer = package.removeprefix("inventory_planner").removeprefix("_")
    return outer or rest[0]


PATHS = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if path.name != "__init__.py"]
MODULES = {module_name(path): imported(path) for path in PATHS}
PLACED = [name for name in MODULES if name.split(".")[0] in ALLOWED]


def knows(module: str, outside: str) -> bool:
    return any(name == outside or name.startswith(f"{outside}.") for name in MODULES[module])


@pytest.mark.parametrize("module", PLACED)
def test_imports_point_one_way(module: str) -> None:
    own = module.split(".", maxsplit=1)[0]
    constants = {"__version__"}  # of the package itself
    found = {place(name) for name in MODULES[module]} - {None, own} - constants
    assert found <= ALLOWED[own]


def test_every_place_has_a_rule() -> None:
    assert {module.split(".")[0] for module in MODULES} - {"cli"} <= ALLOWED.keys()


def test_there_is_no_cycle() -> None:
    graph = {
        module: {found for name in names for found in (local(name), local(name.rpartition(".")[0])) if found in MODULES}
        for module, names in MODULES.items()
    }
    assert list(TopologicalSorter({module: needed - {module} for module, needed in graph.items()}).static_order())


@pytest.mark.parametrize(("outside", "homes"), ONE_HOME.items(), ids=ONE_HOME)
def test_an_outside_thing_has_one_home(outside: str, homes: set[str]) -> None:
    assert {module for module in MODULES if knows(module, outside)} - {"emulator.server"} == homes


def test_only_the_client_reaches_the_network() -> None:
    listening = {"emulator", "dashboard"}
    found = {module for module in MODULES for outside in NETWORK if knows(module, outside)}
    found = {module for module in found if module.split(".")[0] not in listening}
    assert found == {"api.client", "data_folder"}
    assert {name for name in MODULES["data_folder"] if name.startswith("socket")} == {"socket"}  # the machine's name


def test_only_the_actions_of_the_dashboard_know_what_changes_the_account() -> None:
    readers = {"data_folder", "errors", "formulas"}
    users = {
        module
        for module, names in MODULES.items()
        if module.startswith("dashboard.") and {place(name) for name in names} - {None, "dashboard", *readers}
    }
    assert users == {f"dashboard.actions.{name}" for name in ("fragments", "planner", "routes")}


def test_deliveries_read_only_published_marts() -> None:
    found = {name for module, names in MODULES.items() if module.startswith("delivery.") for name in names}
    assert {name for name in found if place(name) == "marts"} == {"inventory_planner.marts.published.open_published"}


def test_only_the_demo_and_the_command_line_know_the_emulator() -> None:
    users = {module for module, names in MODULES.items() if any(place(name) == "emulator" for name in names)}
    assert {module.split(".")[0] for module in users} - {"emulator"} == {"demo", "cli"}
