"""The fields that the two API documents name and a few more that clients have seen, with the values that writes accept.

The documents don't say which values the API accepts. Here, a quantity or an amount is a number or a numeric text, and
null or an empty text means "not set", as in the API's own responses.
"""

from __future__ import annotations

from typing import Annotated, Any, Required, TypeAlias, TypedDict

from msgspec import Meta

_MAX_NUMBER = 1e12  # the product of three such numbers still fits in a decimal
_NUMERIC_TEXT = r"^(-?[0-9]{1,12}(\.[0-9]{1,6})?)?$"
_MAX_NAME_LENGTH = 500

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_MAX_NAME_LENGTH)] | int
Name: TypeAlias = Annotated[str, Meta(max_length=_MAX_NAME_LENGTH)] | None
Text: TypeAlias = str | float | None
Number: TypeAlias = (
    Annotated[float, Meta(ge=-_MAX_NUMBER, le=_MAX_NUMBER)] | Annotated[str, Meta(pattern=_NUMERIC_TEXT)] | None
)
Flag: TypeAlias = bool | None


class Component(TypedDict, total=False):
    """A component of an assembly line."""

    id: Required[Id]
    quantity: Number
    sku: Text
    title: Text
    barcode: Text


class _LineFields(TypedDict, total=False):
    """The fields of a line that a write can set."""

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


class _NewLine(_LineFields):
    """A line of a new order, or one of the lines that replace those of an order."""

    id: Required[Id]


class LineUpdate(_LineFields, total=False):
    """New values of a line; `received` is the new total, not the difference."""

    received: Number


class LineUpdateById(LineUpdate):
    """New values of the line with this id."""

    id: Required[Id]


class ConnectionUpdate(TypedDict, total=False):
    """Whether to save an order to a connection."""

    save_po: Flag


class _NewConnection(ConnectionUpdate):
    """A connection of a new order."""

    connection: Required[Annotated[str, Meta(min_length=1, max_length=_MAX_NAME_LENGTH)]]


class _OrderFields(TypedDict, total=False):
    """The fields of an order that a write can set, other than its lines and connections."""

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
    custom_fields: dict[str, Any] | list[Any] | str | None


class OrderUpdate(_OrderFields, total=False):
    """New values of an order; `items` replaces all of its lines."""

    items: list[_NewLine]


class NewOrder(OrderUpdate, total=False):
    """A new order, with its lines or a filter of the variants to order."""

    variants_filter: dict[str, str | float | bool | None]
    connections: list[_NewConnection]


class _StockChange(TypedDict, total=False):
    """A change of a variant's stock in a connection."""

    id: Required[Id]
    delta: Number
    stock_before: Number
    error: Text


class StockUpdate(TypedDict, total=False):
    """A stock update."""

    items: list[_StockChange]


class VariantFields(TypedDict, total=False):
    """The fields of a variant that a write can set."""

    lead_time: Number
    review_period: Number
    replenishment: Number


class VendorFields(TypedDict, total=False):
    """The data of a vendor for a variant."""

    cost_price: Number
    landing_cost_price: Number
    vendor_reference: Text
    vendor_name: Text
    vendor_packaging: Number
    uom_ordering: Number


WRITABLE_LINE_FIELDS = frozenset(_LineFields.__annotations__)
WRITABLE_ORDER_FIELDS = frozenset(_OrderFields.__annotations__)
WRITABLE_VARIANT_FIELDS = frozenset(VariantFields.__annotations__)
VENDOR_FIELDS = tuple(VendorFields.__annotations__)

ORDER_FIELDS = WRITABLE_ORDER_FIELDS | {
    *("id", "version", "removed", "readonly", "created_at", "updated_at", "last_modified", "received_date"),
    *("source_type", "source", "source_display_name", "vendor_display_name", "warehouse_display_name"),
    *("replenish_warehouse", "replenishment_type", "total", "total_ordered", "total_received"),
    *("items", "connections", "stock_updates"),
}
"""The fields by which orders can be filtered and sorted."""
