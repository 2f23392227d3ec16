"""The catalog: every variant of the account, also those that were removed or never ordered.

Accounts differ in where a variant's values are: on the variant itself, in the listings of its shops (`connections`), or
in `warehouse`. The first place that has a value counts, in this order; of the listings, the main one comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.client import Client
from inventory_planner.api.listing import PageMeta, paging, request_pages
from inventory_planner.api.misfits import as_written, fit
from inventory_planner.api.normalization import decode_object, elements
from inventory_planner.api.orders import Flag, Id, Text
from inventory_planner.api.responses import Envelope
from inventory_planner.api.unknown_fields import with_fields
from inventory_planner.api.walks import MAX_WALKS
from inventory_planner.errors import ConfigurationError, UnreadableAnswerError

# Each row has over 200 figures and daily histories, so only what is used is requested; `connections` comes whole,
# because the API is known to drop parts of it that are requested by their paths.
_FIELDS: Final = "id,sku,title,barcode,product_id,removed,connections"
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
_MAX_SHOWN: Final = 200  # bytes of a record that is reported

_TextField: TypeAlias = Literal["sku", "title", "barcode", "product_id"]


class _Part(Struct, gc=False):
    """What a part of a variant can say about it."""

    sku: Text = None
    title: Text = None
    barcode: Text = None
    product_id: Text = None


class Listing(_Part, gc=False):
    """The variant in one shop."""

    connection_main: Flag = None
    removed: Flag = None


class WarehouseVariant(_Part, gc=False):
    """The variant in one warehouse."""


class Variant(_Part, gc=False, kw_only=True):
    """A variant of the catalog."""

    id: Id
    removed: Flag = None
    connections: list[Listing] | None = None
    warehouse: list[WarehouseVariant] | None = None

    @property
    def variant_id(self) -> str:
        """The id, as text."""
        return str(self.id)

    @property
    def is_removed(self) -> bool:
        """Whether the variant is removed; where it does not say so itself, whether it is in all shops."""
        listings = self.connections or ()
        if self.removed is not None:
            return self.removed
        return bool(listings) and all(each.removed for each in listings)

    def text(self, name: _TextField) -> str | None:
        """The value of a field, from the first part that has one; None if it is blank everywhere."""
        listings = sorted(self.connections or (), key=lambda each: not each.connection_main)
        for part in (self, *listings, *(self.warehouse or ())):
            value = getattr(part, name)
            if value is not None and str(value).strip():
                return str(value)
        return None


@dataclass(frozen=True, slots=True)
class CatalogRecord:
    """A variant, and those of its fields that could not be read, as a JSON object."""

    variant: Variant
    unknown: Raw | None = None


@dataclass(slots=True)
class Catalog:
    """The variants by id, what was wrong with those that can't be identified, and the fields of unexpected shapes."""

    records: dict[str, CatalogRecord] = field(default_factory=dict)
    unidentified: dict[bytes, str] = field(default_factory=dict)
    drift: set[str] = field(default_factory=set)

    @property
    def keys(self) -> set[str | bytes]:
        """What tells the variants apart."""
        return {*self.records, *self.unidentified}


class VariantsPage(Envelope):
    """A page of the list of variants; each variant is kept as the API wrote it."""

    meta: PageMeta
    variants: Raw

    @property
    def records(self) -> Sequence[Raw]:
        """The variants.

        Raises:
            UnreadableAnswerError: they are not a list.
        """
        try:
            return [*elements(bytes(self.variants))]
        except msgspec.DecodeError as error:
            raise UnreadableAnswerError(
                f"`variants` is not a list ({error}). The API may have changed; check for a newer version of this"
                " program."
            ) from error


def read_catalog(client: Client, page_size: int) -> Catalog:
    """Read all variants of the account.

    A page that holds as many as it promises is the whole catalog. Several pages are walked until two walks in a row
    find the same variants, as many as each page promised: a variant that comes while another one goes moves a third
    one to a page that was already read, and the total stays.

    Raises:
        ConfigurationError: the account can't be asked for its catalog this way.
        ApiError: a request failed, or the catalog changed during each walk.
    """
    known: set[str | bytes] | None = None
    for _ in range(MAX_WALKS):
        catalog, totals, pages = Catalog(), set[int](), 0
        for page in request_variants(client, page_size, _FIELDS, "the catalog"):
            _add(catalog, page.records)
            totals.add(page.meta.total)
            pages += 1
        is_undisturbed = totals == {len(catalog.keys)}
        if is_undisturbed and (pages == 1 or catalog.keys == known):
            return catalog
        known = catalog.keys
    raise UnreadableAnswerError(
        f"The catalog changed during each of {MAX_WALKS} walks over its pages, or its pages don't add up, so variants"
        " may be missing. The catalog that was read before is kept; the next run tries again."
    )


def decode_variant(raw: bytes) -> CatalogRecord:
    """Decode a variant; fields of an unexpected shape are left out, and kept as they were written.

    Raises:
        msgspec.DecodeError: its id can't be read.
    """
    try:
        return CatalogRecord(_decode(raw))
    except _UNREADABLE:
        _decode_id(raw)
    text = raw.decode(errors="replace").encode()
    fitted, misfits = fit(text, Variant)
    return CatalogRecord(_decode(fitted), with_fields(None, as_written(text, 0, misfits.get(0, ()))))


class _OnlyId(Struct):
    id: Id


_decode = msgspec.json.Decoder(Variant, strict=False).decode
_decode_id = msgspec.json.Decoder(_OnlyId).decode


def request_variants(client: Client, page_size: int, fields: str, what: str) -> Iterator[VariantsPage]:
    """Request these fields of all variants, page by page, also of removed ones; `what` they tell goes into the error.

    Raises:
        ConfigurationError: the account can't be asked for its variants this way.
        ApiError: a request failed.
    """
    path = client.route.variants_path
    if path is None:
        raise ConfigurationError(
            f"{client.route.name} offers stock orders only. To read {what}, connect to Inventory Planner directly: set"
            " `api_key`."
        )
    params = {"fields": fields, "removed": "true", "id_sort": "asc"}
    return request_pages(lambda number: client.get(path, {**paging(client, page_size, number), **params}, VariantsPage))


def _add(catalog: Catalog, records: Sequence[Raw]) -> None:
    for raw in map(bytes, records):
        try:
            record = decode_variant(raw)
        except _UNREADABLE as error:
            catalog.unidentified[raw] = f"{error}: {raw[:_MAX_SHOWN].decode(errors='replace')}"
            continue
        catalog.records[record.variant.variant_id] = record
        if record.unknown:
            catalog.drift.update(f"variant.{name} (unexpected shape)" for name in _names(record.unknown))


def _names(unknown: Raw) -> list[str]:
    return [*decode_object(unknown)]
