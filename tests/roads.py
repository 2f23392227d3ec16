"""The two ways to the served account: directly, and through Neuro."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from inventory_planner.api.client import Client
from inventory_planner.api.routes import DIRECT, Route, neuro
from inventory_planner.settings import Settings
from inventory_planner_emulator import Account, RecordedRequest

TOKEN = "secret-token-5e20"  # of Neuro  # noqa: S105
PLUGIN = "3f0a7a52-9d4e-4a5b-8f6e-0c2d5b1e7a90"
ROADS = ("direct", "neuro")
DIRECT_ORDERS = "/api/v1/purchase-orders"
NEURO_ORDERS = f"/api/v1/plugins/{PLUGIN}/inventoryPlanner/stockOrders"


@dataclass(frozen=True)
class Request:
    """A request as the articles print it: `Request("PATCH", "/123", {"purchase-order": {...}})`.

    The path is what follows that of the list of orders.
    """

    method: str
    path: str = ""
    body: Any = None
    params: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, recorded: RecordedRequest) -> Self:
        """What the account received, its path cut off at the list of orders of either road."""
        path = recorded.path.removeprefix(DIRECT_ORDERS).removeprefix(NEURO_ORDERS)
        return cls(recorded.method, path, recorded.body, recorded.params)

    def through_neuro(self) -> Self:
        """The same call as Neuro's page writes it: no envelope around an order, and another name for stock updates."""
        body = self.body
        if isinstance(body, dict) and "purchase-order" in body:
            body = body["purchase-order"]
        elif isinstance(body, dict) and "stock-update" in body:
            body = {"stock_update" if name == "stock-update" else name: value for name, value in body.items()}
        return type(self)(self.method, self.path, body, self.params)


def open_neuro(account: Account) -> None:
    """Give the account the plugin and the token that the tests use."""
    account.plugin, account.neuro_token = PLUGIN, TOKEN


def route_of(road: str) -> Route:
    """The road by its name."""
    return DIRECT if road == "direct" else neuro(PLUGIN)


def settings_of(road: str, account: Account, url: str, **others: Any) -> Settings:
    """The settings for a road, without a rate limit."""
    if road == "direct":
        return Settings(account.api_key, account.account_id, url, requests_per_second=0, **others)
    open_neuro(account)
    return Settings(TOKEN, account.account_id, url, requests_per_second=0, neuro_plugin=PLUGIN, **others)


def client_of(road: str, account: Account, url: str, waits: list[float] | None = None) -> Client:
    """A client that takes this road and never sleeps."""
    settings = settings_of(road, account, url)
    sleep = (waits if waits is not None else []).append
    return Client(url, settings.api_key, settings.account_id, 0, route_of(road), sleep=sleep)


def variables_of(road: str, account: Account, url: str) -> dict[str, str]:
    """The environment variables that set a road, and no others."""
    settings = settings_of(road, account, url)
    values = {"ACCOUNT_ID": settings.account_id, "REQUESTS_PER_SECOND": "0"}
    if road == "direct":
        values |= {"API_KEY": settings.api_key, "BASE_URL": url}
    else:
        values |= {"NEURO_URL": url, "NEURO_PLUGIN": PLUGIN, "NEURO_TOKEN": TOKEN}
    return {f"SOURCES__INVENTORY_PLANNER__{name}": value for name, value in values.items()}


@dataclass(frozen=True)
class Road:
    """A way to the account: its client, and what it has sent."""

    name: str
    client: Client
    account: Account

    @property
    def path(self) -> str:
        """The path of the list of orders."""
        return self.client.route.path()

    def documented(self, request: Request) -> Request:
        """A request of the two articles as this road sends it."""
        return request if self.name == "direct" else request.through_neuro()

    @property
    def sent(self) -> list[Request]:
        """The requests so far."""
        return [Request.of(each) for each in self.account.requests]
