"""Follow a dbt command through the events that it prints where its log format is JSON."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

RESULTS: Final = frozenset(
    {"LogModelResult", "LogNodeNoOpResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult"}
)
TEST: Final = "LogTestResult"
FAILURE: Final = "RunResultError"  # of a model or test that failed, at the end of the run
MARTS: Final = "marts"  # their schema


@dataclass(slots=True)
class DbtEvents:
    """What dbt has done so far; each finished node is logged, which also updates the progress bar.

    `failures` has the message of each node that failed, by its unique id.
    """

    log: logging.Logger
    all_marts: int
    done: int = 0
    marts: int = 0
    tests: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    started_at: float = field(default_factory=monotonic)

    def read(self, line: str) -> str:
        """Note the node that a line of dbt's output reports, and return the line as text."""
        event = _parse(line)
        if event is None:
            return line
        name, data = event["info"].get("name"), event.get("data", {})
        if name in RESULTS:
            self._count(name, data)
        if name == FAILURE and "node_info" in data:
            self.failures[data["node_info"]["unique_id"]] = data["msg"]
        return f"{event['info'].get('msg', '')}\n"

    def log_summary(self) -> None:
        """Log what was built in how many seconds, if dbt reported anything."""
        if not self.done:
            return
        seconds = monotonic() - self.started_at
        self.log.info(
            "Built %d marts and ran %s tests in %.0f s.",
            *(self.marts, f"{self.tests:,}", seconds),
            extra={"fields": {"marts": self.marts, "tests": self.tests, "seconds": round(seconds, 1)}},
        )

    def _count(self, kind: str, data: dict[str, Any]) -> None:
        node = data.get("node_info", {})
        self.done += 1
        self.tests += kind == TEST
        self.marts += kind != TEST and node.get("node_relation", {}).get("schema") == MARTS
        counts = {"done": self.done, "total": data.get("total"), "marts": self.marts, "all_marts": self.all_marts}
        self.log.debug(
            "%s of %s: %s",
            *(self.done, data.get("total"), node.get("node_name")),
            extra={"fields": {"node": node.get("node_name"), **counts}},
        )


def _parse(line: str) -> dict[str, Any] | None:
    """The event; None if the line is something else, such as the output of `dbt list --output json`."""
    if not line.startswith('{"'):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("info"), dict) else None
