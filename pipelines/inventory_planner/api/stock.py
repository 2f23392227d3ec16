"""Request the stock of each variant in each warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from inventory_planner.api.catalog import VariantsPage, request_list
from inventory_planner.api.client import Client
from inventory_planner.api.normalization import UNREADABLE
from inventory_planner.api.orders import Number
from inventory_planner.api.variant_decoding import VariantDecoder, VariantRecord

_FIELDS: Final = ("id", "in_stock", "connections", "warehouse")


@dataclass(frozen=True, slots=True)
class Stock:
    """The stock of a variant: by warehouse or, if the account does not break it down, in `total`.

    `ids` has the variant's id and those of its listings, where a variant that was combined into this one keeps its id.
    """

    ids: frozenset[str]
    by_warehouse: dict[str, Number]
    total: Number


def list_stock(client: Client, page_size: int) -> Iterator[Stock]:
    """Request the stock of the account's variants, including removed ones, page by page.

    Raises:
        ConfigurationError: variants can't be read through this route.
        ApiError: a request failed.
    """
    decoder = VariantDecoder(_FIELDS)
    for page in request_list(client, VariantsPage, page_size, _FIELDS):
        for raw in map(bytes, page.records):
            try:
                yield _stock(decoder.decode(raw))
            except UNREADABLE:  # a variant without a readable id can't be one that is looked for
                continue


def _stock(record: VariantRecord) -> Stock:
    variant = record.variant
    ids = [variant.id, *(listing.id for listing in variant.connections or ())]
    by_warehouse = {str(each.warehouse): each.figures.in_stock for each in record.figures if each.warehouse is not None}
    return Stock(frozenset(str(each) for each in ids if each is not None), by_warehouse, variant.in_stock)
