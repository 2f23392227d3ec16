"""The calls that change the account, one function each, as the two API articles and Neuro's page document them.

No function here confirms, logs or repeats anything: `writeback` does. All raise `UnknownOutcomeError`
if no response tells whether the change was applied, and another `ApiError` if it was not.

API changes count in forecasts after the next nightly sync; with `skip_background_jobs` false they count at once. That
is a field of an order, and stands beside the lines of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw

from inventory_planner.api.client import Client
from inventory_planner.api.listing import ORDER_ENVELOPE, SingleOrder
from inventory_planner.api.order_parts import LineQuantities, SingleConnection, StockChanges
from inventory_planner.api.orders import Connection
from inventory_planner.api.responses import Envelope
from inventory_planner.api.variant import SingleVariant, SingleVendor, variant_path
from inventory_planner.errors import UnknownOutcomeError, UnreadableAnswerError

_encode = msgspec.json.Encoder(decimal_format="number").encode


class UpdatedLines(Envelope):
    """The lines that an update changed; `message` says how many of them, in the API's words."""

    items: list[LineQuantities]


class UpdatedLine(Envelope):
    """The line that an update changed, under a plural key."""

    items: LineQuantities


def create_order(client: Client, fields: Mapping[str, Any]) -> Raw:
    """Create a purchase order, a transfer or an assembly order; return it as the API wrote it."""
    return _order(client.change("POST", client.route.path(), _order_body(client, fields), SingleOrder))


def update_order(client: Client, order_id: str, fields: Mapping[str, Any]) -> Raw:
    """Set fields of an order; the others stay. Return the order as the API wrote it."""
    return _order(client.change("PATCH", client.route.path(order_id), _order_body(client, fields), SingleOrder))


def update_lines(
    client: Client,
    order_id: str,
    received: Mapping[str, Decimal],
    *,
    skip_background_jobs: bool | None = None,
) -> list[LineQuantities]:
    """Set the received totals of lines, by variant id; return those that were changed."""
    items = [{"id": variant_id, "received": _number(total)} for variant_id, total in received.items()]
    option = {} if skip_background_jobs is None else {"skip_background_jobs": skip_background_jobs}
    body = _encode({"items": items, **option})
    return client.change("PATCH", client.route.path(order_id, "items"), body, UpdatedLines).items


def update_line(client: Client, order_id: str, variant_id: str, received: Decimal) -> LineQuantities:
    """Set the received total of one line; return the line."""
    body = _encode({"item": {"id": variant_id, "received": _number(received)}})
    return client.change("PATCH", client.route.path(order_id, "items", variant_id), body, UpdatedLine).items


def save_connection(client: Client, order_id: str, name: str, fields: Mapping[str, Any]) -> Connection:
    """Set fields of a connection, such as `save_po`, which saves the order to the connected system."""
    body = _encode({"connection": dict(fields)})
    return client.change("PUT", client.route.path(order_id, "connections", name), body, SingleConnection).connection


def push_stock(
    client: Client, order_id: str, items: Sequence[Mapping[str, Any]], *, is_for_destination: bool = True
) -> StockChanges:
    """Push changes of stock, each with `id`, `delta` and `stock_before`; an item that failed has an `error`."""
    changes = [_numbers(item) for item in items]
    body = _encode({client.route.stock_update_name: {"items": changes}, "forDst": is_for_destination})
    return client.change("POST", client.route.path(order_id, "stock-update"), body, StockChanges)


def update_variant(client: Client, variant_id: str, fields: Mapping[str, Any]) -> Raw:
    """Set `lead_time` and `review_period` of a variant; return the variant as raw JSON."""
    body = _encode({"variant": _numbers(fields)})
    return client.change("PATCH", variant_path(client, variant_id), body, SingleVariant).variant


def save_variant_vendor(client: Client, variant_id: str, vendor: str, fields: Mapping[str, Any]) -> Raw:
    """Assign a vendor to a variant, or replace the vendor's data for it; return the data as raw JSON."""
    body = _encode({"vendor": _numbers(fields)})
    return client.change("PUT", variant_path(client, variant_id, "vendors", vendor), body, SingleVendor).vendor


def delete_variant_vendor(client: Client, variant_id: str, vendor: str) -> None:
    """Remove a vendor and its data from a variant."""
    client.change("DELETE", variant_path(client, variant_id, "vendors", vendor), b"", Envelope)


def _order(answer: SingleOrder) -> Raw:
    try:
        return answer.record
    except UnreadableAnswerError as error:
        raise UnknownOutcomeError(str(error)) from error


def _order_body(client: Client, fields: Mapping[str, Any]) -> bytes:
    record = _numbers(fields)
    return _encode({ORDER_ENVELOPE: record} if client.route.is_order_wrapped else record)


def _numbers(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _number(value) for name, value in fields.items()}


def _number(value: Any) -> Any:
    """A whole decimal as an integer, as the articles write quantities."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
