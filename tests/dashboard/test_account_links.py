from __future__ import annotations

from collections.abc import Iterator

import pytest

from inventory_planner_dashboard.account_links import account_url, pattern_fault, set_patterns
from inventory_planner_dashboard.layout import open_in

ORDER = {"account_id": "a1", "purchase_order_id": "6/7", "purchase_order_number": 'PO "1"&2'}


@pytest.fixture(autouse=True)
def no_patterns() -> Iterator[None]:
    yield
    set_patterns({})


def test_a_pattern_is_filled_in_with_encoded_values() -> None:
    set_patterns({"order": "https://app.example/{account}/orders/{id}?number={number}"})

    assert account_url("order", ORDER) == "https://app.example/a1/orders/6%2F7?number=PO%20%221%22%262"
    (link,) = open_in("order", ORDER)
    assert 'href="https://app.example/a1/orders/6%2F7?number=PO%20%221%22%262" target="_blank"' in link.text


def test_without_a_pattern_or_a_value_there_is_no_link() -> None:
    set_patterns({"order": "https://app.example/{number}"})

    assert open_in("vendor", {"vendor_name": "Acme"}) == []
    assert open_in("order", ORDER | {"purchase_order_number": None}) == []


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("https://app.example/{id}", None),
        ("javascript:alert({id})", "It must begin with http:// or https://."),
        (
            "https://app.example/orders",
            "It must contain at least one of {account}, {id}, {sku}, and nothing else in braces.",
        ),
        (
            "https://app.example/{x}",
            "It must contain at least one of {account}, {id}, {sku}, and nothing else in braces.",
        ),
    ],
)
def test_a_pattern_is_checked(pattern: str, fault: str | None) -> None:
    assert pattern_fault("variant", pattern) == fault
