from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec import Raw

from inventory_planner.api.catalog import VariantsPage, VendorsPage, WarehousesPage, read_list
from inventory_planner.api.client import Client
from inventory_planner.api.variant_decoding import VariantDecoder
from inventory_planner.api.variants import Variant
from inventory_planner.errors import ConfigurationError, UnreadableAnswerError
from inventory_planner_emulator import Account, Quirks, RecordedRequest
from orders import order


def decode(page: Sequence[Raw]) -> list[Variant]:
    return [VariantDecoder().decode(bytes(record)).variant for record in page]


def read_variants(client: Client, page_size: int) -> list[Variant]:
    pages = read_list(client, VariantsPage, page_size, decode)
    return sorted((variant for page in pages for variant in page), key=lambda each: each.variant_id)


def read_ids(client: Client, page_size: int) -> list[str]:
    return [variant.variant_id for variant in read_variants(client, page_size)]


def shown(variants: list[Variant]) -> list[tuple[object, ...]]:
    return [
        (each.variant_id, each.text("sku"), each.text("title"), each.text("product_id"), each.is_removed)
        for each in variants
    ]


def put_variants(account: Account, count: int) -> None:
    for number in range(count):
        account.put_variant(f"v{number:02}", sku=f"SKU-{number:02}", title=f"Title {number}", product_id="p1")


EXPECTED = [
    ("c9_5001", "TEE-RED-M", "Tee red M", "5000_1", False),
    ("c9_5002", "TEE-RED-L ", "Tee red M", "5000_1", False),
    ("never ordered", "NEW", None, None, False),
    ("old", "OLD", None, None, True),
    ("without sku", None, "No name", None, False),
]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("lists_as_objects", [False, True])
def test_the_catalog_is_the_same_in_every_known_shape(
    account: Account, client: Client, nested: bool, lists_as_objects: bool
) -> None:
    account.put(order())
    account.put_variant("never ordered", sku="NEW")
    account.put_variant("old", sku="OLD", removed=True)
    account.put_variant("without sku", sku="", title="No name")
    account.quirks = Quirks(nested_variants=nested, lists_as_objects=lists_as_objects)

    found = shown(read_variants(client, page_size=1000))

    assert found == EXPECTED
    (request,) = account.requests
    assert request.path == "/api/v1/variants"
    assert request.params["removed"] == "true"


def test_several_pages_are_walked_until_two_walks_agree(account: Account, client: Client) -> None:
    put_variants(account, 7)

    assert read_ids(client, page_size=3) == [f"v{number:02}" for number in range(7)]
    assert [request.params.get("fields") for request in account.requests] == [None] * 3 + ["id"] * 3


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(page_cap=2),
        Quirks(short_pages=True),
        Quirks(past_the_end="last page"),
        Quirks(past_the_end="not found"),
        Quirks(no_count=True, limit_as_number=True),
        Quirks(ignore_sort=True, default_order="scattered"),
    ],
)
def test_no_variant_is_lost_to_a_quirk_of_paging(account: Account, client: Client, quirks: Quirks) -> None:
    put_variants(account, 7)
    account.quirks = quirks

    assert read_ids(client, page_size=3) == [f"v{number:02}" for number in range(7)]


def test_a_variant_that_moves_to_a_page_already_read_is_found(account: Account, client: Client) -> None:
    """One variant goes and another one comes: the total stays, and the first walk misses a third one."""
    put_variants(account, 6)

    def disturb(_request: RecordedRequest) -> None:
        if len(account.requests) == 2:  # before the second page
            account.delete_variant("v00")
            account.put_variant("v99", sku="NEW")

    account.before_answer.append(disturb)
    assert read_ids(client, page_size=3) == ["v01", "v02", "v03", "v04", "v05", "v99"]
    assert len(account.requests) == 4 * 2


def test_a_catalog_that_never_stands_still_is_not_accepted(account: Account, client: Client) -> None:
    put_variants(account, 6)
    account.before_answer.append(lambda _: account.put_variant(f"later {len(account.requests)}"))

    with pytest.raises(UnreadableAnswerError, match="The catalog changed during each of 10 walks over its variants"):
        read_ids(client, page_size=3)


def test_an_empty_catalog_takes_one_request(account: Account, client: Client) -> None:
    assert read_ids(client, page_size=3) == []
    assert len(account.requests) == 1


def test_neuro_has_no_catalog(neuro: Client, account: Account) -> None:
    with pytest.raises(ConfigurationError, match="Neuro offers stock orders only"):
        read_ids(neuro, page_size=3)
    assert account.requests == []


@pytest.fixture
def neuro(clients: dict[str, Client]) -> Client:
    return clients["neuro"]


def test_vendors_and_warehouses_are_read_whole(account: Account, client: Client) -> None:
    account.put(order(vendor="acme", vendor_display_name="Acme", warehouse="c9_1", warehouse_display_name="Main"))
    account.put(order("2", vendor="bolt", vendor_display_name="Bolt", warehouse="c9_2", warehouse_display_name="East"))

    vendors = read_list(client, VendorsPage, 1, lambda page: [bytes(record) for record in page])
    warehouses = read_list(client, WarehousesPage, 1000, lambda page: [bytes(record) for record in page])

    assert [b'"id":"acme"' in page[0] for page in vendors] == [True, False]
    assert [b'"name":"c9_2"' in record for record in warehouses[0]] == [False, True]
