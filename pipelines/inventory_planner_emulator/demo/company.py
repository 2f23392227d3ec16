"""The demo company: its warehouses, its vendors, how they deliver, and what they sell; all of it invented."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Warehouse:
    """A warehouse of the demo company."""

    id: str
    name: str


@dataclass(frozen=True)
class Habits:
    """How a source delivers; shares are between 0 and 1, days are calendar days."""

    lead_days: int
    """From order to promised date."""
    late_days: float = 0.0
    """How long after the promised date goods usually arrive; negative is early."""
    spread_days: float = 1.0
    """The standard deviation of `late_days`."""
    short_share: float = 0.0
    """Share of lines that never arrive in full."""
    over_share: float = 0.0
    """Share of lines that arrive with more than was ordered."""
    split_share: float = 0.2
    """Share of orders that arrive in several deliveries."""
    lost_share: float = 0.01
    """Share of orders that never arrive."""
    canceled_share: float = 0.03
    unpromised_share: float = 0.02
    """Share of orders without a promised date."""


@dataclass(frozen=True)
class _Terms:
    """A vendor's terms."""

    currency: str
    pack: int = 6
    price_rise: Decimal = Decimal("0.001")
    """Rise of prices per month."""
    discount: int = 0
    """Percent off every line."""
    tax: int = 0
    """Percent on every line."""
    shipping: bool = False
    """Whether the vendor charges for shipping; its lines then have a landed cost."""


@dataclass(frozen=True)
class Vendor:
    """A vendor and what it sells."""

    name: str
    prefix: str
    """The start of its SKUs."""
    products: tuple[tuple[str, str], ...]
    """Titles, with the unit price at the start of the account."""
    options: tuple[str, ...]
    terms: _Terms
    habits: Habits

    @property
    def id(self) -> str:
        """The API's vendor id: the name in lower case."""
        return self.name.lower()


