from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO

import pytest

from inventory_planner.cli.log import OUR_LOGGER, console, start_logging
from inventory_planner.cli.progress import DBT_LOGGER, show_progress

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(StringIO):
    """Standard error as a terminal of 80 columns."""

    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        """What was written, with a line for each state of a bar."""
        shown = CONTROL.sub("", self.getvalue()).replace("\r", "\n").splitlines()
        return [line.rstrip() for line in shown if line.strip()]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    console.cache_clear()
    yield terminal
    console.cache_clear()


def build(done: int, marts: int) -> None:
    fields = {"node": "vendors", "done": done, "total": 9, "marts": marts, "all_marts": 41}
    logging.getLogger(DBT_LOGGER).debug("%d of 9: vendors", done, extra={"fields": fields})


def run(terminal: Terminal, **options: bool) -> None:
    start_logging("text", **options)
    with redirect_stderr(terminal), show_progress() as progress:
        progress(0, 20)
        logging.getLogger(OUR_LOGGER).info("20 orders read.")
        progress(20, 20)
        logging.getLogger(OUR_LOGGER).info("Building.")
        build(1, 0)
        build(6, 3)


def test_log_lines_stand_above_the_bars_of_reading_and_building(terminal: Terminal) -> None:
    run(terminal)
    lines = terminal.lines()
    logged = [line for line in lines if "INFO" in line]
    assert [line[24:] for line in logged] == ["INFO 20 orders read.", "INFO Building."]
    bars = {line.split("\u2501")[0].split("\u2578")[0].strip() for line in lines if "INFO" not in line}
    assert {"Reading orders", "Building: marts 3 of 41"} <= bars


@pytest.mark.parametrize("options", [{"quiet": True}, {}], ids=["quiet", "in a file"])
def test_without_a_terminal_or_with_quiet_there_is_no_bar(
    options: dict[str, bool], terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not options:
        monkeypatch.setattr(terminal, "isatty", lambda: False)
    run(terminal, **options)
    assert [line[24:] for line in terminal.lines()] == ([] if options else ["INFO 20 orders read.", "INFO Building."])
