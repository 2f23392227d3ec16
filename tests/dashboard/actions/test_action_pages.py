"""The actions as a buyer uses them in a real browser, on the demo account."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from browsing import Browser
from serving import publish

from inventory_planner.data_folder import DataFolder
from inventory_planner_emulator import Account
from orders import line, order

pytestmark = pytest.mark.long
ORDERS = """
    select lines.purchase_order_id, purchase_order_number, cast(max(promise_current) as varchar), list(struct_pack(
        id := variant_id, sku := sku, title := title,
        replenishment := cast(quantity_ordered as integer), received := cast(quantity_received as integer)
    ) order by line_number), bool_and(coalesce(recommended_action, 'close') = 'close')
    from published.marts.purchase_order_lines as lines
    left join (select purchase_order_line_id, recommended_action from published.marts.open_lines) as open_lines
        on lines.purchase_order_line_id = open_lines.purchase_order_line_id
    where lines.purchase_order_id in (select purchase_order_id from published.marts.open_lines)
        and order_type = 'po' and not is_removed and currency_code = 'EUR'
    group by 1, 2 having count(*) = count(distinct variant_id) order by 1
"""
WRITES = """
    select command, action, purchase_order_number, state, user_name from inventory_planner._writes
    where purchase_order_number in (select unnest(?)) order by recorded_at, purchase_order_number
"""


@pytest.fixture
def open_orders(writable: tuple[str, Path], published: Path, account: Account) -> list[tuple[Any, ...]]:
    """The open orders of the demo, as the account has them too."""
    publish(published, writable[1] / "analytics.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        found = connection.execute(ORDERS).fetchall()
    for order_id, number, expected, lines, _ in found:
        items = [line(each.pop("id"), **each) for each in lines]
        account.put(order(order_id, reference=number, expected_date=expected, items=items))
    return found


def recorded(folder: Path, numbers: list[str]) -> list[tuple[str, ...]]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(WRITES, [numbers]).fetchall()


class Page:
    """The actions on a page."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def begin(self, title: str) -> None:
        """Click the button that begins, and wait for the first step."""
        self.click(".ip-actions > button", title)
        self.until("Review")

    def click(self, selector: str, label: str) -> None:
        script = "found(document, arguments[0]).find(e => e.innerText.startsWith(arguments[1])).click()"
        self.browser.run(script, selector, label)

    def fill(self, selector: str, value: str) -> None:
        self.browser.run("found(document, arguments[0])[0].value = arguments[1]", f".ip-steps {selector}", value)

    def review(self, legend: str) -> list[str]:
        """Review the form with this legend; the cells of what would be sent."""
        script = """
            found(document, '.ip-steps fieldset').find(e => e.innerText.startsWith(arguments[0]))
                .querySelector('form button').click()
        """
        self.browser.run(script, legend)
        self.until("Nothing has been sent yet")
        return self.browser.texts(".ip-steps td")

    def send(self) -> list[str]:
        """Confirm with a double click; the cells of what became of it."""
        self.browser.run("const b = found(document, '.ip-steps form button')[0]; b.click(); b.click()")
        self.until("after the next run")
        return self.browser.texts(".ip-steps td")

    def until(self, text: str) -> None:
        self.browser.until(lambda: any(text in each for each in self.browser.texts(".ip-steps")), f"showed {text!r}")


def test_a_buyer_receives_re_dates_and_closes_an_order_each_confirmed_and_recorded(
    browser: Browser, writable: tuple[str, Path], open_orders: list[tuple[Any, ...]], account: Account
) -> None:
    address, folder = writable
    order_id, number, expected, lines, _ = next(each for each in open_orders if not each[-1])
    page, user = Page(browser), getpass.getuser()
    browser.clear_logs()
    browser.size(1280, 1400)
    browser.open(f"{address}&search={number}#/order")
    browser.until_shown("Order")
    assert "token" not in browser.driver.current_url
    assert not account.requests  # looking at a page asks the account nothing

    page.begin("Receive, re-date or close")
    change = f"receive: {lines[0]['sku']}"
    before, after = str(lines[0]["received"]), str(lines[0]["replenishment"])
    page.fill("input[type=number]", after)
    assert page.review("Receive") == [number, change, before, after]
    assert account.get(order_id)["items"][0]["received"] == lines[0]["received"]
    assert page.send() == [number, change, before, after, "applied"]
    assert account.get(order_id)["items"][0]["received"] == lines[0]["replenishment"]

    page.begin("Receive, re-date or close")
    page.fill("input[type=date]", "2027-03-01")
    assert page.review("Change the expected date") == [number, "update: expected_date", expected, "2027-03-01"]
    with DataFolder(folder).locked("run"):
        page.click(".ip-steps button", "Send")
        page.until("Nothing was sent. `run`")
    assert page.send()[-1] == "applied"

    page.begin("Receive, re-date or close")
    assert page.review("Close")[1:] == ["update: status", "open", "CLOSED"]
    page.click(".ip-steps button", "Back")
    assert browser.texts(".ip-steps") == [""]
    page.begin("Receive, re-date or close")
    page.review("Close")
    assert page.send()[-1] == "applied"
    page.click(".ip-actions > button", "Receive")
    page.until("there is nothing to change here")
    assert account.get(order_id)["status"] == "closed"

    assert browser.errors() == []
    assert recorded(folder, [number]) == [
        ("orders receive", "receive", number, "applied", user),
        ("orders update", "update", number, "applied", user),
        ("orders close", "update", number, "applied", user),
    ]


def test_stale_orders_are_closed_together_and_not_offered_again(
    browser: Browser, writable: tuple[str, Path], open_orders: list[tuple[Any, ...]]
) -> None:
    address, folder = writable
    to_close = sorted(each[1] for each in open_orders if each[-1])
    page, user = Page(browser), getpass.getuser()
    browser.clear_logs()
    browser.size(1280, 1400)
    browser.open(f"{address}&currency=EUR#/overdue")
    browser.until_shown("Overdue and ageing")
    page.begin("Close stale orders")
    assert browser.count(".ip-steps input[type=checkbox]") == len(to_close)
    browser.run("found(document, '.ip-steps input[type=checkbox]')[0].click()")
    page.click(".ip-steps form button", "Review")
    page.until("Nothing has been sent yet")
    closed = page.send()
    assert closed[1::5] == ["update: status"] * (len(to_close) - 1)
    browser.run("location.hash = '#/'")
    browser.until_shown("Monday briefing")
    browser.run("location.hash = '#/overdue'")
    browser.until_shown("Overdue and ageing")
    browser.until(lambda: "Sent from this dashboard" in browser.texts(".ip-actions")[0], "showed what was sent")
    page.begin("Close ")
    assert browser.count(".ip-steps input[type=checkbox]") == 1

    browser.size(1280, 2400)
    browser.run("location.hash = '#/'")
    browser.until_shown("Monday briefing")
    tile = "found(document, '.ip-tile').find(e => e.innerText.startsWith('Orders to close')).querySelector('a')"
    count = browser.run(f"const link = {tile}; link.click(); return link.innerText")
    browser.until_shown("Received vs ordered")
    page.begin("Close orders that arrived in full")
    assert browser.count(".ip-steps input[type=checkbox]") == int(count)
    assert browser.errors() == []

    assert recorded(folder, to_close) == [
        ("orders close", "update", each, "applied", user) for each in sorted(closed[::5])
    ]
