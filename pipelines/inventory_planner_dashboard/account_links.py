"""Links to orders, variants and vendors in Inventory Planner, by URL patterns that the user configures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "order": {"account": "account_id", "id": "purchase_order_id", "number": "purchase_order_number"},
    "variant": {"account": "account_id", "id": "variant_id", "sku": "sku"},
    "vendor": {"account": "account_id", "id": "vendor_id", "name": "vendor_name"},
}
"""What each pattern can contain, such as `{id}`, and the column that has its value."""

_FIELD: Final = re.compile(r"\{(\w*)\}")

_patterns: dict[str, str] = {}


def set_patterns(patterns: Mapping[str, str]) -> None:
    """Set the patterns, such as `{"order": "https://app.example/orders/{id}"}`, for all sessions of the server."""
    _patterns.clear()
    _patterns.update(patterns)


def pattern_fault(kind: str, pattern: str) -> str | None:
    """What is wrong with a pattern, as a sentence; None if it is valid."""
    if urlsplit(pattern).scheme not in ("http", "https"):
        return "It must begin with http:// or https://."
    found = set(_FIELD.findall(pattern))
    if not found or found - FIELDS[kind].keys():
        known = ", ".join(f"{{{name}}}" for name in FIELDS[kind])
        return f"It must contain at least one of {known}, and nothing else in braces."
    return None


def account_url(kind: str, row: Mapping[str, Any]) -> str:
    """The URL of an order, variant or vendor; empty without a pattern, or if the row lacks a value for it."""
    pattern = _patterns.get(kind, "")
    values = {name: row.get(FIELDS[kind][name]) for name in _FIELD.findall(pattern)}
    return _FIELD.sub(lambda field: quote(str(values[field[1]]), safe=""), pattern) if all(values.values()) else ""
