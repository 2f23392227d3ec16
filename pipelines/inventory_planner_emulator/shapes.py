"""An order in the shape that the account's quirks give it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any
from zlib import crc32

from inventory_planner_emulator.filters import is_unset
from inventory_planner_emulator.instants import instant
from inventory_planner_emulator.quirks import Quirks

ORDER_NUMBERS = ("min_budget", "min_quantity", "shipping_handling", "shipping_handling_tax", "default_discount")
ITEM_NUMBERS = ("received", "landing_cost_price", "tax", "discount", "cbm", "vendor_packaging", "uom_ordering")
_OFFSETS = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, -240, 330, 120))
_ENDING_DIGITS = re.compile(r"\d+$")


def shaped(order: dict[str, Any], quirks: Quirks) -> dict[str, Any]:
    """The order as the quirks have it served; a new dict wherever something differs."""
    for is_on, shape in _shapes(quirks):
        if is_on:
            order = shape(order)
    return order


def _shapes(quirks: Quirks) -> tuple[tuple[bool, Callable[[dict[str, Any]], dict[str, Any]]], ...]:
    return (
        (quirks.status_case == "upper", lambda order: _with_status(order, str.upper)),
        (quirks.status_case == "lower", lambda order: _with_status(order, str.lower)),
        (quirks.numeric_item_ids, lambda order: _with_items(order, _numbered)),
        (quirks.mixed_offsets, _with_mixed_offsets),
        (quirks.drop_unset, _without_unset),
        (quirks.empty_text_numbers, _with_empty_text_numbers),
        (quirks.empty_maps_as_lists, _with_empty_maps_as_lists),
        (quirks.objects_as_lists, lambda order: {key: _objects_as_lists(order[key]) for key in order}),
        (quirks.lists_as_objects, lambda order: {key: _lists_as_objects(order[key]) for key in order}),
    )


def _with_status(order: dict[str, Any], case: Callable[[str], str]) -> dict[str, Any]:
    status = order.get("status")
    return {**order, "status": case(status)} if isinstance(status, str) else order


def _with_items(order: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    items = order.get("items")
    if not isinstance(items, list):
        return order
    return {**order, "items": [change(item) if isinstance(item, dict) else item for item in items]}


def _numbered(item: dict[str, Any]) -> dict[str, Any]:
    digits = _ENDING_DIGITS.search(str(item.get("id")))
    return {**item, "id": int(digits[0])} if digits else item


def _with_mixed_offsets(order: dict[str, Any]) -> dict[str, Any]:
    first = crc32(str(order.get("id")).encode())
    changed = {}
    for turn, (key, value) in enumerate(order.items()):
        moment = instant(value) if isinstance(value, str) and "T" in value else None
        if moment is not None:
            changed[key] = moment.astimezone(_OFFSETS[(first + turn) % len(_OFFSETS)]).isoformat()
    return {**order, **changed}


def _without_unset(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_unset(member) for key, member in value.items() if not is_unset(member)}
    return [_without_unset(member) for member in value] if isinstance(value, list) else value


def _with_empty_text_numbers(order: dict[str, Any]) -> dict[str, Any]:
    return _with_items(_emptied(order, ORDER_NUMBERS), lambda item: _emptied(item, ITEM_NUMBERS))


def _emptied(record: dict[str, Any], numbers: tuple[str, ...]) -> dict[str, Any]:
    return {**record, **{name: "" for name in numbers if record.get(name) is None}}


def _with_empty_maps_as_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_empty_maps_as_lists(member) for key, member in value.items()} if value else []
    return [_with_empty_maps_as_lists(member) for member in value] if isinstance(value, list) else value


def _objects_as_lists(value: Any) -> Any:
    """Rows stay objects: only an object that is a row's field becomes a list."""
    if isinstance(value, dict):
        return [_objects_as_lists(member) for member in value.values()]
    if not isinstance(value, list):
        return value
    return [
        {key: _objects_as_lists(inner) for key, inner in member.items()} if isinstance(member, dict) else member
        for member in value
    ]


def _lists_as_objects(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists_as_objects(member) for key, member in value.items()}
    if isinstance(value, list) and value:
        return {str(position): _lists_as_objects(member) for position, member in enumerate(value)}
    return value
