"""What the account makes of the rows that it received: vendors, warehouses, variants and stock orders.

Ids reappear as `c<connection>_<id>`; a vendor is known by its name. Rows with REMOVED hide what they describe. A row
that names something unknown has no effect until that arrives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory_planner_emulator.received_files import KINDS, Key, Row
from inventory_planner_emulator.timestamps import format_timestamp
from inventory_planner_emulator.totals import Line, Order, strip_zeros, to_decimal, with_totals

CONNECTION = "c70"

Record = dict[str, Any]

_DEFAULT_STATUSES = {"OPEN", "DRAFT", "PARTIALLY RECEIVED", "CLOSED", "CANCELLED"}
_SALES_WINDOW = timedelta(days=30)  # of `last_30_days_sales`
_VENDOR_COLUMNS = {
    "cost_price": "COST_PRICE",
    "landing_cost_price": "LANDING_COST_PRICE",
    "vendor_reference": "VENDOR_REFERENCE",
    "vendor_name": "VENDOR_NAME",
    "vendor_packaging": "MOQ",
    "uom_ordering": "UOM",
}


def api_id(received: str) -> str:
    """An id of a file as the API shows it."""
    return f"{CONNECTION}_{received}"


@dataclass
class ReceivedRows:
    """The newest row of each key, by kind of file."""

    tables: dict[str, dict[Key, Row]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def vendors(self) -> dict[str, Row]:
        """The vendors by their ids in the files; in the API, the name in lower case is the id."""
        return {row["VENDOR_ID"]: row for row in self._rows("vendor")}

    def warehouses(self) -> Iterator[Record]:
        """The warehouses as the API lists them."""
        for row in self._rows("warehouse"):
            yield {
                "name": api_id(row["WAREHOUSE_ID"]),
                "display_name": row["DISPLAY_NAME"],
                "type": "warehouse",
                "disabled": False,
                "connection": CONNECTION,
                "currency": row.get("CURRENCY"),
                "created_at": _stamp(row["UPDATED_AT"]),
                "updated_at": _stamp(row["UPDATED_AT"]),
            }

    def variants(self, now: datetime) -> Iterator[Record]:
        """The variants as the API shows them; removed ones say so."""
        vendors, parts = self._by_variant("variant_vendor"), self._by_variant("variant_component")
        sales = self._by_variant("sales_order")
        for row in self.tables["variant"].values():
            variant = row["VARIANT_ID"]
            places = list(self._places(variant))
            yield {
                **_listing(row),
                "in_stock": _sum(place["in_stock"] for place in places),
                "connections": [{**_listing(row), "connection_main": True, "vendors": self._costs(vendors[variant])}],
                "warehouse": places,
                "components": [
                    {"id": api_id(part["COMPONENT_VARIANT_ID"]), "quantity": part["QUANTITY"]}
                    for part in parts[variant]
                ],
                **_sales([sale for sale in sales[variant] if not sale.get("CANCELLED")], now),
            }

    def variant_vendors(self) -> Iterator[tuple[tuple[str, str], Record | None]]:
        """What a vendor has for a variant, by the ids of both; None if they are no longer linked."""
        vendors = self.vendors()
        for row in self.tables["variant_vendor"].values():
            if row["VENDOR_ID"] in vendors:
                vendor = vendors[row["VENDOR_ID"]]["DISPLAY_NAME"].lower()
                data = {name: row[column] for name, column in _VENDOR_COLUMNS.items() if row.get(column) is not None}
                found = {**data, "t": "vendor", "s": "connection", "n": vendor}
                yield (api_id(row["VARIANT_ID"]), vendor), None if row["REMOVED"] else found

    def orders(self, order_ids: Iterable[str], now: datetime) -> Iterator[Order]:
        """The stock orders with these ids; one whose lines are all removed is removed."""
        lines: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables["stock_order"].values():
            lines[row["ID"]].append(row)
        for order_id in order_ids:
            known = [row for row in lines[order_id] if self._is_known(row)]
            if known:
                yield self._order(known, now)

    def _rows(self, kind: str) -> list[Row]:
        return [row for row in self.tables[kind].values() if not row["REMOVED"]]

    def _by_variant(self, kind: str) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows(kind):
            found[row["VARIANT_ID"]].append(row)
        return found

    def _places(self, variant: str) -> Iterator[Record]:
        """A variant's stock by warehouse: it shows in all of the connection, unless a row hides it in one."""
        stock = self.tables["variant_warehouse"]
        for warehouse in self._rows("warehouse"):
            row = stock.get((variant, warehouse["WAREHOUSE_ID"]), {"REMOVED": False})
            if not row["REMOVED"]:
                yield {
                    "warehouse": api_id(warehouse["WAREHOUSE_ID"]),
                    "in_stock": strip_zeros(to_decimal(row.get("IN_STOCK"))),
                    "minimum_stock": row.get("MIN_STOCK"),
                }

    def _costs(self, rows: Iterable[Row]) -> list[Record]:
        vendors = self.vendors()
        return [
            {
                "vendor": vendors[row["VENDOR_ID"]]["DISPLAY_NAME"].lower(),
                "cost_price": row.get("COST_PRICE"),
                "cost_price_currency": vendors[row["VENDOR_ID"]]["CURRENCY"],
                "landing_cost_price": row.get("LANDING_COST_PRICE"),
            }
            for row in rows
            if row["VENDOR_ID"] in vendors
        ]

    def _is_known(self, row: Row) -> bool:
        """Whether all that a line of a stock order names has arrived."""
        statuses = _DEFAULT_STATUSES | {status["NAME"].upper() for status in self._rows("stock_order_status")}
        kinds = {"VARIANT_ID": "variant", "WAREHOUSE": "warehouse", "SOURCE_WAREHOUSE": "warehouse", "VENDOR": "vendor"}
        named = [(row[column],) in self.tables[kind] for column, kind in kinds.items() if row[column]]
        return all(named) and str(row["STATUS"]).upper() in statuses

    def _order(self, rows: list[Row], now: datetime) -> Order:
        first, vendors = rows[-1], self.vendors()
        vendor = vendors[first["VENDOR"]]["DISPLAY_NAME"] if first["VENDOR"] in vendors else None
        kept = [row for row in rows if not row["REMOVED"]]
        order = {
            "id": api_id(first["ID"]),
            "reference": first["REFERENCE"],
            "status": first["STATUS"].lower(),
            "removed": not kept,
            "warehouse": api_id(first["WAREHOUSE"]),
            "currency": first["CURRENCY"],
            "created_date": _date(first["CREATED_DATE"]),
            "expected_date": _date(first.get("EXPECTED_DATE")),
            "shipment_date": _date(first.get("SHIPMENT_DATE")),
            "created_at": _stamp(first["CREATED_DATE"]),
            "updated_at": format_timestamp(now),
            "last_modified": format_timestamp(now),
            "items": [_line(row) for row in kept],
        }
        if vendor:
            order |= {"vendor": vendor.lower(), "vendor_display_name": vendor, "source_type": "vendor"}
        if first["SOURCE_WAREHOUSE"]:
            order |= {"source_warehouse": api_id(first["SOURCE_WAREHOUSE"]), "source_type": "warehouse"}
        if first.get("TYPE") in ("transfer", "assembly"):
            order["type"] = first["TYPE"]
        return with_totals(order)


