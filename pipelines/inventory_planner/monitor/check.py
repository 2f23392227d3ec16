"""Check the connection to an account with one small request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import QuarantinedRecord, RawOrder, decode_order
from inventory_planner.api.listing import list_orders
from inventory_planner.api.routes import DIRECT, Route


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What an account returned.

    `route` is the way to it, directly or through Neuro. `newest` is when its newest order was modified, and `problem`
    the reason why that order would be quarantined.
    """

    account_id: str
    base_url: str
    orders: int
    newest: datetime | None
    problem: str | None
    route: Route = DIRECT

    @property
    def summary(self) -> str:
        """The report as a sentence."""
        newest = f", last modified at {self.newest.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if self.newest else ""
        problem = f" Its newest order would be quarantined: {self.problem}." if self.problem else ""
        through = "" if self.route is DIRECT else f" through {self.route.name}"
        account = f"Account {self.account_id} at {self.base_url} is reachable{through}"
        return f"{account} and has {self.orders:,} orders{newest}.{problem}"


def check(client: Client) -> CheckReport:
    """Request the newest order of the account.

    Raises:
        ApiError: the request failed; the message says why.
    """
    page = list_orders(client, page_size=1, last_modified_sort="desc")
    newest = [RawOrder.from_json(raw).last_modified for raw in page.orders]
    decoded = [decode_order(bytes(raw)) for raw in page.orders]
    return CheckReport(
        account_id=client.account_id,
        base_url=client.base_url,
        orders=page.meta.total,
        newest=next(iter(newest), None),
        problem=next((each.reason for each in decoded if isinstance(each, QuarantinedRecord)), None),
        route=client.route,
    )
