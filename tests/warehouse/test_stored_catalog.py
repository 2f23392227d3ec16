from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inventory_planner.api.variant_decoding import VariantDecoder
from inventory_planner.sync.catalog_rows import Converter
from inventory_planner.warehouse.catalog_tables import (
    VARIANT_CONNECTIONS,
    VARIANT_MONTHS,
    VARIANT_VENDORS,
    VARIANT_WAREHOUSES,
    VARIANTS,
)
from inventory_planner.warehouse.stored_catalog import Differences, add_history, count_variants, replace_catalog
from inventory_planner.warehouse.warehouse import Account, Warehouse
from orders import raw

DAY = date(2026, 1, 30)
AT = datetime(2026, 1, 30, 4, tzinfo=UTC)
SAME = Differences()


@pytest.fixture
def account(warehouse: Warehouse) -> Account:
    return warehouse.account("a1")


def write(account: Account, *variants: dict[str, Any], at: datetime = AT) -> list[Differences]:
    """Write a catalog of these variants; the differences by table: variants, warehouses, months, listings, vendors."""
    records = [VariantDecoder().decode(raw(each)) for each in variants]
    differences = replace_catalog(account, Converter(account.account_id, at).variants(records), at)
    tables = (VARIANTS, VARIANT_WAREHOUSES, VARIANT_MONTHS, VARIANT_CONNECTIONS, VARIANT_VENDORS)
    return [differences[table] for table in tables]


def variant(variant_id: str, *, sku: str = "A", cost: float = 1, **by_warehouse: dict[str, Any]) -> dict[str, Any]:
    listing = {"id": "c9", "sku": sku, "vendors": [{"vendor": "acme", "cost_price": cost}]}
    warehouses = [{"warehouse": name, **figures} for name, figures in by_warehouse.items()]
    return {"id": variant_id, "connections": [listing], "warehouse": warehouses}


def changed(*ids: str) -> Differences:
    return Differences(changed=frozenset(ids))


def missing(*ids: str) -> Differences:
    return Differences(missing=frozenset(ids))


def synced(account: Account, table: str) -> dict[str, datetime]:
    return dict(
        account.execute(
            f"select variant_id, max(__synced_at) from inventory_planner.{table} where _account_id = ? group by 1"
        )
    )


def history(account: Account) -> list[tuple[Any, ...]]:
    return account.execute(
        "select variant_id, warehouse, day, in_stock, lead_time, forecast, forecast_next_month"
        " from inventory_planner.variant_history where _account_id = ? order by all"
    )


def test_only_the_rows_of_variants_that_differ_are_written(account: Account) -> None:
    write(account, variant("v", east={"in_stock": 1}, west={"in_stock": 2}), variant("w", east={"in_stock": 3}))
    later = AT + timedelta(days=1)

    v = variant("v", east={"in_stock": 1}, west={"in_stock": 9})
    differences = write(account, v, variant("w", cost=2, east={"in_stock": 3}), at=later)

    assert differences == [SAME, changed("v"), SAME, SAME, changed("w")]
    assert synced(account, "variants") == {"v": AT, "w": AT}
    assert synced(account, "variant_warehouses") == {"v": later, "w": AT}
    assert synced(account, "variant_vendors") == {"v": AT, "w": later}
    assert account.execute(
        "select variant_id, warehouse, in_stock from inventory_planner.variant_warehouses"
        " where _account_id = ? order by all"
    ) == [("v", "east", 1), ("v", "west", 9), ("w", "east", 3)]


def test_what_is_missing_is_marked_and_its_parts_are_removed_until_it_is_back(account: Account) -> None:
    write(account, variant("v", east={"in_stock": 1}), variant("w", east={"in_stock": 2}))
    later = AT + timedelta(days=1)

    assert write(account, variant("v", east={"in_stock": 1}), at=later)[:2] == [missing("w"), missing("w")]
    marked = "select variant_id, _deleted_at from inventory_planner.variants where _account_id = ? order by all"
    assert account.execute(marked) == [("v", None), ("w", later)]
    assert synced(account, "variant_warehouses") == {"v": AT}
    assert count_variants(account) == 1

    assert write(account, variant("v", east={"in_stock": 1}))[0] == SAME
    assert write(account, variant("v", east={"in_stock": 1}), variant("w"))[0] == changed("w")
    assert account.execute(marked) == [("v", None), ("w", None)]


