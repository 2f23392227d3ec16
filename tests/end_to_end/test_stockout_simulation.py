"""The projected stock of a thousand random variants, against a plain simulation of each day."""

from __future__ import annotations

import shutil
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest

from dbt_runs import DbtRun, dbt, folder_at, select
from filling import fill, fill_catalog
from hand_made import AS_OF, Json, line, order
from inventory_planner.warehouse.catalog_tables import (
    NO_WAREHOUSE,
    VARIANT_MONTHS,
    VARIANT_VENDORS,
    VARIANT_WAREHOUSES,
    VARIANTS,
    WAREHOUSES,
)
from inventory_planner.warehouse.table import MONEY, QUANTITY, Table

VARIANT_COUNT = 1000
HORIZON = 180  # days, as in dbt_project.yml
MILLIONTH = Decimal("0.000001")
REAL, COMBINED = ("w1", "w2"), "combined-all"
CATALOG_MARTS = (
    *("variants", "projected_stock", "stockout_risk", "lead_time_settings", "replenishment_cover"),
    *("forecast_accuracy", "vendor_prices"),
)
BUILD = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
EXTREMES = [Decimal(text) for text in ("99999999999999.9999", "-99999999999999.9999", "0.0001", "999999999999", "0")]
MONEY_EXTREMES = [Decimal(text) for text in ("999999999999.999999", "-999999999999.999999", "0.000001", "0")]

Key: TypeAlias = tuple[str, str | None]
Rows: TypeAlias = dict[Table, list[Json]]

pytestmark = pytest.mark.long


@dataclass
class Place:
    """A variant in a warehouse, or in all of them: what is known of it."""

    stock: Decimal
    lead_time: int
    velocity: Decimal | None
    forecasts: dict[date, Decimal]
    receipts: dict[int, Decimal] = field(default_factory=dict)

    def demand_on(self, day: date) -> Decimal:
        """The units that are asked for on a day."""
        forecast = self.forecasts.get(day.replace(day=1))
        if forecast is None:
            return self.velocity or Decimal(0)
        return (forecast / monthrange(day.year, day.month)[1]).quantize(MILLIONTH, ROUND_FLOOR)


@dataclass
class World:
    """A random account: its rows, its orders, and what the simulation starts from."""

    rows: Rows
    orders: list[Json]
    places: dict[Key, Place]


# a random account


def random_world(random: Random) -> World:
    world = World({table: [] for table in (VARIANTS, VARIANT_WAREHOUSES, VARIANT_MONTHS)}, [], {})
    for number in range(VARIANT_COUNT):
        _add_variant(world, random, f"v{number}")
    return world


def _add_variant(world: World, random: Random, variant_id: str) -> None:
    shape = random.choice(["flat", "one warehouse", "two warehouses"])
    base = {"variant_id": variant_id, "_account_id": "a", "is_removed": False}
    warehouses: tuple[str | None, ...] = {"flat": (None,), "one warehouse": ("w1",)}.get(shape, REAL)
    places = {warehouse: _random_place(random) for warehouse in warehouses}
    world.places |= {(variant_id, warehouse): place for warehouse, place in places.items()}
    if shape == "two warehouses":
        world.rows[VARIANTS].append({**base, "in_stock": sum(place.stock for place in places.values())})
        world.rows[VARIANT_WAREHOUSES].append(
            {"variant_id": variant_id, "warehouse": COMBINED, "_account_id": "a", "in_stock": 9999}
        )
    else:
        world.rows[VARIANTS].append({**base, **_figures(next(iter(places.values())))})
    if shape != "flat":
        world.rows[VARIANT_WAREHOUSES].extend(
            {"variant_id": variant_id, "warehouse": warehouse, "_account_id": "a"}
            | (_figures(place) if shape == "two warehouses" else {})
            for warehouse, place in places.items()
        )
    for warehouse, place in places.items():
        world.rows[VARIANT_MONTHS].extend(_months(variant_id, warehouse if len(places) > 1 else None, place))
        for _ in range(random.choice([0, 0, 1, 1, 2, 4])):
            _add_order(world, random, variant_id, warehouse)


