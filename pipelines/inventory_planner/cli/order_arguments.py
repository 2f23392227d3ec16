"""What the arguments and options of the orders commands stand for. What is wrong with one is a `UsageError`."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click
import msgspec

NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")  # as JSON writes them; an id such as 007 stays text


def new_order(
    items: tuple[str, ...] = (),
    variants_filter: tuple[str, ...] = (),
    connections: tuple[str, ...] = (),
    **fields: Any,
) -> dict[str, Any]:
    """The body of a new order from the options."""
    if items:
        quantities = unique(map(pair, items))
        fields["items"] = [{"id": name, "replenishment": _quantity(value)} for name, value in quantities.items()]
    if variants_filter:
        conditions = unique(map(field, variants_filter))
        fields["variants_filter"] = {name: _number_or_text(value) for name, value in conditions.items()}
    if connections:
        fields["connections"] = [{"connection": name, "save_po": True} for name in connections]
    return fields


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; its decimals keep all their digits."""
    try:
        return msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(path.read_bytes().removeprefix(BOM_UTF8))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} is not a JSON object: {error}.") from error


def instant(text: str | None) -> str | None:
    """A date or an instant, as the API filters by it."""
    from inventory_planner.configuration import parse_instant

    try:
        return parse_instant(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if text else None
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is neither a date nor an instant.") from error


def pair(text: str) -> tuple[str, str]:
    """A variant and a quantity; only the last `=` separates them, because an id may contain others."""
    return _named(text, *text.rpartition("=")[::2], kind="VARIANT=QTY")


def field(text: str) -> tuple[str, str]:
    """A field and its value, which may contain `=`."""
    return _named(text, *text.partition("=")[::2], kind="FIELD=VALUE")


def _named(text: str, name: str, value: str, *, kind: str) -> tuple[str, str]:
    if "=" not in text or not name.strip():
        raise click.UsageError(f"{text!r} is not {kind}.")
    return name.strip(), value.strip()


def unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs that differ in their names."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise click.UsageError(f"{name} is given twice.")
        found[name] = value
    return found


def _number_or_text(text: str) -> Decimal | str:
    """The value of a condition: the API's articles write numbers as numbers."""
    return Decimal(text) if NUMBER.fullmatch(text) else text


def _quantity(text: str) -> Decimal:
    from inventory_planner.writeback.quantities import RULE, parse_quantity

    quantity = parse_quantity(text)
    if quantity is None:
        raise click.UsageError(f"A quantity is {text!r}; {RULE}.")
    return quantity
