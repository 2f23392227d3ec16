"""What the API says an order is, as msgspec structs; and which records do not fit, and why.

Fields and types are those of the two public API articles ("Inventory Planner public API" and "Stock orders API"),
and of the further keys that real answers are known to carry. Amounts and quantities are exact decimals, made from
the very digits of the answer. Fields of an order or a line that are not listed here are kept as they are written.

The service writes "not set" in five ways: a missing key, null, `""`, `[]` and `{}`. It sends ids as text or as
numbers, and a list as an object. So a record is read as it is; where that fails it is tidied, text for text, and
read again; only what still does not fit is a `BadRecord`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Annotated, Any, Final, TypeAlias, TypeVar, cast, get_args, get_type_hints

import msgspec
from msgspec import Meta, Raw, Struct, field

Id: TypeAlias = Annotated[str, Meta(min_length=1)] | int
Text: TypeAlias = str | int | None
Number: TypeAlias = int | Decimal | None  # a whole number as int: exact as well, and read in half the time
Flag: TypeAlias = bool | None
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)] | None
Json: TypeAlias = Raw  # msgspec takes no `Raw | None`, so an empty Raw stands for a missing key

UNSET: Final = (b"null", b'""', b"[]", b"{}")
BLANK: Final = b':""'  # in JSON always a whole value: a quotation mark within a text is written with a backslash
BLANKS: Final = re.compile(re.escape(BLANK))  # replaces in half the time that `bytes.replace` takes
BLANKED: Final = b":\tnull"  # the tab, which no text can hold unescaped, tells it from a null that the service wrote
NO_ELEMENTS: Final = (b"[]", b"{}")  # a list that is there and empty: an order that says so has lost its lines
DIGEST_BYTES: Final = 8  # two states of one order are told apart by it, never two orders: 64 bits are plenty
UNKNOWN: Final = "unknown_"  # begins the attributes of fields that the contract does not list
UNKNOWN_AT_MOST: Final = 200  # names; more are keys of a map in disguise, and are passed over
NOT_A_FIELD: Final = Raw(b"")
MISSING: Final = frozenset({*UNSET, b""})
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)


_Struct = TypeVar("_Struct", bound=Struct)


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


KEYED_BY: Final[dict[type[Struct], str]] = {Connection: "connection", StockUpdateItem: "id"}  # if they stand in a map


class _Identified(Struct):
    id: Id


class _Dated(Struct):
    last_modified: Instant = None


class Summary(Struct):
    """The few fields of an order that tell whether it has changed."""

    id: Id
    last_modified: Instant = None
    status: Text = None
    total_ordered: Number = None
    total_received: Number = None


class Result(Struct):
    """How the service says that a request failed, or went well."""

    status: str | None = None
    message: str | None = None


class PageMeta(Struct):
    """What an answer says of itself; `total` counts the matching orders on all pages."""

    total: int
    limit: int | None = None
    page: int | None = None


class Answer(Struct, kw_only=True):
    """What every answer can say: also one with status 200 can be an error."""

    result: Result | None = None


class Page(Answer):
    """A page of the list of orders, each order still as the service wrote it."""

    meta: PageMeta
    orders: list[Raw] = field(name="purchase-orders")


class Single(Answer):
    """The answer to a read of one order."""

    order: Raw = field(name="purchase-order")


@dataclass(frozen=True, slots=True)
class RawOrder:
    """An order as the service wrote it, and what tells which one it is.

    `summary` is None where those few fields do not fit.
    """

    raw: Raw
    summary: Summary | None
    order_id: str | None
    last_modified: datetime | None

    @property
    def digest(self) -> str:
        """As `digest` says of its text; worked out each time."""
        return digest(self.raw)

    @property
    def key(self) -> str:
        """The id of the order; for one without an id, the digest."""
        return self.order_id or self.digest


@dataclass(frozen=True, slots=True)
class Record:
    """An order that fits the contract, and its text."""

    order: Order
    raw: bytes
    stock_updates: Sequence[StockUpdate] = ()

    @property
    def order_id(self) -> str:
        """The id of the order."""
        return str(self.order.id)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """An order that does not fit the contract: its text, whole, and what is wrong with it."""

    raw: bytes
    reason: str

    @property
    def order_id(self) -> str | None:
        """The id of the order, if that much can be read."""
        return _legible_id(self.raw)


_read_order = msgspec.json.Decoder(Order, strict=False).decode
_read_stock_updates = msgspec.json.Decoder(list[StockUpdate], strict=False).decode
_read_summary = msgspec.json.Decoder(Summary, strict=False).decode
_read_id = msgspec.json.Decoder(_Identified).decode
_read_instant = msgspec.json.Decoder(_Dated).decode
_read_object = msgspec.json.Decoder(dict[str, Raw]).decode
_read_list = msgspec.json.Decoder(list[Raw]).decode


class Reader:
    """Reads orders, and learns the names of the fields that the contract does not list.

    The structs refuse what they do not list. A name that is met for the first time becomes a field of new structs, and
    these read all further orders: so knowing what is unknown costs nothing where there is nothing new.
    """

    def __init__(self) -> None:
        self.unknown: tuple[str, ...] = ()
        """The names met so far, such as `purchase-order.color` and `item.last_90_days_sales`."""
        self._order: type[Order] = Order
        self._line: type[Line] = Line
        self._read = _read_order

    def record(self, raw: bytes) -> Record | BadRecord:
        """One order, or why it is none."""
        try:
            raw.decode()  # msgspec does not look into JSON that it keeps as text
            order = self._order_of(raw)
            stock_updates = _stock_updates(order)
        except UNREADABLE as error:
            return BadRecord(raw, str(error))
        if order.last_modified and not _in_utc(order.last_modified):
            return BadRecord(raw, f"In UTC `last_modified` is no day of the calendar: {order.last_modified}")
        if order.items is None and order.total_ordered:  # stored as it is, it would delete the lines read before
            return BadRecord(raw, f"No `items`, although `total_ordered` is {order.total_ordered}")
        return Record(order, raw, stock_updates)

    def _order_of(self, raw: bytes) -> Order:
        text = BLANKS.sub(BLANKED, raw)  # nearly every order has a number that is `""`
        try:
            return self._read(text)
        except msgspec.ValidationError:
            self._learn(raw)
        try:
            return self._read(text)
        except msgspec.ValidationError:
            return self._read(_tidy(raw, self._order))

    def _learn(self, raw: bytes) -> None:
        fields = _read_object(raw)
        items = bytes(fields.get("items", b""))
        in_lines = (name for line in (_elements(items) if items else ()) for name in _read_object(line))
        new_in_order = [name for name in fields if name not in _fields(self._order)]
        new_in_lines = [name for name in dict.fromkeys(in_lines) if name not in _fields(self._line)]
        if not (new_in_order or new_in_lines):
            return
        unknown = (
            *self.unknown,
            *(f"purchase-order.{name}" for name in new_in_order),
            *(f"item.{name}" for name in new_in_lines),
        )
        is_open = len(unknown) > UNKNOWN_AT_MOST
        try:
            line = _with_fields(self._line, new_in_lines, is_open=is_open)
            with_line: Any = list[line] | None  # type: ignore[valid-type]
            order = _with_fields(self._order, new_in_order, ("items", with_line, None), is_open=is_open)
        except ValueError as error:  # of names with quotation marks, backslashes or control characters
            raise msgspec.ValidationError(f"A field of an unknown name can't be kept: {error}") from error
        self.unknown, self._line, self._order = unknown, line, order
        self._read = msgspec.json.Decoder(self._order, strict=False).decode


def raw_order(raw: Raw) -> RawOrder:
    """The order, not read yet; of one that does not fit, as much as can be read."""
    found = summary(raw)
    if found is None:
        return RawOrder(raw, None, _legible_id(raw), _legible_instant(raw))
    return RawOrder(raw, found, str(found.id), _in_utc(found.last_modified))


def record(raw: bytes) -> Record | BadRecord:
    """One order read for itself, or why it is none."""
    return Reader().record(raw)


def unknown_fields(thing: Order | Line) -> Raw | None:
    """The fields that the contract does not list, as a JSON object; None if there are none."""
    starts, whole, values_of = _unknown(type(thing))
    if not starts:
        return None
    texts = [*map(bytes, values_of(thing))]
    if MISSING.isdisjoint(texts):  # as most often, and then it takes a third less time
        return Raw(whole % (*texts,))
    told = b",".join([start + text for start, text in zip(starts, texts, strict=True) if text not in MISSING])
    return Raw(b"{%b}" % told) if told else None


def stock_updates_as_written(order: Order) -> Raw | None:
    """The stock updates of an order, under whichever of its names they are; None if there are none."""
    for value in (order.stock_update, order.stock_updates, order.stock_update_in_requests):
        if value is not NOT_A_FIELD and bytes(value) not in MISSING:
            return value
    return None


def _stock_updates(order: Order) -> Sequence[StockUpdate]:
    written = stock_updates_as_written(order)
    if written is None:
        return ()
    try:
        return _stock_updates_in(bytes(written).replace(BLANK, BLANKED))
    except msgspec.DecodeError as error:
        raise msgspec.DecodeError(f"Stock updates: {error}") from error


def _stock_updates_in(text: bytes) -> list[StockUpdate]:
    if text[:1] == b"{" and not _fields(StockUpdate).keys().isdisjoint(_read_object(text)):  # one, not a map of them
        text = b"[%b]" % text
    try:
        return _read_stock_updates(text)
    except msgspec.ValidationError:
        return _read_stock_updates(_tidy_value(text, list[StockUpdate] | None))


def summary(raw: bytes | Raw) -> Summary | None:
    """The summary of an order, also where the answer holds more; None if it does not fit."""
    try:
        return _read_summary(raw)
    except UNREADABLE:
        return _tidied_summary(raw)


def _tidied_summary(raw: bytes | Raw) -> Summary | None:
    try:
        return _read_summary(_tidy(raw, Summary))
    except UNREADABLE:
        return None


def _legible_id(raw: bytes | Raw) -> str | None:
    try:
        return str(_read_id(raw).id)
    except UNREADABLE:
        return None


def _legible_instant(raw: bytes | Raw) -> datetime | None:
    try:
        return _in_utc(_read_instant(raw).last_modified)
    except UNREADABLE:
        return None


def _in_utc(instant: datetime | None) -> datetime | None:
    """The same instant in UTC; None for one that is no day of the calendar there."""
    try:
        return instant and instant.astimezone(UTC)
    except OverflowError:
        return None


def digest(raw: bytes | Raw) -> str:
    """A short name for the state of an order: equal texts have equal digests."""
    return blake2b(raw, digest_size=DIGEST_BYTES).hexdigest()


def json_text(value: Raw) -> str | None:
    """A value that is kept as JSON, as the service wrote it; None if it is not set."""
    text = bytes(value).replace(BLANKED, BLANK)
    return None if not text or text in UNSET else text.decode()


def _with_fields(
    struct: type[_Struct], names: list[str], *others: tuple[str, Any, Any], is_open: bool
) -> type[_Struct]:
    """The struct with further fields, each kept as JSON; open to whatever else comes, if need be."""
    count = len(_unknown_names(struct))
    further = [(f"{UNKNOWN}{count + n}", Raw, field(default=NOT_A_FIELD, name=name)) for n, name in enumerate(names)]
    made = msgspec.defstruct(
        struct.__name__, [*further, *others], bases=(struct,), gc=False, forbid_unknown_fields=not is_open
    )
    return cast(type[_Struct], made)


@cache
def _unknown_names(struct: type[Struct]) -> list[tuple[str, str]]:
    return [(each.name, each.encode_name) for each in msgspec.structs.fields(struct) if each.name.startswith(UNKNOWN)]


@cache
def _unknown(struct: type[Struct]) -> tuple[list[bytes], bytes, Callable[[Struct], tuple[Raw, ...]]]:
    """How the unknown fields begin in JSON, all of them with a place for each value, and what takes the values."""
    attributes = [attribute for attribute, _ in _unknown_names(struct)]
    starts = [json.dumps(name).encode() + b":" for _, name in _unknown_names(struct)]
    whole = b"{%b}" % b",".join([start.replace(b"%", b"%%") + b"%b" for start in starts])
    if len(attributes) == 1:  # for one attribute `attrgetter` makes no tuple
        return starts, whole, lambda thing: (getattr(thing, attributes[0]),)
    return starts, whole, attrgetter(*(attributes or ["id"]))


def _tidy(raw: bytes | Raw, struct: type[Struct]) -> bytes:
    """The same object with what is not set left out, and with numbers where text belongs as text."""
    fields = _fields(struct)
    known = ((name, bytes(value)) for name, value in _read_object(raw).items() if name in fields)
    pairs = (
        b'"%b":%b' % (name.encode(), _tidy_value(value, fields[name]))
        for name, value in known
        if value not in UNSET or (value in NO_ELEMENTS and _nested_struct(fields[name]))
    )
    return b"{%b}" % b",".join(pairs)


def _tidy_value(value: bytes, hint: Any) -> bytes:
    nested = _nested_struct(hint)
    if nested is not None:
        elements = _keyed(value, KEYED_BY[nested]) if nested in KEYED_BY else map(bytes, _elements(value))
        return b"[%b]" % b",".join(_tidy(element, nested) for element in elements)
    if str in get_args(hint) and value[:1] not in b'"[{':
        return b'"%b"' % value
    return value


def _elements(value: bytes) -> Iterator[Raw]:
    """What a list holds; the service can write a list as an object that is keyed by position or by name, or as null."""
    if value in UNSET:
        return
    yield from _read_object(value).values() if value[:1] == b"{" else _read_list(value)


def _keyed(value: bytes, name: str) -> Iterator[bytes]:
    """The elements of a list; where the name of one is only the key that it stands under, it is put in."""
    if value[:1] != b"{":
        yield from map(bytes, _elements(value))
        return
    for key, element in _read_object(value).items():
        fields = _read_object(element)
        is_named = key.isdecimal() or bytes(fields.get(name, NOT_A_FIELD)) not in MISSING
        yield bytes(element) if is_named else msgspec.json.encode({**fields, name: key})


@cache
def _fields(struct: type[Struct]) -> dict[str, Any]:
    hints = get_type_hints(struct)
    return {each.encode_name: hints[each.name] for each in msgspec.structs.fields(struct)}


@cache
def _nested_struct(hint: Any) -> type[Struct] | None:
    for element in (argument for member in get_args(hint) for argument in get_args(member)):
        if isinstance(element, type) and issubclass(element, Struct):
            return element
    return None
