"""A large Inventory Planner account, the same for the same seed: as many keys as real answers carry, quirks included.

An order has some fifty keys and a line some forty-five, a dozen of them snapshot metrics that nothing loads. What is
not set is written as the API writes it: `""` where a number belongs, `[]` or `{}` for an empty map, no `received`
on a line that waits for its goods.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

SEED = 7
LAST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = 18
BUSY = timedelta(days=40)  # after it was made an order is edited for the last time within so many
TIED_SHARE = 0.02  # of the orders were modified in the same second as the one before: a bulk edit
VARIANTS = 8000
VENDORS = tuple(f"{name} {kind}" for name in ("Acme", "Borealis", "Calder", "Dunmore") for kind in ("Mills", "Ltd"))
STATUSES = {"closed": 60, "open": 25, "partially received": 10, "draft": 5}
CENT = Decimal("0.01")

Record = dict[str, Any]


def orders(count: int, lines: int, seed: int = SEED) -> Iterator[Record]:
    """This many orders, oldest first, with this many lines each."""
    rng = Random(seed)  # noqa: S311 (goods, not secrets)
    instants = sorted(LAST_DAY - timedelta(seconds=rng.randrange(MONTHS * 30 * 86400)) for _ in range(count))
    modified = LAST_DAY
    for number, created in enumerate(instants, start=1):
        if rng.random() >= TIED_SHARE:
            modified = created + rng.random() * min(BUSY, LAST_DAY - created)
        yield _order(rng, number, lines, (created, max(created, modified.replace(microsecond=0))))


def with_more_ordered(order: Record) -> Record:
    """The order with one more pack of its first line."""
    first, *others = order["items"]
    pack = first["uom_ordering"]
    quantity = first["replenishment"] + pack
    cost = quantity * first["cost_price"]
    raised = {"replenishment": quantity, "remaining": first["remaining"] + pack, "boxes": quantity // pack}
    items = [{**first, **raised, "ordered_cost": cost, "total": cost, "total_ex_tax": cost}, *others]
    total = sum(item["total"] for item in items)
    return {**order, "items": items, "total": total, "total_ordered": order["total_ordered"] + pack}


def _order(rng: Random, number: int, lines: int, lifetime: tuple[datetime, datetime]) -> Record:
    created, modified = lifetime
    status = rng.choices(tuple(STATUSES), tuple(STATUSES.values()))[0]
    chosen = rng.sample(range(VARIANTS), lines)
    items = [_line(rng, variant, _received_share(rng, status), created) for variant in chosen]
    vendor = rng.choice(VENDORS)
    return {
        "type": "po",
        "items": items,
        "shop_name": "Northwind Outfitters",
        "created_date": created.date().isoformat(),
        "shipping_address": "Main DC\n4 Dock Road\nRotterdam",
        "billing_address": "Northwind Outfitters\n12 Canal Street\nRotterdam",
        "status": status,
        "uom_ordering": True,
        "uom_round": "up",
        "moq": "variant",
        "accounting_connections": [],
        "source_type": "vendor",
        "warehouse": "c9_1001",
        "vendor": vendor.lower(),
        "expected_date": (created + timedelta(days=21)).date().isoformat(),
        "connections": [],
        "tax_info": rng.choice(({}, [])),
        "source_address": {},
        "discount_enabled": False,
        "bundles": [],
        **dict.fromkeys(("addVendorSKUs", "addMySKUs", "useTitlesAsVendorName"), True),
        **dict.fromkeys(("addBarcodes", "addCategories", "addFNSKUs", "addASINs"), False),
        "replenish_warehouse": "c9_1001",
        "shop_logo": "northwind.png",
        "destination_warehouse_stock": rng.randrange(5000),
        "email": f"orders@{vendor.split()[0].lower()}.example",
        "vendor_address": f"{vendor}\n{number % 90 + 1} Harbour Road\nLeeds",
        "shipment_method": rng.choice(("", "Sea", "Road")),
        "payment_terms": "30 days net",
        "notes": rng.choice(("", "", 'Deliver to "dock 3" before noon.')),
        "currency": "EUR",
        "min_budget": "",
        "min_quantity": "",
        "id": f"{int(created.timestamp()):08x}{number:016x}",
        "reference": str(number),
        "extra_reference": "",
        "source": vendor.lower(),
        "last_modified": modified.isoformat(),
        "total": sum(item["total"] for item in items),
        "total_ordered": sum(item["replenishment"] for item in items),
        "total_received": sum(item.get("received", 0) for item in items),
        "replenishment_type": "old_products",
        "history": [],
        "created_at": created.isoformat(),
        "updated_at": modified.isoformat(),
        "version": rng.randrange(9),
        "warehouse_display_name": "Main DC",
        "vendor_display_name": vendor,
        "source_display_name": vendor,
        "custom_fields": rng.choice(([], [], {"Season": "Spring"})),
        "details": [],
        **({"received_date": modified.date().isoformat()} if status == "closed" else {}),
    }


def _received_share(rng: Random, status: str) -> float:
    return {"closed": 1.0, "partially received": rng.choice((0.0, 0.5))}.get(status, 0.0)


def _line(rng: Random, variant: int, received_share: float, created: datetime) -> Record:
    pack = 6 if variant % 2 else 1
    boxes = rng.randint(1, 40)
    quantity = pack * boxes
    price = CENT * rng.randint(50, 20_000)
    cost = quantity * price
    received = int(quantity * received_share)
    return {
        "id": f"c9_{50_000 + variant}",
        "line_id": f"c9_{50_000 + variant}",
        "image": f"https://images.example/{variant % 600}/front-view.jpg",
        "title": f"Trail jacket no. {variant % 600}, colour {variant % 13}",
        "sku": f"TRJ-{variant:05d}-M" + (" " if variant % 50 == 0 else ""),
        "vendor_reference": f"V{variant}" if variant % 3 else "0",
        "replenishment": quantity,
        "replenishment_original": quantity,
        "messages": [],
        "uom_ordering": pack,
        "boxes": boxes,
        "uom_info": f"{boxes}x{pack}",
        "cost_price": price,
        "cost_price_list": {"EUR": price},
        "ordered_cost": cost,
        "edited": rng.choice(({}, [])),
        "barcode": f"{4_000_000_000_000 + variant}",
        "product_id": f"{variant % 600}_2010",
        "product_type": "Jackets",
        "created_at_time": "2023-03-30T10:28:33+00:00",
        "price": price * 2,
        "hide_in_replenishment": False,
        "attributes": [{"n": "Northwind", "t": "brand"}],
        "in_stock": rng.randrange(400),
        "minimum_stock": 0,
        "forecasted_stock": rng.randrange(400) - rng.randrange(4000) * 0.1,  # the API's floats show their noise
        "lead_time": 14,
        "purchase_orders_qty": quantity,
        "replenishment_variant": quantity,
        "source_stock": 0,
        "has_error": False,
        "cbm_ordered": CENT * boxes,
        "total": cost,
        "total_ex_tax": cost,
        "remaining": quantity - received,
        "version": 1,
        **_metrics(rng),
        **(_arrival(rng, received, price, created) if received else {}),
    }


def _metrics(rng: Random) -> Record:
    """What the planner knew of the variant when it was ordered."""
    sold = rng.randrange(60)
    return {
        "replenishment_for_bundles": 0,
        "total_sales": sold * 30,
        "last_30_days_sales": sold,
        "last_60_days_sales": sold * 2,
        "last_180_days_sales": sold * 6,
        "last_365_days_sales": sold * 12,
        "cur_forecasted_stock": rng.randrange(500),
    }


def _arrival(rng: Random, received: int, price: Decimal, created: datetime) -> Record:
    first = int((created + timedelta(days=rng.randint(10, 30))).timestamp())
    early = received // 2 if rng.random() < 0.2 else 0
    receipts = ((first, early), (first + 5 * 86400, received - early)) if early else ((first, received),)
    return {
        "received": received,
        "received_history": [{"date": date, "value": value} for date, value in receipts],
        "landing_cost_price": (price * Decimal("1.0375")).quantize(Decimal("0.0001")),
        "vendor_name": "Trail jacket",
    }
