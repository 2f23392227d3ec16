"""New orders of the demo account, in the shape of the API with its gaps: keys left out, "" and [] for not set."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from inventory_planner_emulator.demo_goods import (
    KITS,
    MAIN,
    VENDORS,
    WAREHOUSES,
    Variant,
    Vendor,
    Warehouse,
    variants_of,
)
from inventory_planner_emulator.instants import text
from inventory_planner_emulator.totals import plain, with_totals

Order = dict[str, Any]
Item = dict[str, Any]

FEWEST_LINES, MOST_LINES = 1, 8
MOST_PACKS = 20
TRANSFER_DAYS = 6
ASSEMBLY_DAYS = 10
NOTES = ("", "", "", "Deliver to dock 3 before noon.", "Call before delivery.\nNo pallets over 1.8 m.")
_CENT = Decimal("0.01")
_MONTH = timedelta(days=30)


def purchase(rng: Random, vendor: Vendor, at: datetime, price_age: timedelta) -> Order:
    """A purchase order drafted with a vendor at an instant; prices have risen for as long as `price_age`."""
    variants = variants_of(vendor)
    chosen = rng.sample(variants, rng.randint(FEWEST_LINES, min(MOST_LINES, len(variants))))
    warehouse = rng.choices(WAREHOUSES, weights=(6, 3, 1))[0]
    promised = rng.random() >= vendor.unpromised_share
    expected = at + timedelta(days=max(vendor.lead_days + rng.randint(-2, 2), 3))
    order = {
        **_header(rng, at, warehouse, vendor.currency),
        **_vendor_part(rng, vendor, at),
        "type": "po" if rng.random() < 0.9 else "",  # both mean a purchase order
        "expected_date": expected.date().isoformat() if promised else None,
        "items": [_purchased(rng, vendor, variant, price_age) for variant in chosen],
    }
    return with_totals(with_landed_costs(order))


def transfer(rng: Random, at: datetime) -> Order:
    """A transfer between two warehouses; some carry no `type`, and only their source tells what they are."""
    source, destination = rng.sample(WAREHOUSES, 2)
    vendor = rng.choice(VENDORS)
    chosen = rng.sample(variants_of(vendor), rng.randint(2, 4))
    order = {
        **_header(rng, at, destination, "EUR"),
        "source_type": "warehouse",
        "source": source.id,
        "source_warehouse": source.id,
        "source_display_name": source.name,
        "type": rng.choice(("transfer", "transfer", "")),
        "expected_date": (at + timedelta(days=TRANSFER_DAYS)).date().isoformat(),
        "items": [_line(rng, variant, _packs(rng, vendor), variant.price, "EUR") for variant in chosen],
    }
    return with_totals(order)


def assembly(rng: Random, at: datetime) -> Order:
    """An order to assemble one of the gift boxes in the main warehouse."""
    place = rng.randrange(len(KITS))
    title, parts = KITS[place]
    kit = Variant(f"c7_{9000 + place}", str(9000 + place), f"KIT-{place + 1:02d}", title, "", "", Decimal("18.50"))
    line = _line(rng, kit, 10 * rng.randint(1, 6), kit.price, "EUR")
    order = {
        **_header(rng, at, MAIN, "EUR"),
        "source_type": "warehouse",
        "source": MAIN.id,
        "source_warehouse": MAIN.id,
        "source_display_name": MAIN.name,
        "type": "assembly",
        "expected_date": (at + timedelta(days=ASSEMBLY_DAYS)).date().isoformat(),
        "items": [{**line, "components": [_component(VENDORS[part], 1 + part % 3) for part in parts]}],
    }
    return with_totals(order)


def repeated(order: Order) -> Order:
    """The order with its first variant on a second line, as a buyer enters it who forgot the first."""
    first = order["items"][0]
    again = {**first, "replenishment": first["uom_ordering"], "boxes": 1, "uom_info": f"1x{first['uom_ordering']}"}
    return with_totals({**order, "items": [*order["items"], again]})


def with_landed_costs(order: Order) -> Order:
    """Shipping spread over the lines by value, as Inventory Planner does; nothing without shipping."""
    shipping = order.get("shipping_handling")
    if not shipping:
        return order
    value = sum((item["replenishment"] * item["cost_price"] for item in order["items"]), Decimal(0))
    rate = 1 + shipping / value
    items = [
        {**item, "landing_cost_price": plain((item["cost_price"] * rate).quantize(Decimal("0.0001")))}
        for item in order["items"]
    ]
    return {**order, "items": items}


def _header(rng: Random, at: datetime, warehouse: Warehouse, currency: str) -> Order:
    return {
        "id": f"{int(at.timestamp()):08x}{rng.getrandbits(64):016x}",
        "reference": "",
        "extra_reference": "",
        "status": "draft",
        "created_date": at.date().isoformat(),
        "expected_date": None,
        "received_date": None,
        "payment_date": None,
        "shipment_date": None,
        "created_at": text(at),
        "updated_at": text(at),
        "last_modified": text(at),
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
        "notes": rng.choice(
            ("", "", "", "Deliver to dock 3 before noon.", "Call before delivery.\nNo pallets over 1.8 m.")
        ),
        "source_address": {},
        "tax_info": {},
        "custom_fields": {"Season": rng.choice(("Spring", "Autumn"))} if rng.random() < 0.1 else [],
        "connections": [],
        "accounting_connections": [],
        "bundles": [],
        "history": [],
        "details": [],
    }


def _vendor_part(rng: Random, vendor: Vendor, at: datetime) -> Order:
    pays_later = rng.random() < 0.6
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
        "discount_enabled": vendor.discount > 0,
        "default_discount": vendor.discount or "",
        "shipping_handling": Decimal(rng.randint(4000, 25000)) / 100 if vendor.shipping else "",
        "shipping_handling_tax": 0 if vendor.shipping else "",
    }


def _purchased(rng: Random, vendor: Vendor, variant: Variant, price_age: timedelta) -> Item:
    risen = 1 + vendor.price_rise * (price_age // _MONTH)
    line = _line(rng, variant, _packs(rng, vendor), (variant.price * risen).quantize(_CENT), vendor.currency)
    boxes = line["replenishment"] // vendor.pack
    named = {"vendor_name": variant.title.lower()} if rng.random() < 0.5 else {}
    return {
        **line,
        **named,
        "vendor_reference": f"{vendor.prefix}{variant.product_id}",
        "vendor_packaging": vendor.pack,
        "uom_ordering": vendor.pack,
        "boxes": boxes,
        "uom_info": f"{boxes}x{vendor.pack}",
        "discount": vendor.discount or "",
        "tax": vendor.tax or "",
        "cbm": Decimal(rng.randint(1, 90)) / 1000,
    }


def _packs(rng: Random, vendor: Vendor) -> int:
    return vendor.pack * rng.randint(1, MOST_PACKS)


def _line(rng: Random, variant: Variant, quantity: int, price: Decimal, currency: str) -> Item:
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
        "price": plain((price * Decimal("2.4")).quantize(_CENT)),
        "in_stock": stock,
        "source_stock": 0,
        "purchase_orders_qty": quantity,
        "forecasted_stock": Decimal(str(stock - rng.randint(1, 400) * 0.1)),  # the service's floats show their noise
        "messages": [],
        "edited": {},
        "attributes": [{"n": variant.option, "t": "option"}] if variant.option else [],
        "has_error": False,
        "version": 1,
    }


def _component(vendor: Vendor, quantity: int) -> dict[str, Any]:
    part = variants_of(vendor)[0]
    return {"id": part.id, "quantity": quantity, "sku": part.sku, "title": part.title, "barcode": part.barcode}
