"""The dashboard in a real browser, over the published file of the demo's account."""

from __future__ import annotations

import csv
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from browsing import Browser
from serving import publish

from inventory_planner_dashboard.routes import PAGES

pytestmark = pytest.mark.long
BRIEFING = "Monday briefing"
OPEN = """
    select sum(open_value), count(*), sum(open_value) filter (where is_overdue), count(*) filter (where is_overdue)
    from marts.open_lines where order_type = 'po'
"""
OVERDUE = """
    select list((purchase_order_number, sku, cast(open_value as double)) order by purchase_order_number, sku)
    from marts.open_lines where is_overdue and order_type = 'po' and currency_code = 'EUR'
"""
EMPTY = "select 'delete from ' || schema_name || '.' || table_name from duckdb_tables() where schema_name = 'marts'"


@pytest.fixture
def nothing(served: tuple[str, Path], browser: Browser) -> tuple[str, Path]:
    """The same while nothing is published, with its page open."""
    url, file = served
    file.unlink(missing_ok=True)
    browser.size(1280, 900)
    browser.open(url)
    browser.until(lambda: "Nothing is published yet" in browser.texts("h1.ip-title"), "reported that there is no file")
    return url, file


def found(file: Path, sql: str) -> tuple[Any, ...]:
    with duckdb.connect() as connection:  # in memory: a connection to the path would share it with other tests
        connection.execute(f"attach '{file}' as published (read_only)")
        connection.execute("use published")
        row = connection.execute(sql).fetchone()
    assert row
    return row


def tiles(browser: Browser) -> dict[str, tuple[str, str]]:
    """The value and the note of each tile, by its label."""
    script = """
        const text = (e, name) => found(e, name)[0].innerText.trim();
        return found(document, '.ip-tile').map(e => [
            found(e, '.ip-label')[0].firstChild.data, text(e, '.ip-value'), text(e, '.ip-detail')]);
    """
    return {label: (value, note) for label, value, note in browser.run(script)}


def money(value: float | None, currency: str) -> str:
    return f"{value or 0:,.0f} {currency}"


def settled(browser: Browser, expected: dict[str, tuple[str, str]]) -> bool:
    shown = tiles(browser)
    return {label: shown.get(label) for label in expected} == expected


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_drawn_without_errors_or_requests_to_other_hosts(browser: Browser, url: str, path: str) -> None:
    browser.clear_logs()
    browser.size(1280, 2400)
    browser.go(url, path)
    browser.until_shown(PAGES[path][0])

    assert browser.count(".ip-tile, table, canvas, svg.marks") > 0
    assert browser.count(".ip-notice") == 0
    assert browser.count(".ip-actions") == 0  # only with --allow-writes
    assert browser.count("[role=main]") == 1
    charts = browser.run("return found(document, '[role=graphics-document]').map(e => e.ariaLabel)")
    assert [label for label in charts if not label or label == "Vega visualization"] == []
    assert browser.errors() == []
    assert browser.hosts() == {url.removeprefix("http://")}

    browser.size(400, 900)
    browser.until(lambda: browser.overflow() == 0, "fitted a telephone")


def test_the_filters_of_the_address_give_the_same_figures_as_sql(browser: Browser, url: str, published: Path) -> None:
    sql = f"{OPEN} and currency_code = 'USD' and vendor_name in ('Kestrel Lighting', 'Pan-Orient Trading')"
    value, count, overdue, count_overdue = found(published, sql)

    browser.size(1280, 900)
    browser.open(f"{url}/?currency=USD&vendor=Kestrel+Lighting|Pan-Orient+Trading#/")
    browser.until_shown(BRIEFING)

    assert count > 0
    assert tiles(browser)["Open"] == (money(value, "USD"), f"{count:,} lines")
    assert tiles(browser)["Overdue"] == (money(overdue, "USD"), f"{count_overdue:,} lines")