def _random_place(random: Random) -> Place:
    stock = Decimal(random.choice([0, 0, -3, random.randint(0, 40), random.randint(0, 900)]))
    months = [(AS_OF.replace(day=1) + timedelta(days=32 * ahead)).replace(day=1) for ahead in range(9)]
    known = random.choice([0, 3, 9])
    return Place(
        stock=stock + random.choice([Decimal(0), Decimal("0.25")]),
        lead_time=random.choice([1, 7, 14, 14, 35, 90, 200]),
        velocity=random.choice([None, Decimal(0), Decimal(random.randint(1, 9_000_000)) * MILLIONTH]),
        forecasts={month: _random_forecast(random) for month in months[:known]},
    )


def _random_forecast(random: Random) -> Decimal:
    return Decimal(random.choice([0, 1, 31, 62, 150, 310, random.randint(0, 600)]))


def _figures(place: Place) -> Json:
    return {"in_stock": place.stock, "lead_time": place.lead_time, "sales_velocity": place.velocity}


def _months(variant_id: str, warehouse: str | None, place: Place) -> Iterator[Json]:
    for month, forecast in place.forecasts.items():
        yield {
            "variant_id": variant_id,
            "warehouse": warehouse or NO_WAREHOUSE,
            "month": month,
            "forecast": forecast,
            "_account_id": "a",
        }


def _add_order(world: World, random: Random, variant_id: str, warehouse: str | None) -> None:
    """An order whose goods arrive on its date; an overdue one and one without a date are no supply."""
    in_days = random.choice([-20, None, 0, 1, random.randint(2, 60), random.randint(2, 200)])
    units = Decimal(random.choice([1, 20, random.randint(1, 500)]))
    is_transfer = warehouse is not None and random.random() < 0.2
    fields: Json = {
        "expected_date": None if in_days is None else (AS_OF + timedelta(days=in_days)).isoformat(),
        "created_date": None if in_days is None else "2024-05-01",
        "vendor": f"vendor of {len(world.orders)}",
        "warehouse": warehouse or random.choice(REAL),
        "status": random.choice(["OPEN", "OPEN", "OPEN", "DRAFT"]),
    }
    if is_transfer:
        fields |= {"type": "transfer", "source_type": "warehouse", "source_warehouse": "w9", "vendor": None}
    status = fields.pop("status")
    world.orders.append(order(f"o{len(world.orders)}", status, [line(variant_id, float(units))], **fields))
    if in_days is not None and in_days >= 0 and status == "OPEN":
        receipts = world.places[variant_id, warehouse].receipts
        receipts[in_days] = receipts.get(in_days, Decimal(0)) + units


# the simulation


def simulate(place: Place) -> Json:
    """Sell day by day, and lose what is asked for when there is nothing."""
    stock = max(place.stock, Decimal(0))
    short: dict[int, Decimal] = {}
    last_sale = None
    total_demand = Decimal(0)
    for day in range(HORIZON):
        stock += place.receipts.get(day, Decimal(0))
        demand = place.demand_on(AS_OF + timedelta(days=day))
        sold = min(stock, demand)
        stock -= sold
        total_demand += demand
        last_sale = day if sold else last_sale
        if demand > sold:
            short[day] = demand - sold
    first = min(short, default=None)
    end = _end_of_gap(place, short)
    until = place.lead_time if end is None else end
    return {
        "first_gap_in_days": first,
        "gap_days": sum(day < until for day in short),
        "quantity_short": sum((units for day, units in short.items() if day < until), Decimal(0)),
        "quantity_lost": sum(
            (units for day, units in short.items() if day < max(end or 0, place.lead_time)), Decimal(0)
        ),
        "days_after_gap": None if end is None or first is None else end - first,
        "lasts_days": None if stock or not total_demand else 0 if last_sale is None else last_sale + 1,
        "all_gap_days": len(short),
        "all_quantity_short": sum(short.values(), Decimal(0)),
        "quantity_at_end": stock,
    }


def _end_of_gap(place: Place, short: dict[int, Decimal]) -> int | None:
    """The first day after the gap began on which goods arrive and nothing is short."""
    later = (day for day in sorted(place.receipts) if short and min(short) < day < HORIZON and day not in short)
    return next(later, None)


# the extremes


