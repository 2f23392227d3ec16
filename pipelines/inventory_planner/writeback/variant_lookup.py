"""Find variants by their id or by an unambiguous SKU."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from inventory_planner.api.client import Client
from inventory_planner.api.variant import LiveVariant, get_variant, list_variants
from inventory_planner.errors import ChangeError, NotFoundError

MAX_SINGLE_READS: Final = 20  # for more variants, reading the whole list takes fewer requests


def find_variant(client: Client, name: str) -> LiveVariant:
    """The variant with this id or, if exactly one variant that was not removed has it, with this SKU.

    Raises:
        ChangeError: no variant has this id or SKU, or several have the SKU.
        ApiError: a request failed.
    """
    if not name.strip(" ."):
        raise ChangeError("Give the id or SKU of a variant.")
    try:
        return get_variant(client, name.strip())
    except NotFoundError:
        found = list(list_variants(client, sku=name))
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(each.variant_id for each in found)
        raise ChangeError(f"{len(found)} variants have the SKU {name}. Use an id instead: {ids}.")
    raise ChangeError(f"The account has no variant with the id or SKU {name}.")


def read_variants(client: Client, variant_ids: Collection[str]) -> Mapping[str, LiveVariant]:
    """The variants with these ids that the account has.

    Raises:
        ApiError: a request failed.
    """
    if len(variant_ids) > MAX_SINGLE_READS:
        return {each.variant_id: each for each in list_variants(client, removed=True) if each.variant_id in variant_ids}
    found = {}
    for variant_id in variant_ids:
        try:
            found[variant_id] = get_variant(client, variant_id)
        except NotFoundError:
            continue
    return found
