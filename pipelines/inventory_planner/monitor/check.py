"""Can the account be reached with this key, and what is there to see?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from inventory_planner.api.client import Client
from inventory_planner.api.decoding import QuarantinedRecord, RawOrder, decode_order
from inventory_planner.api.listing import list_orders


@dataclass(frozen=True, slots=True)
class Account:
    """What one small read tells of an account; `newest` is the last change, if the service sorts as asked."""

    account_id: str
    base_url: str
    orders: int
    newest: datetime | None
    problem: str | None

    @property
    def summary(self) -> str:
        """The same as a sentence."""
        changed = (
            f", the last one modified at {self.newest.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if self.newest else ""
        )
        problem = f" Its newest order does not fit the contract: {self.problem}." if self.problem else ""
        return f"Account {self.account_id} at {self.base_url} answers: {self.orders:,} orders{changed}.{problem}"


def check(client: Client) -> Account:
    """Read the newest order of the account.

    Raises:
        ApiError: it could not be read; the message says why.
    """
    page = list_orders(client, page_size=1, last_modified_sort="desc")
    newest = [(RawOrder.from_json(raw), decode_order(bytes(raw))) for raw in page.orders]
    return Account(
        account_id=client.account_id,
        base_url=client.base_url,
        orders=page.meta.total,
        newest=next((order.last_modified for order, _ in newest), None),
        problem=next((read.reason for _, read in newest if isinstance(read, QuarantinedRecord)), None),
    )
