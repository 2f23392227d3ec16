"""Does every answer of the emulator keep to the emulator's own OpenAPI description, whatever it is asked?

    uv run --with schemathesis python tests/independent/fuzz.py [--seed 1] [other options of `st run`]

A small account is served, and schemathesis makes requests out of the description at `/openapi.json`: good ones, broken
ones, and chains of them, most of them about what is really in the account. It fails on a status, a content type or a
body that the description does not have, and on any 5xx that is not asked for. Asked for is the refusal that clients saw
the service give: HTTP 500 with JSON and the reason in `result.message`. A crash answers otherwise.

Not checked is `negative_data_rejection`: the service ignores what it does not know, parameters and fields alike.
Exit status 1 on any failure. Nothing here is run by pytest; a minute.
"""

from __future__ import annotations

import sys
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import schemathesis
from schemathesis.cli import schemathesis as command

from inventory_planner_emulator import Account, serve

sys.path.append(str(Path(__file__).parents[1]))
from orders import line, order, receipt

EXAMPLES = "30"  # for each operation and phase
NOT_CHECKED = "not_a_server_error,negative_data_rejection"
KNOWN = {
    "order_id": ("a", "b", "c", "locked"),
    "item_id": ("c9_5001", "c9_5002"),
    "connection": ("north", "south"),
    "variant_id": ("c9_5001", "c9_5002"),
    "vendor": ("acme mills", "other"),
}


@schemathesis.hook
def map_path_parameters(_context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Most paths lead to something that is there."""
    return path_parameters and {name: _often_known(name, value) for name, value in path_parameters.items()}


@schemathesis.check
def is_asked_for(_context: Any, response: Any, _case: Any) -> None:
    """A server error is a refusal of the service, with its reason."""
    if response.status_code < 500:
        return
    assert response.status_code == 500, f"HTTP {response.status_code}"
    assert response.headers["content-type"] == ["application/json"], "a crash"
    assert response.json()["result"]["message"], "a refusal without a reason"


def main() -> None:
    """Serve, ask, and exit as schemathesis does."""
    account = _account()
    steady = account.get("a")
    account.before_answer.append(lambda _: account.put(steady))  # or no line would keep an id that is known
    with serve(account) as server, TemporaryDirectory() as scratch, chdir(scratch):  # it leaves a cache where it runs
        headers = (f"Authorization:{account.api_key}", f"Account:{account.account_id}")
        words = [word for header in headers for word in ("--header", header)]
        words += ["--checks", "all", "--exclude-checks", NOT_CHECKED, "--max-examples", EXAMPLES]
        command(["run", f"{server.url}/openapi.json", *words, *sys.argv[1:]])


def _account() -> Account:
    connections = [{"connection": "north", "id": "t1", "reference": "7", "status": "success", "save_po": True}]
    again = line(replenishment=5, received=5, received_history=[receipt(1767225600, 5)])
    return Account(
        [
            order("a", connections=connections),
            order("b", items=[line(), again], status="draft"),
            order("c", items=[]),
            order("locked", readonly=True),
        ]
    )


def _often_known(name: str, value: Any) -> Any:
    known = KNOWN.get(name, ())
    place = crc32(repr(value).encode()) % (len(known) + 1)
    return known[place] if place < len(known) else value


if __name__ == "__main__":
    main()
