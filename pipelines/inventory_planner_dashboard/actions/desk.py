"""Plan changes of orders, show them, and send what was confirmed, as the `orders` commands do."""

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inventory_planner.api.orders import Order
    from inventory_planner.sync.load import Job

MAX_PLANS: Final = 200  # that wait for confirmation; older ones are forgotten and must be reviewed again
MAX_SENT: Final = 2000  # outcomes that are remembered until the figures follow
_COMMAND: Final = "dashboard"  # as `run` names what holds the data folder

_Send: TypeAlias = "Callable[[Job, Sending], Sequence[Outcome]]"


class ForgottenPlanError(ChangeError):
    """A plan was confirmed that is not, or no longer, waiting for it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of an account's orders."""

    account_id: str
    send: _Send


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent, to be confirmed by its id; `is_new` if the account has changed since another was shown."""

    plan_id: str
    wanted: Wanted
    changes: tuple[Change, ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome of a change, and when it was known; `skus` has the SKUs to show for variant ids."""

    at: datetime
    account_id: str
    outcome: Outcome
    skus: Mapping[str, str]


def receipt(account_id: str, order: str, quantities: Mapping[str, str], receiving: Receiving) -> Wanted:
    """Set the total received of each variant."""
    return Wanted(account_id, lambda job, sending: orders.receive(job, order, quantities, receiving, sending))


def new_date(account_id: str, order: str, expected: date) -> Wanted:
    """Set the expected date of an order."""
    fields = {"expected_date": expected.isoformat()}
    return Wanted(account_id, lambda job, sending: orders.update(job, order, fields, sending))


def closing(account_id: str, names: Sequence[str]) -> Wanted:
    """Close orders."""
    return Wanted(account_id, lambda job, sending: orders.close(job, names, sending))


class Desk:
    """Plans changes for all readers, and sends each plan at most once."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._plans: dict[str, Plan] = {}
        self._sent: deque[Sent] = deque(maxlen=MAX_SENT)

    def read(self, account_id: str, order: str) -> Order:
        """An order as the account has it now; a run may be in progress.

        Raises:
            InventoryPlannerError: it can't be read.
        """
        with self._open(account_id, read_only=True) as job:
            return orders.get_order(job, order)

    def plan(self, wanted: Wanted) -> Plan | list[Sent]:
        """What would be sent; the outcomes if nothing is to be confirmed, because the account has it already.

        Raises:
            InventoryPlannerError: the change can't be made, or the account not be read.
        """
        return self._carry_out(Plan("", wanted, ()))

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
                "This was confirmed before, or the dashboard was restarted; nothing was sent now. Review the change"
                " again: it shows what the account has."
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
        account_id, skus = (
            plan.wanted.account_id,
            {name: sku for each in plan.changes for name, sku in each.skus.items()},
        )

        def confirm(changes: Sequence[Change]) -> bool:
            if tuple(changes) != plan.changes:
                planned.extend(changes)
                raise _ShownError
            return True

        def record(outcome: Outcome) -> None:
            sent.append(Sent(datetime.now(UTC), account_id, outcome, skus))
            self._sent.append(sent[-1])

        try:
            with self._open(account_id) as job:
                plan.wanted.send(job, Sending(confirm, progress=record, only_shown=True))
        except _ShownError:
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
        with orders.open_account(self._folder, _COMMAND, read_only=read_only) as job:
            if job.settings.account_id != account_id:
                raise ChangeError(
                    f"This order is in account {account_id}, and the settings are those of account"
                    f" {job.settings.account_id}; nothing was sent. Start the dashboard with the settings of"
                    f" {account_id}."
                )
            yield job


class _ShownError(Exception):
    """Changes are to be shown before anything is sent."""
