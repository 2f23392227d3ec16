"""The peers: extractors on what others wrote, each run as a program of its own, and the records that it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STREAM = "purchase_orders"
DECLARATIVE = "from airbyte_cdk.cli.source_declarative_manifest import run; run()"
CATALOG = {
    "streams": [
        {
            "stream": {"name": STREAM, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
    ]
}

Message = dict[str, Any]
Record = dict[str, Any]


class PeerError(Exception):
    """A peer that did not come to its end."""


@dataclass(frozen=True)
class Peer:
    """An extractor: how it is started, and where in its messages a record lies."""

    name: str
    command: tuple[str, ...]
    record_of: Callable[[Message], Record]
    keeps_digits: bool
    """False for one whose numbers pass through floats; they are compared at a float's precision."""

    def records(self, config: dict[str, str], folder: Path) -> list[Record]:
        """All orders that it reads, in its order.

        Raises:
            PeerError: it failed; what it said is in the message.
        """
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "catalog.json").write_text(json.dumps(CATALOG))
        done = subprocess.run([sys.executable, *self.command], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerError(f"{self.name} ended with {done.returncode}:\n{(done.stderr or done.stdout)[-2000:]}")
        messages = (json.loads(said, parse_float=Decimal) for said in done.stdout.splitlines())
        return [self.record_of(message) for message in messages if message["type"] == "RECORD"]


PEERS = (
    Peer(
        "Singer tap",
        (str(HERE / "singer_tap.py"), "--config", "config.json"),
        record_of=itemgetter("record"),
        keeps_digits=True,
    ),
    Peer(
        "Airbyte manifest",
        (
            *("-c", DECLARATIVE, "read", "--config", "config.json", "--catalog", "catalog.json"),
            *("--manifest-path", str(HERE / "airbyte_manifest.yaml")),
        ),
        record_of=lambda message: message["record"]["data"],
        keeps_digits=False,
    ),
)
