"""The nine files of the Advanced CSV connector, as its documents specify them.

The connector silently skips a whole file if a required column is missing or one is unknown. The documents end
within the specifications of some files; columns beyond that can be allowed in the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Type(Enum):
    """What the cells of a column hold. Ids and texts have at most 256 characters."""

    ID = auto()
    TEXT = auto()
    CURRENCY = auto()
    NUMBER = auto()
    FLAG = auto()
    TIMESTAMP = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `is_required`: the file needs it; `is_filled`: no cell of it may be empty.

    The value of a column with `choices` is one of them, in any case. `only_if` is a column and the values of it that
    the cell is needed for; with any other value it must be empty.
    """

    name: str
    type: Type
    is_required: bool = False
    is_filled: bool = False
    choices: tuple[str, ...] = ()
    only_if: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A kind of file. `key` identifies a row.

    Rows with the same `together` are sent together, because what becomes of a line that is left out is not documented;
    they must agree in the columns `shared`. `sampled` columns of some sent rows are recorded, to be compared later.
    """

    kind: str
    summary: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    together: str | None = None
    shared: tuple[str, ...] = ()
    sampled: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The kind as settings and file names spell it."""
        return self.kind.replace("-", "_")


UPDATED_AT: Final = "UPDATED_AT"
NO_TYPE: Final = ""  # an empty TYPE of a stock order is a purchase order


def _filled(type_: Type, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, type_, is_required=True, is_filled=True) for name in names)


def _required(type_: Type, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, type_, is_required=True) for name in names)


def _optional(type_: Type, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, type_) for name in names)


_STATE: Final = (*_filled(Type.FLAG, "REMOVED"), *_filled(Type.TIMESTAMP, UPDATED_AT))

