from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from inventory_planner_dashboard.view import View
from inventory_planner_dashboard.worklists import DATES, RECEIPTS, csv_file

pytestmark = pytest.mark.long

Open = Callable[..., View]
LINES = """
    select account_id, purchase_order_id, purchase_order_line_id from published.marts.purchase_order_lines
    where purchase_order_id in ('safe', 'readonly', 'twice', 'negative', 'named')
"""
# five orders made of one: the first open one with a line
COPY = """
    insert into marts.purchase_orders select * replace (
        '{id}' as purchase_order_id, '{number}' as purchase_order_number, {readonly} as is_readonly,
        date '2026-03-04' as promise_current, date '2026-01-01' as sent_date
    ) from marts.purchase_orders where is_on_order order by purchase_order_id limit 1;
    insert into marts.purchase_order_lines select template.* replace (
        '{id}' as purchase_order_id, '{id}' || line.number as purchase_order_line_id, line.variant as variant_id,
        line.variant as sku, 10 as quantity_ordered, line.received as quantity_received, line.number as line_number,
        true as is_on_order, false as is_removed, 'Mug' as title
    ) from (select * from marts.purchase_order_lines order by purchase_order_line_id limit 1) as template,
        (select unnest([{lines}]) as line) as wanted
"""


def copy(order_id: str, number: str, *lines: tuple[str, float], readonly: bool = False) -> str:
    structs = (f"{{variant: '{name}', received: {had}, number: {n}}}" for n, (name, had) in enumerate(lines))
    return COPY.format(id=order_id, number=number, readonly=readonly, lines=", ".join(structs))


def rows(view: View, sql: str) -> list[list[str]]:
    (account,) = view.rows(f"select distinct account_id from ({LINES})").column(0).to_pylist()
    text = csv_file(view, sql, LINES, account).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_files_have_only_rows_that_the_commands_take_and_names_that_spreadsheets_keep(opened: Open) -> None:
    view = opened(
        copy("safe", "00123", ("12345678901234", 2.5)),
        copy("readonly", "PO-1", ("v1", 0), readonly=True),
        copy("twice", "PO-2", ("v1", 10), ("v1", 0), ("v2", 0)),
        copy("negative", "PO-3", ("v1", -2)),
        copy("named", "safe", ("v1", 0)),
    )

    assert sorted(rows(view, RECEIPTS)[1:]) == [
        ["'00123", "'12345678901234", "'12345678901234", "Mug", "10", "2.5"],
        ["PO-2", "v2", "v2", "Mug", "10", "0"],
        ["named", "v1", "v1", "Mug", "10", "0"],
    ]
    assert sorted(row[0] for row in rows(view, DATES)[1:]) == ["'00123", "PO-2", "PO-3", "named"]