@dataclass(frozen=True)
class Variant:
    """A product in one of its options."""

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
        "NFT",
        (("Linen Napkin", "4.25"), ("Wool Throw", "38.90"), ("Cotton Apron", "11.40"), ("Tea Towel", "3.15")),
        ("Sand", "Indigo", "Moss"),
        _Terms("EUR", pack=12, tax=20),
        Habits(lead_days=18, late_days=-0.5, spread_days=0.6),
    ),
    Vendor(  # late
        "Brightwater Ceramics",
        "BWC",
        (("Stoneware Bowl", "6.80"), ("Dinner Plate", "7.35"), ("Espresso Cup", "3.95"), ("Serving Platter", "18.20")),
        ("White", "Slate", "Ochre"),
        _Terms("EUR"),
        Habits(lead_days=28, late_days=6.0, spread_days=3.0),
    ),
    Vendor(  # ships short
        "Kestrel Lighting",
        "KSL",
        (("Desk Lamp", "24.50"), ("Pendant Shade", "31.75"), ("Clip Light", "12.99"), ("Floor Lamp", "58.00")),
        ("Black", "Brass", "Cream"),
        _Terms("USD", pack=4),
        Habits(lead_days=25, spread_days=2.0, short_share=0.35),
    ),
    Vendor(  # slow and unpredictable
        "Oakhollow Furniture",
        "OHF",
        (("Side Table", "64.00"), ("Oak Stool", "41.50"), ("Wall Shelf", "29.80"), ("Coat Stand", "53.25")),
        ("Natural", "Smoked"),
        _Terms("EUR", pack=2, shipping=True),
        Habits(lead_days=49, late_days=3.0, spread_days=11.0, split_share=0.5),
    ),
    Vendor(  # ships more than ordered
        "Pan-Orient Trading",
        "POT",
        (("Bamboo Tray", "5.45"), ("Rattan Basket", "9.10"), ("Paper Lantern", "2.85"), ("Jute Rug", "26.40")),
        ("Small", "Medium", "Large"),
        _Terms("USD", pack=24, shipping=True),
        Habits(lead_days=42, late_days=1.0, spread_days=4.0, over_share=0.4),
    ),
    Vendor(  # raises its prices
        "Silverline Cutlery",
        "SLC",
        (("Table Knife", "3.60"), ("Cake Fork", "2.95"), ("Salad Server", "14.75"), ("Bread Knife", "17.30")),
        ("Polished", "Matt", "Gold"),
        _Terms("EUR", pack=12, price_rise=Decimal("0.018")),
        Habits(lead_days=21, late_days=-1.0),
    ),
    Vendor(  # early
        "Juniper Candle Co.",
        "JCC",
        (("Pillar Candle", "4.10"), ("Scented Jar", "7.65"), ("Tealights 24", "3.20"), ("Taper Pair", "2.75")),
        ("Cedar", "Fig", "Unscented"),
        _Terms("USD", pack=12, discount=5),
        Habits(lead_days=14, late_days=-2.0),
    ),
    Vendor(  # splits its deliveries
        "Mill Lane Papers",
        "MLP",
        (("Notebook A5", "3.85"), ("Wrapping Sheet", "1.15"), ("Gift Tag Set", "1.95"), ("Desk Planner", "8.40")),
        ("Dots", "Stripes", "Plain"),
        _Terms("EUR", pack=10),
        Habits(lead_days=16, late_days=0.5, spread_days=2.0, split_share=0.8),
    ),
    Vendor(  # late, short and unreliable
        "Fjord Glassworks",
        "FGW",
        (("Water Glass", "3.30"), ("Carafe", "15.60"), ("Bud Vase", "8.95"), ("Cake Dome", "27.45")),
        ("Clear", "Smoke", "Green"),
        _Terms("EUR"),
        Habits(lead_days=30, late_days=9.0, spread_days=6.0, short_share=0.25, split_share=0.4, lost_share=0.08),
    ),
    Vendor(  # its orders are often canceled
        "Copper Kettle Supply",
        "CKS",
        (("Stovetop Kettle", "32.20"), ("Milk Pan", "21.90"), ("Copper Mug", "9.75"), ("Jam Pot", "44.10")),
        ("1 l", "2 l"),
        _Terms("USD", pack=4, discount=10),
        Habits(lead_days=24, late_days=2.0, spread_days=2.0, canceled_share=0.2),
    ),
    Vendor(  # seldom promises a date
        "Green Acre Garden",
        "GAG",
        (("Terracotta Pot", "4.60"), ("Hand Trowel", "7.25"), ("Watering Can", "16.80"), ("Seed Tin", "5.55")),
        ("Small", "Large"),
        _Terms("USD", pack=8),
        Habits(lead_days=20, late_days=2.0, spread_days=5.0, unpromised_share=0.5),
    ),
    Vendor(  # expensive and exact
        "Vesta Appliances",
        "VST",
        (("Hand Mixer", "36.75"), ("Milk Frother", "19.99"), ("Kitchen Scale", "16.49"), ("Toaster", "42.30")),
        ("Red", "Steel"),
        _Terms("EUR", pack=4, shipping=True),
        Habits(lead_days=35),
    ),
)

IN_HOUSE = Habits(lead_days=7, late_days=0.3, spread_days=1.5, split_share=0.1)
"""The company's own warehouses and workshop, the source of transfers and assembly orders."""

KITS = (("Gift Box Kitchen", (0, 3)), ("Gift Box Table", (1, 5)), ("Gift Box Evening", (0, 6)))
"""Assembled products: a title, and the positions of the vendors whose first variants are its components."""
_KIT_PRICE = Decimal("18.50")


def variants_of(vendor: Vendor) -> list[Variant]:
    """Return everything that a vendor sells; ids and barcodes follow from its position among the vendors."""
    return [
        _variant(vendor, product, option)
        for product in range(len(vendor.products))
        for option in range(len(vendor.options))
    ]


def kit_variants() -> list[Variant]:
    """Return the assembled products."""
    return [
        Variant(f"c7_{9000 + place}", str(9000 + place), f"KIT-{place + 1:02d}", title, "", "", _KIT_PRICE)
        for place, (title, _) in enumerate(KITS)
    ]


def _variant(vendor: Vendor, product: int, option: int) -> Variant:
    first = 5000 + 100 * VENDORS.index(vendor)
    product_id = first + 10 * product
    number = product_id + option
    (title, price), label = vendor.products[product], vendor.options[option]
    suffix = label.replace(" ", "")[:3].upper()
    stray = " " if number % 37 == 0 else ""  # a trailing space, as in SKUs typed by hand
    return Variant(
        id=f"c7_{number}",
        product_id=str(product_id),
        sku=f"{vendor.prefix}-{product + 1:02d}-{suffix}{stray}",
        title=f"{title} {label}",
        option=label,
        barcode=f"40{first:05d}{number:06d}",
        price=Decimal(price),
    )
