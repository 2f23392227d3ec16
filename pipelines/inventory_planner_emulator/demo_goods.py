"""Who supplies the demo account, how they behave, and what they sell; all of it invented."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Warehouse:
    """A warehouse of the demo account."""

    id: str
    name: str


@dataclass(frozen=True)
class Vendor:
    """A vendor and its habits; shares are between 0 and 1, days are calendar days."""

    name: str
    currency: str
    prefix: str
    products: tuple[tuple[str, str], ...]
    """Titles with the unit price at the start of the account."""
    options: tuple[str, ...]
    pack: int = 6
    lead_days: int = 21
    """From order to promise."""
    late_days: float = 0.0
    """How far the goods usually come after the promise; negative is early."""
    spread_days: float = 1.0
    short_share: float = 0.0
    """Share of lines that come incomplete, and never complete."""
    over_share: float = 0.0
    """Share of lines that come with more than was ordered."""
    split_share: float = 0.2
    """Share of orders that come in more than one delivery."""
    lost_share: float = 0.01
    """Share of orders that never come."""
    cancelled_share: float = 0.03
    unpromised_share: float = 0.02
    price_rise: Decimal = Decimal("0.001")
    """Rise of prices in a month."""
    discount: int = 0
    """Percent off every line."""
    tax: int = 0
    """Percent on every line."""
    shipping: bool = False
    """Charges for shipping, so that its lines carry a landed cost."""

    @property
    def id(self) -> str:
        """The API's vendor id: the name in lower case."""
        return self.name.lower()


@dataclass(frozen=True)
class Variant:
    """One thing that a vendor sells."""

    id: str
    product_id: str
    sku: str
    title: str
    option: str
    barcode: str
    price: Decimal


MAIN = Warehouse("c7_101", "Main DC")
WAREHOUSES = (MAIN, Warehouse("c7_102", "East Hub"), Warehouse("c7_103", "Outlet Store"))

