"""The fields that the two API documents name, and those that clients have seen beside them.

Which values the service accepts in them is not in the documents. Here a quantity or an amount is a number, or a text
that holds one, and what is not set is null or an empty text, as the service itself writes it.
"""

from __future__ import annotations

from typing import Annotated, Any, Required, TypeAlias, TypedDict

from msgspec import Meta

LARGEST = 1e12  # of a number that is written: products of three of them still fit into a decimal
DIGITS = r"^(-?[0-9]{1,12}(\.[0-9]{1,6})?)?$"
LONGEST_NAME = 500  # characters of a name that others are looked up by

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)] | int
Name: TypeAlias = Annotated[str, Meta(max_length=LONGEST_NAME)] | None
Text: TypeAlias = str | float | None
Number: TypeAlias = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)] | Annotated[str, Meta(pattern=DIGITS)] | None
Flag: TypeAlias = bool | None
Loose: TypeAlias = dict[str, Any] | list[Any] | str | None


class Component(TypedDict, total=False):
    """What one unit of an assembly line is made of."""

    id: Required[Id]
    quantity: Number
    sku: Text
    title: Text
    barcode: Text


class WrittenLine(TypedDict, total=False):
    """What a write may set in a line; `received` has a rule of its own."""

    title: Text
    sku: Text
    barcode: Text
    image: Text
    vendor_name: Text
    vendor_reference: Text
    uom_ordering: Number
    vendor_packaging: Number
    source_stock: Number
    in_stock: Number
    purchase_orders_qty: Number
    transfer_units_in: Number
    transfer_units_out: Number
    replenishment: Number
    cost_price: Number
    landing_cost_price: Number
    tax: Number
    discount: Number
    cbm: Number
    components: list[Component] | None


class OrderedLine(WrittenLine):
    """A line of an order that is entered, or whose lines are replaced."""

    id: Required[Id]


class LineUpdate(WrittenLine, total=False):
    """New values of one line; `received` is the new total, not what has come since."""

    received: Number


class NamedLineUpdate(LineUpdate):
    """New values of the line with this id."""

    id: Required[Id]


class SavedConnection(TypedDict, total=False):
    """Whether an order is saved into a connection."""

    save_po: Flag


class NewConnection(SavedConnection):
    """A connection that a new order is saved into."""

    connection: Required[Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]]


class WrittenOrder(TypedDict, total=False):
    """What a write may set in an order; its lines and connections have rules of their own."""

    reference: Text
    extra_reference: Text
    status: Name
    created_date: Text
    expected_date: Text
    payment_date: Text
    shipment_date: Text
    type: Name
    vendor: Name
    source_warehouse: Name
    warehouse: Name
    vendor_address: Text
    billing_address: Text
    shipping_address: Text
    email: Text
    attn: Text
    notes: Text
    shipment_method: Text
    payment_terms: Text
    shipping_handling: Number
    shipping_handling_tax: Number
    currency: Name
    discount_enabled: Flag
    default_discount: Number
    uom_ordering: Flag
    uom_round: Text
    moq: Text
    shop_name: Text
    addMySKUs: Flag
    addVendorSKUs: Flag
    addBarcodes: Flag
    addCategories: Flag
    useTitlesAsVendorName: Flag
    custom_fields: Loose


class UpdatedOrder(WrittenOrder, total=False):
    """New values of an order; lines that are given replace all that it has."""

    items: list[OrderedLine]


class NewOrder(UpdatedOrder, total=False):
    """An order to enter: its lines, or a filter of the variants that become its lines."""

    variants_filter: dict[str, str | float | bool | None]
    connections: list[NewConnection]


class StockChange(TypedDict, total=False):
    """How the stock of a line's variant was changed in a connection."""

    id: Required[Id]
    delta: Number
    stock_before: Number
    error: Text


class StockUpdate(TypedDict, total=False):
    """The lines of a stock update."""

    items: list[StockChange]


class WrittenVariant(TypedDict, total=False):
    """What a write may set in a variant."""

    lead_time: Number
    review_period: Number
    replenishment: Number


class VendorData(TypedDict, total=False):
    """What a vendor asks for a variant, and how it sells it."""

    cost_price: Number
    landing_cost_price: Number
    vendor_reference: Text
    vendor_name: Text
    vendor_packaging: Number
    uom_ordering: Number


WRITABLE_ITEM_FIELDS = frozenset(WrittenLine.__annotations__)
WRITABLE_ORDER_FIELDS = frozenset(WrittenOrder.__annotations__)
WRITABLE_VARIANT_FIELDS = frozenset(WrittenVariant.__annotations__)

READ_ONLY_ORDER_FIELDS = frozenset(
    {
        "id",
        "received_date",
        "last_modified",
        "created_at",
        "updated_at",
        "readonly",
        "source_type",
        "vendor_display_name",
        "source",
        "source_display_name",
        "warehouse_display_name",
        "replenish_warehouse",
        "replenishment_type",
        "total",
        "total_ordered",
        "total_received",
        "stock_updates",
        "removed",
        "version",
    }
)
"""What a write to an order leaves alone."""

ORDER_FIELDS = WRITABLE_ORDER_FIELDS | READ_ONLY_ORDER_FIELDS | {"items", "connections"}
"""What a list of orders can be filtered and sorted by."""
