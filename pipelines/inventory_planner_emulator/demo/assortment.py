"""What the demo company stocks, and a demand for it that fits its orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zlib import crc32

from inventory_planner_emulator.demo.company import (
    MAIN,
    VENDORS,
    WAREHOUSES,
    Variant,
    Vendor,
    kit_variants,
    variants_of,
)
from inventory_planner_emulator.planning.assortment import Assortment, StockedVariant, StockedWarehouse, StockItem
from inventory_planner_emulator.planning.demand import Demand
from inventory_planner_emulator.planning.supply import ItemKey, Supply, read_supply
from inventory_planner_emulator.totals import Order, strip_zeros

Record = dict[str, Any]

COMBINED = StockedWarehouse("c7_combined", "All warehouses", parts=tuple(each.id for each in WAREHOUSES))
SHORT_LEAD_TIME = ("Vesta Appliances", 14)  # a vendor whose lead time setting is wrong: its goods take about 35 days

_PULL = (1.0, 1.5)  # demand as a share of what arrives: a larger share causes more stock-outs and lost sales
_GROWTH = (-0.15, 0.20)  # a year
_NOISE = 0.15  # random variation of a month
_SEASONS = {  # how much demand rises in its best months and falls in the others
    "Juniper Candle Co.": (12, 0.5),
    "Green Acre Garden": (5, 0.6),
    "Mill Lane Papers": (11, 0.35),
    "Northfield Textiles": (12, 0.2),
    "Fjord Glassworks": (7, 0.2),
}
_SEASON_SHAPE = (1.0, 0.6, 0.1, -0.3, -0.6, -0.8, -0.8)  # share of that rise, by distance in months from the best one
_OPENING_DAYS = 30  # of sales in stock at the beginning
_REVIEW_PERIODS = (21, 30, 30, 45)  # days; vendors differ
_MARKUP, _CENT = Decimal("2.4"), Decimal("0.01")
_LANDED_SHARE = Decimal("1.06")  # of a cost price, with the freight of vendors that charge it
_LIST_AGE = 9  # months from the first prices to those in the catalog, which are not updated
_NOTES = {"OHF-01-NAT": "Order with the Oak Stool: one container.", "FGW-02-CLE": "New mould from autumn on."}
_SECOND_SHOP = "c8"

_NEVER_ORDERED = (  # product id, SKU, title, price, units in stock at the beginning, units a day
    ("9100", "NEW-01", "Linen Table Runner", "12.50", 0, 0.0),
    ("9101", "NEW-02", "Beeswax Wrap", "3.40", 0, 0.0),
    ("9102", "OLD-STOCK-01", "Enamel Sign", "8.90", 700, 0.4),
)
_REMOVED = (
    ("9200", "NFT-OLD-SAN", "Linen Napkin Sand (2019)", "3.95"),
    ("9201", "BWC-OLD-WHI", "Stoneware Bowl White, chipped", "2.10"),
)
_MERGED_INTO = {"NFT-01-SAN": 0}  # a current SKU, and the removed variant whose sales and stock count as its own


def demo_assortment(orders: Iterable[Order], first_day: date, today: date, seed: int) -> Assortment:
    """Return the assortment with a demand that fits the orders up to today."""
    supply, days = read_supply(orders), (today - first_day).days
    variants = [*_ordered_variants(supply, days, seed), *_never_ordered(), *_removed()]
    warehouses = (*(StockedWarehouse(each.id, each.name) for each in WAREHOUSES), COMBINED)
    return Assortment(first_day, warehouses, {variant.id: variant for variant in variants})


def _ordered_variants(supply: Mapping[ItemKey, Supply], days: int, seed: int) -> Iterator[StockedVariant]:
    for vendor in VENDORS:
        for variant in variants_of(vendor):
            rows = {
                warehouse.id: _item(
                    variant, vendor, supply.get((variant.id, warehouse.id)), days, f"{seed} {warehouse.id}"
                )
                for warehouse in WAREHOUSES
            }
            yield _variant(variant, rows, vendor)
    for kit in kit_variants():
        yield _variant(kit, {MAIN.id: _item(kit, None, supply.get((kit.id, MAIN.id)), days, f"{seed} {MAIN.id}")})


def _item(variant: Variant, vendor: Vendor | None, supply: Supply | None, days: int, seed: str) -> StockItem:
    seed = f"{seed} {variant.id}"
    brought = max(sum(supply.moved.values()), 0) if supply else 0
    per_day = float(brought) / days * _between(_PULL, f"{seed} pull")
    season = _season(*_SEASONS.get(vendor.name if vendor else "", (1, 0.0)))
    pack = vendor.terms.pack if vendor else 1
    return StockItem(
        Demand(per_day, season, _between(_GROWTH, f"{seed} growth"), _NOISE, seed),
        opening_stock=round(per_day * _OPENING_DAYS) + _largest_deficit(supply),
        lead_time=_lead_time(vendor),
        review_period=_REVIEW_PERIODS[VENDORS.index(vendor) % len(_REVIEW_PERIODS)] if vendor else 30,
        minimum_stock=pack if per_day > 1 else 0,
    )


def _largest_deficit(supply: Supply | None) -> int:
    """Return the largest shortage of units for what transfers and assembly take."""
    stock, least = 0, 0
    for _, units in sorted(supply.moved.items()) if supply else ():
        stock += int(units)
        least = min(least, stock)
    return -least


def _lead_time(vendor: Vendor | None) -> int:
    if vendor is None:
        return 10
    name, days = SHORT_LEAD_TIME
    return days if vendor.name == name else vendor.habits.lead_days


def _season(best: int, rise: float) -> tuple[float, ...]:
    """Return a factor for each calendar month; they average 1."""
    shape = [_SEASON_SHAPE[min((month - best) % 12, (best - month) % 12)] for month in range(1, 13)]
    factors = [1 + rise * each for each in shape]
    return tuple(factor * 12 / sum(factors) for factor in factors)


def _between(limits: tuple[float, float], seed: str) -> float:
    low, high = limits
    return low + (high - low) * crc32(seed.encode()) / 2**32


def _variant(variant: Variant, items: dict[str, StockItem], vendor: Vendor | None = None) -> StockedVariant:
    sku = variant.sku.strip()
    price = strip_zeros((variant.price * _MARKUP).quantize(_CENT))
    listing = {**_listing(variant, vendor), "price": price}
    has_second_shop = int(variant.product_id) % 20 == 0  # every other product
    second = {**listing, "id": variant.id.replace("c7_", f"{_SECOND_SHOP}_"), "connection_main": False}
    return StockedVariant(
        variant.id,
        items,
        listings=(listing, second | {"linked_by": "master_sku"}) if has_second_shop else (listing,),
        vendors=(_vendor_row(variant, vendor),) if vendor else (),
        merged=tuple(_merged(_REMOVED[_MERGED_INTO[sku]])) if sku in _MERGED_INTO else (),
        fields={"product_id": variant.product_id, **({"replenishment_notes": _NOTES[sku]} if sku in _NOTES else {})},
    )


def _listing(variant: Variant, vendor: Vendor | None, *, removed: bool = False) -> Record:
    return {
        "id": variant.id,
        "sku": variant.sku,
        "title": variant.title,
        "product_title": variant.title.removesuffix(variant.option).strip(),
        "barcode": variant.barcode,
        "brand": vendor.name if vendor else "",
        "product_type": vendor.name.split()[-1] if vendor else "",
        "image": "",
        "removed": removed,
        "connection_main": True,
    }


def _vendor_row(variant: Variant, vendor: Vendor) -> Record:
    terms = vendor.terms
    cost = (variant.price * (1 + terms.price_rise * _LIST_AGE)).quantize(_CENT)
    landed = strip_zeros((cost * _LANDED_SHARE).quantize(_CENT)) if terms.shipping else None
    return {
        "vendor": vendor.id,
        "cost_price": strip_zeros(cost),
        "cost_price_currency": terms.currency,
        "landing_cost_price": landed,
        "vendor_reference": f"{vendor.prefix}{variant.product_id}",
        "vendor_packaging": terms.pack,
    }


def _merged(removed: tuple[str, str, str, str]) -> Iterator[Record]:
    number, sku, title, _ = removed
    yield {"id": f"c7_{number}", "sku": sku, "title": title, "barcode": "", "percent": 100, "source": "user"}


def _never_ordered() -> Iterator[StockedVariant]:
    for number, sku, title, price, opening, per_day in _NEVER_ORDERED:
        variant = Variant(f"c7_{number}", number, sku, title, "", "", Decimal(price))
        items = {each.id: StockItem(Demand(0.0), 0, lead_time=30) for each in WAREHOUSES}
        items[MAIN.id] = StockItem(Demand(per_day), opening, lead_time=30)
        yield _variant(variant, items)


def _removed() -> Iterator[StockedVariant]:
    """Yield removed variants, which are on no order."""
    for number, sku, title, price in _REMOVED:
        variant = Variant(f"c7_{number}", number, sku, title, "", "", Decimal(price))
        listing = {**_listing(variant, None, removed=True), "price": strip_zeros(Decimal(price) * _MARKUP)}
        items = {each.id: StockItem(Demand(0.0), 0, lead_time=30) for each in WAREHOUSES}
        yield StockedVariant(variant.id, items, (listing,), removed=True, fields={"product_id": number})
