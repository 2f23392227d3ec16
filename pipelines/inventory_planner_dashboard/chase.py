"""Reminders for vendors: the lines that are overdue or due soon, as an email and as text to copy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, Final
from urllib.parse import quote

import marimo as mo

from inventory_planner.formulas import disarm
from inventory_planner_dashboard.formats import day, number, quantity
from inventory_planner_dashboard.layout import note
from inventory_planner_dashboard.view import View

MAX_URL: Final = 1900  # characters of a mailto link; some mail programs cut it off at about 2,000
MAX_LINES: Final = 300  # to copy: the texts of twenty vendors are on one page
_MIN_LINE: Final = (
    40  # characters of the shortest line; without this limit, a list of thousands of lines would take minutes
)
_ADDRESS: Final = re.compile(r"[^\s\x00-\x1f@<>()\[\]\\,;:\"]+@[^\s\x00-\x1f@<>()\[\]\\,;:\"/?&#%]+")
_BETWEEN_ADDRESSES: Final = re.compile(r"[,;\s]+")
_LINES: Final = """
    select lines.*, coalesce(vendors.vendor_email, lines.vendor_email) as address
    from published.marts.open_lines as lines
    left join published.marts.vendors as vendors
        on lines.account_id = vendors.account_id and lines.vendor_id = vendors.vendor_id
    where lines.order_type = 'po' and (lines.is_overdue or lines.is_due_soon) and lines.vendor_name in (
        select unnest($vendors)
    )
    order by lines.is_overdue desc, lines.promise_current, lines.purchase_order_number, lines.line_number
"""

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Reminder:
    """The lines to remind a vendor of, overdue ones first, and the email address in Inventory Planner."""

    lines: Sequence[Line]
    address: str | None
    as_of: date | None

    @property
    def subject(self) -> str:
        """The subject of the mail."""
        late = sum(bool(line["is_overdue"]) for line in self.lines)
        counts = {"overdue": late, "due soon": len(self.lines) - late}
        return "Open order lines: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count)

    def text(self, most: int | None = None) -> str:
        """The text, with at most this many lines."""
        shown = self.lines[:most]
        left = len(self.lines) - len(shown)
        parts = [
            "Hello,",
            f"these lines are still open as of {day(self.as_of)}. Please confirm when you will ship them.",
            *_block("Overdue:", [line for line in shown if line["is_overdue"]]),
            *_block("Due soon:", [line for line in shown if not line["is_overdue"]]),
            *([f"and {left} more."] if left else []),
        ]
        return "\n\n".join(parts)

    def mail(self) -> tuple[str, int]:
        """The `mailto` link, and how many lines fit into it."""
        recipients = ",".join(quote(each, safe="@") for each in addresses(self.address))
        for most in range(min(len(self.lines), MAX_URL // _MIN_LINE), 0, -1):
            body = self.text(most).replace("\n", "\r\n")
            url = f"mailto:{recipients}?subject={quote(self.subject, safe='')}&body={quote(body, safe='')}"
            if len(url) <= MAX_URL:
                return url, most
        return f"mailto:{recipients}?subject={quote(self.subject, safe='')}", 0


def addresses(written: str | None) -> list[str]:
    """The email addresses in a field of the API; none if any part of it is not an address."""
    found = [each for each in _BETWEEN_ADDRESSES.split((written or "").strip()) if each]
    return found if all(map(_ADDRESS.fullmatch, found)) else []


def reminders(view: View, vendors: Sequence[str]) -> dict[str, list[Reminder]]:
    """The reminders for each of these vendors, regardless of the filters; none if nothing is overdue or due soon.

    Each account has its own reminder, so that a vendor of one account does not see the orders of another.
    """
    by_account: dict[tuple[str, str], list[Line]] = {}
    for line in view.rows(_LINES, vendors=list(vendors)).to_pylist():
        by_account.setdefault((line["vendor_name"], line["account_id"]), []).append(line)
    found: dict[str, list[Reminder]] = {}
    for (name, _), lines in by_account.items():
        address = next((line["address"] for line in lines if line["address"]), None)
        found.setdefault(name, []).append(Reminder(lines, address, view.published.as_of))
    return found


def chase(reminder: Reminder) -> mo.Html:
    """The buttons and the text of a reminder."""
    url, count = reminder.mail()
    recipients = ", ".join(addresses(reminder.address))
    mail = f'<a class="ip-button" href="{escape(url)}">Email {escape(recipients)}</a>' if recipients else ""
    hint = _without_address(reminder) if not recipients else _cut(count, len(reminder.lines))
    text = escape(reminder.text(MAX_LINES))
    return mo.Html(
        f'<div class="ip-chase">{mail}<button type="button" class="ip-button ip-copy">Copy as text</button>'
        f'<details><summary>{escape(reminder.subject)}</summary><pre class="ip-command">{text}</pre>'
        f"</details>{note(hint).text if hint else ''}</div>"
    )


def _without_address(reminder: Reminder) -> str:
    if reminder.address:
        return f"“{reminder.address}” is not an email address; correct it in Inventory Planner, or copy the text."
    return "The vendor has no email address in Inventory Planner; copy the text instead."


def _cut(count: int, total: int) -> str:
    if count == total:
        return ""
    copied = "all" if total <= MAX_LINES else f"the first {MAX_LINES}"
    return (
        f"The email has {count} of {total} lines, because mail programs cut off longer ones; the copied text has"
        f" {copied}."
    )


def _block(title: str, lines: Sequence[Line]) -> list[str]:
    return ["\n".join([title, *map(_written, lines)])] if lines else []


def _written(line: Line) -> str:
    """A line of an order as text that a spreadsheet does not run: it begins with a word and has no line break."""
    item = ", ".join(filter(None, [line["sku"], line["title"]])) or "item without a SKU"
    late = f", {number(line['days_overdue'])} days overdue" if line["is_overdue"] else ""
    order = line["purchase_order_number"] or line["purchase_order_id"]
    text = (
        f"Order {order}: {item}: {quantity(line['quantity_open'])} open, promised {day(line['promise_current'])}{late}"
    )
    return disarm(" ".join(text.split()))
