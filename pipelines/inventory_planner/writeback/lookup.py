"""Find the orders that somebody names, by their id or by an unambiguous reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import Record
from inventory_planner.errors import ChangeError, NotFoundError
from inventory_planner.writeback.state import all_orders, orders_with_reference, read_order

MAX_SINGLE_READS: Final = 20  # orders; for more, reading the whole list takes fewer requests
ORDER_ID: Final = re.compile(r"[0-9a-f]{24}")  # as Inventory Planner makes them; any other name is a reference first

Found = Mapping[str, Record | ChangeError]


def find_order(client: Client, name: str) -> Record:
    """The order with this id or, if exactly one has it, with this reference.

    Raises:
        ChangeError: no order has it, or several, or it can't be read.
        ApiError: a request failed.
    """
    if not name.strip():
        raise ChangeError("The order has no name; give its id or its reference.")
    if ORDER_ID.fullmatch(name):
        try:
            return read_order(client, name)
        except NotFoundError:
            return _only(name, orders_with_reference(client, name))
    found = orders_with_reference(client, name)
    if found:
        return _only(name, found)
    try:
        return read_order(client, name)
    except NotFoundError:
        return _only(name, [])


def find_orders(client: Client, names: Iterable[str]) -> Found:
    """The order of each name, or why there is none; see `find_order`.

    Raises:
        ApiError: a request failed.
    """
    wanted = list(dict.fromkeys(names))
    return _find_each(client, wanted) if len(wanted) <= MAX_SINGLE_READS else _find_in_list(client, wanted)


def found_order(orders: Found, name: str) -> Record:
    """The order that was found under a name.

    Raises:
        ChangeError: none was; the message says why.
    """
    found = orders[name]
    if isinstance(found, ChangeError):
        raise found
    return found


def _find_each(client: Client, names: list[str]) -> Found:
    found: dict[str, Record | ChangeError] = {}
    for name in names:
        try:
            found[name] = find_order(client, name)
        except ChangeError as error:
            found[name] = error
    return found


def _find_in_list(client: Client, names: list[str]) -> Found:
    """Search the list of all orders; only those that are wanted are kept."""
    wanted = {*names, *map(str.strip, names)}
    by_id: dict[str, Record] = {}
    by_reference: dict[str, dict[str, Record]] = {}
    for record in all_orders(client):
        reference = str(record.order.reference or "").strip()
        if record.order_id in wanted:
            by_id[record.order_id] = record
        if reference in wanted:
            by_reference.setdefault(reference, {})[record.order_id] = record
    found: dict[str, Record | ChangeError] = {}
    for name in names:
        try:
            named = list(by_reference.get(name.strip(), {}).values()) if name.strip() else []
            is_id = name in by_id and (ORDER_ID.fullmatch(name) or not named)
            found[name] = by_id[name] if is_id else _only(name, named)
        except ChangeError as error:
            found[name] = error
    return found


def _only(name: str, found: list[Record]) -> Record:
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(sorted(each.order_id for each in found))
        raise ChangeError(f"{len(found)} orders have the reference {name}. Use an id instead: {ids}.")
    raise ChangeError(f"The account has no order with the id or reference {name}.")