def test_a_vendor_without_orders_is_named(browser: Browser, url: str) -> None:
    browser.size(1280, 900)
    browser.open(f"{url}/?currency=EUR&vendor=%22A|B+Trading%22#/")
    browser.until_shown(BRIEFING)

    assert tiles(browser)["Open"] == (money(None, "EUR"), "0 lines")
    assert "No order has the vendor “A|B Trading”, so nothing is shown for it." in browser.texts(".ip-note")


def test_a_filter_changes_the_numbers_and_holds_on_the_next_page(browser: Browser, url: str, published: Path) -> None:
    value, count, *_ = found(published, f"{OPEN} and currency_code = 'EUR' and is_overdue")
    browser.size(1280, 900)
    browser.open(f"{url}/?currency=EUR")
    browser.until_shown(BRIEFING)
    assert tiles(browser)["Open"][1] != f"{count} lines"

    browser.run("found(document, 'button[role=switch]')[0].click()")
    expected = {"Open": (money(value, "EUR"), f"{count} lines")}
    browser.until(lambda: settled(browser, expected), f"showed {expected}")
    assert "overdue=yes" in browser.driver.current_url

    browser.run("found(document, 'nav.ip-menu a').find(e => e.hash === '#/overdue').click()")
    browser.until_shown("Overdue and ageing")
    assert tiles(browser)["Overdue value"] == (money(value, "EUR"), f"{count} lines")


@pytest.mark.parametrize(
    ("path", "place", "times"),
    [
        pytest.param("#/", ".ip-unfiltered .ip-ignored", 3, id="tiles of the briefing"),
        pytest.param("#/receipts", ".ip-note", 2, id="receipts, chart and table"),
    ],
)
def test_a_page_notes_where_a_filter_does_not_apply(
    browser: Browser, url: str, path: str, place: str, times: int
) -> None:
    browser.size(1280, 2400)
    browser.open(f"{url}/?overdue=yes{path}")
    browser.until_shown(PAGES[path][0])

    notes = [text.lower().removesuffix(".") for text in browser.texts(place)]
    assert notes.count("not filtered by overdue only") == times


def test_dates_filter_by_the_chosen_basis(browser: Browser, url: str, published: Path) -> None:
    sql = """
        select sum(quantity_received), count(*) filter (where quantity_received > 0) from marts.purchase_order_lines
        where order_type = 'po' and currency_code = 'EUR'
            and first_receipt_date <= date '2100-01-01' and last_receipt_date >= current_date - 60
    """
    units, count = found(published, sql)
    (since,) = found(published, "select current_date - 60")

    browser.size(1280, 900)
    browser.open(f"{url}/?currency=EUR&basis=received&dates={since}..2100-01-01#/received")
    browser.until_shown("Received vs ordered")

    assert count > 0
    assert tiles(browser)["Received"] == (f"{units:,.0f} units", f"{count:,} lines")
    assert "Anything with a receipt on these dates counts with all its receipts." in browser.texts(".ip-note")


def test_a_table_is_exported_with_all_its_rows_and_plain_numbers(
    browser: Browser, url: str, published: Path, tmp_path: Path
) -> None:
    (expected,) = found(published, OVERDUE)
    browser.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path), "eventsEnabled": True}
    )
    browser.size(1280, 900)
    browser.open(f"{url}/?currency=EUR&overdue=yes#/overdue")
    browser.until_shown("Overdue and ageing")

    browser.run("found(document, 'button').find(e => e.innerText.trim() === 'Export').click()")
    browser.until(lambda: browser.count("[aria-label='Download CSV']"), "offered CSV")
    browser.run("found(document, \"[aria-label='Download CSV']\")[0].click()")
    file = browser.until(lambda: next(tmp_path.glob("*.csv"), None), "downloaded")

    (day,) = found(published, "select max(as_of_date) from marts.open_lines")
    assert file.name == f"overdue-{day}-EUR.csv"
    with file.open(newline="") as text:
        assert sorted((row["Order"], row["SKU"], float(row["Open value"])) for row in csv.DictReader(text)) == expected


