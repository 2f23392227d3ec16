"""The large account, served by the emulator from a process of its own, so that no contender shares an interpreter.

Prints a line of JSON once it listens: the URL, and what a right copy of the account holds. Then it answers each line on
its standard input with the number of requests since the line before.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from typing import Any

from large_account import orders

from inventory_planner.emulator import Account, serve


def main() -> None:
    truth = {"orders": 0, "lines": 0, "receipts": 0, "units": 0}
    account = Account(_counted(orders(int(sys.argv[1]), int(sys.argv[2])), truth))
    gc.freeze()  # millions of records that stay: a collection must not walk them in the middle of an answer
    with serve(account) as server:
        _say({"url": server.url, "truth": truth})
        for _ in sys.stdin:
            _say(len(account.requests))
            account.requests.clear()


def _counted(records: Iterator[dict[str, Any]], truth: dict[str, int]) -> Iterator[dict[str, Any]]:
    for order in records:
        truth["orders"] += 1
        truth["lines"] += len(order["items"])
        truth["receipts"] += sum(len(item.get("received_history", ())) for item in order["items"])
        truth["units"] += order["total_ordered"]
        yield order


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