WAREHOUSE: Final = File(
    "warehouse",
    "Warehouses, by WAREHOUSE_ID. The first sync needs at least one.",
    (
        *_filled(Type.ID, "WAREHOUSE_ID"),
        *_filled(Type.TEXT, "DISPLAY_NAME"),
        *_STATE,
        *_optional(Type.CURRENCY, "CURRENCY"),
        *_optional(Type.TEXT, "BILLING_ADDRESS", "SHIPPING_ADDRESS"),
    ),
    key=("WAREHOUSE_ID",),
)
VENDOR: Final = File(
    "vendor",
    "Vendors, by VENDOR_ID. The first sync needs at least one.",
    (
        *_filled(Type.ID, "VENDOR_ID"),
        *_filled(Type.TEXT, "DISPLAY_NAME"),
        *_filled(Type.CURRENCY, "CURRENCY"),
        *_STATE,
        *_optional(Type.NUMBER, "DISCOUNT", "TAX"),
        *_optional(Type.TEXT, "EMAIL", "VENDOR_ADDRESS"),
    ),
    key=("VENDOR_ID",),
)
VARIANT: Final = File(
    "variant",
    "Variants, by VARIANT_ID.",
    (
        *_filled(Type.ID, "VARIANT_ID"),
        *_required(Type.TEXT, "SKU", "TITLE", "BARCODE"),
        *_required(Type.ID, "PRODUCT_ID"),
        *_required(Type.NUMBER, "PRICE"),
        *_filled(Type.TIMESTAMP, "CREATED_AT"),
        *_STATE,
        Column("TYPE", Type.TEXT, choices=("simple", "bundle", "assembly")),
        *_optional(Type.TEXT, "IMAGE", "HANDLE"),
    ),
    key=("VARIANT_ID",),
)
VARIANT_WAREHOUSE: Final = File(
    "variant-warehouse",
    "Stock of variants in warehouses: IN_STOCK is what is available, not what is on hand.",
    (
        *_filled(Type.ID, "VARIANT_ID", "WAREHOUSE_ID"),
        *_filled(Type.NUMBER, "IN_STOCK"),
        *_STATE,
        *_optional(Type.NUMBER, "MIN_STOCK", "MAX_STOCK", "MAX_ORDER", "TRANSFER_UOM"),
    ),
    key=("VARIANT_ID", "WAREHOUSE_ID"),
    sampled=("VARIANT_ID", "WAREHOUSE_ID", "IN_STOCK", "REMOVED"),
)
VARIANT_VENDOR: Final = File(
    "variant-vendor",
    "Which vendors supply a variant, and at what cost.",
    (
        *_filled(Type.ID, "VARIANT_ID", "VENDOR_ID"),
        *_STATE,
        *_optional(Type.NUMBER, "COST_PRICE", "LANDING_COST_PRICE"),
        *_optional(Type.TEXT, "VENDOR_REFERENCE", "VENDOR_NAME"),
        *_optional(Type.NUMBER, "MOQ", "UOM"),
    ),
    key=("VARIANT_ID", "VENDOR_ID"),
)
VARIANT_COMPONENT: Final = File(
    "variant-component",
    "The parts of bundles and assemblies.",
    (
        *_filled(Type.ID, "VARIANT_ID", "COMPONENT_VARIANT_ID"),
        *_filled(Type.NUMBER, "QUANTITY"),
        *_STATE,
        *_optional(Type.NUMBER, "PRICE"),
    ),
    key=("VARIANT_ID", "COMPONENT_VARIANT_ID"),
)
SALES_ORDER: Final = File(
    "sales-order",
    "Lines of sales orders: ORDER_ID is the line's id, ID the order's.",
    (
        *_filled(Type.ID, "ORDER_ID", "ID", "VARIANT_ID", "WAREHOUSE"),
        *_filled(Type.CURRENCY, "CURRENCY"),
        *_filled(Type.NUMBER, "QUANTITY", "PRICE"),
        *_filled(Type.TIMESTAMP, "CREATED_AT"),
        *_STATE,
        *_optional(Type.TEXT, "REFERENCE", "REFERENCE2"),
        *_optional(Type.NUMBER, "ORIGINAL_COST_PRICE"),
        *_optional(Type.TEXT, "CUSTOMER"),
        *_optional(Type.NUMBER, "DISCOUNT", "TAX", "SHIPPING", "SHIPPING_TAX"),
        *_optional(Type.FLAG, "TAX_INCLUDED", "CANCELLED"),
    ),
    key=("ORDER_ID",),
)
STOCK_ORDER: Final = File(
    "stock-order",
    "Lines of purchase orders, transfers and assemblies. All lines of a changed order are sent.",
    (
        *_filled(Type.ID, "ID"),
        *_required(Type.TEXT, "REFERENCE"),
        *_filled(Type.ID, "STATUS", "WAREHOUSE"),
        Column("VENDOR", Type.ID, is_required=True, only_if=("TYPE", (NO_TYPE, "po"))),
        Column("SOURCE_WAREHOUSE", Type.ID, is_required=True, only_if=("TYPE", ("transfer", "assembly"))),
        *_filled(Type.CURRENCY, "CURRENCY"),
        *_filled(Type.TIMESTAMP, "CREATED_DATE"),
        *_filled(Type.ID, "LINE_ITEM_ID", "VARIANT_ID"),
        *_required(Type.TEXT, "SKU", "BARCODE", "TITLE"),
        *_filled(Type.NUMBER, "REPLENISHMENT", "RECEIVED"),
        *_required(Type.TIMESTAMP, "RECEIVED_DATE"),
        *_required(Type.NUMBER, "COST_PRICE"),
        *_STATE,
        Column("TYPE", Type.TEXT, choices=("po", "transfer", "assembly")),
        *_optional(Type.TEXT, "REFERENCE2"),
        *_optional(Type.TIMESTAMP, "EXPECTED_DATE", "LAST_MODIFIED", "SHIPMENT_DATE"),
    ),
    key=("ID", "LINE_ITEM_ID"),
    together="ID",
    shared=("TYPE",),
)
STOCK_ORDER_STATUS: Final = File(
    "stock-order-status",
    "Names of stock order statuses besides the default ones.",
    (
        *_filled(Type.ID, "NAME"),
        Column(
            "STATUS_TYPE",
            Type.TEXT,
            is_required=True,
            is_filled=True,
            choices=("draft", "active", "closed", "cancelled"),
        ),
        *_STATE,
    ),
    key=("NAME",),
)

FILES: Final = {  # in the order in which a first sync needs them
    file.kind: file
    for file in (
        *(WAREHOUSE, VENDOR, STOCK_ORDER_STATUS, VARIANT),
        *(VARIANT_WAREHOUSE, VARIANT_VENDOR, VARIANT_COMPONENT),
        *(SALES_ORDER, STOCK_ORDER),
    )
}


def with_extra_columns(file: File, names: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of a file, and those that the settings allow; these are checked as text."""
    known = {column.name for column in file.columns}
    return (*file.columns, *_optional(Type.TEXT, *(name for name in map(str.upper, names) if name not in known)))
