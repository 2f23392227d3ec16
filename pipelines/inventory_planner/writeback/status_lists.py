"""What orders are like right now, from the lists of all orders in a status instead of a request for each one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import OrderDecoder, Record
from inventory_planner.api.listing import Page, list_orders, list_pages
from inventory_planner.errors import ChangeError, NotFoundError
from inventory_planner.warehouse.imported_orders import ImportedOrder
from inventory_planner.writeback.change import Situation
from inventory_planner.writeback.state import read_order

MAX_AGE: Final = 5.0  # seconds that an answer counts; reading each order by its id would take twice the requests

_FIELDS: Final = "id,reference,status,readonly,last_modified"  # what a change of the status is based on


class StatusLists:
    """Orders as the list of their status has just shown them; one that is missing there is read by its id.

    Orders that get another status leave the list, so the first page, sorted by id, shows those whose turn is next. An
    order that is missing proves nothing: the API may ignore the filter, or spell the status in another way.
    """

    def __init__(self, client: Client, imported: Sequence[ImportedOrder], page_size: int) -> None:
        self._client = client
        self._page_size = page_size
        self._statuses = {each.order_id: each.status or "" for each in imported}
        self._counts = Counter(self._statuses.values())
        self._decoder = OrderDecoder()
        self._shown: dict[str, tuple[float, Record | None]] = {}  # when, and what
        self._next_list: dict[str, float] = {}  # when a status is listed again at the earliest

    def read_all(self) -> dict[str, Situation]:
        """Read the whole lists: all imported orders as they are now, to show what will be changed.

        Raises:
            ApiError: a request failed.
        """
        for status in filter(self._is_listed, self._counts):
            for page in list_pages(
                self._client, page_size=self._page_size, status=status, id_sort="asc", fields=_FIELDS
            ):
                self._add(page)
            self._next_list[status] = self._client.clock() + MAX_AGE
        for order_id in self._statuses.keys() - self._shown.keys():
            self._read(order_id)
        return {order_id: Situation(self._shown[order_id][1]) for order_id in self._statuses}

    def situation(self, order_id: str) -> Situation:
        """An order as it is now; no order if it was deleted or can't be read.

        Raises:
            ApiError: a request failed.
        """
        status = self._statuses.get(order_id, "")
        if not self._is_recent(order_id) and self._is_listed(status):
            self._list(status, order_id)
        if not self._is_recent(order_id):
            self._read(order_id)
        return Situation(self._shown[order_id][1])

    def _is_listed(self, status: str) -> bool:
        is_one_order = self._counts[status] == 1  # which is smaller than a list
        return bool(status) and not is_one_order and self._client.clock() >= self._next_list.get(status, float("-inf"))

    def _is_recent(self, order_id: str) -> bool:
        return order_id in self._shown and self._client.clock() - self._shown[order_id][0] < MAX_AGE

    def _list(self, status: str, order_id: str) -> None:
        """Request the first page. If it can't be expected to show more orders when it is repeated, that has time."""
        page = list_orders(self._client, page_size=self._page_size, status=status, id_sort="asc", fields=_FIELDS)
        self._add(page)
        is_whole = len(page.orders) >= page.meta.total
        if is_whole or not self._is_recent(order_id):
            self._next_list[status] = self._client.clock() + MAX_AGE

    def _add(self, page: Page) -> None:
        now = self._client.clock()
        decoded = (self._decoder.decode(bytes(raw)) for raw in page.orders)
        self._shown |= {each.order_id: (now, each) for each in decoded if isinstance(each, Record)}

    def _read(self, order_id: str) -> None:
        try:
            record = read_order(self._client, order_id)
        except (NotFoundError, ChangeError):
            record = None
        self._shown[order_id] = self._client.clock(), record
