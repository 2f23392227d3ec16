"""dbt runs over the warehouse of a test, and what came of each node."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from hand_made import VARIABLES, Json
from inventory_planner.data_folder import DataFolder, data_folder
from inventory_planner.errors import TransformError
from inventory_planner.marts.dbt import run_dbt
from inventory_planner.marts.seeds import write_seeds
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import Warehouse

NOT_BUILT = {"exposure", "operation"}  # dbt reports these, too


@dataclass(frozen=True)
class DbtRun:
    """A warehouse after a run of dbt, dbt's manifest, the outcome of each node by name, and the output or the error."""

    warehouse: Path
    manifest: Path
    outcomes: dict[str, str]
    output: str


def dbt(folder: DataFolder, *arguments: str, variables: Json | None = None) -> DbtRun:
    """Run dbt in a data folder; a node that fails is an outcome, not an error."""
    write_seeds(folder)
    try:
        output = run_dbt(Warehouse(engine_of(folder), folder), variables or VARIABLES, arguments)
    except TransformError as error:
        output = str(error)
    target = folder.dbt / "target"
    results = json.loads((target / "run_results.json").read_text())["results"]
    nodes = [(each["unique_id"].split("."), each["status"]) for each in results]
    outcomes = {name: status for (kind, _, name, *_), status in nodes if kind not in NOT_BUILT}
    return DbtRun(folder.warehouse, target / "manifest.json", outcomes, output)


def select(warehouse: Path, query: str) -> list[dict[str, Any]]:
    """The rows of a query, by column name."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def folder_at(place: Path) -> Iterator[DataFolder]:
    """An empty data folder, but for what dbt has parsed at this place: with the same vars it need not parse again.

    dbt parses the project again for another path of the warehouse and for other vars, which takes longer than a build.
    """
    folder = data_folder(place)
    yield folder
    parsed = folder.dbt / "target" / "partial_parse.msgpack"
    content = parsed.read_bytes() if parsed.exists() else b""
    shutil.rmtree(folder.root)
    if content:
        parsed.parent.mkdir(parents=True)
        parsed.write_bytes(content)
