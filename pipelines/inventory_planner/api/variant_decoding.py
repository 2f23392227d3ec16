"""Decode variants of the catalog. Fields that can't be read become null, and are kept as written and reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias, TypeVar

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.misfits import as_written, fit
from inventory_planner.api.normalization import (
    EMPTY_MARKER,
    UNREADABLE,
    UNSET,
    decode_object,
    fields_of,
    mark_empty_strings,
    parts,
)
from inventory_planner.api.orders import ABSENT, Id, Number
from inventory_planner.api.unknown_fields import with_fields
from inventory_planner.api.variants import FIELDS, Figures, Listing, Variant, VendorOffer, WarehouseVariant

_NULLS: Final = UNSET | {EMPTY_MARKER[1:]}
StructT = TypeVar("StructT", bound=Struct)
_Years: TypeAlias = dict[str, dict[str, Number]]


class Month(Struct, frozen=True, gc=False):
    """A variant in a calendar month: units forecast, units sold, and revenue."""

    forecast: Number = None
    sales: Number = None
    revenue: Number = None


@dataclass(slots=True)
class StatedFigures:
    """The figures of a variant in one warehouse or, if `warehouse` is None, in all.

    `months` has each month with a forecast, sales or revenue, by its first day. `sales_velocity` is the units sold per
    day in stock. `misfits` names the fields that can't be read.
    """

    warehouse: str | None
    figures: Figures
    months: Mapping[date, Month] = field(init=False)
    sales_velocity: Number = field(init=False)
    misfits: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        forecast, revenue = self._by_month("forecast_by_period"), self._by_month("revenue_by_month")
        sales = {**self._by_month("orders_by_month"), **self._by_month("real_orders_by_month")}
        self.months = {
            month: Month(forecast.get(month), sales.get(month), revenue.get(month))
            for month in sorted({*forecast, *sales, *revenue})
        }
        self.sales_velocity = self._velocity()

    def _by_month(self, name: str) -> dict[date, Number]:
        text = bytes(getattr(self.figures, name))
        if text in _NULLS:
            return {}
        try:
            years = _decode_years(text)
            return {date(int(year), int(month), 1): value for year, by in years.items() for month, value in by.items()}
        except (*UNREADABLE, ValueError):
            self.misfits.add(name)
            return {}

    def _velocity(self) -> Number:
        text = bytes(self.figures.forecast_description)
        try:
            return None if text in _NULLS else _decode_description(text).sales_velocity1
        except UNREADABLE:
            self.misfits.add("forecast_description")
            return None


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """A variant and its figures, those for all warehouses first; `misfits` names the fields that can't be read."""

    variant: Variant
    figures: list[StatedFigures]
    misfits: frozenset[str] = frozenset()


class VariantDecoder:
    """Decodes variants that were requested with these fields; fields without an attribute are kept as raw JSON."""

    def __init__(self, fields: Sequence[str] = FIELDS) -> None:
        self._extra = frozenset(fields) - fields_of(Variant).keys()

    def decode(self, raw: bytes) -> VariantRecord:
        """Decode a variant. Fields of an unexpected shape are kept in its `unknown_fields`.

        Raises:
            msgspec.DecodeError: the id can't be read.
        """
        try:
            variant, text, misfits = _decode(mark_empty_strings(raw)), raw, frozenset[str]()
        except UNREADABLE:
            _decode_id(raw)  # raises if the id can't be read
            variant, text, misfits = decode_fitting(raw, Variant)
        figures, unreadable = _stated(variant)
        misfits |= unreadable
        self._keep_unknown(variant, decode_object(text), as_written(text, 0, misfits))
        return VariantRecord(variant, figures, misfits)

    def _keep_unknown(self, variant: Variant, members: Mapping[str, Raw], misfits: Mapping[str, bytes]) -> None:
        variant.unknown_fields = _as_object({**self._requested(members), **misfits})
        for listing, of_listing in _pairs(variant.connections, members.get("connections"), Listing):
            listing.unknown_fields = _as_object(unlisted(of_listing, Listing))
            for offer, of_offer in _pairs(listing.vendors, of_listing.get("vendors"), VendorOffer):
                offer.unknown_fields = _as_object(unlisted(of_offer, VendorOffer))
        if self._extra:
            for place, of_place in _pairs(variant.warehouse, members.get("warehouse"), WarehouseVariant):
                place.unknown_fields = _as_object(self._requested(of_place))

    def _requested(self, members: Mapping[str, Raw]) -> dict[str, bytes]:
        return {name: bytes(members[name]) for name in sorted(self._extra & members.keys())}


def decode_fitting(raw: bytes, struct: type[StructT]) -> tuple[StructT, bytes, frozenset[str]]:
    """Decode a record without the fields of unexpected shapes; return it with its text and the names of these fields.

    Raises:
        msgspec.DecodeError: the record is no object, or a field that it must have can't be read.
    """
    text = raw.decode(errors="replace").encode()
    fitted, misfits = fit(text, struct)
    return msgspec.json.decode(fitted, type=struct, strict=False), text, misfits.get(0, frozenset())


def unlisted(members: Mapping[str, Raw], struct: type[Struct]) -> dict[str, bytes]:
    """The fields of a record that its struct does not list, unless they are not set."""
    known = fields_of(struct)
    return {name: bytes(value) for name, value in members.items() if name not in known and bytes(value) not in UNSET}


class _OnlyId(Struct):
    id: Id


class _Description(Struct):
    sales_velocity1: Number = None


_decode = msgspec.json.Decoder(Variant, strict=False).decode
_decode_id = msgspec.json.Decoder(_OnlyId).decode
_decode_years = msgspec.json.Decoder(_Years, strict=False).decode
_decode_description = msgspec.json.Decoder(_Description, strict=False).decode


def _stated(variant: Variant) -> tuple[list[StatedFigures], frozenset[str]]:
    """The figures of a variant, and its fields that can't be read in full."""
    own = StatedFigures(None, variant)
    named = {str(place.warehouse): place for place in variant.warehouse or () if place.warehouse not in {None, ""}}
    by_warehouse = [StatedFigures(name, place) for name, place in named.items()]
    is_lost = len(named) < len(variant.warehouse or ()) or any(each.misfits for each in by_warehouse)
    return [own, *by_warehouse], frozenset({*own.misfits, *(["warehouse"] if is_lost else [])})


def _pairs(
    found: Sequence[StructT] | None, raw: Raw | None, struct: type[StructT]
) -> Iterator[tuple[StructT, dict[str, Raw]]]:
    """Each part with its raw members; none if a part could not be read, because the variant then keeps them all."""
    written = parts(bytes(raw), struct) if found and raw is not None else []
    if found and len(written) == len(found):
        yield from zip(found, map(decode_object, written), strict=True)


def _as_object(fields: Mapping[str, bytes]) -> Raw:
    return with_fields(None, fields) or ABSENT
