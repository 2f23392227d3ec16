"""The peer: a plain dlt pipeline with dlt's own rest_api source and its defaults, as its documentation teaches it."""

from __future__ import annotations

import sys
from pathlib import Path

import dlt
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator
from dlt.sources.rest_api import rest_api_source


def main() -> None:
    url, api_key, account_id, folder = sys.argv[1:]
    source = rest_api_source(
        {
            "client": {
                "base_url": url,
                "headers": {"Authorization": api_key, "Account": account_id},
                "paginator": PageNumberPaginator(base_page=0, total_path=None),
            },
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
            "resources": [
                {
                    "name": "purchase_orders",
                    "endpoint": {
                        "path": "api/v1/purchase-orders",
                        "params": {"limit": 1000},
                        "data_selector": "purchase-orders",
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "plain",
        destination=dlt.destinations.duckdb(str(Path(folder) / "plain.duckdb")),
        dataset_name="inventory_planner",
        pipelines_dir=str(Path(folder) / "dlt"),
    )
    pipeline.run(source)


if __name__ == "__main__":
    main()
