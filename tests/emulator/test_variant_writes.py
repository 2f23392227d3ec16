from __future__ import annotations

from typing import Any

import pytest

from emulator_client import EmulatorClient, success
from inventory_planner_emulator import Account


@pytest.fixture(autouse=True)
def _order(account: Account) -> None:
    account.put({"id": "a", "items": [{"id": "c9_1", "sku": "TEE"}]})


def test_an_update_changes_writable_fields_only(client: EmulatorClient) -> None:
    body = {"variant": {"lead_time": 7, "review_period": 21, "sku": "OTHER"}}
    status, response = client.write("PATCH", "variants/c9_1", body)
    variant = response["variant"]
    assert (status, response["result"]) == (200, success("Updated variant c9_1")["result"])
    assert (variant["sku"], variant["lead_time"], variant["review_period"]) == ("TEE", 7, 21)
    assert client.read("variants/c9_1").json()["variant"] == variant


@pytest.mark.parametrize("segment", ["vendors", "vendor"])
def test_a_vendor_can_be_assigned_and_deleted(client: EmulatorClient, segment: str) -> None:
    data = {"cost_price": 2.1, "vendor_reference": "R"}
    saved = {**data, "t": "vendor", "s": "user", "n": "mysupplier"}
    path = f"variants/c9_1/{segment}/mysupplier"
    response = {"vendor": saved, **success("Vendor data vendor mysupplier updated")}
    assert client.write("PUT", path, {"vendor": data}) == (200, response)
    assert client.write("GET", path) == (200, {"vendor": saved})
    assert client.write("DELETE", path) == (200, success("Vendor data vendor mysupplier deleted"))
    assert client.write("GET", path)[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "variants/x", {"variant": {}}),
        ("PUT", "variants/x/vendors/v", {"vendor": {}}),
        ("DELETE", "variants/c9_1/vendors/x", None),
    ],
)
def test_a_missing_variant_or_vendor_is_not_found(client: EmulatorClient, method: str, path: str, body: Any) -> None:
    assert client.write(method, path, body)[0] == 404
