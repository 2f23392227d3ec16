from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from inventory_planner.errors import ChangeError
from inventory_planner.writeback.order_fields import STATUSES, check_new, checked_fields, without_envelope

NEW = {"reference": "1", "warehouse": "w", "items": [{"id": "v", "replenishment": 3}]}


def refusal(fields: dict[str, Any], statuses: tuple[str, ...] = ()) -> str:
    with pytest.raises(ChangeError) as raised:
        checked_fields(fields, statuses)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("expected_date", "2026-02-01", "2026-02-01"),
        ("expected_date", "20260201", "2026-02-01"),
        ("expected_date", "", ""),
        ("expected_date", None, None),
        ("shipping_handling", "12.50", Decimal("12.50")),
        ("default_discount", 5, Decimal(5)),
        ("discount_enabled", "yes", True),
        ("uom_ordering", False, False),
        ("addMySKUs", "0", False),
        ("custom_fields", '{"buyer": 1.10}', {"buyer": Decimal("1.10")}),
        ("custom_fields", {"buyer": "Ann"}, {"buyer": "Ann"}),
        ("status", "closed", "closed"),
        ("status", "Partially Received", "Partially Received"),
        ("status", "At Sea", "At Sea"),
        ("type", "Transfer", "Transfer"),
        ("notes", "a\nb", "a\nb"),
    ],
)
def test_a_value_becomes_what_the_api_expects(name: str, value: Any, expected: Any) -> None:
    assert checked_fields({name: value}, ["at sea"]) == {name: expected}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("expected_date", "2026-02-30", "expected_date is '2026-02-30'; it must be a date such as 2026-01-31."),
        ("payment_date", "soon", "payment_date is 'soon'; it must be a date such as 2026-01-31."),
        ("created_date", 1769904000, "created_date is 1769904000; it must be a date such as 2026-01-31."),
        ("shipping_handling", "a lot", "shipping_handling is 'a lot'; it must be a number."),
        ("default_discount", "NaN", "default_discount is 'NaN'; it must be a number."),
        ("discount_enabled", "maybe", "discount_enabled is 'maybe'; it must be true or false."),
        ("custom_fields", "[1]", "custom_fields is '[1]'; it must be a JSON object."),
        ("custom_fields", "{", "custom_fields is '{'; it must be a JSON object."),
        ("type", "gift", "'gift' is no type of an order; the types are assembly, po, transfer."),
        (
            "status",
            "at sae",
            (
                f"'at sae' is no known status of this account: {', '.join(STATUSES)}, at sea. If it has it, run"
                " `load`, which reads the statuses of its orders."
            ),
        ),
    ],
)
def test_an_impossible_value_is_refused(name: str, value: Any, message: str) -> None:
    assert refusal({name: value}, ("closed", "at sea")) == message


def test_only_documented_fields_can_be_set() -> None:
    assert refusal({"total": 1, "id": "x", "notes": ""}).startswith("id, total can't be set. These can: addBarcodes, ")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"type": "po"},
        {"items": [{"id": "v", "replenishment": Decimal("0.5")}], "connections": [{"connection": "shop"}]},
        {"items": [], "variants_filter": {"replenishment_gt": 3}, "skip_background_jobs": False},
        {"type": "transfer", "source_warehouse": "x"},
        {
            "type": "assembly",
            "source_warehouse": "x",
            "items": [{"id": "v", "replenishment": 1, "components": [{"id": "c", "quantity": 2}]}],
        },
    ],
)
def test_what_the_api_takes_can_be_created(fields: dict[str, Any]) -> None:
    check_new({**NEW, **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"total": 3, "id": "x"}, "A new order can't have id, total."),
        ({"warehouse": "", "items": []}, "A new order needs warehouse and items or variants_filter."),
        ({"type": "transfer"}, "A new order needs source_warehouse."),
        ({"type": "Assembly"}, "A new order needs source_warehouse."),
        (
            {"type": "assembly", "source_warehouse": "x"},
            "Item v of an assembly order needs components.",
        ),
        ({"items": {"id": "v"}}, "items of a new order must be a list; it is {'id': 'v'}."),
        ({"items": ["v"]}, "Item 1 of a new order needs an id and a replenishment."),
        ({"items": [{"id": "v"}]}, "Item 1 of a new order needs an id and a replenishment."),
        ({"items": [{"id": "v", "replenishment": -1}]}, "The replenishment of v is -1; it must be at least 0."),
        ({"items": [{"id": "v", "replenishment": True}]}, "The replenishment of v is True; it must be a number."),
        ({"items": [{"id": "v", "replenishment": "x"}]}, "The replenishment of v is 'x'; it must be a number."),
        ({"variants_filter": "all"}, "variants_filter of a new order must be an object; it is 'all'."),
        ({"connections": ["shop"]}, "Connection 1 of a new order needs its name, as `connection`."),
    ],
)
def test_what_the_api_would_refuse_is_refused_before(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ChangeError) as raised:
        check_new({**NEW, **fields})
    assert str(raised.value) == message


def test_the_envelope_is_taken_off() -> None:
    assert without_envelope(NEW) == NEW
    assert without_envelope({"purchase-order": NEW, "skip_background_jobs": False}) == {
        **NEW,
        "skip_background_jobs": False,
    }
    with pytest.raises(ChangeError, match="purchase-order is 3; it must be an object"):
        without_envelope({"purchase-order": 3})


@pytest.mark.parametrize("misprint", ["0206-02-01", "2206-02-01"])
def test_a_year_that_no_order_has_is_a_misprint(misprint: str) -> None:
    assert refusal({"expected_date": misprint}).endswith("it must be a date such as 2026-01-31.")