VENDOR_TILES = ["#/scorecard", "#/received", "#/received", "#/lead-times", "#/spend", "#/incoming"]


def click_a_mark(browser: Browser) -> str:
    """Click in the first chart of a page until a mark leads somewhere, and return the query and page it leads to."""
    before = browser.driver.current_url
    x, y, width, height = browser.run("""
        const { x, y, width, height } = found(document, 'canvas')[0].getBoundingClientRect();
        return [x, y, width, height];
    """)
    places = [(across, down) for across in (0.2, 0.3, 0.45, 0.6, 0.12) for down in (0.85, 0.7, 0.5, 0.3, 0.15)]
    for across, down in places:
        at = {"x": x + width * across, "y": y + height * down}
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            event = {"type": kind, "button": "left", "clickCount": 1, **at}
            browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        if browser.driver.current_url != before:
            return str(browser.driver.current_url).partition("/?")[2]
    return ""


def test_bars_and_cells_lead_to_vendors_and_orders_without_a_reload_and_an_order_can_be_chased_and_exported(
    browser: Browser, url: str, tmp_path: Path
) -> None:
    browser.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path), "eventsEnabled": True}
    )
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite"]})
    browser.size(1280, 2400)
    browser.open(f"{url}/?currency=EUR&overdue=yes#/overdue")
    browser.until_shown("Overdue and ageing")
    browser.clear_logs()
    browser.run("window.isSamePage = true")

    assert "#/vendor" in click_a_mark(browser)
    browser.until_shown("Vendor detail")
    assert "vendor=" in browser.driver.current_url
    assert "overdue=" not in browser.driver.current_url

    browser.driver.back()
    browser.until_shown("Overdue and ageing")
    browser.until(lambda: browser.count("td a[href$='#/order']"), "had links in the table")
    (number,) = browser.run("const a = found(document, 'td a[href$=\"#/order\"]')[0]; a.click(); return [a.innerText]")
    browser.until_shown("Order")
    assert browser.texts("h2.ip-section")[0].startswith(f"Purchase order {number} · ")

    browser.run("found(document, '.ip-copy')[0].click()")
    browser.until(lambda: browser.texts(".ip-copy") == ["Copied"], "copied")
    copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert f"Order {number}: " in copied
    browser.run("found(document, 'marimo-download')[0].shadowRoot.querySelector('a').click()")
    file = browser.until(lambda: next(tmp_path.glob("*.csv"), None), "downloaded")
    assert file.read_text(encoding="utf-8-sig").splitlines()[1].startswith(f"{number},")

    assert browser.run("return window.isSamePage")
    assert browser.errors() == []


def test_bars_cells_and_tiles_lead_to_the_page_of_what_they_show_without_a_reload(browser: Browser, url: str) -> None:
    browser.size(1280, 2400)
    browser.open(f"{url}/#/")
    browser.until_shown(BRIEFING)
    browser.run("window.isSamePage = true")
    for path, leads in {
        "#/": r"(basis=promised&dates=[-.\d]+#/incoming|overdue=yes#/overdue)",
        "#/running-out": r"vendor=[^&]+#/vendor",
        "#/incoming": r"basis=promised&dates=[-.\d]+&vendor=[^&]+#/incoming",
        "#/spend": r"vendor=[^&]+#/vendor",
    }.items():
        browser.run("found(document, `.ip-menu a[href$='${arguments[0]}']`)[0].click()", path)
        browser.until_shown(PAGES[path][0])
        assert re.fullmatch(leads, click_a_mark(browser)), path
        browser.driver.back()
        browser.until_shown(PAGES[path][0])

    browser.run("found(document, `.ip-menu a[href$='#/vendor']`)[0].click()")
    browser.until_shown("Vendor detail")
    browser.until(lambda: browser.count(".ip-tile a") >= len(VENDOR_TILES), "showed the tiles")
    leads_to = browser.run("return found(document, '.ip-tile a').map(e => e.hash)")
    assert leads_to[: len(VENDOR_TILES)] == VENDOR_TILES
    browser.run("found(document, '.ip-tile a')[3].click()")
    browser.until_shown("Lead times and safety days")
    assert "vendor=" in browser.driver.current_url
    assert browser.run("return window.isSamePage")


