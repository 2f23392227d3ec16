"""Log to standard error: as text, or as JSON for log collectors."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from rich.console import Console

OUR_LOGGER: Final = "inventory_planner"
FIELDS: Final = "fields"  # the attribute of a log record with its fields: log.info("...", extra={"fields": {...}})
_CHOSEN: Final = (
    "inventory_planner.log"  # the key under which click keeps the options given before or after the command
)


def start_logging(log_format: str = "text", *, verbose: bool = False, quiet: bool = False) -> None:
    """Log to standard error; `log_format` is "text" or "json"."""
    handler = _ConsoleHandler()
    handler.setFormatter(
        _JsonFormatter() if log_format == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    handler.setLevel(logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO)
    logger = logging.getLogger(OUR_LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG)  # the handler filters; a progress bar also counts what it leaves out
    logger.propagate = False


def add_log_options(command: click.Command) -> None:
    """Add the log options to a command and all its subcommands, so that they work before and after a name."""
    command.params.extend(_options())
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            add_log_options(subcommand)


def is_progress_wanted() -> bool:
    """Whether to show progress: on a terminal, unless only warnings are wanted."""
    handlers = logging.getLogger(OUR_LOGGER).handlers
    return sys.stderr.isatty() and all(handler.level <= logging.INFO for handler in handlers)


@cache
def console() -> Console:
    """The terminal that log lines and progress bars share, so that they don't overwrite each other."""
    from rich.console import Console

    return Console(stderr=True)


def write_error(message: str) -> None:
    """Write why a command failed, as a plain line or, if logs are JSON, as a log line."""
    handlers = logging.getLogger(OUR_LOGGER).handlers
    if handlers and isinstance(handlers[0].formatter, _JsonFormatter):
        logging.getLogger(OUR_LOGGER).error(message)
    else:
        sys.stderr.write(f"{message}\n")


def _options() -> list[click.Option]:
    formats = click.Choice(["text", "json"])
    return [
        _option("--log-format", "The format of log lines; text by default.", type=formats),
        _option("--verbose", "Log more detail, such as each model that is built.", is_flag=True),
        _option("--quiet", "Log only warnings and errors, for cron.", is_flag=True),
    ]


def _option(name: str, about: str, **kind: Any) -> click.Option:
    return click.Option([name], help=about, expose_value=False, callback=_choose, **kind)


def _choose(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Add an option to those given before, and log accordingly.

    Raises:
        UsageError: two options contradict each other.
    """
    chosen: dict[str, Any] = context.meta.setdefault(_CHOSEN, {})
    if value:
        chosen[str(parameter.name)] = value
    if chosen.keys() >= {"verbose", "quiet"}:
        raise click.UsageError("--verbose and --quiet contradict each other. Leave one of them out.")
    start_logging(**chosen)


class _ConsoleHandler(logging.Handler):
    """Writes to standard error, on a terminal above any progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            if sys.stderr.isatty():
                console().print(line, markup=False, highlight=False, soft_wrap=True)
            else:
                sys.stderr.write(f"{line}\n")
        except Exception:  # noqa: BLE001 (like logging's own handlers: a failed log line must not fail the run)
            self.handleError(record)


class _JsonFormatter(logging.Formatter):
    """One JSON object per line, with the time in UTC and the record's fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
