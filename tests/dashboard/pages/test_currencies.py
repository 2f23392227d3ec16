"""Money in several currencies and orders of several accounts: pages say what they leave out, and mix nothing."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import marimo as mo
import pyarrow as pa
import pytest

from inventory_planner_dashboard.charts import by_currency
from inventory_planner_dashboard.chips import chips
from inventory_planner_dashboard.controls import filter_controls, query_of, selected_filters, shown_controls
from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.pages import briefing
from inventory_planner_dashboard.published import Published, attach
from inventory_planner_dashboard.routes import PAGES, render_page
from inventory_planner_dashboard.view import EACH_CURRENCY, View

pytestmark = pytest.mark.long

OPEN = "select sum(open_value) as open_value, count(*) as count_lines from marts.open_lines"
OF_EACH = """
    select currency_code, sum(open_value) as open_value, count(*) as count_lines
    from published.marts.open_lines where order_type = 'po' group by 1
"""
LINES_IN_USD = """
    select count(*) as count_lines from published.marts.purchase_order_lines
    where currency_code = 'USD' and order_type = 'po'
"""
RATES = (
    "update marts.data_health set reporting_currency = 'EUR'",
    "update marts.open_lines set open_value_reporting = case currency_code when 'USD' then 0.5 else 1 end * open_value",
)
MONEY = re.compile(r"\b\w*(?:value|cost|revenue|variance|saving)\w*\b")
OF_ONE_ORDER = next(title for path, (title, _) in PAGES.items() if path == "#/order")  # in the order's own currency
ALIAS = re.compile(r"\bas \w+")
Open = Callable[..., View]


def tile(view: View, label: str) -> str:
    """The figure of a tile of the briefing."""
    html = re.search(rf'ip-label">{label}<.*?ip-value">(.*?)</div>', briefing.render(view).text)
    assert html
    return " ".join(re.sub("<.*?>", "", html[1]).split())


def test_without_rates_all_currencies_are_shown_each_in_its_own(opened: Open) -> None:
    view = opened(filters=Filters())
    rows = view.rows(OF_EACH).to_pylist()
    each = {row["currency_code"]: row["open_value"] for row in rows}

    assert view.currency == view.currency_of(OPEN) == EACH_CURRENCY
    assert {name: round(value or 0) for name, value in view.amounts(OPEN, "open_value").items()} == {
        name: round(value) for name, value in each.items()
    }
    assert tile(view, "Open") == f"{each['EUR']:,.0f} EUR + {each['USD']:,.0f} USD"
    assert view.row(OPEN)["count_lines"] == sum(row["count_lines"] for row in rows)


def test_charts_of_several_currencies_have_the_same_order_on_every_page(opened: Open) -> None:
    view, drawn = opened(filters=Filters()), list[str]()

    def draw(_rows: pa.Table, currency: str) -> mo.Html:
        drawn.append(currency)
        return mo.Html("")

    by_currency(view, "select 'USD' as currency_code union all select 'EUR'", draw)
    assert drawn == ["EUR", "USD"] == list(view.published.currencies)


def test_with_rates_values_are_in_the_reporting_currency_and_a_missing_rate_is_named(opened: Open) -> None:
    view = opened(*RATES, filters=Filters())
    each = {row["currency_code"]: row["open_value"] for row in view.rows(OF_EACH).to_pylist()}

    assert (view.currency, view.currency_of("select 1 from marts.vendor_scorecard")) == ("EUR", EACH_CURRENCY)
    assert tile(view, "Open") == f"{each['EUR'] + each['USD'] / 2:,.0f} EUR"

    missing = "update marts.data_health set check_name = 'order_without_exchange_rate', count_found = 3"
    lacking = opened(*RATES, f"{missing} where check_name = 'order_without_currency'", filters=Filters())
    assert lacking.currency == EACH_CURRENCY
    assert "Values are not in EUR: 3 orders have no exchange rate." in render_page("#/transfers", lacking).text


def test_the_chips_of_a_currency_and_an_account_count_the_lines_left_out(opened: Open, published: Path) -> None:
    second = [
        f"update marts.{mart} set account_id = 'us' where currency_code = 'USD'"
        for mart in ("purchase_orders", "purchase_order_lines", "open_lines")
    ]
    second.append(
        "insert into marts.accounts select * replace ('us' as account_id, 'US' as account_name) from marts.accounts"
    )
    view = opened(*second, filters=Filters(currency="EUR"))
    count = view.row(LINES_IN_USD)["count_lines"]

    def shown(filters: Filters, **query: str) -> str:
        return "".join(each.text for each in chips(View(view.published, filters, query)))

    assert f"EUR only: {count:,} lines in USD are not shown" in shown(Filters(currency="EUR"), currency="EUR")
    assert f">Show account US: {count:,} lines<" in shown(Filters(account="a1000"))
    assert re.search(r">Show account a1000: [\d,]+ lines<", shown(Filters(account="us"), account="us"))
    controls = filter_controls(view.published, {})
    assert any("Account" in control.text for control in shown_controls(controls))
    assert selected_filters(view.published, controls).account == "a1000"  # one at a time
    assert query_of(Filters(account="a1000"), view.published) == {}
    assert query_of(Filters(account="us"), view.published) == {"account": "us"}
    only = shown_controls(filter_controls(attach(published), {}))
    assert not any("Account" in control.text for control in only)


def test_pages_read_no_money_that_stays_unconverted_in_a_converted_mart(published: Path) -> None:
    file = attach(published)
    pages = {title: Path(inspect.getfile(render)) for title, render in PAGES.values() if title != OF_ONE_ORDER}
    found = {title: unconverted(file, page) for title, page in pages.items()}
    assert found == {title: set() for title in pages}


def unconverted(file: Published, page: Path) -> set[tuple[str, str]]:
    """The columns with money that a page names, of marts in the reporting currency that don't convert these."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(page.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    of_tables = {text for text in texts if MONEY.fullmatch(text)}
    return {
        (mart, name)
        for sql in texts
        for mart in re.findall(r"(?<!published\.)\bmarts\.(\w+)", sql)
        for name in {*MONEY.findall(ALIAS.sub("", sql)), *(of_tables if "select *" in sql else ())}
        & set(file.columns[mart])
        if any(column.endswith("_reporting") for column in file.columns[mart])
        and f"{name}_reporting" not in file.columns[mart]
        and not name.endswith(("_rate", "_reporting"))
        and mart != "vendor_scorecard"
    }
