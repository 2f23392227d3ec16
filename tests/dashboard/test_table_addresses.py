"""The sort and the page of each table are in the address."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import Browser

TITLE = "Overdue and ageing"
SORTED = "sort.overdue.lines=-Days+overdue"

pytestmark = pytest.mark.long


class Lines:
    """The table of overdue lines."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def run(self, script: str) -> Any:
        table = "const table = found(document, '[data-name=\"overdue.lines\"]')[0]; if (!table) return null;"
        return self.browser.run(f"{table} {script}")

    def shown(self) -> list[Any]:
        """What the reader sees: how the column is sorted, which page it is, and the rows."""
        found = self.run(
            """
            const heading = found(table, 'th').find(e => e.innerText.includes('Days overdue'));
            return [found(heading, '[data-testid=data-table-sort-button]')[0].ariaLabel.split(',')[0],
                found(table, '[part=table-footer]')[0].innerText.match(/Page\\s+(\\d+)/)[1],
                found(table, 'tbody tr').map(e => e.innerText)];
            """
        )
        return list(found or [])

    def is_descending(self) -> bool:
        return str(self.shown()[0]).startswith("Sorted descending")

    def page(self) -> str:
        return str(self.shown()[1])

    def sort(self) -> None:
        self.run(
            """
            const heading = found(table, 'th').find(e => e.innerText.includes('Days overdue'));
            table.dispatchEvent(new PointerEvent('pointerdown'));
            found(heading, '[data-testid=data-table-sort-button]')[0].click();
            """
        )

    def turn(self) -> None:
        self.run("found(table, '[data-testid=next-page-button]')[0].click()")

    def until_at(self, address: str) -> None:
        driver = self.browser.driver
        self.browser.until(lambda: driver.current_url == address, f"had the address {address}: {driver.current_url}")

    def until_shown(self, expected: list[Any]) -> None:
        self.browser.until(lambda: self.shown() == expected, f"showed {expected}")


def test_the_sort_and_the_page_of_a_table_survive_reload_back_a_filter_and_a_link(browser: Browser, url: str) -> None:
    lines, first, second = Lines(browser), f"{url}/?{SORTED}#/overdue", f"{url}/?{SORTED}&page.overdue.lines=2#/overdue"
    browser.size(1280, 2400)
    browser.clear_logs()
    browser.open(f"{url}/#/overdue")
    browser.until_shown(TITLE)
    unsorted = browser.until(lines.shown, "showed the lines")

    lines.sort()
    lines.until_at(first.replace("=-", "="))
    lines.sort()
    lines.until_at(first)
    browser.until(lines.is_descending, "was sorted")
    shown_first = lines.shown()
    lines.turn()
    lines.until_at(second)
    browser.until(lambda: lines.page() == "2", "turned the page")
    shown_second = lines.shown()

    browser.driver.refresh()
    browser.until_shown(TITLE)
    lines.until_shown(shown_second)
    browser.driver.back()
    lines.until_shown(shown_first)
    browser.driver.forward()
    lines.until_shown(shown_second)
    assert browser.driver.current_url == second

    script = "found(document, '.ip-value a').find(e => e.href.includes('overdue=yes')).click()"
    browser.run(script)  # other rows, from their first page on
    lines.until_at(f"{url}/?overdue=yes&{SORTED}#/overdue")
    browser.until(lambda: lines.page() == "1" and lines.is_descending(), "was sorted")
    browser.driver.back()
    lines.until_shown(shown_second)
    browser.run("location.hash = '#/'")
    browser.until_shown("Monday briefing")
    browser.driver.back()
    browser.until_shown(TITLE)
    lines.until_shown(shown_second)

    browser.open(f"{url}/?sort.overdue.lines=No+such+column&page.overdue.lines=900#/overdue")
    browser.until_shown(TITLE)
    browser.until(lambda: lines.page() == "5", "showed the last page")
    browser.open(f"{url}/#/overdue")
    browser.until_shown(TITLE)
    lines.until_shown(unsorted)
    assert browser.errors() == []
