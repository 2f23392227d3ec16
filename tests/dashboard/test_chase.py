from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from inventory_planner_dashboard.chase import MAX_URL, Reminder, addresses, chase

AS_OF = date(2026, 11, 30)


def late(**fields: Any) -> dict[str, Any]:
    """An overdue line."""
    return {
        "purchase_order_number": "1042",
        "purchase_order_id": "id",
        "sku": "MUG",
        "title": "Mug, blue",
        "quantity_open": 12.0,
        "promise_current": date(2026, 11, 10),
        "days_overdue": 20,
        "is_overdue": True,
        **fields,
    }


DUE = late(sku=None, title=None, promise_current=date(2026, 12, 2), days_overdue=None, is_overdue=False)
TEXT = """Hello,

these lines are still open as of 2026-11-30. Please confirm when you will ship them.

Overdue:
Order 1042: MUG, Mug, blue: 12 open, promised 2026-11-10, 20 days overdue

Due soon:
Order 1042: item without a SKU: 12 open, promised 2026-12-02"""


def test_a_mail_has_the_subject_and_the_text_of_the_reminder() -> None:
    reminder = Reminder([late(), DUE], "sales+eu@acme.example", AS_OF)

    url, count = reminder.mail()

    parts = urlsplit(url)
    assert (parts.scheme, unquote(parts.path), count) == ("mailto", "sales+eu@acme.example", 2)
    assert parse_qs(parts.query) == {
        "subject": ["Open order lines: 1 overdue, 1 due soon"],
        "body": [TEXT.replace("\n", "\r\n")],
    }
    assert reminder.text() == TEXT


def test_a_long_list_is_cut_in_the_mail_only_and_the_page_says_so() -> None:
    reminder = Reminder([late(title="Стакан" * 5)] * 40, "sales@acme.example", AS_OF)

    url, count = reminder.mail()

    assert 0 < count < 40
    assert len(url) <= MAX_URL
    assert parse_qs(urlsplit(url).query)["body"][0].endswith(f"and {40 - count} more.")
    assert f"The email has {count} of 40 lines" in chase(reminder).text
    assert reminder.text().count("Order 1042") == 40
    html = chase(Reminder([late()] * 400, "sales@acme.example", AS_OF)).text
    assert "the copied text has the first 300." in html
    assert "and 100 more." in html


def test_text_from_the_account_is_neither_html_nor_a_formula_nor_another_line() -> None:
    evil = late(sku="<b>\n=1+1", title="a\t=cmd();=2+2")
    html = chase(Reminder([evil], "sales@acme.example", AS_OF)).text

    assert "<b>" not in html
    assert "Order 1042: &lt;b&gt; =1+1, a =cmd();&#x27;=2+2: 12 open" in html


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param(" a@x.example; b@y.example ", ["a@x.example", "b@y.example"], id="two"),
        pytest.param("a@x.example?bcc=thief@z.example", [], id="with other fields"),
        pytest.param("a@x.example&bcc=z", [], id="with a parameter"),
        pytest.param("a@x.example\r\nBcc: z@z.example", [], id="with a header"),
        pytest.param("javascript:alert(1)", [], id="a script"),
        pytest.param("", [], id="empty"),
        pytest.param(None, [], id="none"),
    ],
)
def test_only_addresses_are_written_to(written: str | None, found: list[str]) -> None:
    assert addresses(written) == found


def test_without_an_address_the_text_can_be_copied() -> None:
    nowhere, wrong = (chase(Reminder([late()], address, AS_OF)).text for address in (None, "call <us>"))

    assert "mailto:" not in nowhere + wrong
    assert "The vendor has no email address in Inventory Planner; copy the text instead." in nowhere
    assert "“call &lt;us&gt;” is not an email address" in wrong
    assert "Copy as text" in nowhere


def test_parts_of_a_unit_are_in_the_text() -> None:
    text = Reminder([late(quantity_open=0.25), late(quantity_open=1200.0)], None, AS_OF).text()

    assert "blue: 0.25 open" in text
    assert "blue: 1,200 open" in text


def test_a_mail_of_thousands_of_lines_is_made_at_once() -> None:
    started = perf_counter()

    _, count = Reminder([late()] * 2000, "sales@acme.example", AS_OF).mail()

    assert count > 10
    assert perf_counter() - started < 5
