"""Request variants live: one by id, a filtered list, or the vendors of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import ClassVar, Final

import msgspec
from msgspec import Raw, Struct, field

from inventory_planner.api.catalog import VariantsPage, request_list
from inventory_planner.api.client import Client
from inventory_planner.api.normalization import UNREADABLE, UNSET, mark_empty_strings, parts
from inventory_planner.api.orders import Number, Text
from inventory_planner.api.responses import Envelope
from inventory_planner.api.variant_decoding import StructT, decode_fitting
from inventory_planner.api.variants import Variant, WarehouseVariant
from inventory_planner.errors import ConfigurationError, NotFoundError, UnreadableAnswerError

_FIELDS: Final = (
    *("id", "sku", "title", "removed", "vendor", "lead_time", "review_period", "in_stock", "purchase_orders_qty"),
    *("replenishment", "connections", "warehouse"),
)
_PAGE_SIZE: Final = 1000  # the maximum that the API allows
_COMBINED: Final = "combined"  # in the id of a warehouse that combines others


class LiveVariant(Variant, gc=False, kw_only=True):
    """A variant as it is shown to people; only the list has `vendor`."""

    vendor: Text = None

    @property
    def shown_sku(self) -> str | None:
        """The SKU of the variant or, without one, of its main listing."""
        return (self.text("sku") or "").strip() or None

    @property
    def shown_title(self) -> str | None:
        """The title of the variant or, without one, of its main listing."""
        return self.text("title")

    @property
    def vendors(self) -> frozenset[str]:
        """The ids of the vendors of the variant and of its listings, in lower case."""
        listed = (each.vendor for listing in self.connections or () for each in listing.vendors or ())
        return frozenset(str(each).strip().casefold() for each in (self.vendor, *listed) if each)

    @property
    def warehouses(self) -> dict[str, WarehouseVariant]:
        """The figures by warehouse, without combined warehouses unless there are no others."""
        named = {str(each.warehouse): each for each in self.warehouse or () if each.warehouse}
        real = {name: each for name, each in named.items() if _COMBINED not in name.casefold()}
        return real or named


class VariantVendor(Struct, gc=False):
    """A vendor's data for a variant. The vendor's id, `n` in the API, is its name in lower case."""

    KEY_FIELD: ClassVar = "n"

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
    """The response for one variant, as raw JSON."""

    variant: Raw


class SingleVendor(Envelope):
    """The response for one vendor of a variant, as raw JSON."""

    vendor: Raw


class _Vendors(Envelope):
    """The vendors of a variant."""

    vendors: Raw


def variant_path(client: Client, *parts: str) -> str:
    """The path of the list of variants, or of a path below it, such as `variant_path(client, "v1", "vendors")`.

    Raises:
        ConfigurationError: variants can't be read through this route.
    """
    path = client.route.catalog_path("variants", *parts)
    if path is None:
        raise ConfigurationError(
            f"{client.route.name} offers stock orders only. To read or change variants, connect to Inventory Planner"
            " directly: set `api_key`."
        )
    return path


def get_variant(client: Client, variant_id: str) -> LiveVariant:
    """Request one variant, which may be a removed one.

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
) -> Iterator[LiveVariant]:
    """Request variants in the order of their ids.

    Args:
        client: the account.
        sku: only variants with this SKU, case-insensitive.
        vendor: only variants of the vendor with this id, case-insensitive.
        removed: include removed variants.

    Raises:
        ConfigurationError: variants can't be read through this route.
        ApiError: a request failed.
    """
    asked = {"sku_eqi": (sku or "").strip(), "vendor": (vendor or "").strip().lower()}
    filters = {name: text for name, text in asked.items() if text}
    is_found = False
    for variant in _walk(client, filters, removed=removed):
        if _matches(variant, sku, vendor):
            is_found = True
            yield variant
    if filters and not is_found:  # the API filters only by fields of the variant itself, not of its listings
        yield from (each for each in _walk(client, {}, removed=removed) if _matches(each, sku, vendor))


def list_vendors(client: Client, variant_id: str) -> list[VariantVendor]:
    """Request the vendors of a variant.

    Raises:
        NotFoundError: the account has no variant with this id.
        ApiError: the request failed.
    """
    found = client.get(variant_path(client, variant_id, "vendors"), {}, _Vendors).vendors
    try:
        decoded = [decode_vendor(raw) for raw in parts(bytes(found), VariantVendor)]
    except msgspec.DecodeError as error:
        raise UnreadableAnswerError(
            f"`vendors` is not a list ({error}). The API may have changed; check for a newer version of this program."
        ) from error
    return [each for each in decoded if each and each.vendor_id]


def decode_variant(raw: bytes | Raw) -> LiveVariant | None:
    """Decode a variant without its fields of an unexpected shape. None if its id can't be read."""
    return _decoded(raw, LiveVariant)


def decode_vendor(raw: bytes | Raw) -> VariantVendor | None:
    """Decode a vendor's data for a variant without its fields of an unexpected shape. None if it is not an object."""
    return _decoded(raw, VariantVendor)


def _decoded(raw: bytes | Raw, struct: type[StructT]) -> StructT | None:
    text = bytes(raw)
    try:
        return msgspec.json.decode(mark_empty_strings(text), type=struct, strict=False)
    except UNREADABLE:
        with suppress(*UNREADABLE):
            return decode_fitting(text, struct)[0]
    return None


def _walk(client: Client, filters: Mapping[str, str], *, removed: bool) -> Iterator[LiveVariant]:
    """The variants of all pages, each once: changes to the catalog during the walk can move one to another page."""
    seen: set[str] = set()
    for page in request_list(client, VariantsPage, _PAGE_SIZE, _FIELDS, **filters):
        for variant in map(decode_variant, page.records):
            if variant and variant.variant_id not in seen and (removed or not variant.is_removed):
                seen.add(variant.variant_id)
                yield variant


def _matches(variant: LiveVariant, sku: str | None, vendor: str | None) -> bool:
    """Whether the variant has this SKU and this vendor. The API may ignore a filter or match more than asked."""
    is_sku = not sku or (variant.shown_sku or "").casefold() == sku.strip().casefold()
    return is_sku and (not vendor or vendor.strip().casefold() in variant.vendors)
