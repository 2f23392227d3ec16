"""Changes as people read them: each value before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from inventory_planner.writeback.change import VARIANT_ACTIONS, Action, Change, split_target
from inventory_planner.writeback.journal import Outcome

NO_VALUE: Final = "-"
NO_SKUS: Final[Mapping[str, str]] = {}


class HasSkus(Protocol):
    """A change, or what became of one."""

    @property
    def skus(self) -> Mapping[str, str]:
        """The SKUs to show, by variant id."""


def merge_skus(changes: Iterable[HasSkus]) -> dict[str, str]:
    """The SKUs of the variants in several changes, by variant id."""
    return {variant_id: sku for each in changes for variant_id, sku in each.skus.items()}


def count(number: int, noun: str) -> str:
    """A number of things, such as `2 changes`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def name_of(change: Change | Outcome, skus: Mapping[str, str] = NO_SKUS) -> str:
    """The order or variant that is changed."""
    if change.action not in VARIANT_ACTIONS:
        return change.reference or change.order_id or ""
    variant_id, _ = split_target(change.target)
    return skus.get(variant_id, variant_id)


def compare(change: Change | Outcome, skus: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A row for each value that changes, with the value before and after; one row if none does."""
    for name, before, after in _differences(change) or [("", None, None)]:
        of_what = change.target if change.action == Action.CONNECT else skus.get(name, name)
        where = f" ({place})" if (place := _place(change)) else ""
        yield {
            Action(change.action).subject: name_of(change, skus),
            "change": f"{change.action}: {of_what}{where}" if of_what else f"{change.action}{where}",
            "before": _text(before),
            "after": _text(after),
        }


def _place(change: Change | Outcome) -> str:
    """The side that stock is pushed to, or the vendor of a variant."""
    if change.action == Action.PUSH_STOCK:
        return change.target
    return split_target(change.target)[1] if change.action in VARIANT_ACTIONS else ""


def _differences(change: Change | Outcome) -> list[tuple[str, Any, Any]]:
    """The name of each value, the value before and after."""
    if change.action == Action.CREATE:
        return [(name, None, value) for name, value in _created(change.after)]
    return [(name, change.before.get(name), value) for name, value in change.after.items()]


def _created(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a new order; its lines and connections as fields of their own."""
    for name, value in fields.items():
        if name == "items":
            yield from ((f"item {line.get('id')}", _ordered(line)) for line in value)
        elif name == "connections":
            yield from (("connection", each.get("connection")) for each in value)
        elif name != "reference":  # it is the order's name
            yield name, value


def _ordered(line: Mapping[str, Any]) -> Any:
    components = line.get("components") or []
    made_of = f" of {count(len(components), 'component')} each" if components else ""
    return f"{_text(line.get('replenishment'))}{made_of}" if made_of else line.get("replenishment")


def _text(value: Any) -> str:
    match value:
        case None | "":
            return NO_VALUE
        case bool():
            return "yes" if value else "no"
        case int() | float() | Decimal():
            return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        case Mapping():
            return _joined(f"{name}={_text(each)}" for name, each in value.items())
        case list() | tuple():
            return _joined(map(_text, value))
    return str(value)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts) or NO_VALUE
