"""Who loads the account: how each is started, where its copy lies, and whether that copy is right.

    ours              `inventory-planner load`
    lower bound       fetch, decode and insert of the same columns with nothing around            lower_bound.py
    plain dlt         dlt's rest_api source with its defaults, merged into DuckDB                  peers/plain_dlt.py
    Singer            a tap on singer-sdk, piped into target-duckdb                          peers/singer_pipeline.py
    Airbyte           a low-code manifest, read by airbyte-cdk and landed by PyAirbyte      peers/airbyte_pipeline.py

The last two stand on packages that don't go together with ours. Their scripts name them, and uv keeps an environment
for each (`uv sync --script`), on our version of Python and up to our `exclude-newer`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from measuring import ACCOUNT, API_KEY, VoidError

HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "pyproject.toml"
OURS, LOWER_BOUND, PLAIN, SINGER, AIRBYTE = "ours", "lower bound", "plain dlt", "Singer", "Airbyte"
NAMES = (OURS, LOWER_BOUND, PLAIN, SINGER, AIRBYTE)
COUNTED = ("orders", "lines", "receipts", "units")

IN_TABLES = """
    select
        (select count(*) from {0}),
        (select count(*) from {1}),
        (select count(*) from {2}),
        (select sum(replenishment) from {1})
"""
IN_JSON = """
    with lines as (select unnest(items -> '$[*]') as line from purchase_orders)

    select
        (select count(*) from purchase_orders),
        count(*),
        sum(json_array_length(line -> 'received_history')),
        sum(cast(line -> 'replenishment' as bigint))
    from lines
"""


@dataclass(frozen=True)
class Contender:
    """Who loads, how it is started, and how its copy is counted."""

    name: str
    command: tuple[str, ...]
    database: str
    counting: str

    def check(self, folder: Path, truth: dict[str, int]) -> None:
        """Compare its copy with the account.

        Raises:
            VoidError: they differ.
        """
        compare(self.name, folder / self.database, self.counting, truth)


class LeftOutError(Exception):
    """A peer that can't be started here; the message says why."""


def ours(command: str) -> tuple[str, ...]:
    """One of our commands, over the folder that it is started in."""
    return (sys.executable, "-m", "inventory_planner", command, "--data", ".")


def check_ours(folder: Path, truth: dict[str, int], database: str = "warehouse.duckdb") -> None:
    """Compare the warehouse, or its published copy, with the account.

    Raises:
        VoidError: they differ.
    """
    compare(OURS, folder / database, _counting_ours(), truth)


def compare(name: str, database: Path, counting: str, truth: dict[str, int]) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        counts = connection.execute(counting).fetchone() or ()
    landed = dict(zip(COUNTED, map(int, counts), strict=True))
    if landed != truth:
        raise VoidError(f"{name} landed {landed}; the account holds {truth}.")


def contenders(url: str, only: Collection[str]) -> tuple[list[Contender], dict[str, str]]:
    """Those named, or all if none is; and why some of them had to be left out."""
    found, left_out = [], {}
    for name in NAMES:
        if only and name not in only:
            continue
        try:
            found.append(_contender(name, url))
        except LeftOutError as error:
            left_out[name] = str(error)
    return found, left_out


def _contender(name: str, url: str) -> Contender:
    arguments = (url, API_KEY, ACCOUNT, ".")
    if name == OURS:
        return Contender(name, ours("load"), "warehouse.duckdb", _counting_ours())
    if name == LOWER_BOUND:
        tables = ("purchase_orders", "purchase_order_items", "purchase_order_receipts")
        command = (sys.executable, str(HERE / "lower_bound.py"), *arguments)
        return Contender(name, command, "lower_bound.duckdb", IN_TABLES.format(*tables))
    if name == PLAIN:
        tables = ("purchase_orders", "purchase_orders__items", "purchase_orders__items__received_history")
        command = (sys.executable, str(HERE / "peers" / "plain_dlt.py"), *arguments)
        return Contender(name, command, "plain.duckdb", IN_TABLES.format(*_in_schema(tables)))
    script = str(HERE / "peers" / f"{name.lower()}_pipeline.py")
    return Contender(name, (_python_for(script), script, *arguments), f"{name.lower()}.duckdb", IN_JSON)


def _counting_ours() -> str:
    return IN_TABLES.format(*_in_schema(("purchase_orders", "purchase_order_items", "purchase_order_receipts")))


def _in_schema(tables: Sequence[str]) -> list[str]:
    return [f"inventory_planner.{table}" for table in tables]


def _python_for(script: str) -> str:
    """The interpreter of the script's own environment, which is made or brought up to date first."""
    newest = tomllib.loads(PROJECT.read_text())["tool"]["uv"]["exclude-newer"]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    choice = ("--python", version, "--exclude-newer", newest, "--compile-bytecode")
    _uv("sync", "--quiet", "--script", script, *choice)
    return _uv("python", "find", "--script", script).strip()


def _uv(*words: str) -> str:
    uv = os.environ.get("UV") or shutil.which("uv")  # `uv run` sets the former
    if not uv:
        raise LeftOutError("there is no uv to install it with")
    done = subprocess.run([uv, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LeftOutError(f"it can't be installed: {' '.join(done.stderr.split())}")
    return done.stdout