def wild_rows() -> Rows:
    """Variants with every figure of the catalog at an extreme."""
    random = Random(18)  # noqa: S311 (no secret)
    rows: Rows = {table: [] for table in (VARIANTS, VARIANT_WAREHOUSES, VARIANT_MONTHS, VARIANT_VENDORS)}
    for number in range(300):
        base = {"variant_id": f"v{number}", "_account_id": "wild"}
        rows[VARIANTS].append({**_wild(random, VARIANTS), **base, "is_removed": False, "_deleted_at": None})
        for warehouse in random.sample(["w1", "w2", "all combined"], random.randint(0, 3)):
            rows[VARIANT_WAREHOUSES].append({**_wild(random, VARIANT_WAREHOUSES), **base, "warehouse": warehouse})
        for warehouse in (NO_WAREHOUSE, "w1"):
            figures = _wild(random, VARIANT_MONTHS)
            rows[VARIANT_MONTHS].append({**figures, **base, "warehouse": warehouse, "month": date(2024, 7, 1)})
        vendor = {**_wild(random, VARIANT_VENDORS), **base, "vendor": "v"}
        rows[VARIANT_VENDORS].append({**vendor, "entry": 0, "position": 1})
    return rows


def _wild(random: Random, table: Table) -> dict[str, Any]:
    choices = {QUANTITY: EXTREMES, MONEY: MONEY_EXTREMES}
    return {
        column.name: random.choice([None, *choices[column.type]]) for column in table.columns if column.type in choices
    }


# what is compared


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(Random(18))  # noqa: S311 (no secret)


@pytest.fixture(scope="module")
def projected(world: World, parsed_place: Path, tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """The marts of the random account, of one with orders but no catalog, and of one with extreme figures."""
    kept = tmp_path_factory.mktemp("projected") / "warehouse.duckdb"
    wild_orders = [order(f"o{number}", "OPEN", [line(f"v{number}", 5)]) for number in range(300)]
    with folder_at(parsed_place) as folder:
        bare_orders = [order("1", "OPEN", [line("v1", 5)])]
        fill(folder.warehouse, {"a": world.orders, "bare": bare_orders, "wild": wild_orders})
        warehouses = [{"warehouse": name, "_account_id": "a", "currency": "EUR"} for name in (*REAL, "w9", COMBINED)]
        fill_catalog(folder.warehouse, {**world.rows, WAREHOUSES: warehouses})
        fill_catalog(folder.warehouse, wild_rows())
        run = dbt(folder, "build", *BUILD, "--select", *(f"+{mart}" for mart in CATALOG_MARTS))
        shutil.copy(folder.warehouse, kept)
    return DbtRun(kept, run.manifest, run.outcomes, run.output)


def test_every_variant_runs_out_on_the_day_that_a_simulation_of_each_day_finds(world: World, projected: DbtRun) -> None:
    rows = select(
        projected.warehouse,
        """
        select
            variant_id, warehouse_id, risks.first_gap_in_days, risks.gap_days, risks.quantity_short,
            risks.quantity_lost,
            risks.days_after_gap, risks.lasts_days,
            sum(periods.gap_days)::int as all_gap_days, sum(periods.quantity_short) as all_quantity_short,
            max_by(periods.quantity_at_end, periods.first_day) as quantity_at_end
        from marts.stockout_risk as risks
        inner join marts.projected_stock as periods
            on risks.account_id = periods.account_id and risks.variant_id = periods.variant_id
            and risks.warehouse_id is not distinct from periods.warehouse_id
        where risks.account_id = 'a'
        group by all
        """.replace("variant_id, warehouse_id,", "risks.variant_id, risks.warehouse_id,", 1),
    )
    found = {(row.pop("variant_id"), row.pop("warehouse_id")): row for row in rows}

    assert found == {key: simulate(place) for key, place in world.places.items()}


def test_the_random_variants_have_gaps_of_every_kind(projected: DbtRun) -> None:
    counted = select(
        projected.warehouse,
        "select recommended_action, count(*) as variants from marts.stockout_risk where account_id = 'a' group by 1",
    )
    assert {row["recommended_action"] for row in counted if row["variants"] > 20} == {
        *("none", "unknown", "expedite", "expedite and order", "get a date", "order now", "order later")
    }


@pytest.mark.parametrize("mart", CATALOG_MARTS)
def test_an_account_without_a_catalog_has_no_rows(projected: DbtRun, mart: str) -> None:
    assert select(projected.warehouse, f"select * from marts.{mart} where account_id = 'bare'") == []


def test_figures_at_the_extremes_of_their_columns_break_nothing(projected: DbtRun) -> None:
    assert set(projected.outcomes.values()) <= {"success", "pass", "warn"}, projected.output
    (found,) = select(
        projected.warehouse,
        "select count(distinct variant_id) as variants from marts.variants where account_id = 'wild'",
    )
    assert found == {"variants": 300}
