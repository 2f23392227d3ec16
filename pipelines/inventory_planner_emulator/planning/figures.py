"""The figures of a variant in a warehouse, as the API names them: sales, forecast, recommendation and stock-out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import ceil, floor
from typing import Any

from inventory_planner_emulator.filters import is_unset
from inventory_planner_emulator.planning.position import (
    CACHED_POSITIONS,
    Month,
    Position,
    add_positions,
    forecast_months,
)
from inventory_planner_emulator.planning.run_out import Needs, run_out
from inventory_planner_emulator.timestamps import format_timestamp
from inventory_planner_emulator.totals import strip_zeros, to_decimal

Record = dict[str, Any]

_SALES_PERIODS = (7, 30, 60, 90, 180, 365)  # days
_HISTORY_DAYS = 90  # of `stock_hist` and `stockouts_hist`
_OUT_DAYS = 60  # of `oos_last_60_days`
_SUMMED = {  # of a combined warehouse; its sales, stock, forecast and orders are sums already
    *("minimum_stock", "replenishment", "to_order", "to_order_cost", "overstocked_units", "overstocked_cost"),
    *("forecasted_lost_revenue_lead_time", "cur_forecast_before_review"),
}
_CENT = Decimal("0.01")
_ROUNDING = 1e-6  # units, so that rounding errors of floats don't become whole units


@dataclass(frozen=True)
class Terms:
    """What the figures depend on besides stock and demand: settings and terms of the vendor."""

    lead_time: Any
    review_period: Any
    minimum_stock: int = 0
    price: Any = None
    cost_price: Any = None
    landing_cost_price: Any = None
    packaging: Any = None
    """An order is rounded up to a multiple of this."""


@lru_cache(maxsize=CACHED_POSITIONS)
def figures_of(position: Position, terms: Terms) -> Record:
    """Return all figures of a position, which callers must not change."""
    needs = Needs(position.forecast, forecast_months(position.today), position.today)
    return {
        **_settings(position, terms),
        **_stock(position, terms),
        **_sales(position, terms),
        **_forecast(position, terms),
        **_recommendation(position, terms, needs),
        **_run_out(position, terms, needs),
        **_histories(position),
    }


def combined_figures(parts: Sequence[tuple[Position, Terms]]) -> Record:
    """Return the figures of several warehouses together, with the settings of the first one.

    Most are sums; the stock-out is calculated from the combined stock.
    """
    rows = [figures_of(position, terms) for position, terms in parts]
    if len(rows) == 1:
        return rows[0]
    together = figures_of(add_positions(tuple(position for position, _ in parts)), parts[0][1])
    sums = {name: sum((row[name] for row in rows), Decimal(0)) for name in sorted(_SUMMED)}
    dates = [row["replenish_date"] for row in rows if row["replenish_date"]]
    return {
        **together,
        **{name: strip_zeros(value) for name, value in sums.items()},
        "replenish_date": min(dates, default=None),
    }


def as_days(value: Any, most: int) -> int:
    """Return a setting as whole days, at most those of the forecast."""
    return 0 if is_unset(value) else int(min(max(to_decimal(value), Decimal(0)), Decimal(most)))


def _settings(position: Position, terms: Terms) -> Record:
    lead_times = position.lead_times
    received = position.last_received
    return {
        "lead_time": terms.lead_time,
        "review_period": terms.review_period,
        "minimum_stock": terms.minimum_stock,
        "avg_lead_time": _rounded(sum(lead_times) / len(lead_times), 1) if lead_times else None,
        "last_received_at_time": format_timestamp(datetime.fromtimestamp(received, UTC)) if received else None,
        "has_forecast_override": False,
        "hide_in_replenishment": False,
    }


def _stock(position: Position, terms: Terms) -> Record:
    price, cost = to_decimal(terms.price), to_decimal(terms.cost_price)
    on_order = _on_order(position)
    return {
        "in_stock": position.stock,
        "purchase_orders_qty": on_order,
        "price": terms.price,
        "cost_price": terms.cost_price,
        "landing_cost_price": terms.landing_cost_price,
        "cost": _money(position.stock * cost),
        "retail_value": _money(position.stock * price),
        "po_cost": _money(on_order * cost),
        "po_retail_value": _money(on_order * price),
        "oos_last_60_days": sum(position.is_out[-_OUT_DAYS:]),
    }


def _sales(position: Position, terms: Terms) -> Record:
    price, by_month = to_decimal(terms.price), position.by_month()
    this_month = (position.today.year, position.today.month)
    last_of_previous = position.today.replace(day=1) - timedelta(days=1)
    sold = {
        "yesterday": position.last(1),
        **{f"last_{days}_days": position.last(days) for days in _SALES_PERIODS},
        "cur_month": by_month.get(this_month, 0),
        "prev_month": by_month.get((last_of_previous.year, last_of_previous.month), 0),
        "total": sum(position.sales),
    }
    months = _by_year(by_month.items())
    return {
        **{f"{period}_sales": units for period, units in sold.items()},
        **{f"{period}_revenue": _money(units * price) for period, units in sold.items()},
        "orders_by_month": months,
        "real_orders_by_month": months,
        "revenue_by_month": _by_year((month, _money(units * price)) for month, units in by_month.items()),
    }


def _forecast(position: Position, terms: Terms) -> Record:
    price, cost, current = to_decimal(terms.price), to_decimal(terms.cost_price), position.forecast[0]
    days = min(len(position.sales), 365)
    out = sum(position.is_out[-days:]) if days else 0
    return {
        "forecast_by_period": _by_year(zip(forecast_months(position.today), position.forecast, strict=True)),
        "current_forecast": current,
        "current_forecast_cost": _money(current * cost),
        "current_revenue_forecast": _money(current * price),
        "forecast_revenue": _money(sum(position.forecast, Decimal(0)) * price),
        "forecast_description": {
            "method": "seasonal",
            "sales_velocity1": position.velocity,
            "sales_velocity30": position.velocity * 30,
            "total_sales": position.last(days) if days else 0,
            "total_days": days,
            "total_days_sales": days - out,
            "total_days_oos": out,
            "sales_from": _in_words(position.today - timedelta(days=days)),
            "sales_to": _in_words(position.today - timedelta(days=1)),
        },
    }


def _recommendation(position: Position, terms: Terms, needs: Needs) -> Record:
    """Compare stock and orders with the demand of the planning period, which is lead time plus review period."""
    lead_time = as_days(terms.lead_time, needs.horizon)
    period = lead_time + as_days(terms.review_period, needs.horizon)
    available = float(position.stock + _on_order(position) - terms.minimum_stock)
    short = max(ceil(needs.of(period) - available - _ROUNDING), 0)
    over = max(floor(available - needs.of(period) + _ROUNDING), 0)
    cost = to_decimal(terms.cost_price)
    to_order = _whole_packs(short, terms.packaging)
    has_demand = needs.of(needs.horizon) > 0
    order_in = max(max(needs.days_covered(available), 0) - lead_time, 0)
    return {
        "replenishment": short,
        "to_order": to_order,
        "to_order_cost": _money(to_order * cost),
        "replenish_date": (position.today + timedelta(days=order_in)).isoformat() if has_demand else None,
        "cur_forecast_before_review": _rounded(needs.of(lead_time), 2),
        "overstocked_units": over,
        "overstocked_cost": _money(over * cost),
    }


def _run_out(position: Position, terms: Terms, needs: Needs) -> Record:
    """Without demand, nothing runs out."""
    if not needs.of(needs.horizon):
        names = ("oos", "sells_out_in_first", "sells_out_in_last", "forecast_stock_cover_day")
        return {**dict.fromkeys(names), "forecasted_lost_revenue_lead_time": 0}
    course = run_out(needs, position.stock, position.arrivals, needs.horizon)
    within = run_out(needs, position.stock, position.arrivals, as_days(terms.lead_time, needs.horizon))
    return {
        "oos": course.sells_out_in,
        "sells_out_in_first": needs.horizon if course.first_gap is None else course.first_gap,
        "sells_out_in_last": course.days_of_sales,
        "forecast_stock_cover_day": max(needs.days_covered(float(position.stock)), 0),
        "forecasted_lost_revenue_lead_time": _money(_rounded(within.lost, 2) * to_decimal(terms.price)),
    }


def _histories(position: Position) -> Record:
    """Return the days of the last months on which the stock changed, and those on which it ran out or came back."""
    first = max(len(position.stocks) - _HISTORY_DAYS, 1)
    days = range(first, len(position.stocks))
    stocks, is_out = position.stocks, position.is_out
    return {
        "stock_hist": [
            [_midnight(position.first_day, day + 1), stocks[day]] for day in days if stocks[day] != stocks[day - 1]
        ],
        "stockouts_hist": [
            [_date(position.first_day, day), int(is_out[day])] for day in days if is_out[day] != is_out[day - 1]
        ],
    }


def _on_order(position: Position) -> Any:
    return sum(units for _, units in position.arrivals)


def _whole_packs(units: int, packaging: Any) -> int | Decimal:
    pack = to_decimal(packaging)
    return strip_zeros(ceil(units / pack) * pack) if pack > 0 else units


def _by_year(months: Iterable[tuple[Month, Any]]) -> dict[str, dict[str, Any]] | list[Any]:
    """Return values by year and month or, as in the API, an empty list if there are none."""
    years: dict[str, dict[str, Any]] = {}
    for (year, month), value in months:
        years.setdefault(str(year), {})[str(month)] = value
    return years if any(value for months in years.values() for value in months.values()) else []


def _money(value: Decimal) -> Decimal:
    return strip_zeros(value.quantize(_CENT))


def _rounded(value: float, digits: int) -> Decimal:
    return strip_zeros(Decimal(str(round(value, digits))))


def _in_words(day: date) -> str:
    return f"{day.day} {day:%b, %Y}"


@lru_cache(maxsize=1024)
def _date(first_day: date, day: int) -> str:
    return (first_day + timedelta(days=day)).isoformat()


@lru_cache(maxsize=1024)  # the same for all variants of a night
def _midnight(first_day: date, day: int) -> str:
    return format_timestamp(datetime.combine(first_day + timedelta(days=day), time(), UTC))
