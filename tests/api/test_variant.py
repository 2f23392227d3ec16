"""Variants and their vendors, in each shape that accounts are known to have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from inventory_planner.api.client import Client
from inventory_planner.api.routes import neuro
from inventory_planner.api.variant import LiveVariant, decode_variant, get_variant, list_variants, list_vendors
from inventory_planner.errors import ConfigurationError, NotFoundError, UnreadableAnswerError
from inventory_planner_emulator import Account, Fault, Quirks
from orders import line, order

FIGURES = ("lead_time", "review_period", "in_stock", "purchase_orders_qty", "replenishment")


def decoded(**fields: Any) -> LiveVariant:
    variant = decode_variant(msgspec.json.encode({"id": "v", **fields}))
    assert variant
    return variant


def ids(client: Client, **filters: Any) -> list[str]:
    return [each.variant_id for each in list_variants(client, **filters)]


def answer(account: Account, body: bytes) -> None:
    account.faults.append(Fault.status(200, body))


def test_a_flat_variant_states_its_figures_itself() -> None:
    variant = decoded(sku=" TEE ", title="Tee", lead_time="14", review_period=30.0, in_stock=1.5, removed=False)
    assert (variant.shown_sku, variant.shown_title, variant.is_removed, variant.warehouses) == ("TEE", "Tee", False, {})
    assert [getattr(variant, name) for name in FIGURES] == [14, 30, Decimal("1.5"), None, None]


def test_a_nested_variant_states_them_in_its_listings_and_warehouses() -> None:
    variant = decoded(
        connections={
            "shop": {"sku": "OLD", "removed": True, "vendors": [{"vendor": "Bolt"}]},
            "main": {"sku": "TEE", "title": "Tee", "connection_main": True, "removed": True},
        },
        warehouse=[{"warehouse": "c9_1", "lead_time": 14, "in_stock": 3}, {"warehouse": "combined_2", "lead_time": 9}],
    )
    assert (variant.shown_sku, variant.shown_title, variant.is_removed) == ("TEE", "Tee", True)
    assert variant.vendors == {"bolt"}
    assert {name: (each.lead_time, each.in_stock) for name, each in variant.warehouses.items()} == {"c9_1": (14, 3)}


def test_a_combined_warehouse_counts_where_there_is_no_other() -> None:
    assert [*decoded(warehouse=[{"warehouse": "Combined", "lead_time": 9}]).warehouses] == ["Combined"]


@pytest.mark.parametrize(
    "fields",
    [
        {"lead_time": "soon", "sku": "TEE"},
        {"lead_time": [1], "sku": "TEE", "connections": "none"},
        {"lead_time": {}, "sku": "TEE", "warehouse": [7, {"lead_time": 3}]},
    ],
)
def test_what_can_t_be_read_is_left_out(fields: dict[str, Any]) -> None:
    variant = decoded(**fields)
    assert (variant.shown_sku, variant.lead_time, variant.warehouses) == ("TEE", None, {})


def test_a_variant_without_an_id_is_none() -> None:
    assert decode_variant(b'{"sku": "TEE"}') is None


def test_one_variant_is_requested_by_its_id(account: Account, client: Client) -> None:
    account.put_variant("a b&c", sku="TEE", lead_time=14, removed=True)
    found = get_variant(client, "a b&c")
    assert (found.variant_id, found.shown_sku, found.lead_time, found.is_removed) == ("a b&c", "TEE", 14, True)


@pytest.mark.parametrize("body", [b'{"variant": null}', b'{"variant": []}', b'{"variant": {"id": "w"}}'])
def test_a_response_without_the_variant_means_that_there_is_none(account: Account, client: Client, body: bytes) -> None:
    answer(account, body)
    with pytest.raises(NotFoundError):
        get_variant(client, "v")


def test_a_response_that_can_t_be_read_is_an_error(account: Account, client: Client) -> None:
    answer(account, b'{"variant": {"sku": "TEE"}}')
    with pytest.raises(UnreadableAnswerError, match="holds no variant with an id"):
        get_variant(client, "v")
    answer(account, b'{"meta": {"total": 1}, "variants": 7}')
    with pytest.raises(UnreadableAnswerError, match="`variants` is not a list"):
        ids(client)


@pytest.mark.parametrize("nested", [False, True])
def test_variants_are_listed_by_sku_and_by_vendor(account: Account, client: Client, nested: bool) -> None:
    rows = [("TEE", "acme"), ("TEE-2", "acme"), ("tee", "bolt"), ("CUP", "acme"), ("TEE", "acme")]
    for number, (sku, vendor) in enumerate(rows):
        fields: dict[str, Any] = {"sku": sku, "vendor": vendor}
        if nested:
            listing = {"sku": sku, "connection_main": True, "vendors": [{"vendor": vendor}]}
            fields = {"connections": [listing], "warehouse": []}
        account.put_variant(f"v{number}", removed=number == 4, **fields)
    assert ids(client) == ["v0", "v1", "v2", "v3"]
    assert ids(client, sku=" tee") == ["v0", "v2"]  # the API's `eqi` also finds TEE-2
    assert ids(client, vendor="ACME") == ["v0", "v1", "v3"]
    assert ids(client, sku="TEE", vendor="acme", removed=True) == ["v0", "v4"]
    assert ids(client, sku="none") == []


def test_all_pages_are_listed_each_variant_once(account: Account, client: Client) -> None:
    for number in range(5):
        account.put_variant(f"v{number}")
    account.quirks = Quirks(page_cap=2)
    assert ids(client) == ["v0", "v1", "v2", "v3", "v4"]


def test_vendors_come_as_a_list_or_as_an_object(account: Account, client: Client) -> None:
    account.put(order(items=[line(cost_price="4.20", uom_ordering=6)]))
    (vendor,) = list_vendors(client, "c9_5001")
    assert (vendor.vendor_id, vendor.cost_price, vendor.uom_ordering) == ("acme mills", Decimal("4.20"), 6)
    answer(account, b'{"vendors": {"acme": {"cost_price": 3}, "bolt": {"n": "bolt", "vendor_name": 7}}}')
    assert [(each.vendor_id, each.cost_price, each.vendor_name) for each in list_vendors(client, "v")] == [
        ("acme", 3, None),
        ("bolt", None, 7),
    ]
    for nothing in (b'{"vendors": []}', b'{"vendors": {}}', b'{"vendors": null}'):
        answer(account, nothing)
        assert list_vendors(client, "v") == []


def test_neuro_has_no_variants(client: Client) -> None:
    client.route = neuro("p")
    with pytest.raises(ConfigurationError, match="Neuro offers stock orders only"):
        get_variant(client, "v")
