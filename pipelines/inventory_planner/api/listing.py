"""The list of orders: one page, one order by its id, the number of orders.

Only this module knows the path of the list, its paging parameters and its envelopes.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from msgspec import Raw, Struct, field

from inventory_planner.api.client import Client
from inventory_planner.api.responses import Envelope

_PATH: Final = "/api/v1/purchase-orders"


class PageMeta(Struct):
    """What a page says about the list; `total` counts the matching orders on all pages."""

    total: int
    limit: int | None = None
    page: int | None = None


class Page(Envelope):
    """A page of the list; each order is kept as the API wrote it."""

    meta: PageMeta
    orders: list[Raw] = field(name="purchase-orders")


class SingleOrder(Envelope):
    """The response for one order."""

    order: Raw = field(name="purchase-order")


def list_orders(client: Client, *, page_size: int, page: int = 0, **params: str) -> Page:
    """Request a page of the list.

    Args:
        client: the account.
        page_size: the most orders that the page may hold.
        page: the number of the page, from 0.
        params: filters and sort keys, such as `last_modified_gte` and `id_sort`.

    Raises:
        ApiError: the request failed.
    """
    return client.get(_PATH, {"limit": page_size, "page": page, **params}, Page)


def get_order(client: Client, order_id: str) -> Raw:
    """Request one order.

    Raises:
        NotFoundError: the account has no order with this id.
        ApiError: the request failed.
    """
    return client.get(f"{_PATH}/{quote(order_id, safe='')}", {}, SingleOrder).order


def count_orders(client: Client) -> int:
    """Request the number of orders in the account.

    Raises:
        ApiError: the request failed.
    """
    return list_orders(client, page_size=1, fields="id").meta.total
