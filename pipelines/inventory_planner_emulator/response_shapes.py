"""An order in the shape that the account's quirks give it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any
from zlib import crc32

from inventory_planner_emulator.filters import is_unset
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.timestamps import parse_timestamp

_ORDER_NUMBERS = ("min_budget", "min_quantity", "shipping_handling", "shipping_handling_tax", "default_discount")
_LINE_NUMBERS = ("received", "landing_cost_price", "tax", "discount", "cbm", "vendor_packaging", "uom_ordering")
_OFFSETS = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, -240, 330, 120))
_ENDING_DIGITS = re.compile(r"\d+$")

Record = dict[str, Any]


def shape_order(order: Record, quirks: Quirks) -> Record:
    """Return the order as the quirks show it: the same dict if nothing differs, else a new one."""
    shapes: tuple[tuple[bool, Callable[[Record], Record]], ...] = (
        (quirks.status_case in _SPELLINGS, lambda order: _with_status(order, quirks.status_case)),
        (quirks.numeric_item_ids, lambda order: _with_lines(order, _with_numeric_id)),
        (quirks.mixed_offsets, _with_mixed_offsets),
        (quirks.drop_unset, _without_unset),
        (quirks.empty_text_numbers, _with_empty_text_numbers),
        (quirks.empty_maps_as_lists, _with_empty_maps_as_lists),
        (quirks.objects_as_lists, lambda order: {key: _objects_as_lists(value) for key, value in order.items()}),
        (quirks.lists_as_objects, lambda order: {key: _lists_as_objects(value) for key, value in order.items()}),
    )
    for is_on, shape in shapes:
        if is_on:
            order = shape(order)
    return order


def shape_answered_order(order: Record, quirks: Quirks) -> Record:
    """Return the order as the quirks show it in the response to a write."""
    if quirks.answered_status_case != "as read":
        quirks = replace(quirks, status_case=quirks.answered_status_case)
    return shape_order(order, quirks)


def shape_line(line: Record, quirks: Quirks) -> Record:
    """Return what a write or a stock update tells about a line, as the quirks show it."""
    return _with_numeric_id(line) if quirks.numeric_item_ids else line


def ending_digits(item_id: Any) -> str:
    """Return the digits at the end of an id."""
    digits = _ENDING_DIGITS.search(str(item_id))
    return digits[0] if digits else ""


def _with_status(order: Record, spelling: str) -> Record:
    return {**order, "status": _SPELLINGS[spelling](order)} if isinstance(order.get("status"), str) else order


def _status_type(order: Record) -> str:
    """Return the type of the status; as in the documents, an open order is a draft until a connection has it."""
    status: str = order["status"].lower()
    if status in ("draft", "closed", "cancelled"):
        return status
    is_saved = any(isinstance(row, dict) and row.get("save_po") for row in order.get("connections") or [])
    return "draft" if status == "open" and not is_saved else "active"


_SPELLINGS: dict[str, Callable[[Record], str]] = {
    "upper": lambda order: order["status"].upper(),
    "lower": lambda order: order["status"].lower(),
    "type": _status_type,
}


def _with_lines(order: Record, change: Callable[[Record], Record]) -> Record:
    lines = order.get("items")
    if not isinstance(lines, list):
        return order
    return {**order, "items": [change(line) if isinstance(line, dict) else line for line in lines]}


def _with_numeric_id(line: Record) -> Record:
    digits = ending_digits(line.get("id"))
    return {**line, "id": int(digits)} if digits else line


def _with_mixed_offsets(order: Record) -> Record:
    start = crc32(str(order.get("id")).encode())
    changed = {}
    for position, (key, value) in enumerate(order.items()):
        moment = parse_timestamp(value) if isinstance(value, str) and "T" in value else None
        if moment is not None:
            changed[key] = moment.astimezone(_OFFSETS[(start + position) % len(_OFFSETS)]).isoformat()
    return {**order, **changed}


def _without_unset(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_unset(member) for key, member in value.items() if not is_unset(member)}
    return [_without_unset(member) for member in value] if isinstance(value, list) else value


def _with_empty_text_numbers(order: Record) -> Record:
    return _with_lines(_with_empty_texts(order, _ORDER_NUMBERS), lambda line: _with_empty_texts(line, _LINE_NUMBERS))


def _with_empty_texts(record: Record, fields: tuple[str, ...]) -> Record:
    return {**record, **{field: "" for field in fields if record.get(field) is None}}


def _with_empty_maps_as_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_empty_maps_as_lists(member) for key, member in value.items()} if value else []
    return [_with_empty_maps_as_lists(member) for member in value] if isinstance(value, list) else value


def _objects_as_lists(value: Any) -> Any:
    """Turn an object that is a field of a record into a list; the members of a list stay objects."""
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
