from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from inventory_planner.api.variant_decoding import Month, VariantDecoder, VariantRecord
from orders import raw


def decode(value: Any, *fields: str) -> VariantRecord:
    return (VariantDecoder(fields) if fields else VariantDecoder()).decode(raw(value))


def unknown(part: Any) -> Any:
    return msgspec.json.decode(part.unknown_fields) if bytes(part.unknown_fields) else None


def read(value: Any) -> tuple[object, ...]:
    variant = decode(value).variant
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
    assert decode({"id": "v", **fields}).variant.is_removed is is_removed


def test_a_field_of_an_unexpected_shape_is_kept_as_written() -> None:
    record = decode({"id": "v", "sku": ["A", "B"], "title": 12.5, "connections": "c9", "removed": "maybe"})

    assert record.variant.text("sku") is None
    assert record.variant.text("title") == "12.5"
    assert unknown(record.variant) == {"sku": ["A", "B"], "connections": "c9", "removed": "maybe"}
    assert record.misfits == {"sku", "connections", "removed"}


@pytest.mark.parametrize("variant_id", [None, "", [], {"a": 1}])
def test_a_variant_must_have_an_id(variant_id: object) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode({"id": variant_id, "sku": "A"})


def test_text_in_another_encoding_does_not_lose_the_variant() -> None:
    variant = VariantDecoder().decode(b'{"id":"v","sku":"caf\xe9","title":"T"}').variant
    assert (variant.text("sku"), variant.text("title")) == ("caf\N{REPLACEMENT CHARACTER}", "T")


FIGURES = {
    "lead_time": 14,
    "in_stock": "8",
    "oos": "",
    "price": [],
    "avg_lead_time": 19.25,
    "last_forecast_time": 1760000000,
    "forecast_by_period": {"2026": {"1": 3, "02": "4.5"}},
    "real_orders_by_month": {"2025": {"12": 7}},
    "orders_by_month": {"2025": {"11": 5, "12": 6}},
    "revenue_by_month": [],
    "forecast_description": {"method": "velocity", "sales_velocity1": 0.25},
}
MONTHS = {
    date(2025, 11, 1): Month(sales=5),
    date(2025, 12, 1): Month(sales=7),
    date(2026, 1, 1): Month(forecast=3),
    date(2026, 2, 1): Month(forecast=Decimal("4.5")),
}


@pytest.mark.parametrize("shape", ["root", "list", "object"])
def test_figures_are_read_where_they_are_stated(shape: str) -> None:
    places = {"root": FIGURES, "list": {"warehouse": [{"warehouse": "c9_1", **FIGURES}]}}
    record = decode({"id": "v", **places.get(shape, {"warehouse": {"c9_1": FIGURES}})})

    stated = record.figures[0 if shape == "root" else 1]
    figures = stated.figures
    assert stated.warehouse == (None if shape == "root" else "c9_1")
    assert (figures.lead_time, figures.in_stock, figures.oos, figures.price) == (14, 8, None, None)
    assert (figures.avg_lead_time, figures.review_period) == (Decimal("19.25"), None)
    assert figures.last_forecast_time == datetime.fromtimestamp(1760000000, UTC)
    assert (stated.months, stated.sales_velocity) == (MONTHS, Decimal("0.25"))
    assert record.misfits == set()


@pytest.mark.parametrize(
    "broken",
    [
        {"forecast_by_period": {"2026": {"13": 1}}},
        {"forecast_by_period": {"next year": {"1": 1}}},
        {"revenue_by_month": "none"},
        {"orders_by_month": {"2026": 12}},
        {"forecast_description": ["text"]},
        {"forecast_description": {"sales_velocity1": "fast"}},
        {"in_stock": {"a": 1}},
    ],
)
def test_a_figure_of_an_unexpected_shape_is_kept_and_named(broken: dict[str, Any]) -> None:
    own = decode({"id": "v", **broken})
    in_warehouse = decode({"id": "v", "warehouse": [{"warehouse": "c9_1", "lead_time": 14, **broken}]})

    assert (own.misfits, unknown(own.variant)) == (broken.keys(), broken)
    assert in_warehouse.misfits == {"warehouse"}
    assert unknown(in_warehouse.variant) == {"warehouse": [{"warehouse": "c9_1", "lead_time": 14, **broken}]}
    assert in_warehouse.figures[1].figures.lead_time == 14


def test_a_warehouse_without_an_id_is_kept_with_the_variant() -> None:
    record = decode({"id": "v", "warehouse": [{"lead_time": 14}, {"warehouse": "c9_1", "lead_time": 15}]})

    assert [each.warehouse for each in record.figures] == [None, "c9_1"]
    assert record.misfits == {"warehouse"}


@pytest.mark.parametrize("as_object", [False, True])
def test_unlisted_fields_of_listings_and_vendors_are_kept(as_object: bool) -> None:
    vendors: Any = [{"vendor": "acme", "cost_price": 4.2, "tier": 2, "note": ""}]
    listings: Any = [
        {"id": "c9_1", "sku": "A", "handle": "a", "vendors": {"acme": vendors[0]} if as_object else vendors}
    ]
    record = decode({"id": "v", "connections": {"c9": listings[0]} if as_object else listings})

    (listing,) = record.variant.connections or []
    (offer,) = listing.vendors or []
    assert (listing.id, listing.sku, unknown(listing)) == ("c9_1", "A", {"handle": "a"})
    assert (offer.vendor, offer.cost_price, unknown(offer)) == ("acme", Decimal("4.2"), {"tier": 2})


def test_a_vendor_written_under_its_name_has_it() -> None:
    record = decode({"id": "v", "connections": [{"id": "c9_1", "vendors": {"acme": {"cost_price": 4}}}]})
    assert [[offer.vendor for offer in listing.vendors or ()] for listing in record.variant.connections or ()] == [
        ["acme"]
    ]


def test_requested_fields_without_a_column_are_kept_where_they_stand() -> None:
    value = {"id": "v", "sku": "A", "alerts": 2, "other": 3, "warehouse": [{"warehouse": "c9_1", "alerts": 1, "x": 1}]}
    record = decode(value, "id", "sku", "alerts")

    assert unknown(record.variant) == {"alerts": 2}
    assert unknown(record.figures[1].figures) == {"alerts": 1}
