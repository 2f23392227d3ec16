# /// script
# requires-python = ">=3.11"
# dependencies = ["airbyte"]
# ///
"""The peer: an Airbyte low-code manifest, read by airbyte-cdk and landed in DuckDB by PyAirbyte, in one process.

    airbyte_pipeline.py URL API_KEY ACCOUNT FOLDER

The manifest is the one of tests/independent, with the columns of an order. PyAirbyte (the package `airbyte`) is
Airbyte's own way from a source to DuckDB without its server; its Java destinations need a container. It keeps its
defaults: a row for each order, its lines as JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import airbyte
import yaml
from airbyte.caches import DuckDBCache
from order_schema import ORDER

MANIFEST = Path(__file__).parents[2] / "independent" / "airbyte_manifest.yaml"


def main() -> None:
    url, api_key, account_id, folder = sys.argv[1:]
    source = airbyte.get_source(
        "source-inventory-planner",
        config={"base_url": url, "api_key": api_key, "account_id": account_id},
        source_manifest=_manifest(),
        streams="*",
    )
    root = Path(folder)
    source.read(cache=DuckDBCache(db_path=root / "airbyte.duckdb", cache_dir=root / "cache"))


def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    (orders,) = manifest["streams"]
    orders["schema_loader"]["schema"] = ORDER
    return manifest


if __name__ == "__main__":
    main()
