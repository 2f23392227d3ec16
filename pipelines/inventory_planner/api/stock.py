"""What the account says is in stock: of each variant, in each warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Raw, Struct

from inventory_planner.api.catalog import VariantsPage, request_list
from inventory_planner.api.client import Client
from inventory_planner.api.misfits import fit
from inventory_planner.api.orders import Id, Number, Text

# `connections` and `warehouse` come whole: the API is known to drop parts of them that are requested by their paths.
_FIELDS: Final = ("id", "in_stock", "connections", "warehouse")
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)


class _Listing(Struct, gc=False):
    """The variant in one shop or file; it keeps its id there when it is combined with another."""

    id: Text = None


class _Place(Struct, gc=False):
    """The variant in one warehouse."""

    warehouse: Text = None
    in_stock: Number = None


class _Variant(Struct, gc=False):
    """A variant of the catalog."""

    id: Id
    in_stock: Number = None
    connections: list[_Listing] | None = None
    warehouse: list[_Place] | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """What is in stock of a variant: by warehouse or, if the account does not tell them apart, in `total`.

    `ids` are its own id and those in its connections.
    """

    ids: frozenset[str]
    by_warehouse: dict[str, Number]
    total: Number


def list_stock(client: Client, page_size: int) -> Iterator[Stock]:
    """Request the stock of the account's variants, a page after the other, also of removed ones.

    Raises:
        ConfigurationError: the account can't be asked for its variants this way.
        ApiError: a request failed.
    """
    for page in request_list(client, VariantsPage, page_size, _FIELDS):
        for raw in page.records:
            yield from _stock(raw)


def _stock(raw: Raw) -> Iterator[Stock]:
    """The stock of a variant; nothing if it can't be identified."""
    try:
        variant = msgspec.json.decode(
            fit(bytes(raw).decode(errors="replace").encode(), _Variant)[0], type=_Variant, strict=False
        )
    except _UNREADABLE:
        return
    ids = [variant.id, *(listing.id for listing in variant.connections or ())]
    by_warehouse = {str(place.warehouse): place.in_stock for place in variant.warehouse or ()}
    yield Stock(frozenset(str(each) for each in ids if each is not None), by_warehouse, variant.in_stock)
