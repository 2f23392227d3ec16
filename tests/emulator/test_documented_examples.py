"""The examples of the two API documents: what they send gets the answer that they show.

Values other than statuses may differ; names and types may not. `...` among the keys of an answer stands for more
fields, as in the documents. The documents write the same ids as text and as numbers, so either is accepted. Where an
example is no JSON, it is corrected. The examples of Neuro's page are in `test_neuro.py`.
"""

from __future__ import annotations

from typing import Any, Literal

import pytest

from documented import ASSEMBLY, BRIGHTPEARL, PUSHED, QUICKBOOKS, RECEIVED, STOCK_ITEMS
from emulator_client import EmulatorClient, success
from inventory_planner_emulator import Account, Quirks

IDS = {"id", "wh"}
ORDERS: list[dict[str, Any]] = [
    {
        "id": RECEIVED,
        "reference": "1",
        "status": "open",
        "vendor": "vendor_2",
        "warehouse": "w1",
        "items": [
            {"id": "c20_123", "sku": "SKU4", "replenishment": 10},
            {"id": "c20_124", "sku": "SKU5", "replenishment": 20},
        ],
    },
    {
        "id": PUSHED,
        "status": "closed",
        "vendor": "vendor_1",
        "warehouse": 13434355,
        "items": [
            {"id": "123", "sku": "SKU2", "replenishment": 10, "received": 10, "in_stock": 0},
            {"id": "456", "sku": "SKU3", "replenishment": 5, "received": 5, "in_stock": 1},
        ],
    },
    {
        "id": "catalog",
        "status": "closed",
        "vendor": "mysupplier",
        "warehouse": "w1",
        "items": [
            {"id": "1", "sku": "SKU0", "vendor_name": "N"},
            {"id": "17948565252", "sku": "SKU1", "replenishment": 5},
        ],
    },
]
PUSHED_ITEMS = [STOCK_ITEMS[0], {**STOCK_ITEMS[1], "error": "Update request failed"}]
ASSEMBLY_LINES: list[Any] = [{**line, ...: ...} for line in ASSEMBLY["items"]]


@pytest.fixture(autouse=True)
def _orders(account: Account) -> None:
    for order in ORDERS:
        account.put(order)


def check_shape(documented: Any, answered: Any, name: str = "") -> None:
    """Compare the names and types of two JSON values."""
    if isinstance(documented, dict):
        assert isinstance(answered, dict), name
        assert documented.keys() - {...} <= answered.keys()
        assert ... in documented or documented.keys() == answered.keys()
        for key, value in documented.items():
            if key is not ...:
                check_shape(value, answered[key], key)
    elif isinstance(documented, list):
        assert isinstance(answered, list), name
        assert len(answered) >= len(documented)
        for first, second in zip(documented, answered, strict=False):
            check_shape(first, second, name)
    elif name == "status":
        assert answered == documented
    else:
        assert kind(answered, name) == kind(documented, name)


def kind(value: Any, name: str) -> str:
    if name in IDS and isinstance(value, str):
        return "id or number"
    return "id or number" if type(value) in (int, float) else type(value).__name__


def order_shape(**fields: Any) -> dict[Any, Any]:
    return {"purchase-order": {**fields, ...: ...}, "result": {"status": "success", "message": ""}}