def test_a_page_of_another_site_can_open_no_session(browser: Browser, url: str) -> None:
    opened = """
        const done = arguments[arguments.length - 1];
        const socket = new WebSocket(arguments[0]);
        socket.onopen = () => done(true);
        socket.onerror = () => done(false);
    """
    address = f"{url.replace('http:', 'ws:')}/ws?session_id=s_abcdef"
    browser.open(url)
    ours = browser.driver.execute_async_script(opened, address)
    browser.driver.get("data:text/html,<title>another site</title>")
    theirs = browser.driver.execute_async_script(opened, address)

    assert (ours, theirs) == (True, False)


def test_a_newly_published_file_appears_without_a_restart(
    browser: Browser, nothing: tuple[str, Path], published: Path
) -> None:
    _, file = nothing
    (euros, in_euros, *_), (dollars, in_dollars, *_) = (
        found(published, f"{OPEN} and currency_code = '{currency}'") for currency in ("EUR", "USD")
    )
    lines = f"{in_euros + in_dollars} lines"

    publish(published, file)
    first = {"Open": (f"{money(euros, 'EUR')} + {money(dollars, 'USD')}", lines)}
    browser.until(lambda: settled(browser, first), f"showed {first}")

    publish(published, file, "update marts.open_lines set open_value = 1 where order_type = 'po'")
    second = {"Open": (f"{in_euros} EUR + {in_dollars} USD", lines)}
    browser.until(lambda: settled(browser, second), f"showed {second}")


def test_the_health_page_shows_how_long_ago_a_run_confirmed_the_file(
    browser: Browser, nothing: tuple[str, Path], published: Path
) -> None:
    url, file = nothing
    publish(published, file)
    then = datetime.now(UTC) - timedelta(hours=3)
    os.utime(file, (then.timestamp(), then.timestamp()))
    browser.open(f"{url}/#/health")

    expected = {"Confirmed": ("3 h ago", f"{then:%Y-%m-%d %H:%M} UTC")}
    browser.until(lambda: settled(browser, expected), f"showed {expected}")
    assert "Confirmed 3 h ago" in browser.texts(".ip-age")[0]


def test_a_file_of_another_version_is_explained(browser: Browser, nothing: tuple[str, Path], published: Path) -> None:
    _, file = nothing

    publish(published, file, "drop table marts.open_lines")

    title = "This version can't read the published file"
    browser.until(lambda: title in browser.texts("h1.ip-title"), "explained the file")
    assert "open_lines" in browser.texts(".ip-notice")[0]


def test_a_file_that_is_not_a_database_is_explained(browser: Browser, nothing: tuple[str, Path]) -> None:
    _, file = nothing

    file.write_bytes(b"what a newer version writes")

    title = "This version can't read the published file"
    browser.until(lambda: title in browser.texts("h1.ip-title"), "explained the file")


def test_an_account_without_orders_is_explained(browser: Browser, nothing: tuple[str, Path], published: Path) -> None:
    _, file = nothing
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        statements = [row[0] for row in connection.execute(EMPTY).fetchall()]

    publish(published, file, *statements)

    browser.until(lambda: "The account has no orders yet" in browser.texts("h1.ip-title"), "reported that it is empty")


