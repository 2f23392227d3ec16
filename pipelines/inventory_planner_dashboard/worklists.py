"""Worklists: CSV files to edit and give to `orders receive` and `orders update`.

They contain the current values, so a row that nobody edits changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import marimo as mo

from inventory_planner.formulas import disarm, protect_name
from inventory_planner_dashboard.layout import note
from inventory_planner_dashboard.view import View

_ORDERS: Final = """
    select *, case when purchase_order_number is not null
        and count(*) over (partition by account_id, lower(trim(purchase_order_number))) = 1
        and purchase_order_number not in (select purchase_order_id from published.marts.purchase_orders)
        then purchase_order_number else purchase_order_id end as "order"
    from published.marts.purchase_orders
"""  # the commands take a number only if exactly one order has it
RECEIPTS: Final = """
    select orders."order", lines.variant_id as variant, lines.sku, lines.title, lines.quantity_ordered as ordered,
        lines.quantity_received as received
    from ({lines}) as worklist
    inner join (
        select *, count(*) over (partition by account_id, purchase_order_id, variant_id) as count_lines_of_variant
        from published.marts.purchase_order_lines
    ) as lines
        on worklist.account_id = lines.account_id and worklist.purchase_order_line_id = lines.purchase_order_line_id
    inner join ({orders}) as orders
        on lines.account_id = orders.account_id and lines.purchase_order_id = orders.purchase_order_id
    where lines.account_id = $of_account and lines.is_on_order and not lines.is_removed and not orders.is_readonly
        and lines.count_lines_of_variant = 1 and lines.quantity_received >= 0
    order by orders.sent_date, orders."order", lines.line_number
"""  # `orders receive` refuses the whole file if it can't set one of its rows, even to the current value
DATES: Final = """
    select orders."order", orders.vendor_name as vendor, orders.quantity_open as open_units, orders.days_overdue,
        orders.promise_current as expected
    from ({orders}) as orders
    where orders.account_id = $of_account and orders.is_on_order and not orders.is_readonly
        and orders.purchase_order_id in (select purchase_order_id from ({lines}) where account_id = $of_account)
    order by orders.sent_date, orders."order"
"""
_NAMES: Final = frozenset({"order", "variant", "sku"})  # the commands, or people, look things up by these
_ACCOUNTS: Final = "select distinct account_id from ({lines}) order by 1"
_ABOUT: Final = (
    "To receive goods, change “received” to the new totals and run: inventory-planner orders receive FILE.csv."
    " To change dates, change “expected” and run: inventory-planner orders update FILE.csv. Both show what will change"
    " and ask first; a row that you leave as it is changes nothing. The files leave out what the commands can't"
    " change: orders that another system manages and, for receiving, items on several lines of an order."
)


def worklists(view: View, lines: str, name: str, **parameters: Any) -> mo.Html:
    """Links to download the lines of a query, to receive them, and their orders, to re-date them; a pair an account.

    Args:
        view: the marts.
        lines: a query for rows with the account_id, purchase_order_id and purchase_order_line_id of lines.
        name: what the files are named after.
        parameters: those of the query.
    """
    accounts = [str(each) for each in view.rows(_ACCOUNTS.format(lines=lines), **parameters).column(0).to_pylist()]
    links = [
        mo.download(
            partial(csv_file, view, sql, lines, account, **parameters),
            "-".join([name, command, *([account] if len(accounts) > 1 else []), f"{view.published.as_of}.csv"]),
            mimetype="text/csv",
            label=" · ".join([label, *([account] if len(accounts) > 1 else [])]),
        )
        for account in accounts
        for command, sql, label in (("receive", RECEIPTS, "Lines to receive"), ("update", DATES, "Orders to re-date"))
    ]
    return mo.vstack([mo.hstack(links, justify="start", wrap=True), note(_ABOUT)], gap=0.25) if links else mo.Html("")


def csv_file(view: View, sql: str, lines: str, of_account: str, **parameters: Any) -> bytes:
    """One of the two files for one account."""
    found = view.rows(sql.format(lines=lines, orders=_ORDERS), **{"of_account": of_account} | parameters)
    rows = ([_plain(column, value) for column, value in row.items()] for row in found.to_pylist())
    return _written([found.column_names, *rows])


def _written(rows: Iterable[Iterable[Any]]) -> bytes:
    """CSV as spreadsheets read it; the commands remove the marks that keep a spreadsheet from changing a text."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(column: str, value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")  # quantities have four decimal places
    if value is None:
        return ""
    return protect_name(value) if column in _NAMES else disarm(str(value))
