"""A change of the account: what it is based on, what is sent, and how a later reading tells that it was applied."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from inventory_planner.api.decoding import Record
from inventory_planner.api.order_parts import StockChanges
from inventory_planner.api.variant import LiveVariant, VariantVendor

Values: TypeAlias = Mapping[str, Any]

# The types of the built-in statuses: an account may answer with the type in place of the status that was sent.
STATUS_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "open": frozenset({"draft", "active"}),
    "draft": frozenset({"draft"}),
    "partially received": frozenset({"active"}),
    "closed": frozenset({"closed"}),
    "cancelled": frozenset({"cancelled", "canceled"}),
}

INSTANTS: Final = frozenset({"last_modified"})
CASELESS: Final = frozenset({"status", "vendor", "type", "currency"})  # the API answers these in its own spelling


class Action(StrEnum):
    """The kinds of changes, one for each call."""

    CREATE = "create"
    UPDATE = "update"
    RECEIVE = "receive"
    CONNECT = "connect"
    PUSH_STOCK = "push stock"
    SET_VARIANT = "set variant"
    SET_VENDOR = "set variant vendor"
    REMOVE_VENDOR = "remove variant vendor"

    @property
    def subject(self) -> str:
        """The kind of record that the action changes."""
        return "variant" if self in VARIANT_ACTIONS else "order"


VARIANT_ACTIONS: Final = frozenset({Action.SET_VARIANT, Action.SET_VENDOR, Action.REMOVE_VENDOR})
# Values that such a change has in `before` only must be unchanged when it is sent again.
CONDITIONAL: Final = frozenset({Action.UPDATE, Action.SET_VENDOR})


NOT_REVERSIBLE: Final[Mapping[str, str]] = {
    Action.CREATE: "A new order can't be undone over the API; close or delete it in Inventory Planner.",
    Action.CONNECT: "What was saved to a connected system stays there.",
    Action.PUSH_STOCK: "Stock that was pushed stays in the store.",
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What was read before a change: the order, its pending stock, or the orders with a new order's reference, by id.

    Before a change to a variant: the variant, or its vendors.
    """

    order: Record | None = None
    pending: StockChanges | None = None
    same_reference: tuple[str, ...] = ()
    records: Mapping[str, Record] = field(default_factory=dict)
    variant: LiveVariant | None = None
    vendors: tuple[VariantVendor, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One call that changes the account.

    `before` has the values that the call changes, as they were read; `after` has them as they will be, under the same
    names; see also `conditions`. `body` is the input of the call. `target` is the name of a connection, or the side
    that stock is pushed to; a change to a variant has no order, and its target is the variant's id, with a slash and
    the vendor's id if it is to a vendor. `skus` has the SKUs to show for variant ids.
    """

    action: Action
    order_id: str | None
    reference: str | None
    before: Values
    after: Values
    body: Values
    target: str = ""
    skus: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def is_unchanged(self) -> bool:
        """Whether there is nothing to change: a plan leaves out the values that the account already has."""
        return not self.after

    @property
    def conditions(self) -> frozenset[str]:
        """The names of the values that must be as before when the change is sent once more, besides those it sets."""
        return frozenset(self.before.keys() - self.after.keys()) if self.action in CONDITIONAL else frozenset()

    @property
    def label(self) -> str:
        """The order or variant, as shown in messages."""
        if self.action not in VARIANT_ACTIONS:
            return f"Order {self.reference or self.order_id}"
        variant_id, _ = split_target(self.target)
        return f"Variant {self.skus.get(variant_id, variant_id)}"

    def unapplied(self, state: Values) -> frozenset[str]:
        """The names of the values that the account does not have, according to what was read later.

        A status counts as applied, too, if it is answered as its type, unless it was before.
        """
        return frozenset(name for name in self.after if not self._is_applied(name, state))

    def _is_applied(self, name: str, state: Values) -> bool:
        found, value = state.get(name), self.after[name]
        if is_same(name, found, value):
            return True
        return is_type_of(name, found, value) and not self.is_untouched(name, state)

    def is_untouched(self, name: str, state: Values) -> bool:
        """Whether the account still has the value from before, according to what was read later."""
        return is_same(name, state.get(name), self.before.get(name))

    def split(self, refused: Collection[str]) -> tuple[Change, Change]:
        """The change without the refused values, and the change of these alone."""
        applied = {name: value for name, value in self.after.items() if name not in refused}
        failed = {name: value for name, value in self.after.items() if name in refused}
        return replace(self, after=applied), replace(self, after=failed)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A change that a bulk command skips, and the reason."""

    change: Change
    reason: str


Plan: TypeAlias = Callable[[Situation, frozenset[str]], Change]  # the names of values that are done are left out


@dataclass(frozen=True, slots=True)
class Intention:
    """What somebody wants: which order to read, and the change to make of what is read there.

    `names` are those of the values to change, as far as they are known before anything is read. `file_rows` are the
    rows of a file that it comes from. `read` takes the place of reading the order by its id, and must be as recent.
    `unchanged` is the reason if the plan has nothing to change.
    """

    action: Action
    order_id: str | None
    plan: Plan
    names: frozenset[str] = frozenset()
    target: str = ""
    reference: str | None = None
    file_rows: tuple[int, ...] = ()
    read: Callable[[], Situation] | None = None
    unchanged: str = "The account already has this."


def variant_target(variant_id: str, vendor_id: str = "") -> str:
    """The target of a change to a variant or one of its vendors; a slash in the variant's id is escaped."""
    escaped = variant_id.replace("%", "%25").replace("/", "%2F")
    return f"{escaped}/{vendor_id}" if vendor_id else escaped


def split_target(target: str) -> tuple[str, str]:
    """The id of the variant, and of the vendor if the change is to one."""
    variant_id, _, vendor_id = target.partition("/")
    return unquote(variant_id), vendor_id


def is_same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same: numbers by value, dates without their time, unset as unset."""
    return bool(_comparable(name, one) == _comparable(name, other))


def different(before: Values, wanted: Values, done: frozenset[str]) -> dict[str, Any]:
    """The wanted values that are not yet done and differ from the present ones."""
    return {
        name: value for name, value in wanted.items() if name not in done and not is_same(name, before[name], value)
    }


def _comparable(name: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool | Mapping | list | tuple):
        return value
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    text = str(value).strip()
    if name in INSTANTS:
        return _as_instant(text) or text
    if name.endswith("_date"):
        return _as_date(text) or text
    return text.casefold() if name in CASELESS else text


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text[10:11] in {"", "T", " "} else None
    except ValueError:
        return None


def _as_instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_type_of(name: str, found: Any, sent: Any) -> bool:
    """Whether a value is the type of the status that was sent."""
    return name == "status" and str(found or "").casefold() in STATUS_TYPES.get(str(sent).casefold(), frozenset())
