"""Two accounts of one company: the same vendors, order ids and SKUs, in other time zones, currencies and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from inventory_planner.accounts import Settings
from inventory_planner_emulator import Account, Server, demo_account, live_a_day, serve

KEYS = {"eu": "key-of-eu", "us": "key-of-us"}
EU, US = "a1000", "a2000"


@dataclass(frozen=True)
class Own:
    """What an account has of its own: how it writes its orders, and what the reports must know about it."""

    account_id: str
    date_format: str
    active: str
    buyer_field: str
    currencies: dict[str, str]
    policy: dict[str, Any]
    seeds: dict[str, list[str]]


OWN = {
    "eu": Own(
        EU,
        "%d/%m/%Y",
        "Sent",
        "Buyer",
        {},
        {"account_timezone": "Europe/Paris", "reporting_currency": "EUR"},
        {
            "exchange_rates": ["USD,2020-01-01,0.9"],
            "vendor_aliases": ["pan-orient trading,pan-orient,Pan-Orient EU"],
            "warehouse_names": ["c7_101,Hamburg"],
            "order_statuses": ["CLOSED BY EU,closed"],
            "on_time_windows": ["two days,,2"],
        },
    ),
    "us": Own(
        US,
        "%m/%d/%Y",
        "On hold",
        "Owner",
        {"EUR": "USD", "USD": "CAD"},
        {"account_timezone": "America/Los_Angeles", "reporting_currency": "USD"},
        {
            "exchange_rates": ["CAD,2020-01-01,0.7", "CAD,2026-01-01,0.75"],
            "vendor_aliases": ["pan-orient trading,pan-orient us,Pan-Orient US"],
            "warehouse_names": ["c7_101,Ohio"],
            "order_statuses": ["SENT,canceled"],
            "on_time_windows": ["two days,1,4"],
        },
    ),
}


def policy_of(name: str) -> dict[str, Any]:
    """The dbt vars of an account."""
    own = OWN[name]
    statuses = {own.active: "active", "ordered": "draft" if name == "us" else "active"}
    return {
        **own.policy,
        "date_format": own.date_format,
        "buyer_field": own.buyer_field,
        "status_types": statuses,
        "combined_warehouses": ["c7_103"] if name == "us" else [],
    }


@contextmanager
def served_accounts(today: date) -> Iterator[dict[str, tuple[Account, Settings]]]:
    """Each account and its settings, by name."""
    with _served("eu", today) as eu, _served("us", today) as us:
        yield {"eu": eu, "us": us}


@contextmanager
def _served(name: str, today: date) -> Iterator[tuple[Account, Settings]]:
    own, account = OWN[name], demo_account(today)
    account.account_id, account.api_key = own.account_id, KEYS[name]
    if name == "us":  # whose orders are the same, but went on in another way
        live_a_day(account, today)
    for place, order in enumerate(account.orders()):
        account.put(_written(order, own, place))
    if account.assortment:
        warehouses = [
            replace(each, currency=own.currencies.get(each.currency, each.currency))
            for each in account.assortment.warehouses
        ]
        account.assortment = replace(account.assortment, warehouses=type(account.assortment.warehouses)(warehouses))
        account.run_background_jobs()
    with serve(account) as server:
        yield account, _settings(name, account, server)


def _settings(name: str, account: Account, server: Server) -> Settings:
    return Settings(account.api_key, account.account_id, server.url, requests_per_second=0, name=name)


def _written(order: dict[str, Any], own: Own, place: int) -> dict[str, Any]:
    """An order as this account writes it; every third one has dates in the account's format."""
    rewrite: Callable[[Any], Any] = lambda text: date.fromisoformat(text).strftime(own.date_format) if text else text  # noqa: E731
    dates = {key: rewrite(order.get(key)) for key in ("created_date", "expected_date")} if place % 3 == 0 else {}
    return {
        **order,
        **dates,
        "currency": own.currencies.get(order["currency"], order["currency"]),
        "status": own.active if order["status"] == "open" else order["status"],
        "custom_fields": [{"name": "Buyer", "value": "Ann"}, {"name": "Owner", "value": "Bob"}],
    }