@pytest.mark.parametrize(
    ("request_line", "body", "documented", "message"),
    [
        pytest.param(
            "PUT variants/1/vendors/mysupplier",
            {"vendor": {"cost_price": 2.1, "vendor_reference": "R"}},
            {
                "vendor": {
                    "cost_price": 2.1,
                    "vendor_reference": "R",
                    "vendor_name": "N",
                    "t": "vendor",
                    "s": "user",
                    "n": "mysupplier",
                },
                **success(""),
            },
            "Vendor data vendor mysupplier updated",
            id="update variant vendor data",
        ),
        pytest.param(
            "PATCH variants/17948565252",
            {"variant": {"lead_time": 7, "review_period": 21}},
            {
                "variant": {"id": 17948565252, "sku": "SKU1", "lead_time": 7, "review_period": 21, ...: ...},
                **success(""),
            },
            "Updated variant 17948565252",
            id="update a variant",
        ),
        pytest.param(
            "POST purchase-orders",
            {
                "purchase-order": {
                    "status": "OPEN",
                    "reference": "MY_PO_20",
                    "expected_date": "2018-03-15",
                    "vendor": "vendor_1",
                    "warehouse": "w1",
                    "variants_filter": {"vendor": "vendor_1", "replenishment_gt": 3},
                }
            },
            order_shape(status="draft", vendor="Wonka Candy", expected_date="2018-03-15", items=[{...: ...}], id=""),
            "Created purchase-order {id}",
            id="create a purchase order",
        ),
        *(
            pytest.param(
                "POST purchase-orders",
                {
                    "purchase-order": {
                        "status": "OPEN",
                        "source_warehouse": "w1",
                        "warehouse": "w2",
                        "expected_date": "2018-03-15",
                        "variants_filter": {"replenishment_gt": 3},
                        "connections": [{"connection": connection, "save_po": True}],
                    }
                },
                order_shape(
                    status="active",
                    source_warehouse="w1",
                    warehouse="w2",
                    expected_date="2018-03-15",
                    connections=[
                        {
                            "connection": connection,
                            "save_po": True,
                            "id": "t410034",
                            "reference": "ST0021",
                            "status": "success",
                        }
                    ],
                    items=[{...: ...}],
                    id="",
                ),
                "Created purchase-order {id}",
                id=f"create a transfer in {connection}",
            )
            for connection in (QUICKBOOKS, BRIGHTPEARL)
        ),
        pytest.param(
            "POST purchase-orders",
            {"purchase-order": ASSEMBLY},
            order_shape(**{**ASSEMBLY, "status": "draft", "items": ASSEMBLY_LINES}),
            "Created purchase-order {id}",
            id="create an assembly order",
        ),
        pytest.param(
            f"PATCH purchase-orders/{RECEIVED}/items",
            {"items": [{"id": "c20_123", "received": 7}, {"id": "c20_124", "received": 5}]},
            {
                "items": [
                    {"id": "c20_123", "replenishment": 10, "received": 7},
                    {"id": "c20_124", "replenishment": 20, "received": 5},
                ],
                **success(""),
            },
            "2 updated, from total 2 items",
            id="update received quantities",
        ),
        pytest.param(
            f"PATCH purchase-orders/{RECEIVED}/items",
            {"items": [{"id": "c20_123", "received": 3}, {"skip_background_jobs": False}]},
            {"items": [{"id": "c20_123", "replenishment": 10, "received": 3}], **success("")},
            "1 updated, from total 2 items",
            id="update received quantities and recalculate",
        ),
        pytest.param(
            f"PATCH purchase-orders/{RECEIVED}",
            {"purchase-order": {"status": "CLOSED"}},
            order_shape(status="CLOSED", id=RECEIVED),
            f"Updated purchase-order {RECEIVED}",
            id="close a purchase order",
        ),
        pytest.param(
            f"PATCH purchase-orders/{RECEIVED}/items/123",
            {"item": {"id": "c20_123", "received": 13}},
            {"items": {"id": 123, "replenishment": 20, "received": 13}, **success("")},
            'Purchase order "1" item c20_123 updated',
            id="update the received quantity of a line",
        ),
        *(
            pytest.param(
                f"PUT purchase-orders/{RECEIVED}/connections/{connection}",
                {"connection": {"save_po": True}},
                {
                    "connection": {
                        "save_po": True,
                        "connection": connection,
                        "id": 815902,
                        "reference": "PO0043",
                        "status": "success",
                    },
                    **success(""),
                },
                f"Updated purchase-order {RECEIVED} connection {connection}",
                id=f"save to {connection}",
            )
            for connection in (QUICKBOOKS, BRIGHTPEARL)
        ),
        *(
            pytest.param(
                f"POST purchase-orders/{PUSHED}/stock-update",
                {key: {"items": STOCK_ITEMS}, "forDst": True},
                {"items": PUSHED_ITEMS, "forDst": True},
                None,
                id=f"push a {key}",
            )
            for key in ("stock-update", "stock_update")
        ),
    ],
)
def test_a_documented_write(
    account: Account, client: EmulatorClient, request_line: str, body: Any, *, documented: Any, message: str | None
) -> None:
    method, path = request_line.split()
    spelling: Literal["type", "upper"] = "type" if method == "POST" else "upper"  # as the examples answer
    account.quirks = Quirks(push_errors={"456": "Update request failed"}, answered_status_case=spelling)
    status, answer = client.write(method, path, body)
    assert status == 200, answer
    check_shape(documented, answer)
    if message is not None:
        order_id = answer.get("purchase-order", {}).get("id")
        assert answer["result"] == success(message.format(id=order_id))["result"]


@pytest.mark.parametrize(
    ("path", "documented"),
    [
        (
            "variants?fields=sku,replenishment,under_value&under_value_sort=desc&limit=50&page=0",
            {
                "meta": {"name": "variants", "total": 13, "limit": "20", "page": 0, ...: ...},
                "variants": [{"sku": "", "replenishment": 0, "under_value": 0}],
            },
        ),
        (
            "variants",
            {"meta": {"name": "variants", "total": 13, "count": 1, ...: ...}, "variants": [{"id": 1, ...: ...}]},
        ),
        ("variants/17948565252", {"variant": {"id": 17948565252, ...: ...}}),
        (
            f"purchase-orders/{PUSHED}/stock-update?forDst=true",
            {"items": STOCK_ITEMS, "forDst": True, "wh": 13434355},
        ),
    ],
)
def test_a_documented_read(client: EmulatorClient, path: str, documented: Any) -> None:
    response = client.get(path)
    assert response.status_code == 200
    check_shape(documented, response.json())
