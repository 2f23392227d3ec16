"""What the account answers with, for its description: records of an account without quirks.

No field has to be there, for a read may ask for some of them only. Sums may be longer than what a write may hold.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from inventory_planner_emulator.fields import (
    Flag,
    Id,
    SavedConnection,
    StockChange,
    Text,
    VendorData,
    WrittenLine,
    WrittenOrder,
    WrittenVariant,
)

Amount: TypeAlias = float | str | None


class Meta(TypedDict):
    """What a list says of itself; `limit` is the text that was sent, or the number that was chosen without one."""

    name: str
    display_name: str
    total: int
    count: int
    limit: str | int
    page: int
    start: int
    end: int


class Done(TypedDict):
    """What a write says of itself."""

    status: Literal["success"]
    message: str


class Failed(TypedDict):
    """Why there is no other answer."""

    status: Literal["error"]
    message: str


class Receipt(TypedDict):
    """An entry of a line's history: Unix seconds and a quantity."""

    date: int | str
    value: Amount


class Line(WrittenLine, total=False):
    """A line of an order."""

    id: Id
    line_id: Id
    received: Amount
    remaining: Amount
    received_history: list[Receipt]
    ordered_cost: Amount
    total: Amount
    total_ex_tax: Amount


class LineReceived(TypedDict):
    """A line as an update of it answers."""

    id: Id
    replenishment: Amount
    received: Amount


class Connection(SavedConnection, total=False):
    """Where else an order is saved."""

    connection: str
    id: Text
    reference: Text
    status: Text


class PushedStock(TypedDict, total=False):
    """A stock update that was pushed."""

    items: list[StockChange]
    forDst: bool
    wh: Text


class Order(WrittenOrder, total=False):
    """A purchase order, a transfer or an assembly order."""

    id: Id
    received_date: Text
    last_modified: str
    created_at: str
    updated_at: str
    readonly: Flag
    source_type: str
    source: Text
    vendor_display_name: Text
    source_display_name: Text
    warehouse_display_name: Text
    total: Amount
    total_ordered: Amount
    total_received: Amount
    items: list[Line]
    connections: list[Connection]
    stock_updates: list[PushedStock]


class Variant(WrittenVariant, total=False):
    """A variant, as far as the account's orders tell of it."""

    id: str
    sku: Text
    title: Text
    vendor: Text
    purchase_orders_qty: Amount
    cost_price: Amount
    in_stock: Amount
    under_value: Amount
    removed: bool


class VariantVendor(VendorData):
    """A vendor's data for a variant; who gave it (`s`), and the vendor's id (`n`)."""

    t: str
    s: str
    n: str


class Vendor(TypedDict, total=False):
    """A vendor."""

    id: str
    name: Text


class Warehouse(TypedDict, total=False):
    """A warehouse; its id stands under `name`."""

    name: str
    display_name: Text
    type: str
    disabled: bool
    connection: str
    currency: Text
