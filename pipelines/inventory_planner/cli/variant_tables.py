"""Print variants, their vendors, and proposed lead times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import click

from inventory_planner.api.variant import LiveVariant, VariantVendor
from inventory_planner.cli.export import csv_lines
from inventory_planner.cli.orders_text import MAX_ROWS, print_json
from inventory_planner.cli.terminal import print_fitting, print_report, table
from inventory_planner.formulas import disarm
from inventory_planner.writeback.change import Change, split_target
from inventory_planner.writeback.lead_times import VariantProposal
from inventory_planner.writeback.variant_state import SETTINGS, setting_in

Format = Literal["table", "json", "csv"]
Row: TypeAlias = dict[str, Any]

FIGURES: Final = {  # by name in the API
    "lead_time": "lead_time",
    "review_period": "days_of_stock",
    "in_stock": "stock",
    "purchase_orders_qty": "on_order",
    "replenishment": "replenishment",
}
COLUMNS: Final = ("id", "sku", "title", "warehouse", *FIGURES.values(), "removed")
SHOWN: Final = ("sku", "warehouse", *FIGURES.values(), "title", "removed", "id")  # the first ones fit into 80 columns
VENDOR_COLUMNS: Final = {
    "vendor": "vendor_id",
    "cost_price": "cost_price",
    "landed_cost_price": "landing_cost_price",
    "reference": "vendor_reference",
    "name": "vendor_name",
    "packaging": "vendor_packaging",
    "uom": "uom_ordering",
}


def print_variants(variants: Sequence[LiveVariant], output_format: Format = "table", title: str = "Variants") -> None:
    """Print variants, with a row for each warehouse; a table has only the columns that fit."""
    rows = [row for each in variants for row in _rows(each)]
    if output_format == "json":
        print_json([_as_json(each) for each in variants])
    elif output_format == "csv":
        values = ([row[name] for name in COLUMNS] for row in rows)
        lines = ([disarm(each) if isinstance(each, str) else each for each in row] for row in values)
        click.echo(csv_lines([COLUMNS, *lines]), nl=False)
    else:
        print_fitting(title, [{name: row[name] for name in SHOWN} for row in rows])


def print_variant(variant: LiveVariant, vendors: Sequence[VariantVendor], *, as_json: bool) -> None:
    """Print a variant and its vendors."""
    rows = [{name: getattr(each, field) for name, field in VENDOR_COLUMNS.items()} for each in vendors]
    if as_json:
        print_json({**_as_json(variant), "vendors": rows})
        return
    print_variants([variant], title="Variant")
    print_fitting("Vendors", rows)


def print_proposals(proposals: Sequence[VariantProposal], changes: Sequence[Change], *, err: bool = False) -> None:
    """Print the proposed lead times that the changes would set, and what they are based on."""
    chosen = {split_target(each.target)[0] for each in changes}
    rows = [
        {
            "sku": row.sku or row.variant_id,
            "vendor": row.vendor_name or row.vendor_id,
            "warehouse": row.warehouse_id,
            "now": row.configured_lead_time_days,
            "observed": row.observed_lead_time_days,
            "orders": row.count_orders,
            "proposed": row.proposed_lead_time_days,
        }
        for each in proposals
        if each.variant_id in chosen
        for row in each.rows
    ]
    print_report(table("Lead times to set, in days", rows[:MAX_ROWS]), err=err)
    if len(rows) > MAX_ROWS:
        click.echo(f"{MAX_ROWS} of {len(rows):,} rows; --dry-run --json shows all.", err=err)


def _rows(variant: LiveVariant) -> Iterator[Row]:
    """A row for each warehouse, or one for the variant if the account does not break it down by warehouse."""
    about = {"id": variant.variant_id, "sku": variant.shown_sku, "title": variant.shown_title}
    warehouses: list[str | None] = [*variant.warehouses] or [None]
    for warehouse in warehouses:
        figures = variant.warehouses[warehouse] if warehouse else variant
        settings = {FIGURES[name]: setting_in(variant, name, warehouse) for name in SETTINGS}
        yield {**about, "warehouse": warehouse, **_figures(figures), **settings, "removed": variant.is_removed}


def _as_json(variant: LiveVariant) -> Row:
    """A variant, its own figures, and those of its warehouses."""
    return {
        "id": variant.variant_id,
        "sku": variant.shown_sku,
        "title": variant.shown_title,
        "removed": variant.is_removed,
        **_figures(variant),
        "warehouses": [{"warehouse": name, **_figures(each)} for name, each in variant.warehouses.items()],
    }


def _figures(record: object) -> Mapping[str, Any]:
    return {name: getattr(record, field) for field, name in FIGURES.items()}
