"""Plan changes to orders, and send those that were confirmed, as the `orders` commands do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final, TypeAlias

from inventory_planner import orders
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import AnotherRunError, ChangeError, ConfigurationError
from inventory_planner.orders import Change, Outcome, Receiving, Sending
from inventory_planner.writeback.comparison import merge_skus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inventory_planner.api.orders import Order
    from inventory_planner.sync.load import Job

MAX_PLANS: Final = 200  # that wait for confirmation; older ones are dropped and have to be reviewed again
MAX_SENT: Final = 2000  # outcomes that are shown until the published figures include them
_COMMAND: Final = "dashboard"  # the name under which `run` and `status` report that the data folder is in use

_Send: TypeAlias = "Callable[[Job, Sending], Sequence[Outcome]]"


class ForgottenPlanError(ChangeError):
    """The confirmed plan is not waiting for confirmation, or no longer."""


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """A change to orders of an account, and the call that sends it."""

    account_id: str
    send: _Send


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent, confirmed by its id; `is_new` if it replaces a plan because the account has changed."""

    plan_id: str
    requested: RequestedChange
    changes: tuple[Change, ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome of a change and its time; `skus` maps variant ids to the SKUs to show."""

    at: datetime
    account_id: str
    outcome: Outcome
    skus: Mapping[str, str]


def request_receipt(
    account_id: str, order: str, quantities: Mapping[str, str], receiving: Receiving
) -> RequestedChange:
    """Set the total received of each variant."""
    return RequestedChange(account_id, lambda job, sending: orders.receive(job, order, quantities, receiving, sending))


def request_date(account_id: str, order: str, expected: date) -> RequestedChange:
    """Set the expected date of an order."""
    fields = {"expected_date": expected.isoformat()}
    return RequestedChange(account_id, lambda job, sending: orders.update(job, order, fields, sending))


def request_closing(account_id: str, names: Sequence[str]) -> RequestedChange:
    """Close orders."""
    return RequestedChange(account_id, lambda job, sending: orders.close(job, names, sending))


class ChangePlanner:
    """Plans changes for all sessions, and sends each plan at most once."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._plans: dict[str, Plan] = {}
        self._sent: deque[Sent] = deque(maxlen=MAX_SENT)

    def read(self, account_id: str, order: str) -> Order:
        """An order as the account has it now, also while a run is in progress.

        Raises:
            InventoryPlannerError: it can't be read.
        """
        with self._open(account_id, read_only=True) as job:
            return orders.get_order(job, order)

    def plan(self, requested: RequestedChange) -> Plan | list[Sent]:
        """What would be sent; the outcomes if there is nothing to confirm because the account already has the values.

        Raises:
            InventoryPlannerError: the change can't be made, or the account can't be read.
        """
        return self._carry_out(Plan("", requested, ()))

    def confirm(self, plan_id: str) -> Plan | list[Sent]:
        """Send a plan; if the account has changed since it was shown, send nothing and return another.

        Raises:
            ForgottenPlanError: the plan was confirmed before, or is unknown; nothing was sent.
            AnotherRunError: a run is in progress; nothing was sent, and the plan can be confirmed again.
            InventoryPlannerError: sending stopped; the message says what was sent.
        """
        plan = self._plans.pop(plan_id, None)
        if plan is None:
            raise ForgottenPlanError(
                "This change was already confirmed, or the dashboard has restarted; nothing was sent. Review the change"
                " again to see what the account has."
            )
        try:
            return self._carry_out(plan)
        except (AnotherRunError, ConfigurationError):
            self._keep(plan)
            raise

    def sent(self, account_id: str, order_ids: Collection[str], since: datetime) -> list[Sent]:
        """What was sent of these orders since then, the oldest first."""
        return [
            each
            for each in self._sent
            if each.at > since and each.account_id == account_id and each.outcome.order_id in order_ids
        ]

    def _carry_out(self, plan: Plan) -> Plan | list[Sent]:
        """Send the changes if they are those of the plan; else return the plan of what would be sent."""
        planned: list[Change] = []
        sent: list[Sent] = []
        account_id, skus = plan.requested.account_id, merge_skus(plan.changes)

        def confirm(changes: Sequence[Change]) -> bool:
            if tuple(changes) != plan.changes:
                planned.extend(changes)
                raise _UnconfirmedError
            return True

        def record(outcome: Outcome) -> None:
            sent.append(Sent(datetime.now(UTC), account_id, outcome, skus))
            self._sent.append(sent[-1])

        try:
            with self._open(account_id) as job:
                plan.requested.send(job, Sending(confirm, progress=record, only_shown=True))
        except _UnconfirmedError:
            return self._keep(
                replace(plan, plan_id=token_urlsafe(16), changes=tuple(planned), is_new=bool(plan.plan_id))
            )
        return sent

    def _keep(self, plan: Plan) -> Plan:
        self._plans[plan.plan_id] = plan
        for plan_id in list(self._plans)[:-MAX_PLANS]:
            self._plans.pop(plan_id, None)
        return plan

    @contextmanager
    def _open(self, account_id: str, *, read_only: bool = False) -> Iterator[Job]:
        if account_id not in (known := orders.account_ids()):
            raise ChangeError(
                f"This order is in account {account_id}, but the settings are for account {' and '.join(known)};"
                f" nothing was sent. Start the dashboard with the settings of {account_id}."
            )
        with orders.open_account(self._folder, _COMMAND, read_only=read_only, name=account_id) as job:
            yield job


class _UnconfirmedError(Exception):
    """The changes must be shown before anything is sent."""
