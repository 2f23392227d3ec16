"""The address is the state: what is shown comes back from it, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import browsing
import pytest
from browsing import Browser

from inventory_planner_dashboard.address import OpenTabs, format_query, parse_query
from inventory_planner_dashboard.controls import filter_controls, query_of, selected_filters
from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.published import attach
from inventory_planner_dashboard.routes import PAGES
from inventory_planner_dashboard.view import View

ALL_FILTERS = {
    "basis": "promised",
    "dates": "2026-08-01..2026-10-31",
    "vendor": "Kestrel Lighting|Vesta Appliances",
    "warehouse": "East Hub",
    "type": "all",
    "currency": "USD",
    "buyer": "Nobody",
    "status": "Open",
    "since": "2026-08-03",
    "search": "10 % O'Brien & Söhne",
    "overdue": "yes",
}
SAME = 15  # looks at a page, about 0.1 s apart, that find no difference
# Filters and the address are those of all pages; these differ in what they draw: links, charts, a search, clocks.
EACH_KIND = ("#/", "#/vendor", "#/variant", "#/health")
CHANGES: dict[str, Callable[[Browser], None]] = {  # what the address says afterwards, and what the reader does
    "basis=promised": lambda browser: choose(browser, "Dates", "by promised date"),
    "type=all": lambda browser: choose(browser, "Order type", "All types"),
    "currency=USD": lambda browser: choose(browser, "Currency", "USD"),
    "search=a": lambda browser: search(browser, "a"),
    "vendor=Kestrel+Lighting": lambda browser: pick(browser, "Vendor", "Kestrel Lighting"),
    "warehouse=East+Hub": lambda browser: pick(browser, "Warehouse", "East Hub"),
    "dates=2026-01-01..2026-10-31": lambda browser: send(browser, "date-range", ["2026-01-01", "2026-10-31"]),
    "status=ordered": lambda browser: pick(browser, "Status", "ordered"),
    "since=2026-08-03": lambda browser: send(browser, "date", "2026-08-03", "New since"),
    "overdue=yes": lambda browser: browser.run("found(document, 'button[role=switch]')[0].click()"),
}
TABS = [
    pytest.param("#/received", "received", "Lines", id="received"),
    pytest.param("#/scorecard", "scorecard", "All time", id="scorecard"),
    pytest.param("#/transfers", "transfers", "Assembly orders", id="transfers"),
]


@pytest.fixture(scope="module")
def second_browser() -> Iterator[Browser]:
    if reason := browsing.missing():
        pytest.skip(reason)
    with browsing.chromium() as found:
        yield found


def test_a_query_comes_back_from_its_text_whatever_characters_it_contains() -> None:
    assert parse_query(format_query(ALL_FILTERS)) == ALL_FILTERS
    assert format_query({}) == ""
    assert parse_query("?currency=EUR&currency=USD&empty=") == {"currency": "EUR"}


def test_the_controls_come_back_from_the_address_that_their_filters_have(published: Path) -> None:
    file = attach(published)

    filters = selected_filters(file, filter_controls(file, ALL_FILTERS))

    assert (filters.first, filters.last, filters.warehouses) == (date(2026, 8, 1), date(2026, 10, 31), ("East Hub",))
    assert query_of(filters, file) == ALL_FILTERS
    assert query_of(selected_filters(file, filter_controls(file, {})), file) == {}


def test_a_period_takes_the_place_of_the_dates_and_stays_relative_in_the_address(published: Path) -> None:
    file = attach(published)
    assert file.as_of

    filters = selected_filters(file, filter_controls(file, {"period": "30", "dates": "2026-08-01..2026-10-31"}))

    assert (filters.first, filters.last) == (file.as_of - timedelta(days=29), file.as_of)
    assert query_of(filters, file) == {"period": "30"}


def test_a_link_changes_one_filter_and_drops_an_empty_one(published: Path) -> None:
    view = View(attach(published), Filters(), {"currency": "USD", "search": "mug"})

    assert view.link("#/vendor", vendor="A|B", search="") == "?currency=USD&vendor=A%7CB#/vendor"
    assert view.link(currency="", search="") == "?"


def test_the_first_tab_of_a_group_needs_no_mention_in_the_address() -> None:
    state = {"tab.spend": "Variants"}
    tabs = OpenTabs(lambda: state, state.update)

    tabs.open("received", "Lines", is_first=False)
    assert state == {"tab.spend": "Variants", "tab.received": "Lines"}
    assert (tabs.title("received"), tabs.title("scorecard")) == ("Lines", None)

    changed: list[dict[str, str]] = []
    OpenTabs(lambda: state, changed.append).open("spend", "Vendors", is_first=True)
    assert changed == [{"tab.received": "Lines"}]


def choose(browser: Browser, label: str, option: str) -> None:
    """Choose from the drop-down list with this label the option that begins so."""
    browser.run(
        """
        const select = found(document, 'select').find(e =>
            e.getRootNode().host?.dataset.label?.includes(arguments[0]));
        select.selectedIndex = [...select.options].findIndex(o => o.text.startsWith(arguments[1]));
        select.dispatchEvent(new Event('change', { bubbles: true }));
        """,
        label,
        option,
    )


def pick(browser: Browser, label: str, name: str) -> None:
    """Pick a name in the list with this label."""
    send(browser, "multiselect", [name], label)


def search(browser: Browser, text: str) -> None:
    send(browser, "text", text, "Search")


def send(browser: Browser, kind: str, value: Any, label: str = "") -> None:
    """Set a control as its widget does, where no script can operate it: the sidebar's unseen copy tells the other."""
    browser.run(
        """
        const unseen = document.querySelector('marimo-sidebar');
        const element = found(unseen, `marimo-${arguments[0]}`).find(e => e.dataset.label?.includes(arguments[2]));
        document.dispatchEvent(new CustomEvent('marimo-value-input', {
            bubbles: true, composed: true, detail: { element, value: arguments[1] } }));
        """,
        kind,
        value,
        label,
    )


