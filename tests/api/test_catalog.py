from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inventory_planner.api.catalog import Catalog, decode_variant, read_catalog
from inventory_planner.api.client import Client
from inventory_planner.errors import ConfigurationError, UnreadableAnswerError
from inventory_planner_emulator import Account, Quirks, RecordedRequest
from orders import order, raw


def shown(catalog: Catalog) -> list[tuple[object, ...]]:
    variants = [record.variant for record in catalog.records.values()]
    return sorted(
        (each.variant_id, each.text("sku"), each.text("title"), each.text("product_id"), each.is_removed)
        for each in variants
    )


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

    found = shown(read_catalog(client, page_size=1000))

    expected = EXPECTED if not nested else [(*row[:3], None, row[4]) for row in EXPECTED]  # not asked of `warehouse`
    assert found == expected
    (request,) = account.requests
    assert request.path == "/api/v1/variants"
    assert request.params["removed"] == "true"


def test_several_pages_are_walked_until_two_walks_agree(account: Account, client: Client) -> None:
    put_variants(account, 7)

    catalog = read_catalog(client, page_size=3)

    assert sorted(catalog.records) == [f"v{number:02}" for number in range(7)]
    assert len(account.requests) == 2 * 3


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

    assert sorted(read_catalog(client, page_size=3).records) == [f"v{number:02}" for number in range(7)]


def test_a_variant_that_moves_to_a_page_already_read_is_found(account: Account, client: Client) -> None:
    """One variant goes and another one comes: the total stays, and the first walk misses a third one."""
    put_variants(account, 6)

    def disturb(_request: RecordedRequest) -> None:
        if len(account.requests) == 2:  # before the second page
            account.delete_variant("v00")
            account.put_variant("v99", sku="NEW")

    account.before_answer.append(disturb)
    found = sorted(read_catalog(client, page_size=3).records)

    assert found == ["v01", "v02", "v03", "v04", "v05", "v99"]
    assert len(account.requests) == 2 * 3


def test_a_catalog_that_never_stands_still_is_not_accepted(account: Account, client: Client) -> None:
    put_variants(account, 6)
    account.before_answer.append(lambda _: account.put_variant(f"later {len(account.requests)}"))

    with pytest.raises(UnreadableAnswerError, match="The catalog changed during each of 10 walks"):
        read_catalog(client, page_size=3)


def test_an_empty_catalog_takes_one_request(account: Account, client: Client) -> None:
    assert read_catalog(client, page_size=3).records == {}
    assert len(account.requests) == 1


def test_neuro_has_no_catalog(neuro: Client, account: Account) -> None:
    with pytest.raises(ConfigurationError, match="Neuro offers stock orders only"):
        read_catalog(neuro, page_size=3)
    assert account.requests == []


@pytest.fixture
def neuro(clients: dict[str, Client]) -> Client:
    return clients["neuro"]


def test_a_variant_without_a_readable_id_does_not_hide_the_others(account: Account, client: Client) -> None:
    put_variants(account, 2)
    account.put_variant("broken", id=["a", "list"], sku="X")

    catalog = read_catalog(client, page_size=1000)

    assert sorted(catalog.records) == ["v00", "v01"]
    assert [reason.startswith("Expected ") and '"sku":"X"' in reason for reason in catalog.unidentified.values()] == [
        True
    ]


# one variant


def read(value: Any) -> tuple[object, ...]:
    variant = decode_variant(raw(value)).variant
    texts = [variant.text(name) for name in ("sku", "title", "barcode", "product_id")]
    return (variant.variant_id, *texts, variant.is_removed)


@pytest.mark.parametrize("unset", [None, "", [], {}, False, " "])
def test_a_field_that_is_not_set_is_taken_from_the_next_place(unset: object) -> None:
    listings = [
        {"sku": "OTHER", "title": "Other", "connection_main": False, "removed": False},
        {"sku": "MAIN", "title": unset, "connection_main": True, "removed": False},
    ]
    warehouse = {"c9_1": {"warehouse": "c9_1", "sku": "W", "barcode": 4006381333931, "lead_time": 14}}

    found = read({"id": 12, "sku": unset, "connections": listings, "warehouse": warehouse})

    assert found == ("12", "MAIN", "Other", "4006381333931", None, False)


def test_a_missing_field_is_not_set() -> None:
    assert read({"id": "v"}) == ("v", None, None, None, None, False)


@pytest.mark.parametrize(
    ("fields", "is_removed"),
    [
        ({"removed": True}, True),
        ({"removed": "1"}, True),
        ({"removed": False, "connections": [{"removed": True}]}, False),
        ({"connections": [{"removed": True}, {"removed": True}]}, True),
        ({"connections": [{"removed": True}, {"removed": False}]}, False),
        ({"removed": "", "connections": {"c9": {"removed": True}}}, True),
        ({"connections": []}, False),
    ],
)
def test_a_variant_is_removed_if_it_says_so_or_is_removed_everywhere(fields: dict[str, Any], is_removed: bool) -> None:
    assert decode_variant(raw({"id": "v", **fields})).variant.is_removed is is_removed


def test_a_field_of_an_unexpected_shape_is_kept_as_written() -> None:
    record = decode_variant(raw({"id": "v", "sku": ["A", "B"], "title": 12.5, "connections": "c9", "removed": "maybe"}))

    assert record.variant.text("sku") is None
    assert record.variant.text("title") == "12.5"
    assert record.unknown is not None
    assert msgspec.json.decode(record.unknown) == {"sku": ["A", "B"], "connections": "c9", "removed": "maybe"}


@pytest.mark.parametrize("variant_id", [None, "", [], {"a": 1}])
def test_a_variant_must_have_an_id(variant_id: object) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_variant(raw({"id": variant_id, "sku": "A"}))


def test_text_in_another_encoding_does_not_lose_the_variant() -> None:
    variant = decode_variant(b'{"id":"v","sku":"caf\xe9","title":"T"}').variant
    assert (variant.text("sku"), variant.text("title")) == ("caf\N{REPLACEMENT CHARACTER}", "T")
