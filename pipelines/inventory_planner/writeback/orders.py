"""Changes of orders, planned from what was read: pure, so that what will be sent can be shown before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from inventory_planner.api.decoding import Record
from inventory_planner.api.orders import Line, Order
from inventory_planner.errors import ChangeError
from inventory_planner.writeback.calls import SKIP_JOBS
from inventory_planner.writeback.change import Action, Change, Intention, Situation, Values, different, is_same
from inventory_planner.writeback.order_fields import WRITABLE, check_new, checked_fields
from inventory_planner.writeback.state import (
    DESTINATION,
    SOURCE,
    connection_of,
    connection_state,
    field_value,
    first_lines,
    pending_deltas,
)


def plan_creation(fields: Values, statuses: Iterable[str] = (), *, is_reference_free: bool = True) -> Intention:
    """Create an order with these fields, as the API documents its body; see `plan_update` for `statuses`.

    Raises:
        ChangeError: the fields can't be those of an order.
    """
    body = {**fields, **checked_fields({name: fields[name] for name in fields if name in WRITABLE}, statuses)}
    check_new(body)
    reference = body["reference"] = str(body["reference"]).strip()

    def plan(situation: Situation, _: frozenset[str]) -> Change:
        if situation.same_reference and is_reference_free:
            raise ChangeError(
                f"An order with the reference {reference} already exists (id {situation.same_reference[0]}). Choose"
                " another reference, or use --again if you want a second one."
            )
        before = {"same_reference": list(situation.same_reference)}
        return Change(Action.CREATE, None, reference, before, body, body)

    return Intention(Action.CREATE, None, plan, frozenset(body), reference=reference)


def plan_update(order_id: str, fields: Values, statuses: Iterable[str] = (), *, recalculate: bool = False) -> Intention:
    """Set fields of an order. `statuses` are those of the account besides the built-in ones.

    Raises:
        ChangeError: a field can't be set, or not to this value.
    """
    wanted = checked_fields(fields, statuses)

    def plan(situation: Situation, done: frozenset[str]) -> Change:
        record = changeable(situation)
        before = {name: field_value(record.order, name) for name in wanted}
        after = different(before, wanted, done)
        return _change(Action.UPDATE, record, _of(before, after), after, {**after, **_option(recalculate=recalculate)})

    return Intention(Action.UPDATE, order_id, plan, frozenset(wanted))


@dataclass(frozen=True, slots=True)
class Receiving:
    """How received quantities are meant.

    Args:
        is_added: they are added to what was received before; otherwise they are totals.
        allow_over: more may be received than was ordered.
        line: for a variant on several lines, the number of the line that is meant; the API can change the first only.
        recalculate: forecasts are updated now instead of after the nightly sync.
        allow_lower: a total may be less than what was received before.
    """

    is_added: bool = False
    allow_over: bool = False
    line: int | None = None
    recalculate: bool = False
    allow_lower: bool = False


def plan_receipt(
    order_id: str,
    quantities: Mapping[str, Decimal],
    receiving: Receiving,
    file_rows: tuple[int, ...] = (),
) -> Intention:
    """Set what was received of each variant, by its id."""
    numbers = dict(zip(quantities, file_rows, strict=True)) if file_rows else {}

    def plan(situation: Situation, done: frozenset[str]) -> Change:
        record = changeable(situation)
        before: dict[str, Decimal | int] = {}
        after: dict[str, Decimal] = {}
        faults: list[str] = []
        for variant_id in [name for name in quantities if name not in done]:
            try:
                line = _line_of(record, variant_id, receiving.line)
                before[variant_id] = line.received or 0
                after[variant_id] = _total(record, line, quantities[variant_id], receiving)
            except ChangeError as error:
                faults.append(f"line {numbers[variant_id]}: {error}" if numbers else str(error))
        if faults:
            raise ChangeError("\n".join(faults))
        after = {name: total for name, total in after.items() if not is_same(name, before[name], total)}
        body = {"received": after, **_option(recalculate=receiving.recalculate)}
        return replace(_change(Action.RECEIVE, record, _of(before, after), after, body), skus=skus_of(record, after))

    return Intention(Action.RECEIVE, order_id, plan, frozenset(quantities), file_rows=file_rows)


def plan_connection(order_id: str, name: str) -> Intention:
    """Save an order to the connected system of this name."""

    def plan(situation: Situation, _: frozenset[str]) -> Change:
        record = changeable(situation)
        names = [str(each.connection) for each in record.order.connections or ()]
        if connection_of(record.order, name) is None and names:
            raise ChangeError(f"{label(record)} has no connection {name}; it has {', '.join(sorted(names))}.")
        before = {"save_po": connection_state(record.order, name)["save_po"]}
        after = {} if before["save_po"] else {"save_po": True}
        return replace(_change(Action.CONNECT, record, before, after, {"save_po": True}), target=name)

    return Intention(Action.CONNECT, order_id, plan, frozenset({"save_po"}), target=name)


def plan_push(order_id: str, *, from_source: bool = False) -> Intention:
    """Push what was received, and not pushed yet, to the destination of an order, or to the source of a transfer."""
    target = SOURCE if from_source else DESTINATION

    def plan(situation: Situation, _: frozenset[str]) -> Change:
        record = changeable(situation)
        pending = pending_deltas(situation)
        items = [
            {"id": item.id, "delta": item.delta, "stock_before": item.stock_before}
            for item in (situation.pending.items if situation.pending else [])
            if item.delta
        ]
        change = _change(Action.PUSH_STOCK, record, pending, dict.fromkeys(pending, 0), {"items": items})
        return replace(change, target=target, skus=skus_of(record, pending))

    return Intention(Action.PUSH_STOCK, order_id, plan, target=target)


def changeable(situation: Situation) -> Record:
    """The order, if it can be changed.

    Raises:
        ChangeError: it is read-only.
    """
    assert situation.order is not None, "only a new order has none"  # noqa: S101
    if situation.order.order.readonly:
        raise ChangeError(f"{label(situation.order)} is read-only: change it in the system that manages it.")
    return situation.order


def label(record: Record) -> str:
    """An order as messages name it."""
    return f"Order {record.order.reference or record.order_id}"


def variant_of(order: Order, name: str) -> str:
    """The id of the variant with this id or, if only one variant of the order has it, with this SKU.

    Raises:
        ChangeError: the order has no such variant, or several.
    """
    lines = order.items or []
    if not name.strip():
        raise ChangeError("A variant has no name; give its id or its SKU.")
    if any(str(line.id) == name for line in lines):
        return name
    found = {str(line.id) for line in lines if str(line.sku or "").strip().casefold() == name.strip().casefold()}
    if len(found) == 1:
        return found.pop()
    problem = f"{len(found)} variants with the SKU {name}; use the variant's id" if found else f"no variant {name}"
    raise ChangeError(f"Order {order.reference or order.id} has {problem}.")


def _line_of(record: Record, variant_id: str, number: int | None) -> Line:
    """The line that the API changes.

    Raises:
        ChangeError: there is no such line, or it is not plain which one is meant.
    """
    numbered = [(n, line) for n, line in enumerate(record.order.items or (), start=1) if str(line.id) == variant_id]
    if not numbered:
        raise ChangeError(f"{label(record)} has no variant {variant_id}.")
    first, line = numbered[0]
    if len(numbered) > 1 and number != first:
        numbers = ", ".join(str(n) for n, _ in numbered)
        raise ChangeError(
            f"{label(record)} has {variant_id} on several lines ({numbers}), and the API can only change the first one."
            f" If you mean that one, use --line {first}."
        )
    return line


def _total(record: Record, line: Line, quantity: Decimal, receiving: Receiving) -> Decimal:
    """What will have been received in all.

    Raises:
        ChangeError: it is more than was ordered, or less than was received before.
    """
    before, ordered = Decimal(line.received or 0), Decimal(line.replenishment or 0)
    total = before + quantity if receiving.is_added else quantity
    name = str(line.sku or line.id).strip()
    if total < before and not receiving.allow_lower:
        raise ChangeError(
            f"{label(record)}, {name}: a total of {total:,f} is less than the {before:,f} received before. To add to"
            " them, use --add; to correct them, use --allow-lower."
        )
    if total > ordered and total != before and not receiving.allow_over:
        raise ChangeError(
            f"{label(record)}, {name}: {total:,f} received in all would be more than the {ordered:,f}"
            " ordered. If that is right, use --allow-over."
        )
    return total


def _change(action: Action, record: Record, before: Values, after: Values, body: Values) -> Change:
    reference = None if record.order.reference is None else str(record.order.reference)
    return Change(action, record.order_id, reference, before, after, body)


def skus_of(record: Record, variant_ids: Iterable[str]) -> dict[str, str]:
    """The SKUs of variants, unless another variant of the order has the same."""
    skus = {variant_id: str(line.sku or "").strip() for variant_id, line in first_lines(record.order).items()}
    counts = Counter(skus.values())
    return {each: skus[each] for each in variant_ids if skus.get(each) and counts[skus[each]] == 1}


def _of(values: Values, others: Values) -> dict[str, Any]:
    return {name: values[name] for name in others}


def _option(*, recalculate: bool) -> dict[str, bool]:
    return {SKIP_JOBS: False} if recalculate else {}
