"""Log to standard error: as text, or as JSON for log collectors."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

OUR_LOGGER: Final = "inventory_planner"


def start_logging(log_format: str, *, verbose: bool = False) -> None:
    """Log to standard error; `log_format` is "text" or "json"."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _JsonFormatter() if log_format == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    logger = logging.getLogger(OUR_LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False


def write_error(message: str) -> None:
    """Write why a command failed, as a plain line or, if logs are JSON, as a log line."""
    handlers = logging.getLogger(OUR_LOGGER).handlers
    if handlers and isinstance(handlers[0].formatter, _JsonFormatter):
        logging.getLogger(OUR_LOGGER).error(message)
    else:
        sys.stderr.write(f"{message}\n")


class _JsonFormatter(logging.Formatter):
    """One JSON object per line, with the time in UTC."""

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
