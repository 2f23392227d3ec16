"""The filters: the same on every page, applied to each mart as SQL, kept in the address of the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ALL: Final = "all"
SEPARATOR: Final = (
    "|"  # between names in one value of the address: marimo's routes keep only the last of several values
)
NO_VENDOR: Final = "(no vendor)"  # as in vendor_scorecard

Span = tuple[str, str]

DATES: Final[
    dict[str, tuple[Span, ...]]
] = {  # the columns with the first and the last date; the first known pair counts
    "sent": (("sent_date", "sent_date"),),
    "promised": (("promise_date", "promise_date"),),
    "forecast": (("forecast_receipt_date", "forecast_receipt_date"),),
    "received": (
        ("receipt_date", "receipt_date"),
        ("first_receipt_date", "last_receipt_date"),
        ("last_receipt_date", "last_receipt_date"),
    ),
}
PERIODS: Final = {  # by their names in the address; the first leaves the choice to the dates
    "": "Dates below",
    "7": "Last 7 days",
    "30": "Last 30 days",
    "90": "Last 90 days",
    "quarter": "This quarter",
    "year": "This year",
}
ORDER_TYPES: Final = {"po": "Purchase orders", "transfer": "Transfers", "assembly": "Assembly orders", ALL: "All types"}
_SEARCHED: Final = ("purchase_order_number", "sku", "title")
_ORDERS: Final = "published.marts.purchase_orders"
_LINKS: Final = ("purchase_order_line_id", "purchase_order_id", "sku")  # to an account's lines, most precise first


@dataclass(frozen=True)
class Filters:
    """One value for each filter; by default only the order type is set.

    `first` and `last` are the dates, also where a period says them; `since` is the day from which changes are new.
    """

    basis: str = "sent"
    first: date | None = None
    last: date | None = None
    vendors: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ()
    order_type: str = "po"
    currency: str | None = None
    search: str = ""
    overdue: bool = False
    period: str = ""
    account: str = ""
    buyers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: date | None = None

    def conditions(self, columns: set[str]) -> list[str]:
        """These filters as SQL for a mart with these columns; a filter without its column does not apply."""
        return [
            *self._date_conditions(columns),
            *self._vendor_conditions(columns),
            *_one_of("warehouse_name", self.warehouses, columns),
            *_one_of("order_type", () if self.order_type == ALL else (self.order_type,), columns),
            *_one_of("currency_code", (self.currency,) if self.currency else (), columns),
            *_one_of("account_id", (self.account,) if self.account else (), columns),
            *_one_of_order("buyer", self.buyers, columns),
            *_one_of_order("status", self.statuses, columns),
            *self._search_conditions(columns),
            *(["is_overdue"] if self.overdue and "is_overdue" in columns else []),
        ]

    def ignored(self, columns: set[str]) -> list[str]:
        """The names of the filters that are set and do not apply to a mart with these columns."""
        applied = {
            "dates": not (self.first or self.last) or self._span(columns),
            "vendor": not self.vendors or "vendor_name" in columns,
            "warehouse": not self.warehouses or "warehouse_name" in columns,
            "order type": self.order_type == "po" or "order_type" in columns,
            "account": not self.account or "account_id" in columns,
            "buyer": not self.buyers or columns.intersection(("buyer", "purchase_order_id")),
            "status": not self.statuses or columns.intersection(("status", "purchase_order_id")),
            "search": not self.search.strip() or columns.intersection((*_SEARCHED, *_LINKS)),
            "overdue only": not self.overdue or "is_overdue" in columns,
        }
        return [name for name, is_applied in applied.items() if not is_applied]

    def widened(self, columns: set[str]) -> list[str]:
        """Sentences about what counts in full because a part of it matches, in a mart with these columns."""
        spans_receipts = self._span(columns) == ("first_receipt_date", "last_receipt_date")
        has_orders_only = "purchase_order_id" in columns and not columns & {"purchase_order_line_id", "sku"}
        notes = {
            "anything with a receipt on these dates counts with all its receipts.": (self.first or self.last)
            and spans_receipts,
            "an order with a matching line counts with all its lines.": self.search.strip() and has_orders_only,
        }
        return [note for note, applies in notes.items() if applies]

    def _date_conditions(self, columns: set[str]) -> list[str]:
        span = self._span(columns)
        if span is None:
            return []
        first_column, last_column = span
        since = [f"{last_column} >= date '{self.first}'"] if self.first else []
        return since + ([f"{first_column} <= date '{self.last}'"] if self.last else [])

    def _vendor_conditions(self, columns: set[str]) -> list[str]:
        conditions = _one_of("vendor_name", self.vendors, columns)
        return [f"({each} or vendor_name is null)" for each in conditions] if NO_VENDOR in self.vendors else conditions

    def _search_conditions(self, columns: set[str]) -> list[str]:
        if not self.search.strip():
            return []
        sought = literal(self.search.strip().lower())
        of_mart, of_line = (
            [f"contains(lower({column}), {sought})" for column in _SEARCHED if column in available]
            for available in (columns, set(_SEARCHED))
        )
        links = [] if columns.issuperset(_SEARCHED) else _links_to_lines(columns, " or ".join(of_line))
        return [f"({' or '.join(of_mart + links)})"] if of_mart or links else []

    def _span(self, columns: set[str]) -> Span | None:
        return next((span for span in DATES[self.basis] if columns.issuperset(span)), None)


def dates_of(period: str, today: date) -> tuple[date, date]:
    """The first and the last date of a period; a quarter and a year are whole ones, also the days to come."""
    if period.isdigit():
        return today - timedelta(days=int(period) - 1), today
    month = 1 if period == "year" else today.month - (today.month - 1) % 3
    months = 12 if period == "year" else 3
    year_after, month_after = divmod(month - 1 + months, 12)
    return date(today.year, month, 1), date(today.year + year_after, month_after + 1, 1) - timedelta(days=1)


def last_working_day(today: date) -> date:
    """The last day from Monday to Friday before this one."""
    monday, sunday = 0, 6
    return today - timedelta(days={monday: 3, sunday: 2}.get(today.weekday(), 1))


def parse_dates(text: str, first: date, last: date) -> tuple[date, date]:
    """The dates in an address such as `2026-01-01..2026-01-31`, in either order; first and last if none is between."""
    try:
        since, until = sorted(date.fromisoformat(day) for day in text.split(".."))
    except ValueError:
        return first, last
    return (first, last) if until < first or since > last else (max(since, first), min(until, last))


def join_names(names: Sequence[str]) -> str:
    """Names as one value of the address; `split_names` reverses it, whatever characters they contain."""
    joined = io.StringIO()
    csv.writer(joined, delimiter=SEPARATOR).writerow(names)
    return joined.getvalue().removesuffix("\r\n")


def split_names(value: str) -> list[str]:
    """The names in one value of the address."""
    return [name for row in csv.reader(io.StringIO(value, newline=""), delimiter=SEPARATOR) for name in row]


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _links_to_lines(columns: set[str], condition: str) -> list[str]:
    """Whether the line of a row meets a condition, or any line of its order where a row has no line."""
    lines = "published.marts.purchase_order_lines"
    links = [_link(key, lines, condition) for key in _LINKS if key in columns]
    return [f"coalesce({', '.join(links)})"] if links else []


def _link(key: str, lines: str, condition: str) -> str:
    found = f"select account_id, {key} from {lines} where {condition}"  # noqa: S608
    return f"case when {key} is not null then (account_id, {key}) in ({found}) end"


def _one_of(column: str, values: tuple[str, ...], columns: set[str]) -> list[str]:
    if not values or column not in columns:
        return []
    return [f"{column} in ({', '.join(literal(value) for value in values)})"]


def _one_of_order(column: str, values: tuple[str, ...], columns: set[str]) -> list[str]:
    """The same for a column of orders, which other marts reach through the order that they name."""
    if column in columns or "purchase_order_id" not in columns:
        return _one_of(column, values, columns)
    keys = "account_id, purchase_order_id"
    return [
        f"({keys}) in (select {keys} from {_ORDERS} where {each})"  # noqa: S608
        for each in _one_of(column, values, {column})
    ]
