"""What the reader wants to see: the same on every page, kept in the page's address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

ALL: Final = "all"

Dates = dict[str, tuple[str, str]]

DATES: Final[Dates] = {  # of each basis, the columns that begin and end what happened, in the order they are tried
    "ordered": ("order_date", "order_date"),
    "promised": ("promise_date", "promise_date"),
    "received": ("first_receipt_date", "last_receipt_date"),
}
RECEIPTS: Final = ("receipt_date", "receipt_date")  # the mart of single receipts has but one date
SEARCHED: Final = ("purchase_order_number", "sku", "title")
ORDER_TYPES: Final = {"po": "Purchase orders", "transfer": "Transfers", "assembly": "Assembly orders", ALL: "All types"}


@dataclass(frozen=True)
class Filters:
    """One choice for each; the defaults narrow nothing but the order type."""

    basis: str = "ordered"
    first: date | None = None
    last: date | None = None
    vendors: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ()
    order_type: str = "po"
    currency: str | None = None
    search: str = ""
    overdue: bool = False

    def conditions(self, columns: set[str]) -> list[str]:
        """These filters as SQL, for a mart with these columns; what it does not know does not narrow it."""
        return [
            *self._dated(columns),
            *_among("vendor_name", self.vendors, columns),
            *_among("warehouse_name", self.warehouses, columns),
            *_among("order_type", () if self.order_type == ALL else (self.order_type,), columns),
            *_among("currency_code", (self.currency,) if self.currency else (), columns),
            *self._found(columns),
            *(["is_overdue"] if self.overdue and "is_overdue" in columns else []),
        ]

    def unheard(self, columns: set[str]) -> list[str]:
        """In words, the filters that were set and that need none of these columns."""
        needs = {
            "dates": (self.first or self.last, {self._columns(columns)[0]}),
            "vendor": (self.vendors, {"vendor_name"}),
            "warehouse": (self.warehouses, {"warehouse_name"}),
            "order type": (self.order_type != "po", {"order_type"}),
            "what to find": (self.search, set(SEARCHED)),
            "overdue only": (self.overdue, {"is_overdue"}),
        }
        return [name for name, (is_set, needed) in needs.items() if is_set and not needed & columns]

    def _dated(self, columns: set[str]) -> list[str]:
        begins, ends = self._columns(columns)
        since = [f"{ends} >= date '{self.first}'"] if self.first and ends in columns else []
        until = [f"{begins} <= date '{self.last}'"] if self.last and begins in columns else []
        return since + until

    def _found(self, columns: set[str]) -> list[str]:
        wanted = literal(self.search.strip().lower())
        places = [f"contains(lower({column}), {wanted})" for column in SEARCHED if column in columns]
        return [f"({' or '.join(places)})"] if self.search.strip() and places else []

    def _columns(self, columns: set[str]) -> tuple[str, str]:
        return RECEIPTS if self.basis == "received" and "receipt_date" in columns else DATES[self.basis]


def _among(column: str, values: tuple[str, ...], columns: set[str]) -> list[str]:
    if not values or column not in columns:
        return []
    return [f"{column} in ({', '.join(literal(value) for value in values)})"]


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