def test_every_page_says_how_fresh_its_data_is_and_old_data_is_announced(
    browser: Browser, nothing: tuple[str, Path], published: Path
) -> None:
    url, file = nothing
    publish(published, file)
    browser.open(f"{url}/#/overdue")
    browser.until_shown("Overdue and ageing")
    shown = "return getComputedStyle(found(document, '.ip-freshness')[0], '::after').content"
    browser.until(lambda: "read just now" in browser.run(shown), "said how fresh the data is")
    assert browser.count(".ip-banner") == 0

    then = (datetime.now(UTC) - timedelta(hours=25)).timestamp()
    os.utime(file, (then, then))
    browser.driver.refresh()
    banner = browser.until(lambda: "".join(browser.texts(".ip-banner")), "warned")
    assert "This data is old: the account was last read 25 h ago" in banner
    assert "The last sweep in it, of " in banner
    assert "If runs have failed since, `inventory-planner status` shows why" in banner


def test_the_filters_that_are_set_stand_over_the_page_and_are_cleared_there(
    browser: Browser, url: str, published: Path
) -> None:
    sql = "select count(*) from marts.purchase_order_lines where order_type = 'po' and currency_code = 'EUR'"
    currency = "USD only: {:,} lines in EUR are not shown ×"  # noqa: RUF001
    (all_lines,), (overdue,) = found(published, sql), found(published, f"{sql} and is_overdue")
    browser.size(1280, 900)
    browser.open(f"{url}/?currency=USD&overdue=yes#/overdue")
    browser.until_shown("Overdue and ageing")
    assert browser.texts(".ip-chips a") == [currency.format(overdue), "Overdue only ×", "Clear all"]  # noqa: RUF001

    browser.run("found(document, '.ip-chips a')[1].click()")
    browser.until(lambda: browser.texts(".ip-chips a") == [currency.format(all_lines), "Clear all"], "took one off")
    browser.until(lambda: browser.driver.current_url == f"{url}/?currency=USD#/overdue", "had it in the address")

    browser.run("found(document, '.ip-chips a').at(-1).click()")
    browser.until(lambda: browser.count(".ip-chips a") == 0, "cleared all")
    browser.until(lambda: browser.driver.current_url == f"{url}/#/overdue", "had it in the address")


def test_the_keyboard_passes_the_menu_and_on_a_phone_a_chosen_page_closes_it(browser: Browser, url: str) -> None:
    browser.size(400, 900)
    browser.open(f"{url}/#/")
    browser.until_shown(BRIEFING)
    browser.run("document.querySelector('.ip-skip').click()")
    focused = "let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement; return e.innerText"
    assert browser.run(focused) == BRIEFING

    browser.run("""
        [...document.querySelectorAll('button:not(.ip-skip)')].find(e => e.offsetParent
            && e.getBoundingClientRect().x < 80 && e.getBoundingClientRect().y < 120).click()
    """)
    browser.until(lambda: browser.count("[role=dialog] nav.ip-menu a"), "opened the menu")
    browser.run("found(document, '[role=dialog] nav.ip-menu a').find(e => e.hash === '#/overdue').click()")
    browser.until_shown("Overdue and ageing")
    browser.until(lambda: browser.count("[role=dialog]") == 0, "closed the menu")
    assert browser.driver.title == "Overdue and ageing · Inventory Planner"


