"""Find the variants that somebody names, by their id or by an unambiguous SKU."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from inventory_planner.api.client import Client
from inventory_planner.api.variant import LiveVariant, get_variant, list_variants
from inventory_planner.errors import ChangeError, NotFoundError

MAX_SINGLE_READS: Final = 20  # variants; for more, reading the whole list takes fewer requests


def find_variant(client: Client, name: str) -> LiveVariant:
    """The variant with this id or, if exactly one has it that was not removed, with this SKU.

    Raises:
        ChangeError: no variant has it, or several.
        ApiError: a request failed.
    """
    if not name.strip(" ."):
        raise ChangeError("The variant has no name; give its id or its SKU.")
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
    """The variants with these ids, as far as the account has them.

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