def _listing(row: Row) -> Record:
    return {
        "id": api_id(row["VARIANT_ID"]),
        "sku": row["SKU"],
        "title": row["TITLE"],
        "barcode": row["BARCODE"],
        "product_id": row["PRODUCT_ID"] and api_id(row["PRODUCT_ID"]),
        "price": row["PRICE"],
        "image": row.get("IMAGE"),
        "removed": bool(row["REMOVED"]),
        "created_at": _stamp(row["CREATED_AT"]),
        "updated_at": _stamp(row["UPDATED_AT"]),
    }


def _sales(rows: list[Row], now: datetime) -> Record:
    recent = [row for row in rows if row["CREATED_AT"] and row["CREATED_AT"] > now - _SALES_WINDOW]
    return {
        "total_sales": _sum(row["QUANTITY"] for row in rows),
        "last_30_days_sales": _sum(row["QUANTITY"] for row in recent),
        "last_30_days_revenue": _sum(to_decimal(row["QUANTITY"]) * to_decimal(row["PRICE"]) for row in recent),
    }


def _line(row: Row) -> Line:
    variant, received = api_id(row["VARIANT_ID"]), strip_zeros(to_decimal(row["RECEIVED"]))
    at = row["RECEIVED_DATE"]
    return {
        "id": variant,
        "line_id": variant,
        "sku": row["SKU"],
        "title": row["TITLE"],
        "barcode": row["BARCODE"],
        "replenishment": strip_zeros(to_decimal(row["REPLENISHMENT"])),
        "received": received,
        "received_history": [{"date": int(at.timestamp()), "value": received}] if at and received else [],
        "cost_price": row["COST_PRICE"],
    }


def _sum(values: Iterable[Any]) -> Decimal:
    return strip_zeros(sum(map(to_decimal, values), Decimal(0)))


def _stamp(moment: datetime | None) -> str | None:
    return format_timestamp(moment) if moment else None


def _date(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None
