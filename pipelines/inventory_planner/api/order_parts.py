"""Read the parts of one order: its lines, its connections, and the stock that can be pushed."""

from __future__ import annotations

from typing import Final

from msgspec import Raw, Struct, field

from inventory_planner.api.client import Client
from inventory_planner.api.orders import ABSENT, Connection, Id, Number, StockUpdateItem, Text
from inventory_planner.api.responses import Envelope
from inventory_planner.errors import UnreadableAnswerError

_WITHOUT: Final = "The response holds no {}. The API may have changed; check for an update."


class LineQuantities(Struct):
    """A line as the response to an update shows it."""

    id: Id
    replenishment: Number = None
    received: Number = None


class Lines(Envelope):
    """The lines of an order, as the API wrote them."""

    items: list[Raw]


class SingleLine(Envelope):
    """One line: the articles name the key both ways."""

    item: Raw = ABSENT
    items: Raw = ABSENT


class Connections(Envelope):
    """The connections of an order."""

    connections: list[Connection]


class SingleConnection(Envelope):
    """One connection of an order."""

    connection: Connection


class StockItem(StockUpdateItem):
    """A change of stock that can be pushed, or was; the API may write its id as a number."""

    @property
    def message(self) -> str:
        """Why the push of this variant failed; empty if it did not."""
        return "" if self.error in (None, False, "") else str(self.error)


class StockChanges(Envelope):
    """The changes of stock of an order in one warehouse, and which warehouse that is."""

    items: list[StockItem] = field(default_factory=list)
    is_for_destination: bool | None = field(default=None, name="forDst")
    warehouse: Text = field(default=None, name="wh")


def list_lines(client: Client, order_id: str) -> list[Raw]:
    """Request the lines of an order.

    Raises:
        NotFoundError: the account has no order with this id.
        ApiError: the request failed.
    """
    return client.get(client.route.path(order_id, "items"), {}, Lines).items


def get_line(client: Client, order_id: str, variant_id: str) -> Raw:
    """Request one line; if the variant is on several lines, the API decides which.

    Raises:
        NotFoundError: the account has no such order, or the order no such line.
        ApiError: the request failed.
    """
    found = client.get(client.route.path(order_id, "items", variant_id), {}, SingleLine)
    line = found.items if found.item is ABSENT else found.item
    if line is ABSENT:
        raise UnreadableAnswerError(_WITHOUT.format("line"))
    return line


def list_connections(client: Client, order_id: str) -> list[Connection]:
    """Request the connections of an order.

    Raises:
        NotFoundError: the account has no order with this id.
        ApiError: the request failed.
    """
    return client.get(client.route.path(order_id, "connections"), {}, Connections).connections


def get_connection(client: Client, order_id: str, name: str) -> Connection:
    """Request one connection of an order.

    Raises:
        NotFoundError: the account has no such order, or the order no such connection.
        ApiError: the request failed.
    """
    return client.get(client.route.path(order_id, "connections", name), {}, SingleConnection).connection


def get_pending_stock(client: Client, order_id: str, *, is_for_destination: bool = True) -> StockChanges:
    """Request what was received and not yet pushed to the destination of an order, or to the source of a transfer.

    Raises:
        NotFoundError: the account has no order with this id.
        ApiError: the request failed.
    """
    params = {"forDst": "true" if is_for_destination else "false"}
    found = client.get(client.route.path(order_id, "stock-update"), params, StockChanges)
    if not found.items and found.is_for_destination is None and found.warehouse is None:
        raise UnreadableAnswerError(_WITHOUT.format("stock update"))  # which does not mean that nothing is pending
    return found
