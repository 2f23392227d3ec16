"""No order can keep the reports of the others from being published, whatever its fields hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from random import Random
from typing import Any

import pytest

from dbt_runs import dbt, select
from filling import fill
from hand_made import Json, line, noon, order
from inventory_planner.data_folder import DataFolder

QUANTITIES = [Decimal(text) for text in ("99999999999999.9999", "-99999999999999.9999", "0.0001", "999999999999", "0")]
MONEY = [Decimal(text) for text in ("999999999999.999999", "-999999999999.999999", "0.000001", "4006381333", "0")]
DATES = ["0001-01-01", "-0001-11-30", "02-01-25", "1990-01-01", "9999-12-31", "275760-09-13", "31/12/2024", "", "none"]
INSTANTS = [0, -62135596800, 253402300799, 8640000000000, noon("2024-06-29") * 1000, noon("2024-07-01")]
ORDER_FIELDS = {
    **dict.fromkeys(("created_date", "expected_date", "payment_date", "shipment_date", "received_date"), DATES),
    **dict.fromkeys(("total_ordered", "total_received"), QUANTITIES),
    **dict.fromkeys(("total", "shipping_handling", "default_discount"), MONEY),
    "status": ["OPEN", "CLOSED", "CANCELLED", "DRAFT", "\tclosed\r\n", ""],
    "type": ["po", "transfer", "assembly", ""],
    "currency": ["EUR", "usd ", ""],
    "payment_terms": ["net 99999999", "EOM", "prepaid", "2/10 net 30", ""],
    "discount_enabled": [True, False],
}
LINE_FIELDS = {
    **dict.fromkeys(("replenishment", "received", "vendor_packaging", "uom_ordering", "in_stock"), QUANTITIES),
    **dict.fromkeys(("cost_price", "landing_cost_price", "discount", "cbm"), MONEY),
    "components": [[{"id": "part", "quantity": quantity}] for quantity in QUANTITIES],
    "removed": [False, True],
}
VARIABLES = {"as_of_date": "2024-06-30", "reporting_currency": "EUR", "min_sample": 1}
RATES = "currency_code,valid_from,rate\nUSD,1990-01-01,99999999.999999\n"

pytestmark = pytest.mark.long


def single_extremes() -> Iterator[Json]:
    """Ordinary orders, each with one field at an extreme."""
    for name, value in ((name, value) for name, values in ORDER_FIELDS.items() for value in values):
        yield extreme({name: value}, {}, [4, 6])
    for name, value in ((name, value) for name, values in LINE_FIELDS.items() for value in values):
        yield extreme({}, {name: value}, [4, 6])


def drawn_extremes(count: int) -> Iterator[Json]:
    """Orders with every field at an extreme drawn at random, the same ones in each test run."""
    drawn = Random(15)  # noqa: S311 (no secret)
    for _ in range(count):
        fields = {name: drawn.choice(values) for name, values in ORDER_FIELDS.items()}
        line_fields = {name: drawn.choice(values) for name, values in LINE_FIELDS.items()}
        yield extreme(fields, line_fields, drawn.sample(QUANTITIES, 3), drawn.sample(INSTANTS, 3))


def extreme(fields: Json, line_fields: Json, values: Sequence[Any], dates: Sequence[int] = INSTANTS) -> Json:
    """An order of a line with these fields and receipts, and of an ordinary one."""
    history = [{"date": date, "value": value} for date, value in zip(dates, values, strict=False)]
    first = {**line("mug", 10), "received": 10, "received_history": history, **line_fields}
    return {**order("", "OPEN", [first, line("cup", 1)]), **fields}


def test_an_order_at_the_extremes_of_its_columns_is_published_like_any_other(folder: DataFolder) -> None:
    orders = [
        {**each, "id": f"order {number}"} for number, each in enumerate(chain(single_extremes(), drawn_extremes(300)))
    ]
    fill(folder.warehouse, {"a": orders})
    folder.seeds.mkdir()
    (folder.seeds / "exchange_rates.csv").write_text(RATES)

    built = dbt(folder, "build", "--exclude-resource-type", "unit_test", variables=VARIABLES)

    assert set(built.outcomes.values()) <= {"success", "pass", "warn"}, built.output
    (published,) = select(folder.warehouse, "select count(*) as orders from marts.purchase_orders")
    assert published == {"orders": len(orders)}
