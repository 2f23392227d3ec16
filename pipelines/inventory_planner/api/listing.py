"""The list of orders: a page of it, how long it is, and one order by its id.

Nothing else spells the path or the paging parameters.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from msgspec import Raw, Struct, field

from inventory_planner.api.client import Client
from inventory_planner.api.responses import Answer

_PATH: Final = "/api/v1/purchase-orders"


class PageMeta(Struct):
    """What an answer says of itself; `total` counts the matching orders on all pages."""

    total: int
    limit: int | None = None
    page: int | None = None


class Page(Answer):
    """A page of the list of orders, each order still as the service wrote it."""

    meta: PageMeta
    orders: list[Raw] = field(name="purchase-orders")


class Single(Answer):
    """The answer to a read of one order."""

    order: Raw = field(name="purchase-order")


def list_orders(client: Client, *, page_size: int, page: int = 0, **params: str) -> Page:
    """A page of the list of orders.

    Args:
        client: reads the account.
        page_size: how many orders a page holds at most.
        page: its number, from 0.
        params: further parameters, such as `last_modified_gte` and `id_sort`.

    Raises:
        ApiError: the request came to nothing.
    """
    return client.get(_PATH, {"limit": page_size, "page": page, **params}, Page)


def get_order(client: Client, order_id: str) -> Raw:
    """One order, as the service wrote it.

    Raises:
        NotFoundError: the account has none with this id.
        ApiError: the request came to nothing.
    """
    return client.get(f"{_PATH}/{quote(order_id, safe='')}", {}, Single).order


def count_orders(client: Client) -> int:
    """How many orders the account says it has; one small request.

    Raises:
        ApiError: the request came to nothing.
    """
    return list_orders(client, page_size=1, fields="id").meta.total
