"""The large account, served by the emulator from a process of its own, so that no contender shares an interpreter.

    server.py ORDERS LINES

Prints a line of JSON once it listens: the URL, and what a right copy of the account holds. Then it answers each line on
its standard input with a line of JSON:

    requests        the number of requests since this was asked last
    change 100      edits so many orders, all over the account; what a right copy holds from then on
    receivable 100  the ids of each line of so many orders, which can be received from then on
    delay 0.3       answers so many seconds late from then on

About 2.5 KB of memory a line: the account keeps lines as the JSON that it serves.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from large_account import LAST_DAY, Record, orders, with_more_ordered

from inventory_planner_emulator import Account, Fault, serve
from inventory_planner_emulator.json_codec import decode, encode

DELAYED = 10_000  # answers; no benchmark asks for more
BETWEEN_CHANGES = timedelta(hours=1)  # more than what is read again each time, or a round would pay for all before


class LargeAccount:
    """The account, what a right copy of it holds, and what can happen to it."""

    def __init__(self, count: int, lines: int) -> None:
        self.truth = {"orders": 0, "lines": 0, "receipts": 0, "units": 0}
        self.ids: list[str] = []
        self.clock = LAST_DAY
        self.account = Account(self._counted(orders(count, lines)), now=self._now)

    def requests(self) -> int:
        count = len(self.account.requests)
        self.account.requests.clear()
        return count

    def change(self, count: str) -> dict[str, int]:
        self.clock += BETWEEN_CHANGES
        for order_id in self.ids[:: max(len(self.ids) // int(count), 1)][: int(count)]:
            before = self.account.get(order_id)
            after = with_more_ordered({**before, "items": decode(bytes(before["items"]))})
            self.truth["units"] += after["total_ordered"] - before["total_ordered"]
            self.account.edit(order_id, **_packed(after))
        return self.truth

    def receivable(self, count: str) -> list[tuple[str, str]]:
        lines = []
        for order_id in self.ids[: int(count)]:
            order = self.account.get(order_id)
            unpacked = {**order, "items": decode(bytes(order["items"]))}  # only such lines can be written to
            self.account.put(unpacked)
            lines += [(order_id, line["id"]) for line in unpacked["items"]]
        return lines

    def delay(self, seconds: str) -> float:
        self.account.faults.clear()
        if float(seconds):
            self.account.faults.extend([Fault.slow(float(seconds))] * DELAYED)
        return float(seconds)

    def _now(self) -> datetime:
        return self.clock

    def _counted(self, records: Iterator[Record]) -> Iterator[Record]:
        for order in records:
            self.ids.append(order["id"])
            self.truth["orders"] += 1
            self.truth["lines"] += len(order["items"])
            self.truth["receipts"] += sum(len(item.get("received_history", ())) for item in order["items"])
            self.truth["units"] += order["total_ordered"]
            yield _packed(order)


def main() -> None:
    large = LargeAccount(int(sys.argv[1]), int(sys.argv[2]))
    names = ("requests", "change", "receivable", "delay")
    answers: dict[str, Callable[..., Any]] = {name: getattr(large, name) for name in names}
    gc.freeze()  # records that stay: a collection must not walk them in the middle of an answer
    with serve(large.account) as server:
        _say({"url": server.url, "truth": large.truth})
        for line in sys.stdin:
            name, *words = line.split()
            _say(answers[name](*words))


def _packed(order: Record) -> Record:
    """The order with its lines as JSON, a third of what they take as objects; it is served as it is."""
    return {**order, "items": msgspec.Raw(encode(order["items"]))}


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
