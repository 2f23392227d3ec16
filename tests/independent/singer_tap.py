"""A Singer tap for Inventory Planner's purchase orders, on singer-sdk: each record as the service sent it.

    singer_tap.py --config CONFIG.json

The configuration holds `base_url`, `api_key` and `account_id`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import requests
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.pagination import PageNumberPaginator

PAGE_SIZE = 1000  # the most that the service allows


class Pages(PageNumberPaginator):
    """Pages from 0 up to the first one that is not full."""

    def has_more(self, response: requests.Response) -> bool:
        return len(response.json()["purchase-orders"]) == PAGE_SIZE


class PurchaseOrders(RESTStream[int]):
    """All purchase orders, page by page."""

    name = "purchase_orders"
    path = "/api/v1/purchase-orders"
    primary_keys: ClassVar[tuple[str, ...]] = ("id",)
    records_jsonpath = "$['purchase-orders'][*]"
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("id", th.StringType, required=True), additional_properties=True
    ).to_dict()
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # what is compared is what was sent

    @property
    def url_base(self) -> str:
        return str(self.config["base_url"])

    @property
    def http_headers(self) -> dict[str, str]:
        keys = {"Authorization": self.config["api_key"], "Account": self.config["account_id"]}
        return {**super().http_headers, **keys}

    def get_new_paginator(self) -> Pages:
        return Pages(start_value=0)

    def get_url_params(self, _context: Any, next_page_token: int | None) -> dict[str, Any]:
        return {"limit": PAGE_SIZE, "page": next_page_token or 0}


class InventoryPlanner(Tap):
    """The tap, with its one stream."""

    name = "tap-inventory-planner"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *(th.Property(name, th.StringType, required=True) for name in ("base_url", "api_key", "account_id"))
    ).to_dict()

    def discover_streams(self) -> list[PurchaseOrders]:
        return [PurchaseOrders(self)]


if __name__ == "__main__":
    InventoryPlanner.cli()