VENDORS = (
    Vendor(  # punctual
        "Northfield Textiles",
        "EUR",
        "NFT",
        (("Linen Napkin", "4.25"), ("Wool Throw", "38.90"), ("Cotton Apron", "11.40"), ("Tea Towel", "3.15")),
        ("Sand", "Indigo", "Moss"),
        pack=12,
        lead_days=18,
        late_days=-0.5,
        spread_days=0.6,
        tax=20,
    ),
    Vendor(  # late
        "Brightwater Ceramics",
        "EUR",
        "BWC",
        (("Stoneware Bowl", "6.80"), ("Dinner Plate", "7.35"), ("Espresso Cup", "3.95"), ("Serving Platter", "18.20")),
        ("White", "Slate", "Ochre"),
        lead_days=28,
        late_days=6.0,
        spread_days=3.0,
    ),
    Vendor(  # ships short
        "Kestrel Lighting",
        "USD",
        "KSL",
        (("Desk Lamp", "24.50"), ("Pendant Shade", "31.75"), ("Clip Light", "12.99"), ("Floor Lamp", "58.00")),
        ("Black", "Brass", "Cream"),
        pack=4,
        lead_days=25,
        spread_days=2.0,
        short_share=0.35,
    ),
    Vendor(  # slow, and never as announced
        "Oakhollow Furniture",
        "EUR",
        "OHF",
        (("Side Table", "64.00"), ("Oak Stool", "41.50"), ("Wall Shelf", "29.80"), ("Coat Stand", "53.25")),
        ("Natural", "Smoked"),
        pack=2,
        lead_days=49,
        late_days=3.0,
        spread_days=11.0,
        split_share=0.5,
        shipping=True,
    ),
    Vendor(  # ships more than ordered
        "Pan-Orient Trading",
        "USD",
        "POT",
        (("Bamboo Tray", "5.45"), ("Rattan Basket", "9.10"), ("Paper Lantern", "2.85"), ("Jute Rug", "26.40")),
        ("Small", "Medium", "Large"),
        pack=24,
        lead_days=42,
        late_days=1.0,
        spread_days=4.0,
        over_share=0.4,
        shipping=True,
    ),
    Vendor(  # raises its prices
        "Silverline Cutlery",
        "EUR",
        "SLC",
        (("Table Knife", "3.60"), ("Cake Fork", "2.95"), ("Salad Server", "14.75"), ("Bread Knife", "17.30")),
        ("Polished", "Matt", "Gold"),
        pack=12,
        lead_days=21,
        late_days=-1.0,
        spread_days=1.0,
        price_rise=Decimal("0.018"),
    ),
    Vendor(  # early
        "Juniper Candle Co.",
        "USD",
        "JCC",
        (("Pillar Candle", "4.10"), ("Scented Jar", "7.65"), ("Tealights 24", "3.20"), ("Taper Pair", "2.75")),
        ("Cedar", "Fig", "Unscented"),
        pack=12,
        lead_days=14,
        late_days=-2.0,
        spread_days=1.0,
        discount=5,
    ),
    Vendor(  # delivers in bits
        "Mill Lane Papers",
        "EUR",
        "MLP",
        (("Notebook A5", "3.85"), ("Wrapping Sheet", "1.15"), ("Gift Tag Set", "1.95"), ("Desk Planner", "8.40")),
        ("Dots", "Stripes", "Plain"),
        pack=10,
        lead_days=16,
        late_days=0.5,
        spread_days=2.0,
        split_share=0.8,
    ),
    Vendor(  # late, short and unreliable
        "Fjord Glassworks",
        "EUR",
        "FGW",
        (("Water Glass", "3.30"), ("Carafe", "15.60"), ("Bud Vase", "8.95"), ("Cake Dome", "27.45")),
        ("Clear", "Smoke", "Green"),
        lead_days=30,
        late_days=9.0,
        spread_days=6.0,
        short_share=0.25,
        split_share=0.4,
        lost_share=0.08,
    ),
    Vendor(  # its orders are often called off
        "Copper Kettle Supply",
        "USD",
        "CKS",
        (("Stovetop Kettle", "32.20"), ("Milk Pan", "21.90"), ("Copper Mug", "9.75"), ("Jam Pot", "44.10")),
        ("1 l", "2 l"),
        pack=4,
        lead_days=24,
        late_days=2.0,
        spread_days=2.0,
        cancelled_share=0.2,
        discount=10,
    ),
    Vendor(  # seldom names a date
        "Green Acre Garden",
        "USD",
        "GAG",
        (("Terracotta Pot", "4.60"), ("Hand Trowel", "7.25"), ("Watering Can", "16.80"), ("Seed Tin", "5.55")),
        ("Small", "Large"),
        pack=8,
        lead_days=20,
        late_days=2.0,
        spread_days=5.0,
        unpromised_share=0.5,
    ),
    Vendor(  # dear, exact
        "Vesta Appliances",
        "EUR",
        "VST",
        (("Hand Mixer", "36.75"), ("Milk Frother", "19.99"), ("Kitchen Scale", "16.49"), ("Toaster", "42.30")),
        ("Red", "Steel"),
        pack=4,
        lead_days=35,
        spread_days=1.0,
        shipping=True,
    ),
)

IN_HOUSE = Vendor("", "EUR", "", (), (), lead_days=7, late_days=0.3, spread_days=1.5, split_share=0.1)
"""The shop's own warehouses and workshop, as the source of transfers and assembly orders."""

KITS = (("Gift Box Kitchen", (0, 3)), ("Gift Box Table", (1, 5)), ("Gift Box Evening", (0, 6)))
"""Assembled goods: a title, and the positions of the vendors whose first products go into one."""


def variants_of(vendor: Vendor) -> tuple[Variant, ...]:
    """Everything that a vendor sells; ids and barcodes follow from its place among the vendors."""
    first = 5000 + 100 * VENDORS.index(vendor)
    return tuple(
        _variant(vendor, first, place, option_place)
        for place in range(len(vendor.products))
        for option_place in range(len(vendor.options))
    )


def _variant(vendor: Vendor, first: int, place: int, option_place: int) -> Variant:
    number = first + 10 * place + option_place
    (title, price), option = vendor.products[place], vendor.options[option_place]
    short = option.replace(" ", "")[:3].upper()
    stray = " " if number % 37 == 0 else ""  # skus typed by hand end in a blank now and then
    return Variant(
        id=f"c7_{number}",
        product_id=str(first + 10 * place),
        sku=f"{vendor.prefix}-{place + 1:02d}-{short}{stray}",
        title=f"{title} {option}",
        option=option,
        barcode=f"40{first:05d}{number:06d}",
        price=Decimal(price),
    )
