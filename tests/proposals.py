"""A published mart of proposed lead times, made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

from inventory_planner.data_folder import DataFolder

COLUMNS = {
    "account_id": "varchar",
    "variant_id": "varchar",
    "warehouse_id": "varchar",
    "vendor_id": "varchar",
    "vendor_name": "varchar",
    "sku": "varchar",
    "title": "varchar",
    "configured_lead_time_days": "decimal(18, 4)",
    "observed_lead_time_days": "double",
    "api_lead_time_days": "decimal(18, 4)",
    "count_orders": "bigint",
    "proposed_lead_time_days": "bigint",
    "is_proposed": "boolean",
    "proposal_reason": "varchar",
}


def proposal(variant_id: str, now: int | None, proposed: int | None, **others: Any) -> dict[str, Any]:
    """A row of the mart, to keep a setting if nothing is proposed; a keyword replaces a column."""
    return {
        **dict.fromkeys(COLUMNS),
        "account_id": "a1000",
        "variant_id": variant_id,
        "vendor_id": "acme mills",
        "vendor_name": "Acme Mills",
        "sku": variant_id.upper(),
        "configured_lead_time_days": now,
        "observed_lead_time_days": (proposed or now or 0) - 0.5,
        "count_orders": 7,
        "proposed_lead_time_days": proposed,
        "is_proposed": proposed is not None,
        "proposal_reason": "keep" if proposed is None else "too short",
        **others,
    }


def publish_proposals(folder: DataFolder, rows: Iterable[dict[str, Any]]) -> None:
    """Publish the mart `lead_time_settings` with these rows."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with duckdb.connect(folder.analytics) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(f"create or replace table marts.lead_time_settings ({columns})")
        for row in rows:
            names = ", ".join(row)
            values = ", ".join("?" * len(row))
            connection.execute(f"insert into marts.lead_time_settings ({names}) values ({values})", list(row.values()))
