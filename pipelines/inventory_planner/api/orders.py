"""An order and its parts as the API describes them, as msgspec structs.

The fields and types come from the two public API articles ("Inventory Planner public API" and "Stock orders API") and
from keys that real responses are known to contain. Numbers keep every digit of the JSON. Fields of an order or a line
that are not listed here are kept as JSON, see `unknown_fields`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from msgspec import Meta, Raw, Struct, field

Id: TypeAlias = Annotated[str, Meta(min_length=1)] | int
Text: TypeAlias = str | int | None
Number: TypeAlias = int | Decimal | None  # a whole number as int: just as exact, and decoded in half the time
Flag: TypeAlias = bool | None
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)] | None
Json: TypeAlias = Raw

ABSENT: Final = Raw(b"")  # the value of a JSON field whose key is missing: msgspec does not support `Raw | None`


class Receipt(Struct, gc=False):
    """An entry of a line's `received_history`: `date` is a Unix timestamp, `value` a quantity."""

    date: Text = None
    value: Number = None


class Component(Struct, gc=False):
    """A component of one unit of an assembly line."""

    id: Id
    quantity: Number = None
    sku: Text = None
    title: Text = None
    barcode: Text = None


class Connection(Struct, gc=False):
    """Another system that the order is saved to, with its id and reference there."""

    KEY_FIELD: ClassVar = "connection"  # holds the key of an entry if the list is written as an object

    connection: Text = None
    connection_id: Text = None
    id: Text = None
    reference: Text = None
    status: Text = None
    save_po: Flag = None


class StockUpdateItem(Struct, gc=False):
    """The change of one variant in a stock update; `error` is the reason why the store refused it."""

    KEY_FIELD: ClassVar = "id"

    id: Text = None
    stock_before: Number = None
    delta: Number = None
    error: Any = None


class StockUpdate(Struct, gc=False):
    """Stock pushed to the store for the destination of an order, or for the source of a transfer."""

    is_for_destination: Flag = field(default=None, name="forDst")
    warehouse: Text = field(default=None, name="wh")
    items: list[StockUpdateItem] | None = None


class Line(Struct, gc=False, forbid_unknown_fields=True):
    """A line of an order. Its `id` is the variant's, so an order can have several lines with the same id."""

    id: Id
    line_id: Text = None
    product_id: Text = None
    product_type: Text = None
    title: Text = None
    sku: Text = None
    barcode: Text = None
    image: Text = None
    vendor_name: Text = None
    vendor_reference: Text = None
    uom_ordering: Number = None
    uom_info: Text = None
    vendor_packaging: Number = None
    boxes: Number = None
    replenishment: Number = None
    replenishment_original: Number = None
    replenishment_variant: Number = None
    received: Number = None
    remaining: Number = None
    cost_price: Number = None
    cost_price_as_documented: Number = field(default=None, name="cost price")  # the key as the articles print it
    cost_price_list: Json = ABSENT
    landing_cost_price: Number = None
    price: Number = None
    tax: Number = None
    discount: Number = None
    ordered_cost: Number = None
    total: Number = None
    total_ex_tax: Number = None
    cbm: Number = None
    cbm_ordered: Number = None
    source_stock: Number = None
    in_stock: Number = None
    purchase_orders_qty: Number = None
    transfer_units_in: Number = None
    transfer_units_out: Number = None
    forecasted_stock: Number = None
    minimum_stock: Number = None
    lead_time: Number = None
    has_error: Flag = None
    hide_in_replenishment: Flag = None
    removed: Flag = None
    version: Number = None
    created_at_time: Text = None
    attributes: Json = ABSENT
    messages: Json = ABSENT
    edited: Json = ABSENT
    received_history: list[Receipt] | None = None
    components: list[Component] | None = None


class Order(Struct, gc=False, forbid_unknown_fields=True):
    """A stock order: a purchase order, a transfer or an assembly order."""

    id: Id
    reference: Text = None
    extra_reference: Text = None
    reference2: Text = None
    status: Text = None
    type: Text = None
    source_type: Text = None
    source: Text = None
    source_display_name: Text = None
    source_warehouse: Text = None
    source_address: Json = ABSENT
    vendor: Text = None
    vendor_display_name: Text = None
    vendor_address: Text = None
    warehouse: Text = None
    warehouse_display_name: Text = None
    replenish_warehouse: Text = None
    replenishment_type: Text = None
    destination_warehouse_stock: Number = None
    created_date: Text = None
    expected_date: Text = None
    payment_date: Text = None
    shipment_date: Text = None
    received_date: Text = None
    created_at: Instant = None
    updated_at: Instant = None
    last_modified: Instant = None
    created_by: Text = None
    readonly: Flag = None
    version: Number = None
    currency: Text = None
    total: Number = None
    total_ordered: Number = None
    total_received: Number = None
    total_remaining: Number = None
    shipping_handling: Number = None
    shipping_handling_tax: Number = None
    tax_info: Json = ABSENT
    discount_enabled: Flag = None
    default_discount: Number = None
    min_budget: Number = None
    min_quantity: Number = None
    moq: Text = None
    uom_ordering: Flag = None
    uom_round: Text = None
    billing_address: Text = None
    shipping_address: Text = None
    email: Text = None
    attn: Text = None
    notes: Text = None
    shipment_method: Text = None
    payment_terms: Text = None
    shop_name: Text = None
    shop_logo: Text = None
    add_my_skus: Flag = field(default=None, name="addMySKUs")
    add_vendor_skus: Flag = field(default=None, name="addVendorSKUs")
    add_barcodes: Flag = field(default=None, name="addBarcodes")
    add_categories: Flag = field(default=None, name="addCategories")
    add_fnskus: Flag = field(default=None, name="addFNSKUs")
    add_asins: Flag = field(default=None, name="addASINs")
    use_titles_as_vendor_name: Flag = field(default=None, name="useTitlesAsVendorName")
    custom_fields: Json = ABSENT
    accounting_connections: Json = ABSENT
    bundles: Json = ABSENT
    details: Json = ABSENT
    history: Json = ABSENT
    stock_updates: Json = ABSENT
    stock_update: Json = field(default=ABSENT, name="stock-update")  # the newer article's name
    stock_update_in_requests: Json = field(default=ABSENT, name="stock_update")  # the older article's name in requests
    connections: list[Connection] | None = None
    items: list[Line] | None = None


class Summary(Struct):
    """The few fields of an order that show whether it has changed."""

    id: Id
    last_modified: Instant = None
    status: Text = None
    total_ordered: Number = None
    total_received: Number = None


# The fields that must be readable, by their names in JSON: they identify an order, count its goods or price them. Any
# other field of an unexpected shape becomes null, and the order loads.
IDENTITY: Final[dict[type[Struct], frozenset[str]]] = {
    Order: frozenset({"id", "last_modified"}),
    Summary: frozenset({"id", "last_modified"}),
}
QUANTITIES: Final[dict[type[Struct], frozenset[str]]] = {
    Line: frozenset({"replenishment", "received"}),
    Receipt: frozenset({"value"}),
    Component: frozenset({"quantity"}),
}
COSTS: Final[dict[type[Struct], frozenset[str]]] = {
    Order: frozenset({"shipping_handling", "default_discount"}),
    Line: frozenset({"cost_price", "cost price", "landing_cost_price", "discount"}),
}
# What identifies a line or a component that has no `id`: the first of these fields that is set.
SUBSTITUTES_FOR_ID: Final[dict[type[Struct], tuple[str, ...]]] = {Line: ("line_id", "sku"), Component: ("sku",)}