def state(browser: Browser) -> Any:
    """The title, the key figures and the filters that are shown, without how long ago something was."""
    return browser.run(r"""
        const sidebar = document.querySelector('aside');
        const text = e => e.ariaChecked ?? (e.value || e.innerText);
        return [document.title,
            found(document, 'h1.ip-title, .ip-value, .ip-detail, [role=tab][aria-selected=true]')
                .map(e => e.innerText.replace(/\d+ \w+ ago/, 'ago')),
            found(sidebar, 'select, input, button, [role=spinbutton]').map(text)];
    """)


def settled(browser: Browser, title: str) -> Any:
    """The state of a page once it no longer changes: the address is written before the page is drawn."""
    drawn = """
        const filters = new URLSearchParams(location.search);
        for (const key of [...filters.keys()]) if (key.startsWith('tab.')) filters.delete(key);
        return found(document, 'h1.ip-title')[0].dataset.query === (filters.size ? `?${filters}` : '');
    """
    browser.until(lambda: browser.run(drawn), "drew the page for the filters in the address")
    browser.until_shown(title)
    seen: list[Any] = []

    def is_same() -> bool:
        seen.append(state(browser))
        return len(seen) > SAME and seen[-SAME:] == [seen[-1]] * SAME

    browser.until(is_same, "came to rest")
    return seen[-1]


def until_same(browser: Browser, url: str, expected: Any) -> None:
    browser.until(lambda: browser.driver.current_url == url, f"had the address {url}")
    with suppress(AssertionError):  # the comparison below says more
        browser.until(lambda: state(browser) == expected, "showed the same")
    assert state(browser) == expected


def change(browser: Browser, said: str, act: Callable[[Browser], None]) -> None:
    act(browser)
    browser.until(lambda: said in browser.driver.current_url, f"had {said} in {browser.driver.current_url}")


@pytest.mark.long
@pytest.mark.parametrize("path", EACH_KIND)
def test_every_filter_survives_reload_back_and_a_second_browser(
    browser: Browser, second_browser: Browser, url: str, path: str
) -> None:
    title = PAGES[path][0]
    for each in (browser, second_browser):
        each.size(1280, 900)
    browser.clear_logs()
    browser.open(f"{url}/{path}")
    browser.until_shown(title)
    browser.run("window.isSame = true")
    *others, last = CHANGES
    for said in others:  # faster than the page is drawn
        CHANGES[said](browser)
    browser.until(
        lambda: all(said in browser.driver.current_url for said in others),
        f"had {others} in {browser.driver.current_url}",
    )
    before_last, shown_before_last = browser.driver.current_url, settled(browser, title)
    assert before_last.endswith(path)

    change(browser, last, CHANGES[last])
    address, shown = browser.driver.current_url, settled(browser, title)
    assert shown[0] == f"{title} · Inventory Planner"

    second_browser.open(address)
    second_browser.until_shown(title)
    until_same(second_browser, address, shown)

    browser.driver.back()
    until_same(browser, before_last, shown_before_last)
    browser.driver.forward()
    until_same(browser, address, shown)
    assert browser.run("return window.isSame") is True

    browser.driver.refresh()
    browser.until_shown(title)
    until_same(browser, address, shown)
    assert browser.errors() == []


@pytest.mark.long
@pytest.mark.parametrize(("path", "group", "tab"), TABS)
def test_an_open_tab_survives_a_filter_a_reload_and_back(
    browser: Browser, url: str, path: str, group: str, tab: str
) -> None:
    title, said = PAGES[path][0], f"tab.{group}={tab.replace(' ', '+')}"
    browser.size(1280, 900)
    browser.open(f"{url}/{path}")
    browser.until_shown(title)

    change(browser, said, lambda _: open_tab(browser, tab))
    change(browser, "overdue=yes", CHANGES["overdue=yes"])
    address, shown = browser.driver.current_url, settled(browser, title)
    assert tab in shown[1]

    browser.driver.refresh()
    browser.until_shown(title)
    until_same(browser, address, shown)

    browser.driver.back()
    browser.driver.back()
    browser.until(lambda: tab not in state(browser)[1], "went back to the first tab")


def open_tab(browser: Browser, title: str) -> None:
    browser.run(
        """
        const tab = found(document, '[role=tab]').find(e => e.innerText === arguments[0]);
        tab.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, composed: true, button: 0 }));
        """,
        title,
    )


@pytest.mark.long
def test_a_link_to_a_vendor_keeps_the_filters_and_back_leads_to_where_it_stood(browser: Browser, url: str) -> None:
    browser.size(1280, 900)
    browser.open(f"{url}/?currency=USD#/scorecard")
    shown, vendor = settled(browser, "Vendor scorecard"), browser.texts("a.ip-item")[0]
    browser.run("window.isSame = true; found(document, 'a.ip-item')[0].click()")
    browser.until_shown("Vendor detail")
    browser.until(lambda: vendor in browser.texts("h2.ip-section"), f"showed {vendor}")
    expected = f"{url}/{format_query({'vendor': vendor, 'currency': 'USD'})}#/vendor"
    browser.until(lambda: browser.driver.current_url == expected, f"had the address {expected}")

    browser.driver.back()
    until_same(browser, f"{url}/?currency=USD#/scorecard", shown)
    assert browser.run("return window.isSame") is True
