# /// script
# requires-python = ">=3.11"
# dependencies = ["singer-sdk", "target-duckdb", "duckdb>=1.5,<2"]
# ///
"""The peer: a Singer tap on singer-sdk, piped into target-duckdb, in two processes as Singer has it.

    singer_pipeline.py URL API_KEY ACCOUNT FOLDER

The tap is the one of tests/independent, with the columns of an order. Between the two goes a line of JSON for each
order; the target keeps its defaults: a row for each order, its lines as JSON. DuckDB is of a version whose files ours
can open, to look at the copy.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

from order_schema import ORDER

sys.path.append(str(Path(__file__).parents[2] / "independent"))
from singer_tap import InventoryPlanner, PurchaseOrders

CONFIG = "--config"
TARGET = "from target_duckdb import main; main()"


class Orders(PurchaseOrders):
    """The same orders, with the types that a target makes columns of."""

    schema: ClassVar[dict[str, Any]] = ORDER


class OrdersTap(InventoryPlanner):
    """The same tap, with those orders."""

    def discover_streams(self) -> list[PurchaseOrders]:
        return [Orders(self)]


def main() -> None:
    if CONFIG in sys.argv:
        OrdersTap.cli()
    url, api_key, account_id, folder = sys.argv[1:]
    tap = _config(folder, "tap", base_url=url, api_key=api_key, account_id=account_id)
    target = _config(folder, "target", path=str(Path(folder) / "singer.duckdb"), default_target_schema="main")
    with subprocess.Popen([sys.executable, __file__, CONFIG, tap], stdout=subprocess.PIPE) as reading:
        landed = subprocess.run([sys.executable, "-c", TARGET, CONFIG, target], stdin=reading.stdout, check=False)
    sys.exit(reading.returncode or landed.returncode)


def _config(folder: str, name: str, **settings: str) -> str:
    path = Path(folder) / f"{name}.json"
    path.write_text(json.dumps(settings))
    return str(path)


if __name__ == "__main__":
    main()
