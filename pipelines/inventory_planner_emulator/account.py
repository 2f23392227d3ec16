"""The account: its orders, the requests that it received, and how it misbehaves."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from inventory_planner_emulator.edits_before_writes import EditsBeforeWrites
from inventory_planner_emulator.faults import Fault, RecordedRequest
from inventory_planner_emulator.json_codec import copy_json
from inventory_planner_emulator.order_index import OrderIndex
from inventory_planner_emulator.planning.assortment import Assortment
from inventory_planner_emulator.planning.night import Night
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.received_files import Inbox
from inventory_planner_emulator.received_records import ReceivedRows
from inventory_planner_emulator.timestamps import format_timestamp, utc_now
from inventory_planner_emulator.totals import Order, open_quantity, to_decimal, with_received, with_received_totals
from inventory_planner_emulator.visible_orders import VisibleOrders

_COUNTER = re.compile(r"[0-9]{1,18}")  # a reference that the account may have counted up to

_DEMO_PLUGIN = ("demo-plugin", "demo-token")

_Derived = TypeVar("_Derived")


class Account:
    """An Inventory Planner account in memory; every method may be called while it is being served.

    Args:
        orders: Its orders in the order of entry, as the API gives them.
        account_id: The `Account` header that it accepts, in any case.
        api_key: The `Authorization` header that it accepts.
        now: Its clock, which returns an aware datetime in UTC.
        assortment: What it stocks; without one, its catalog has the variants of orders and those that tests put there.

    Attributes:
        requests: The requests so far, oldest first, with what they sent and whether they were applied.
        before_write: Call it with what another user does right before the next write is applied.
        before_answer: Called with the request before each response is computed, to change the account during a read.
        plugin: The id of its plugin in Neuro.
        neuro_token: The bearer token that Neuro accepts.
        faults: Faults that wait for a request, oldest first.
        quirks: The quirks that are on.
        lock: Held while the account changes or a response is computed.
        variant_edits: Fields written to a variant, by variant id.
        last_night: The account as of its last background jobs, if it has an assortment.
        inbox: The folder of its SFTP endpoint, if it has one.
        received: The rows of the files that arrived there, as of the last night.
        variant_vendors: Vendor data written to a variant, by variant id and vendor; None if it was deleted.
        waiting_saves: What the next reads show of a connection that is being saved, by order id and connection.
    """

    def __init__(
        self,
        orders: Iterable[Order] = (),
        *,
        account_id: str = "a1000",
        api_key: str = "demo-key",
        now: Callable[[], datetime] = utc_now,
        assortment: Assortment | None = None,
    ) -> None:
        self.account_id = account_id
        self.api_key = api_key
        self.plugin, self.neuro_token = _DEMO_PLUGIN
        self.now = now
        self.lock = threading.RLock()
        self.requests: list[RecordedRequest] = []
        self.before_answer: list[Callable[[RecordedRequest], None]] = []
        self.faults: deque[Fault] = deque()
        self.quirks = Quirks()
        self.variant_edits: dict[str, dict[str, Any]] = {}
        self.assortment = assortment
        self.last_night: Night | None = None
        self._variants: dict[str, dict[str, Any] | None] = {}
        self._derived: dict[Callable[[Account], Any], Any] = {}
        self.variant_vendors: dict[tuple[str, str], dict[str, Any] | None] = {}
        self.inbox: Inbox | None = None
        self.received = ReceivedRows()
        self.waiting_saves: dict[tuple[str, str], deque[dict[str, Any]]] = {}
        self.before_write = EditsBeforeWrites()
        self._before_jobs: dict[str, Order | None] = {}  # orders that API calls changed, as the last jobs saw them
        self._orders: dict[str, Order] = {_key(order): copy_json(order) for order in orders}
        self._visible = VisibleOrders(self._orders.items())
        self._response_count = 0
        self.run_background_jobs()

    def put(self, order: Order) -> None:
        """Add an order exactly as given, or replace the one with its id; `last_modified` is not changed."""
        with self.lock:
            self._before_jobs.pop(_key(order), None)
            self._store(order)

    def save(self, order: Order, *, run_jobs: bool = False) -> None:
        """Add or replace an order as an API call does: the jobs count the change at night, or now with `run_jobs`."""
        with self.lock:
            key = _key(order)
            self._before_jobs.setdefault(key, self._orders.get(key))
            self._store({**order, **self._stamps()})
            if run_jobs:
                self.run_background_jobs()

    def run_background_jobs(self) -> None:
        """Do what the account does at night, or after a write with `skip_background_jobs: false`.

        The jobs recalculate the figures of variants. In an account with an assortment, no figure changes before
        then. In another one, `purchase_orders_qty`, `replenishment` and `under_value` show orders that API calls
        changed as they were before; changes that users make (`put`, `edit`, `receive`, `delete`) count at once.
        """
        with self.lock:
            self._before_jobs.clear()
            self._derived.clear()
            if self.assortment:
                settings = {variant: dict(edits) for variant, edits in self.variant_edits.items()}
                self.last_night = Night(
                    self.now(), self.assortment, self.visible_orders().records(), settings, dict(self.variant_vendors)
                )

    def edit(self, order_id: str, **changes: Any) -> None:
        """Change top-level fields of an order, and set `last_modified` and `updated_at` to the account's time.

        Raises:
            KeyError: If there is no such order.
        """
        with self.lock:
            self.put({**self._orders[order_id], **changes, **self._stamps()})

    def receive(self, order_id: str, item_id: str, quantity: Any) -> None:
        """Receive goods for a line: add a receipt, and update the line's and the order's received totals.

        If several lines have the same item id, the first one with an open quantity gets the goods, or else the last.

        Raises:
            KeyError: If there is no such order or line.
        """
        with self.lock:
            order = self._orders[order_id]
            lines = [line for line in order.get("items") or [] if str(line.get("id")) == item_id]
            if not lines:
                raise KeyError(item_id)
            target = next((line for line in lines if open_quantity(line)), lines[-1])
            total = to_decimal(target.get("received")) + to_decimal(quantity)
            items = [with_received(line, total, self.now()) if line is target else line for line in order["items"]]
            self.edit(order_id, **with_received_totals({**order, "items": items, "received_date": self.today()}))

    @property
    def variants(self) -> dict[str, dict[str, Any] | None]:
        """Changes to the catalog, by variant id: fields that were set, or None for a variant that was deleted."""
        return self._variants

    @variants.setter
    def variants(self, variants: dict[str, dict[str, Any] | None]) -> None:
        with self.lock:
            self._variants = variants
            self._derived.clear()

    def put_variant(self, variant_id: str, **fields: Any) -> None:
        """Add a variant to the catalog, ordered or not, or set fields of an existing one, such as `removed`."""
        with self.lock:
            self.variants |= {variant_id: {**(self.variants.get(variant_id) or {}), **fields}}

    def delete_variant(self, variant_id: str) -> None:
        """Delete a variant from the catalog; orders keep their lines of it."""
        with self.lock:
            self.variants |= {variant_id: None}

    def edit_variant(self, variant_id: str, **fields: Any) -> None:
        """Set fields of a variant as an API call does; the figures change with the next background jobs."""
        with self.lock:
            self.variant_edits.setdefault(variant_id, {}).update(fields)
            self._derived.clear()

    def put_variant_vendor(self, variant_id: str, vendor: str, data: dict[str, Any] | None) -> None:
        """Set a vendor's data for a variant; None removes the vendor."""
        with self.lock:
            self.variant_vendors[variant_id, vendor] = data
            self._derived.clear()

    def derive(self, make: Callable[[Account], _Derived]) -> _Derived:
        """Return the result of a function of the account's records; it is cached until they change."""
        with self.lock:
            self._reveal_changes()
            if make not in self._derived:
                self._derived[make] = make(self)
            found: _Derived = self._derived[make]
            return found

    def delete(self, order_id: str) -> None:
        """Delete an order.

        Raises:
            KeyError: If there is no such order.
        """
        with self.lock:
            del self._orders[order_id]
            self._before_jobs.pop(order_id, None)
            self._record_change(order_id)

    def orders(self) -> list[Order]:
        """Return copies of all orders as they are now, in the order of entry."""
        with self.lock:
            return [copy_json(order) for order in self._orders.values()]

    def get(self, order_id: str) -> Order:
        """Return a copy of one order as it is now.

        Raises:
            KeyError: If there is no such order.
        """
        with self.lock:
            order: Order = copy_json(self._orders[order_id])
            return order

    def next_reference(self) -> str:
        """Return the reference of an order entered without one: the highest number so far, plus one."""
        with self.lock:
            references = [str(order.get("reference")) for order in self._orders.values()]
        return str(1 + max((int(text) for text in references if _COUNTER.fullmatch(text)), default=0))

    def today(self) -> str:
        """Return the account's date in UTC."""
        return self.now().date().isoformat()

    def visible_orders(self) -> OrderIndex:
        """Return the orders that reads show now; hold `lock` while using them."""
        self._reveal_changes()
        return self._visible.index

    def orders_counted_by_jobs(self) -> list[Order]:
        """Return the orders that reads show, as the last background jobs saw them."""
        rows = self.visible_orders().rows
        counted = (self._before_jobs.get(key, row.record) for key, row in rows.items())
        return [order for order in counted if order is not None]

    def count_response(self) -> None:
        """Count one more response, after which reads may show a pending change."""
        with self.lock:
            self._response_count += 1

    def _stamps(self) -> dict[str, str]:
        stamp = format_timestamp(self.now())
        return {"last_modified": stamp, "updated_at": stamp}

    def _store(self, order: Order) -> None:
        key = _key(order)
        self._orders[key] = copy_json(order)
        self._record_change(key)

    def _record_change(self, key: str) -> None:
        self._derived.clear()
        self._visible.record(key, self._orders.get(key), self._response_count + self.quirks.visible_after_requests)
        self._reveal_changes()

    def _reveal_changes(self) -> None:
        if self.quirks.visible_from is not None and self.now() < self.quirks.visible_from:
            return
        if self._visible.reveal(self._response_count if self.quirks.visible_after_requests > 0 else None):
            self._derived.clear()


def _key(order: Order) -> str:
    """Return an order's id as text; an order without one, which a test may need, is stored under its content."""
    order_id = order.get("id")
    return f"no id: {order}" if order_id in (None, "") else str(order_id)
