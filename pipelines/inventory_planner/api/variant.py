"""Variants and their vendors, read live: settings, stock, what is on order and what to order.

Accounts differ in where a variant's figures are: on the variant itself, or in each of its warehouses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from inventory_planner.api.client import Client
from inventory_planner.api.listing import PageMeta, paging, request_pages
from inventory_planner.api.misfits import fit
from inventory_planner.api.normalization import UNSET, decode_object, elements
from inventory_planner.api.orders import Flag, Id, Number, Text
from inventory_planner.api.responses import Envelope
from inventory_planner.errors import ConfigurationError, NotFoundError, UnreadableAnswerError

# Each row has over 200 figures and daily histories, so a list asks only for what is used; `connections` and `warehouse`
# come whole, because the API is known to drop parts of them that are requested by their paths.
_FIELDS: Final = (
    "id,sku,title,removed,vendor,lead_time,review_period,in_stock,purchase_orders_qty,replenishment,connections,"
    "warehouse"
)
_PAGE_SIZE: Final = 1000  # the most that the API allows
_COMBINED: Final = "combined"  # in the id of a warehouse that only adds up others
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)

StructT = TypeVar("StructT", bound=Struct)


class _Figures(Struct, gc=False, kw_only=True):
    """Settings in days (`review_period` is the days of stock), and units."""

    lead_time: Number = None
    review_period: Number = None
    in_stock: Number = None
    purchase_orders_qty: Number = None
    replenishment: Number = None


class WarehouseFigures(_Figures, gc=False, kw_only=True):
    """The figures of a variant in one warehouse."""

    warehouse: Text = None


class _ListedVendor(Struct, gc=False):
    """A vendor of a variant in a listing."""

    vendor: Text = None


class _Listing(Struct, gc=False):
    """The variant in one shop."""

    sku: Text = None
    title: Text = None
    connection_main: Flag = None
    removed: Flag = None
    vendors: list[_ListedVendor] | None = None


class Variant(_Figures, gc=False, kw_only=True):
    """A variant; `figures` and the other properties know where an account states them."""

    id: Id
    sku: Text = None
    title: Text = None
    removed: Flag = None
    vendor: Text = None
    connections: list[_Listing] | None = None
    warehouse: list[WarehouseFigures] | None = None

    @property
    def variant_id(self) -> str:
        """The id, as text."""
        return str(self.id)

    @property
    def shown_sku(self) -> str | None:
        """Its SKU, or that of its main listing."""
        return _first(self.sku, *(each.sku for each in self._listings))

    @property
    def shown_title(self) -> str | None:
        """Its title, or that of its main listing."""
        return _first(self.title, *(each.title for each in self._listings))

    @property
    def is_removed(self) -> bool:
        """Whether it is removed; where it does not say so itself, whether it is in all shops."""
        if self.removed is not None:
            return self.removed
        return bool(self.connections) and all(each.removed for each in self._listings)

    @property
    def vendors(self) -> frozenset[str]:
        """The ids of the vendors that the row of the list shows, in lower case."""
        listed = (each.vendor for listing in self._listings for each in listing.vendors or ())
        return frozenset(str(each).strip().casefold() for each in (self.vendor, *listed) if each)

    @property
    def warehouses(self) -> dict[str, WarehouseFigures]:
        """The figures by warehouse, without warehouses that add up others, unless there are only these."""
        named = {str(each.warehouse): each for each in self.warehouse or () if each.warehouse}
        real = {name: each for name, each in named.items() if _COMBINED not in name.casefold()}
        return real or named

    @property
    def _listings(self) -> list[_Listing]:
        return sorted(self.connections or (), key=lambda each: not each.connection_main)


class VariantVendor(Struct, gc=False):
    """A vendor's data for a variant. The vendor's id, `n`, is its name in lower case."""

    vendor: Text = field(name="n", default=None)
    cost_price: Number = None
    landing_cost_price: Number = None
    vendor_reference: Text = None
    vendor_name: Text = None
    vendor_packaging: Number = None
    uom_ordering: Text = None

    @property
    def vendor_id(self) -> str:
        """The vendor's id, as text."""
        return str(self.vendor or "")


class SingleVariant(Envelope):
    """The response for one variant, as the API wrote it."""

    variant: Raw


class SingleVendor(Envelope):
    """The response for one vendor of a variant, as the API wrote it."""

    vendor: Raw


class _Vendors(Envelope):
    """The vendors of a variant."""

    vendors: Raw


class _VariantsPage(Envelope):
    """A page of the list of variants."""

    meta: PageMeta
    variants: Raw

    @property
    def records(self) -> list[Raw]:
        """The variants."""
        return _elements(self.variants, "variants")


