"""New orders of the demo account, as the API writes them: some keys are missing, and "" or [] mean "not set"."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from inventory_planner_emulator.demo.company import (
    KITS,
    MAIN,
    VENDORS,
    WAREHOUSES,
    Variant,
    Vendor,
    Warehouse,
    kit_variants,
    variants_of,
)
from inventory_planner_emulator.timestamps import format_timestamp
from inventory_planner_emulator.totals import Line, Order, strip_zeros, with_totals

_MAX_LINES = 8
_MAX_PACKS = 20
_TRANSFER_DAYS = 6
_ASSEMBLY_DAYS = 10
_NOTES = ("", "", "", "Deliver to dock 3 before noon.", "Call before delivery.\nNo pallets over 1.8 m.")
_CENT = Decimal("0.01")
_MONTH = timedelta(days=30)


def draft_purchase(rng: Random, vendor: Vendor, at: datetime, price_age: timedelta) -> Order:
    """Draft a purchase order with a vendor whose prices have risen for as long as `price_age`."""
    variants = variants_of(vendor)
    chosen = rng.sample(variants, rng.randint(1, min(_MAX_LINES, len(variants))))
    warehouse = rng.choices(WAREHOUSES, weights=(6, 3, 1))[0]
    is_promised = rng.random() >= vendor.habits.unpromised_share
    expected = at + timedelta(days=max(vendor.habits.lead_days + rng.randint(-2, 2), 3))
    order = {
        **_header(rng, at, warehouse, vendor.terms.currency),
        **_vendor_fields(rng, vendor, at),
        "type": "po" if rng.random() < 0.9 else "",  # both mean a purchase order
        "expected_date": expected.date().isoformat() if is_promised else None,
        "items": [_purchase_line(rng, vendor, variant, price_age) for variant in chosen],
    }
    return with_totals(_with_landed_costs(order))


def draft_transfer(rng: Random, at: datetime) -> Order:
    """Draft a transfer between two warehouses; some have no `type`, and only the source identifies them."""
    source, destination = rng.sample(WAREHOUSES, 2)
    vendor = rng.choice(VENDORS)
    chosen = rng.sample(variants_of(vendor), rng.randint(2, 4))
    order = {
        **_header(rng, at, destination, "EUR"),
        **_source_fields(source),
        "type": rng.choice(("transfer", "transfer", "")),
        "expected_date": (at + timedelta(days=_TRANSFER_DAYS)).date().isoformat(),
        "items": [_line(rng, variant, _quantity(rng, vendor), variant.price, "EUR") for variant in chosen],
    }
    return with_totals(order)


def draft_assembly(rng: Random, at: datetime) -> Order:
    """Draft an order to assemble one of the gift boxes in the main warehouse."""
    place = rng.randrange(len(KITS))
    _, vendors = KITS[place]
    kit = kit_variants()[place]
    line = _line(rng, kit, 10 * rng.randint(1, 6), kit.price, "EUR")
    order = {
        **_header(rng, at, MAIN, "EUR"),
        **_source_fields(MAIN),
        "type": "assembly",
        "expected_date": (at + timedelta(days=_ASSEMBLY_DAYS)).date().isoformat(),
        "items": [{**line, "components": [_component(VENDORS[vendor], 1 + vendor % 3) for vendor in vendors]}],
    }
    return with_totals(order)


def with_first_line_repeated(order: Order) -> Order:
    """Return the order with its first variant on a second line, as if the buyer had forgotten the first."""
    first = order["items"][0]
    pack = first["uom_ordering"]
    repeated = {**first, "replenishment": pack, "boxes": 1, "uom_info": f"1x{pack}"}
    return with_totals({**order, "items": [*order["items"], repeated]})


def _with_landed_costs(order: Order) -> Order:
    """Return the order with shipping, if any, spread over the lines by value, as Inventory Planner does."""
    shipping = order.get("shipping_handling")
    if not shipping:
        return order
    value = sum((line["replenishment"] * line["cost_price"] for line in order["items"]), Decimal(0))
    rate = 1 + shipping / value
    lines = [
        {**line, "landing_cost_price": strip_zeros((line["cost_price"] * rate).quantize(Decimal("0.0001")))}
        for line in order["items"]
    ]
    return {**order, "items": lines}


def _header(rng: Random, at: datetime, warehouse: Warehouse, currency: str) -> Order:
    return {
        "id": f"{int(at.timestamp()):08x}{rng.getrandbits(64):016x}",
        "reference": "",
        "extra_reference": "",
        "status": "draft",
        "created_date": at.date().isoformat(),
        **dict.fromkeys(("expected_date", "received_date", "payment_date", "shipment_date")),
        **dict.fromkeys(("created_at", "updated_at", "last_modified"), format_timestamp(at)),
        "warehouse": warehouse.id,
        "warehouse_display_name": warehouse.name,
        "replenish_warehouse": warehouse.id,
        "replenishment_type": "old_products",
        "currency": currency,
        "shipping_handling": "",
        "version": 1,
        "uom_ordering": True,
        "uom_round": "up",
        "moq": "variant",
        "discount_enabled": False,
        "addVendorSKUs": True,
        "addMySKUs": True,
        "addBarcodes": False,
        "min_budget": "",
        "min_quantity": "",
        "notes": rng.choice(_NOTES),
        "source_address": {},
        "tax_info": {},
        "custom_fields": {"Season": rng.choice(("Spring", "Autumn"))} if rng.random() < 0.1 else [],
        "connections": [],
        "accounting_connections": [],
        "bundles": [],
        "history": [],
        "details": [],
    }


def _vendor_fields(rng: Random, vendor: Vendor, at: datetime) -> Order:
    pays_later = rng.random() < 0.6
    terms = vendor.terms
    return {
        "source_type": "vendor",
        "source": vendor.id,
        "vendor": vendor.id,
        "vendor_display_name": vendor.name,
        "source_display_name": vendor.name,
        "email": f"orders@{vendor.id.split()[0].strip('.')}.example",
        "vendor_address": f"{vendor.name}\n{10 + len(vendor.name)} Harbour Road",
        "payment_terms": "30 days net" if pays_later else "",
        "payment_date": (at + timedelta(days=30)).date().isoformat() if pays_later else None,
        "discount_enabled": terms.discount > 0,
        "default_discount": terms.discount or "",
        "shipping_handling": Decimal(rng.randint(4000, 25000)) / 100 if terms.shipping else "",
        "shipping_handling_tax": 0 if terms.shipping else "",
    }


def _source_fields(source: Warehouse) -> Order:
    return {
        "source_type": "warehouse",
        "source": source.id,
        "source_warehouse": source.id,
        "source_display_name": source.name,
    }


def _purchase_line(rng: Random, vendor: Vendor, variant: Variant, price_age: timedelta) -> Line:
    terms = vendor.terms
    price = (variant.price * (1 + terms.price_rise * (price_age // _MONTH))).quantize(_CENT)
    line = _line(rng, variant, _quantity(rng, vendor), price, terms.currency)
    boxes = line["replenishment"] // terms.pack
    return {
        **line,
        **({"vendor_name": variant.title.lower()} if rng.random() < 0.5 else {}),
        "vendor_reference": f"{vendor.prefix}{variant.product_id}",
        "vendor_packaging": terms.pack,
        "uom_ordering": terms.pack,
        "boxes": boxes,
        "uom_info": f"{boxes}x{terms.pack}",
        "discount": terms.discount or "",
        "tax": terms.tax or "",
        "cbm": Decimal(rng.randint(1, 90)) / 1000,
    }


def _quantity(rng: Random, vendor: Vendor) -> int:
    return vendor.terms.pack * rng.randint(1, _MAX_PACKS)


def _line(rng: Random, variant: Variant, quantity: int, price: Decimal, currency: str) -> Line:
    stock = rng.randint(0, 40)
    return {
        "id": variant.id,
        "line_id": variant.id,
        "product_id": variant.product_id,
        "sku": variant.sku,
        "title": variant.title,
        "barcode": variant.barcode,
        "vendor_reference": "",
        "image": "",
        "replenishment": quantity,
        "replenishment_original": quantity,
        "uom_ordering": 1,
        "boxes": quantity,
        "uom_info": f"{quantity}x1",
        "cost_price": price,
        "cost_price_list": {currency: price},
        "price": strip_zeros((price * Decimal("2.4")).quantize(_CENT)),
        "in_stock": stock,
        "source_stock": 0,
        "purchase_orders_qty": quantity,
        "forecasted_stock": Decimal(
            str(stock - rng.randint(1, 400) * 0.1)
        ),  # with rounding errors, as the API sends it
        "messages": [],
        "edited": {},
        "attributes": [{"n": variant.option, "t": "option"}] if variant.option else [],
        "has_error": False,
        "version": 1,
    }


def _component(vendor: Vendor, quantity: int) -> dict[str, Any]:
    part = variants_of(vendor)[0]
    return {"id": part.id, "quantity": quantity, "sku": part.sku, "title": part.title, "barcode": part.barcode}
