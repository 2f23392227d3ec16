"""The accounts that are read: their orders, and what happens to them between two loads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from inventory_planner_emulator import Account, Quirks, demo_account

sys.path.append(str(Path(__file__).parents[1]))
from orders import line, order, receipt

SEED = 11
ORDERS = 2300  # three pages, the last one not full
VARIANTS = 400
STATUSES = ("open", "OPEN", "partially received", "Closed", "waiting-to-ship/invoice, north", "cancelled")
DEMO_DAY = date(2026, 1, 5)
FIRST_DAY = datetime(2024, 7, 1, tzinfo=UTC)
LONGEST_PRICE = Decimal("123456789012.345678")  # all the digits that the warehouse keeps; a float can't hold them
ODD = Quirks(
    limit_as_number=True,
    no_count=True,
    empty_text_numbers=True,
    empty_maps_as_lists=True,
    lists_as_objects=True,
    numeric_item_ids=True,
    status_case="upper",
    mixed_offsets=True,
)

Record = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """An account to read, under the name that the report gives it."""

    name: str
    make: Callable[[], Account]


def generated(quirks: Quirks) -> Account:
    """Orders with all that an order may have: repeated variants, receipts, components, connections, no lines at all."""
    rng = Random(SEED)  # noqa: S311 (goods, not secrets)
    account = Account(_order(rng, number) for number in range(ORDERS))
    account.quirks = quirks
    return account


CASES = (
    Case("demo", lambda: demo_account(DEMO_DAY)),
    Case("generated", lambda: generated(Quirks())),
    Case("generated, oddly written", lambda: generated(ODD)),
)


def live(account: Account) -> None:
    """Edits, receipts, lines removed, orders new and deleted: what the second load must find."""
    for place, record in enumerate(account.orders()[:210]):
        happens = (_promise, _receive, _lose_a_line, _lose_all_lines, _cancel, _delete, _again)[place % 7]
        happens(account, record)


def _promise(account: Account, record: Record) -> None:
    account.edit(record["id"], expected_date="2026-12-24", notes='Deliver to "dock 3".\nBefore noon.')


def _receive(account: Account, record: Record) -> None:
    for item in record["items"]:
        account.receive(record["id"], str(item["id"]), Decimal("2.5"))


def _lose_a_line(account: Account, record: Record) -> None:
    account.edit(record["id"], items=record["items"][1:])


def _lose_all_lines(account: Account, record: Record) -> None:
    account.edit(record["id"], items=[])


def _cancel(account: Account, record: Record) -> None:
    account.edit(record["id"], status="cancelled")


def _delete(account: Account, record: Record) -> None:
    account.delete(record["id"])


def _again(account: Account, record: Record) -> None:
    account.put({**record, "id": f"{record['id']}b", "last_modified": account.now().isoformat(timespec="seconds")})


def _order(rng: Random, number: int) -> Record:
    entered = FIRST_DAY + timedelta(hours=number // 3 * 5)  # three orders share an instant
    items = [_line(rng, entered) for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))]
    if items and rng.random() < 0.3:
        items.append({**items[0], "replenishment": rng.randint(1, 90)})
    return order(
        f"{int(entered.timestamp()):08x}{number:016x}",
        reference=str(1000 + number),
        status=rng.choice(STATUSES),
        type=rng.choice(("po", "", "transfer", "assembly")),
        created_date=entered.date().isoformat(),
        expected_date=rng.choice(("", (entered + timedelta(days=21)).date().isoformat())),
        created_at=entered.isoformat(),
        last_modified=entered.isoformat(),
        total=_price(rng),
        total_ordered=sum(item["replenishment"] for item in items),
        custom_fields=rng.choice(([], {}, {"Season": "Spring"}, [{"name": "Season", "value": "Spring"}])),
        tax_info=rng.choice(([], {}, {"rate": Decimal("0.19")})),
        connections=_connections(rng, number),
        items=items,
    )


def _line(rng: Random, entered: datetime) -> Record:
    received = [
        receipt(int(entered.timestamp()) + day * 86400, day + Decimal("0.25")) for day in range(rng.randrange(4))
    ]
    arrived = {"received": sum(entry["value"] for entry in received), "received_history": received} if received else {}
    return line(
        f"c9_{5000 + rng.randrange(VARIANTS)}",
        replenishment=rng.choice((rng.randint(1, 500), Decimal("12.5"))),
        cost_price=_price(rng),
        components=_components(rng),
        **arrived,
    )


def _price(rng: Random) -> Decimal:
    return rng.choice((Decimal(rng.randrange(10**8)).scaleb(-rng.randrange(7)), LONGEST_PRICE))


def _components(rng: Random) -> list[Record]:
    return [
        {
            "id": f"c9_{rng.randrange(8)}",
            "quantity": rng.choice((1, Decimal("0.125"))),
            "sku": "BOLT ",
            "title": "Bolt ⌀4",
        }
        for _ in range(rng.choice((0, 0, 2, 4)))
    ]


def _connections(rng: Random, number: int) -> list[Record]:
    shops = rng.sample(("north", "south", "web"), rng.choice((0, 0, 1, 3)))
    return [{"connection": shop, "id": f"t{number}", "status": "success", "save_po": True} for shop in shops]
