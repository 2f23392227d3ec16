"""What the reader wants to see: the same on every page, kept in the page's address."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

ALL: Final = "all"
BETWEEN: Final = "|"  # several names in one value of the address: marimo's pages keep only the last of several values
NO_VENDOR: Final = "(no vendor)"  # what the scorecard calls it

Span = tuple[str, str]

DATES: Final[dict[str, tuple[Span, ...]]] = {  # of each basis, between which columns it happened; the first known ones
    "ordered": (("sent_date", "sent_date"),),
    "promised": (("promise_date", "promise_date"),),
    "received": (
        ("receipt_date", "receipt_date"),
        ("first_receipt_date", "last_receipt_date"),
        ("last_receipt_date", "last_receipt_date"),
    ),
}
SEARCHED: Final = ("purchase_order_number", "sku", "title")
LINKS: Final = ("purchase_order_line_id", "purchase_order_id", "sku")  # to the lines, which have all; finest first
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
            *self._bought(columns),
            *_among("warehouse_name", self.warehouses, columns),
            *_among("order_type", () if self.order_type == ALL else (self.order_type,), columns),
            *_among("currency_code", (self.currency,) if self.currency else (), columns),
            *self._found(columns),
            *(["is_overdue"] if self.overdue and "is_overdue" in columns else []),
        ]

    def unheard(self, columns: set[str]) -> list[str]:
        """In words, the filters that were set and that need none of these columns."""
        heard = {
            "dates": not (self.first or self.last) or self._span(columns),
            "vendor": not self.vendors or "vendor_name" in columns,
            "warehouse": not self.warehouses or "warehouse_name" in columns,
            "order type": self.order_type == "po" or "order_type" in columns,
            "what to find": not self.search.strip() or columns.intersection((*SEARCHED, *LINKS)),
            "overdue only": not self.overdue or "is_overdue" in columns,
        }
        return [name for name, known in heard.items() if not known]

    def in_full(self, columns: set[str]) -> list[str]:
        """In words, what these filters take in whole because of a part, in a mart with these columns."""
        parts = {
            "what had a receipt on these days counts with all its receipts.": (self.first or self.last)
            and self._span(columns) == ("first_receipt_date", "last_receipt_date"),
            "an order of which a line is found counts with all its lines.": self.search.strip()
            and "purchase_order_id" in columns
            and not columns.intersection({"purchase_order_line_id", "sku"}),
        }
        return [said for said, holds in parts.items() if holds]

    def _dated(self, columns: set[str]) -> list[str]:
        span = self._span(columns)
        if span is None:
            return []
        began, ended = span
        since = [f"{ended} >= date '{self.first}'"] if self.first else []
        return since + ([f"{began} <= date '{self.last}'"] if self.last else [])

    def _bought(self, columns: set[str]) -> list[str]:
        among = _among("vendor_name", self.vendors, columns)
        return [f"({each} or vendor_name is null)" for each in among] if NO_VENDOR in self.vendors else among

    def _found(self, columns: set[str]) -> list[str]:
        if not self.search.strip():
            return []
        wanted = literal(self.search.strip().lower())
        known, all_of_a_line = (
            [f"contains(lower({column}), {wanted})" for column in SEARCHED if column in places]
            for places in (columns, set(SEARCHED))
        )
        links = [] if columns.issuperset(SEARCHED) else _linked(columns, " or ".join(all_of_a_line))
        return [f"({' or '.join(known + links)})"] if known or links else []

    def _span(self, columns: set[str]) -> Span | None:
        return next((span for span in DATES[self.basis] if columns.issuperset(span)), None)


def _linked(columns: set[str], condition: str) -> list[str]:
    """What belongs to a line of which this holds; what is about a whole order has no line, and goes by the order."""
    lines = "published.marts.purchase_order_lines"
    links = [f"{key} in (select {key} from {lines} where {condition})" for key in LINKS if key in columns]  # noqa: S608
    return [f"coalesce({', '.join(links)})"] if links else []


def days_of(text: str, first: date, last: date) -> tuple[date, date]:
    """The days of an address such as `2026-01-01..2026-01-31`, in either order; all from first to last if none fit."""
    try:
        since, until = sorted(date.fromisoformat(day) for day in text.split(".."))
    except ValueError:
        return first, last
    return (first, last) if until < first or since > last else (max(since, first), min(until, last))


def addressed(names: Sequence[str]) -> str:
    """Names as one value of the address, from which `names_of` gets them back whatever signs they have."""
    written = io.StringIO()
    csv.writer(written, delimiter=BETWEEN).writerow(names)
    return written.getvalue().removesuffix("\r\n")


def names_of(value: str) -> list[str]:
    """The names in one value of the address."""
    return [name for row in csv.reader(io.StringIO(value, newline=""), delimiter=BETWEEN) for name in row]


def _among(column: str, values: tuple[str, ...], columns: set[str]) -> list[str]:
    if not values or column not in columns:
        return []
    return [f"{column} in ({', '.join(literal(value) for value in values)})"]


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
