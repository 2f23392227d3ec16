"""The fields of an order that can be set, and the values that they can have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, Final

from inventory_planner.api.listing import ORDER_ENVELOPE
from inventory_planner.errors import ChangeError
from inventory_planner.writeback.calls import SKIP_JOBS
from inventory_planner.writeback.change import STATUS_TYPES, Values

# The fields that the Stock Orders API lists without "read-only", by kind.
DATES: Final = frozenset({"created_date", "expected_date", "payment_date", "shipment_date", "received_date"})
NUMBERS: Final = frozenset({"shipping_handling", "shipping_handling_tax", "default_discount"})
FLAGS: Final = frozenset(
    ("discount_enabled", "uom_ordering", "addMySKUs", "addVendorSKUs", "addBarcodes", "addCategories")
) | {"useTitlesAsVendorName"}
ADDRESSES: Final = frozenset(("vendor_address", "billing_address", "shipping_address", "email", "attn"))
TEXTS: Final = ADDRESSES | {
    *("reference", "extra_reference", "status", "type", "vendor", "source_warehouse", "warehouse", "currency"),
    *("notes", "shipment_method", "payment_terms", "uom_round", "moq", "shop_name"),
}
OBJECTS: Final = frozenset({"custom_fields"})
WRITABLE: Final = DATES | NUMBERS | FLAGS | TEXTS | OBJECTS
ONLY_WHEN_CREATED: Final = frozenset({"items", "variants_filter", "connections", SKIP_JOBS})
STATUSES: Final = tuple(name.upper() for name in STATUS_TYPES)  # every account has these
TYPES: Final = frozenset({"po", "transfer", "assembly"})
FROM_A_WAREHOUSE: Final = frozenset({"transfer", "assembly"})
SHAPES: Final[dict[str, type]] = {"items": list, "variants_filter": dict, "connections": list}
SHAPE_NAMES: Final[dict[type, str]] = {list: "a list", dict: "an object"}
_YEARS: Final = range(2000, 2100)  # others are misprints, such as 0206
_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})


def without_envelope(fields: Values) -> dict[str, Any]:
    """The fields of an order and, as the articles have it, `skip_background_jobs` beside them or around.

    Raises:
        ChangeError: the envelope holds no object.
    """
    if ORDER_ENVELOPE not in fields:
        return dict(fields)
    if not isinstance(fields[ORDER_ENVELOPE], Mapping):
        raise ChangeError(f"{ORDER_ENVELOPE} is {fields[ORDER_ENVELOPE]!r}; it must be an object.")
    return {**{name: value for name, value in fields.items() if name != ORDER_ENVELOPE}, **fields[ORDER_ENVELOPE]}


def checked_fields(fields: Values, statuses: Iterable[str] = ()) -> dict[str, Any]:
    """The fields with their values as the API expects them.

    Raises:
        ChangeError: a field can't be set, or not to this value.
    """
    unknown = sorted(fields.keys() - WRITABLE)
    if unknown:
        raise ChangeError(f"{', '.join(unknown)} can't be set. These can: {', '.join(sorted(WRITABLE))}.")
    values = {name: _checked(name, value) for name, value in fields.items()}
    known = {each.casefold() for each in (*STATUSES, *statuses)}
    if "status" in values and str(values["status"]).casefold() not in known:
        names = ", ".join([*STATUSES, *sorted(each for each in statuses if each.upper() not in STATUSES)])
        raise ChangeError(
            f"{values['status']!r} is no known status of this account: {names}. If it has it, run `load`, which reads"
            " the statuses of its orders."
        )
    if values.get("type") and str(values["type"]).casefold() not in TYPES:
        raise ChangeError(f"{values['type']!r} is no type of an order; the types are {', '.join(sorted(TYPES))}.")
    return values


def check_new(body: Values) -> None:
    """Check that an order can be created from this body.

    Raises:
        ChangeError: it can't.
    """
    if unknown := sorted(body.keys() - WRITABLE - ONLY_WHEN_CREATED):
        raise ChangeError(f"A new order can't have {', '.join(unknown)}.")
    kind = str(body.get("type") or "").casefold()
    needed = ["reference", "warehouse", *(["source_warehouse"] if kind in FROM_A_WAREHOUSE else [])]
    missing = [name for name in needed if not body.get(name)]
    missing += [] if body.get("items") or body.get("variants_filter") else ["items or variants_filter"]
    if missing:
        raise ChangeError(f"A new order needs {' and '.join(missing)}.")
    for name, shape in SHAPES.items():
        if not isinstance(body.get(name, shape()), shape):
            raise ChangeError(f"{name} of a new order must be {SHAPE_NAMES[shape]}; it is {body[name]!r}.")
    for number, line in enumerate(body.get("items", []), start=1):
        _check_line(number, line, needs_components=kind == "assembly")
    for number, connection in enumerate(body.get("connections", []), start=1):
        if not isinstance(connection, dict) or not connection.get("connection"):
            raise ChangeError(f"Connection {number} of a new order needs its name, as `connection`.")


def _check_line(number: int, line: Any, *, needs_components: bool) -> None:
    if not isinstance(line, dict) or not line.get("id") or line.get("replenishment") is None:
        raise ChangeError(f"Item {number} of a new order needs an id and a replenishment.")
    _check_quantity(str(line["id"]), line["replenishment"])
    components = line.get("components") or []
    if needs_components and not components:
        raise ChangeError(f"Item {line['id']} of an assembly order needs components.")


def _check_quantity(name: str, value: Any) -> None:
    """Numbers of any JSON spelling are left as they are.

    Raises:
        ChangeError: the value is none, or negative.
    """
    number = _number(f"The replenishment of {name}", value)
    if number < 0 or isinstance(value, bool):
        raise ChangeError(f"The replenishment of {name} is {value!r}; it must be at least 0.")


def _checked(name: str, value: Any) -> Any:
    if value is None or value == "":
        return value
    if name in DATES:
        return _date(name, value)
    if name in NUMBERS:
        return _number(name, value)
    if name in OBJECTS:
        return _object(name, value)
    return _flag(name, value) if name in FLAGS else value


def _object(name: str, value: Any) -> Any:
    """An object, or its JSON."""
    with suppress(ValueError):
        found = json.loads(value, parse_float=Decimal) if isinstance(value, str) else value
        if isinstance(found, dict):
            return found
    raise ChangeError(f"{name} is {value!r}; it must be a JSON object.")


def _date(name: str, value: Any) -> str:
    with suppress(ValueError):
        found = date.fromisoformat(str(value))
        if found.year in _YEARS:
            return found.isoformat()
    raise ChangeError(f"{name} is {value!r}; it must be a date such as 2026-01-31.")


def _number(name: str, value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise ChangeError(f"{name} is {value!r}; it must be a number.") from error
    if not number.is_finite():
        raise ChangeError(f"{name} is {value!r}; it must be a number.")
    return number


def _flag(name: str, value: Any) -> bool:
    text = str(value).casefold()
    if text in _TRUE | _FALSE:
        return text in _TRUE
    raise ChangeError(f"{name} is {value!r}; it must be true or false.")