def test_a_warehouse_that_a_variant_no_longer_has_goes(account: Account) -> None:
    write(account, variant("v", east={"in_stock": 1}, west={"in_stock": 2}))
    assert write(account, variant("v", east={"in_stock": 1}))[1] == changed("v")
    assert synced(account, "variant_warehouses") == {"v": AT}
    assert write(account, variant("v"))[1] == missing("v")
    assert synced(account, "variant_warehouses") == {}


def test_other_accounts_are_left_alone(account: Account, warehouse: Warehouse) -> None:
    other = warehouse.account("a2")
    write(account, variant("v", east={"in_stock": 1}))
    write(other, variant("v", east={"in_stock": 2}))
    add_history(other, DAY, AT)

    write(account, variant("w"), at=AT + timedelta(days=1))
    add_history(account, DAY, AT)

    assert synced(other, "variants") == synced(other, "variant_warehouses") == {"v": AT}
    assert (count_variants(other), history(account)) == (1, [])
    assert history(other) == [("v", "east", DAY, 2, None, None, None)]


# the history


def test_the_history_has_a_row_for_each_day_on_which_a_figure_differed(account: Account) -> None:
    forecast = {"2026": {"1": 31, "2": 28, "3": 4}}
    write(
        account,
        variant("v", east={"in_stock": 5, "lead_time": 14, "forecast_by_period": forecast}, west={"in_stock": 1}),
    )
    assert add_history(account, DAY, AT)
    first = [("v", "east", DAY, 5, 14, 31, 28), ("v", "west", DAY, 1, None, None, None)]
    assert history(account) == first

    assert not add_history(account, DAY, AT), "nothing differs from what was written today"
    assert not add_history(account, date(2026, 1, 31), AT), "nor from the day before"
    assert history(account) == first

    assert add_history(account, date(2026, 2, 1), AT), "the forecast is for other months now"
    assert history(account) == [first[0], ("v", "east", date(2026, 2, 1), 5, 14, 28, 4), first[1]]


def test_a_day_has_the_figures_of_its_last_reading(account: Account) -> None:
    write(account, variant("v", east={"in_stock": 5}))
    add_history(account, DAY, AT)
    tomorrow = date(2026, 1, 31)
    write(account, variant("v", east={"in_stock": 4}))
    assert add_history(account, tomorrow, AT)
    write(account, variant("v", east={"in_stock": 3}))
    assert add_history(account, tomorrow, AT)
    assert [(row[2], row[3]) for row in history(account)] == [(DAY, 5), (tomorrow, 3)]

    write(account, variant("v", east={"in_stock": 5}))
    assert add_history(account, tomorrow, AT), "it is as it was the day before, so today has no row"
    assert [(row[2], row[3]) for row in history(account)] == [(DAY, 5)]


def test_figures_that_the_variant_states_itself_have_no_warehouse(account: Account) -> None:
    write(account, {"id": "v", "in_stock": 5, "forecast_by_period": {"2026": {"1": 3}}}, {"id": "no figures"})
    add_history(account, DAY, AT)
    assert history(account) == [("v", "", DAY, 5, None, 3, None)]


def test_a_variant_that_is_gone_gets_no_further_rows(account: Account) -> None:
    write(account, {"id": "v", "in_stock": 5})
    add_history(account, DAY, AT)
    write(account, {"id": "w", "in_stock": 6})
    add_history(account, date(2026, 1, 31), AT)
    assert [row[:4] for row in history(account)] == [("v", "", DAY, 5), ("w", "", date(2026, 1, 31), 6)]
