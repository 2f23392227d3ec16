"""Log lines on the standard error stream: text for people, JSON for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

OUR_LOGGER = "inventory_planner"


def start_logging(form: str, *, verbose: bool = False) -> None:
    """Log to standard error; `form` is "text" or "json"."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _JsonFormatter() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    logger = logging.getLogger(OUR_LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False


def explain(message: str) -> None:
    """Say why a command failed, in the form that log lines have."""
    handlers = logging.getLogger(OUR_LOGGER).handlers
    if handlers and isinstance(handlers[0].formatter, _JsonFormatter):
        logging.getLogger(OUR_LOGGER).error(message)
    else:
        sys.stderr.write(f"{message}\n")


class _JsonFormatter(logging.Formatter):
    """One JSON object a line, with the instant in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
