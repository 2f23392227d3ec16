"""Lists by page, and the list of orders: one page, one order by its id, the number of orders.

Only this module spells paging and the envelopes of orders that are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from msgspec import Raw, Struct, field

from inventory_planner.api.client import Client
from inventory_planner.api.orders import ABSENT
from inventory_planner.api.responses import Envelope
from inventory_planner.errors import UnreadableAnswerError

ORDER_ENVELOPE: Final = "purchase-order"  # around an order, except in bodies through Neuro


class PageMeta(Struct):
    """What a page says about the list; `total` counts the matching orders on all pages."""

    total: int
    limit: int | None = None
    page: int | None = None


class _Page(Protocol):
    """A page of any list."""

    meta: PageMeta

    @property
    def records(self) -> Sequence[Raw]: ...


PageT = TypeVar("PageT", bound=_Page)


class Page(Envelope):
    """A page of the list of orders; each order is kept as the API wrote it."""

    meta: PageMeta
    orders: list[Raw] = field(name="purchase-orders")

    @property
    def records(self) -> list[Raw]:
        """The orders."""
        return self.orders


class SingleOrder(Envelope):
    """The response for one order, in an envelope or, perhaps through Neuro, without one."""

    order: Raw = field(name=ORDER_ENVELOPE, default=ABSENT)
    id: Raw = ABSENT

    @property
    def record(self) -> Raw:
        """The order as the API wrote it.

        Raises:
            UnreadableAnswerError: the response holds no order.
        """
        if self.order is not ABSENT:
            return self.order
        if self.id is ABSENT or not isinstance(self.whole, bytes):
            raise UnreadableAnswerError("The response holds no order. The API may have changed; check for an update.")
        return Raw(self.whole)


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
    return client.get(client.route.path(), {**paging(client, page_size, page), **params}, Page)


def paging(client: Client, page_size: int, page: int) -> dict[str, int]:
    """The parameters for a page of a list; `page` counts from 0."""
    return {client.route.size_name: page_size, client.route.page_name: page + client.route.first_page}


def list_pages(client: Client, *, page_size: int, **params: str) -> Iterator[Page]:
    """Request all pages of the list by number; with `id_sort`, edits don't move orders between them.

    Raises:
        ApiError: a request failed.
    """
    return request_pages(lambda number: list_orders(client, page_size=page_size, page=number, **params))


def request_pages(request: Callable[[int], PageT]) -> Iterator[PageT]:
    """Request the pages of a list by number, from 0, until one is empty or the promised total was read.

    Raises:
        ApiError: a request failed.
    """
    read = number = 0
    while True:
        page = request(number)
        yield page
        read, number = read + len(page.records), number + 1
        if not page.records or read >= page.meta.total:
            return


def get_order(client: Client, order_id: str) -> Raw:
    """Request one order.

    Raises:
        NotFoundError: the account has no order with this id.
        ApiError: the request failed.
    """
    return client.get(client.route.path(order_id), {}, SingleOrder).record


def count_orders(client: Client) -> int:
    """Request the number of orders in the account.

    Raises:
        ApiError: the request failed.
    """
    return list_orders(client, page_size=1, fields="id").meta.total