@pytest.mark.parametrize(
    ("path", "headings"),
    [
        pytest.param(
            "#/overdue", ["Order", "SKU", "Days overdue", "Open value", "Promised", "Next step"], id="overdue"
        ),
        pytest.param(
            "#/incoming", ["Item", "Next promise", "Forecast", "On order", "Warehouse", "Orders"], id="incoming"
        ),
        pytest.param("#/lead-times", ["Item", "Safety, 95%", "90%", "98%", "99%", "Planned"], id="safety"),
        pytest.param("#/lead-times", ["Item", "Proposed", "Set", "Reason", "Needed", "Error, days"], id="settings"),
        pytest.param("#/running-out", ["Item", "Days left", "At risk", "Action", "Order", "Days late"], id="gaps"),
        pytest.param("#/variant", ["Warehouse", "In stock", "On order", "Days left", "Action"], id="variant"),
        pytest.param("#/prices", ["Item", "Change", "Before", "Now", "Variance", "Sent"], id="prices"),
        pytest.param("#/receipts", ["Received", "Order", "SKU", "Units", "Value", "Days late"], id="receipts"),
        pytest.param("#/vendor", ["Order", "Days overdue", "Promised", "Open value"], id="vendor"),
        pytest.param("#/scorecard", ["Vendor", "Grade", "OTIF", "Ordered value", "Fill rate"], id="scorecard"),
        pytest.param("#/transfers", ["From", "To", "Open", "Overdue", "On time", "Transit days"], id="transfers"),
        pytest.param("#/received", ["Vendor", "Open", "Short", "Ordered", "Fill rate"], id="received"),
    ],
)
def test_the_columns_that_a_page_is_about_are_visible_at_1280_pixels(
    browser: Browser, url: str, path: str, headings: list[str]
) -> None:
    visible = """
        return found(document, 'table').map(table => [...table.querySelectorAll('th')]
            .filter(e => e.getBoundingClientRect().right <= table.parentElement.getBoundingClientRect().right + 2)
            .map(e => e.innerText.trim()));
    """
    browser.size(1280, 2400)
    browser.open(f"{url}/{path}")
    browser.until_shown(PAGES[path][0])

    assert any(set(headings) <= set(shown) for shown in browser.run(visible)), browser.run(visible)


def test_what_runs_out_has_the_figures_of_sql_and_leads_to_the_page_of_the_variant(
    browser: Browser, url: str, published: Path
) -> None:
    first, value, title = found(
        published,
        """
        select sku, sum(revenue_at_risk) over (), title from marts.stockout_risk
        where currency_code = 'EUR' and first_gap_date is not null order by priority limit 1
        """,
    )
    browser.clear_logs()
    browser.size(1280, 2400)
    browser.open(f"{url}/?currency=EUR#/running-out")
    browser.until_shown("Running out")
    assert tiles(browser)["Revenue at risk"][0] == money(value, "EUR")

    browser.run("found(document, 'a.ip-item')[0].click()")
    browser.until_shown("Variant")
    browser.until(lambda: f"{first} · {title}" in browser.texts("h2.ip-section"), "showed the variant")
    assert browser.driver.current_url == f"{url}/?currency=EUR&search={first}#/variant"
    assert browser.errors() == []

    browser.driver.back()
    browser.until(lambda: tiles(browser).get("Revenue at risk", ("",))[0] == money(value, "EUR"), "went back")


def test_the_briefing_shows_what_can_be_done_today_and_counts_and_links_the_rest(
    browser: Browser, url: str, published: Path
) -> None:
    (older,) = found(published, "select count(*) from marts.exceptions where not is_current and order_type = 'po'")
    (orders,) = found(
        published,
        """
        select count(distinct purchase_order_id) from marts.exceptions
        where is_current and not is_connection_fault and order_type = 'po'
        """,
    )
    (value, count) = found(
        published,
        """
        select sum(open_value), count(*) from marts.open_lines
        where is_at_risk and order_type = 'po' and currency_code = 'EUR'
        """,
    )
    browser.size(1280, 2400)
    browser.open(f"{url}/?currency=EUR#/")
    browser.until_shown(BRIEFING)
    assert tiles(browser)["At risk"] == (money(value, "EUR"), f"{count} lines")
    browser.run("found(document, '.ip-chips a')[0].click()")
    browser.until(lambda: " + " in tiles(browser)["At risk"][0], "showed all currencies")
    assert any(text.startswith(f"{orders} rows") for text in browser.texts("span")), browser.texts("span")

    browser.run("found(document, '.ip-links:not(.ip-chips) a').find(e => e.innerText.includes('older')).click()")
    chosen = "[role=tab][aria-selected=true]"
    browser.until(lambda: browser.texts(chosen) == ["Older"], "opened the older findings")
    assert f"{older} older findings" in browser.texts(".ip-links a")
    assert "tab.findings=Older" in browser.driver.current_url
