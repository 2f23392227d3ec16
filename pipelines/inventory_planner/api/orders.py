"""What the API says an order is, as msgspec structs.

Fields and types are those of the two public API articles ("Inventory Planner public API" and "Stock orders API"),
and of the further keys that real answers are known to carry. Amounts and quantities are exact decimals, made from
the very digits of the answer. Fields of an order or a line that are not listed here are kept as they are written.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias

from msgspec import Meta, Raw, Struct, field

Id: TypeAlias = Annotated[str, Meta(min_length=1)] | int
Text: TypeAlias = str | int | None
Number: TypeAlias = int | Decimal | None  # a whole number as int: exact as well, and read in half the time
Flag: TypeAlias = bool | None
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)] | None
Json: TypeAlias = Raw  # msgspec takes no `Raw | None`, so an empty Raw stands for a missing key

NOT_A_FIELD: Final = Raw(b"")


class Receipt(Struct, gc=False):
    """An entry of a line's `received_history`: `date` is a Unix time stamp, `value` a quantity."""

    date: Text = None
    value: Number = None


class Component(Struct, gc=False):
    """What one unit of an assembly line is made of."""

    id: Id
    quantity: Number = None
    sku: Text = None
    title: Text = None
    barcode: Text = None


class Connection(Struct, gc=False):
    """Where else an order is saved, and under which id and reference."""

    connection: Text = None
    connection_id: Text = None
    id: Text = None
    reference: Text = None
    status: Text = None
    save_po: Flag = None


class StockUpdateItem(Struct, gc=False):
    """What a stock update told the store of a variant; `error` says why the store did not take it."""

    id: Text = None
    stock_before: Number = None
    delta: Number = None
    error: Any = None


class StockUpdate(Struct, gc=False):
    """Stock pushed to the store, of the destination or of the source of an order: the source of transfers alone."""

    is_for_destination: Flag = field(default=None, name="forDst")
    warehouse: Text = field(default=None, name="wh")
    items: list[StockUpdateItem] | None = None


class Line(Struct, gc=False, forbid_unknown_fields=True):
    """A line of an order; its `id` is that of the variant, so it can come twice in one order."""

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
    cost_price_as_documented: Number = field(default=None, name="cost price")  # the articles print the key so
    cost_price_list: Json = NOT_A_FIELD
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
    attributes: Json = NOT_A_FIELD
    messages: Json = NOT_A_FIELD
    edited: Json = NOT_A_FIELD
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
    source_address: Json = NOT_A_FIELD
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
    tax_info: Json = NOT_A_FIELD
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
    custom_fields: Json = NOT_A_FIELD
    accounting_connections: Json = NOT_A_FIELD
    bundles: Json = NOT_A_FIELD
    details: Json = NOT_A_FIELD
    history: Json = NOT_A_FIELD
    stock_updates: Json = NOT_A_FIELD
    stock_update: Json = field(default=NOT_A_FIELD, name="stock-update")  # the newer article's name for it
    stock_update_in_requests: Json = field(default=NOT_A_FIELD, name="stock_update")  # the older one's, of a push
    connections: list[Connection] | None = None
    items: list[Line] | None = None


class Summary(Struct):
    """The few fields of an order that tell whether it has changed."""

    id: Id
    last_modified: Instant = None
    status: Text = None
    total_ordered: Number = None
    total_received: Number = None
