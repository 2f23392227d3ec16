"""The fields of an order that can be set, and the values that they can have."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from inventory_planner.errors import ChangeError
from inventory_planner.writeback.calls import SKIP_JOBS
from inventory_planner.writeback.change import Values

# The fields that the Stock Orders API lists without "read-only", by kind.
DATES: Final = frozenset({"created_date", "expected_date", "payment_date", "shipment_date", "received_date"})
NUMBERS: Final = frozenset({"shipping_handling", "shipping_handling_tax", "default_discount"})
FLAGS: Final = frozenset(
    {
        *("discount_enabled", "uom_ordering", "addMySKUs", "addVendorSKUs", "addBarcodes", "addCategories"),
        "useTitlesAsVendorName",
    }
)
TEXTS: Final = frozenset(
    {
        *(
            "reference",
            "extra_reference",
            "status",
            "type",
            "vendor",
            "source_warehouse",
            "warehouse",
            "vendor_address",
        ),
        *(
            "billing_address",
            "shipping_address",
            "email",
            "attn",
            "notes",
            "shipment_method",
            "payment_terms",
            "currency",
        ),
        *("uom_round", "moq", "shop_name"),
    }
)
OBJECTS: Final = frozenset({"custom_fields"})
WRITABLE: Final = DATES | NUMBERS | FLAGS | TEXTS | OBJECTS
ONLY_WHEN_CREATED: Final = frozenset({"items", "variants_filter", "connections", SKIP_JOBS})
STATUSES: Final = ("OPEN", "DRAFT", "PARTIALLY RECEIVED", "CLOSED", "CANCELLED")  # every account has these
TYPES: Final = frozenset({"po", "transfer", "assembly"})
_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})


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
        names = ", ".join(dict.fromkeys((*STATUSES, *sorted(statuses))))
        raise ChangeError(f"{values['status']!r} is no status of this account; it has {names}.")
    if values.get("type") and str(values["type"]).casefold() not in TYPES:
        raise ChangeError(f"{values['type']!r} is no type of an order; the types are {', '.join(sorted(TYPES))}.")
    return values


def check_new(body: Values) -> None:
    """Check that an order can be created from this body.

    Raises:
        ChangeError: it can't.
    """
    unknown = sorted(body.keys() - WRITABLE - ONLY_WHEN_CREATED)
    if unknown:
        raise ChangeError(f"A new order can't have {', '.join(unknown)}.")
    missing = [name for name in ("reference", "warehouse") if not body.get(name)]
    is_assembly = str(body.get("type") or "").casefold() == "assembly"
    missing += ["source_warehouse"] if is_assembly and not body.get("source_warehouse") else []
    missing += [] if body.get("items") or body.get("variants_filter") else ["items or variants_filter"]
    if missing:
        raise ChangeError(f"A new order needs {' and '.join(missing)}.")
    for line in body.get("items") or ():
        if not line.get("id") or "replenishment" not in line:
            raise ChangeError(
                f"Each item of a new order needs an id and a replenishment; this one has neither or one: {line}."
            )
        if is_assembly and not line.get("components"):
            raise ChangeError(f"Item {line['id']} of an assembly order needs components.")


def _checked(name: str, value: Any) -> Any:
    if value is None or value == "":
        return value
    if name in DATES:
        return _date(name, value)
    if name in NUMBERS:
        return _number(name, value)
    return _flag(name, value) if name in FLAGS else value


def _date(name: str, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise ChangeError(f"{name} is {value!r}; it must be a date such as 2026-01-31.") from error


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