def variant_path(client: Client, *parts: str) -> str:
    """The path of the list of variants, or of something below it, such as `variant_path(client, "v1", "vendors")`.

    Raises:
        ConfigurationError: the account can't be asked for its variants this way.
    """
    path = client.route.catalog_path("variants", *parts)
    if path is None:
        raise ConfigurationError(
            f"{client.route.name} offers stock orders only. To read or change variants, connect to Inventory Planner"
            " directly: set `api_key`."
        )
    return path


def get_variant(client: Client, variant_id: str) -> Variant:
    """Request one variant, also one that was removed.

    Raises:
        NotFoundError: the account has no variant with this id.
        ApiError: the request failed.
    """
    found = bytes(client.get(variant_path(client, variant_id), {}, SingleVariant).variant)
    if found in UNSET:
        raise NotFoundError(f"The response holds no variant {variant_id}. Check the id.")
    variant = decode_variant(found)
    if variant is None:
        raise UnreadableAnswerError("The response holds no variant with an id. The API may have changed.")
    if variant.variant_id != variant_id:
        raise NotFoundError(f"The response for variant {variant_id} holds another one, {variant.variant_id}.")
    return variant


def list_variants(
    client: Client, *, sku: str | None = None, vendor: str | None = None, removed: bool = False
) -> Iterator[Variant]:
    """Request the variants, by id; with `removed`, also removed ones.

    Args:
        client: the account.
        sku: only those with this SKU, in any case.
        vendor: only those of the vendor with this id, in any case.
        removed: also those that were removed.

    Raises:
        ConfigurationError: the account can't be asked for its variants this way.
        ApiError: a request failed.
    """
    asked = {"sku_eqi": (sku or "").strip(), "vendor": (vendor or "").strip().lower()}
    filters = {name: text for name, text in asked.items() if text}
    is_found = False
    for variant in _walk(client, filters, removed=removed):
        if _matches(variant, sku, vendor):
            is_found = True
            yield variant
    if filters and not is_found:  # the API finds only what stands on the variant itself, not in its listings
        yield from (each for each in _walk(client, {}, removed=removed) if _matches(each, sku, vendor))


def list_vendors(client: Client, variant_id: str) -> list[VariantVendor]:
    """Request the vendors of a variant.

    Raises:
        NotFoundError: the account has no variant with this id.
        ApiError: the request failed.
    """
    found = client.get(variant_path(client, variant_id, "vendors"), {}, _Vendors).vendors
    decoded = (decode_vendor(raw) for raw in _named(found))
    return [each for each in decoded if each and each.vendor_id]


def decode_variant(raw: bytes | Raw) -> Variant | None:
    """A variant; fields of an unexpected shape are left out. None if its id can't be read."""
    return _decoded(raw, Variant)


def decode_vendor(raw: bytes | Raw) -> VariantVendor | None:
    """A vendor's data for a variant; fields of an unexpected shape are left out. None if it is no object."""
    return _decoded(raw, VariantVendor)


def _decoded(raw: bytes | Raw, struct: type[StructT]) -> StructT | None:
    text = bytes(raw).decode(errors="replace").encode()
    try:
        return msgspec.json.decode(fit(text, struct)[0], type=struct, strict=False)
    except _UNREADABLE:
        return None


def _walk(client: Client, filters: Mapping[str, str], *, removed: bool) -> Iterator[Variant]:
    """The variants of all pages, each once: others may come or go meanwhile and move them to another page."""
    path = variant_path(client)
    params = {"fields": _FIELDS, "id_sort": "asc", **filters, **({"removed": "true"} if removed else {})}
    seen: set[str] = set()
    for page in request_pages(
        lambda number: client.get(path, {**paging(client, _PAGE_SIZE, number), **params}, _VariantsPage)
    ):
        for variant in map(decode_variant, page.records):
            if variant and variant.variant_id not in seen and (removed or not variant.is_removed):
                seen.add(variant.variant_id)
                yield variant


def _matches(variant: Variant, sku: str | None, vendor: str | None) -> bool:
    """Whether the variant has this SKU and this vendor: the API may ignore a filter, or match more."""
    is_sku = not sku or (variant.shown_sku or "").casefold() == sku.strip().casefold()
    return is_sku and (not vendor or vendor.strip().casefold() in variant.vendors)


def _named(value: Raw) -> list[bytes | Raw]:
    """The vendors of a list or, if they are members of an object, with their names as ids."""
    if bytes(value)[:1] != b"{":
        return [*_elements(value, "vendors")]
    members = {name: decode_object(member) for name, member in decode_object(value).items()}
    return [msgspec.json.encode({"n": name, **member}) for name, member in members.items()]


def _elements(value: Raw, name: str) -> list[Raw]:
    try:
        return [*elements(bytes(value))]
    except msgspec.DecodeError as error:
        raise UnreadableAnswerError(
            f"`{name}` is not a list ({error}). The API may have changed; check for a newer version of this program."
        ) from error


def _first(*texts: Text) -> str | None:
    return next((str(each).strip() for each in texts if each is not None and str(each).strip()), None)
