from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner

from inventory_planner.cli.log import FIELDS, OUR_LOGGER, add_log_options, start_logging
from inventory_planner.warehouse.sync_log import SyncReport

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines written to standard error; nothing goes to standard output."""
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


def test_text_lines_have_a_time_a_level_and_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("text")
    logging.getLogger("inventory_planner.api.client").warning("answered %d", 503)
    (line,) = lines(capsys)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARNING answered 503", line)


def test_json_lines_are_objects_with_the_time_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("json")
    logging.getLogger("inventory_planner.api.client").warning('answered "%s"\nthen nothing', "503 é")
    (line,) = map(json.loads, lines(capsys))
    at = datetime.fromisoformat(line.pop("at"))
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert line == {
        "level": "warning",
        "logger": "inventory_planner.api.client",
        "message": 'answered "503 é"\nthen nothing',
    }


def test_an_exception_stays_in_its_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("json")
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger(OUR_LOGGER).exception("failed")
    (line,) = map(json.loads, lines(capsys))
    assert (line["level"], line["message"]) == ("error", "failed")
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize(("verbose", "expected"), [(False, ["info"]), (True, ["debug", "info"])])
def test_debug_lines_are_logged_only_with_verbose(
    verbose: bool, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging("json", verbose=verbose)
    logging.getLogger("inventory_planner.sync.load").debug("detail")
    logging.getLogger("inventory_planner.sync.load").info("summary")
    assert [json.loads(line)["level"] for line in lines(capsys)] == expected


def test_starting_twice_does_not_write_twice(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("text")
    start_logging("json")
    logging.getLogger(OUR_LOGGER).info("once")
    assert [json.loads(line)["message"] for line in lines(capsys)] == ["once"]


def test_lines_do_not_reach_other_handlers(caplog: pytest.LogCaptureFixture) -> None:
    start_logging("text")
    logging.getLogger(OUR_LOGGER).info("once")
    assert caplog.messages == []


def test_lines_of_other_libraries_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("text", verbose=True)
    logging.getLogger("httpx").info("HTTP Request")
    logging.getLogger("dlt").info("loading")
    assert lines(capsys) == []


def test_numbers_are_fields_of_a_json_line_and_not_of_a_text_line(capsys: pytest.CaptureFixture[str]) -> None:
    report = SyncReport(
        "a1000", "s-1", AT, AT + timedelta(seconds=1.5), sync_kind="seek", requests=3, orders=2, lines=7
    )
    for log_format in ("json", "text"):
        start_logging(log_format)
        logging.getLogger(OUR_LOGGER).info("%s", report.summary, extra={FIELDS: report.log_fields})
    as_json, as_text = lines(capsys)
    assert {name: value for name, value in json.loads(as_json).items() if name != "at"} == {
        "level": "info",
        "logger": OUR_LOGGER,
        "message": "2 orders with 7 lines read (3 requests, seek).",
        "run_id": "s-1",
        "account_id": "a1000",
        "sync_kind": "seek",
        "orders": 2,
        "lines": 7,
        "deleted": 0,
        "quarantined": 0,
        "requests": 3,
        "seconds": 1.5,
    }
    assert as_text.endswith("INFO 2 orders with 7 lines read (3 requests, seek).")


def test_quiet_leaves_out_all_but_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("text", quiet=True)
    logging.getLogger(OUR_LOGGER).info("Nothing changed.")
    logging.getLogger(OUR_LOGGER).warning("answered 503")
    (line,) = lines(capsys)
    assert line.endswith("WARNING answered 503")


@click.group(cls=click.Group)
def group() -> None:
    """Logs a line at each level."""


@group.command()
def speak() -> None:
    """Speak."""
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        logging.getLogger(OUR_LOGGER).log(level, "said")


add_log_options(group)


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("--log-format json speak", ["info", "warning"]),
        ("speak --log-format json", ["info", "warning"]),
        ("--log-format json speak --verbose", ["debug", "info", "warning"]),
        ("--verbose speak --log-format json", ["debug", "info", "warning"]),
        ("--quiet --log-format json speak", ["warning"]),
        ("speak --quiet --log-format json", ["warning"]),
    ],
)
def test_options_of_the_log_stand_before_or_after_the_command(words: str, levels: list[str]) -> None:
    found = CliRunner().invoke(group, words.split()).stderr
    assert [json.loads(line)["level"] for line in found.splitlines()] == levels


def test_verbose_and_quiet_contradict_each_other() -> None:
    done = CliRunner().invoke(group, ["--verbose", "speak", "--quiet"])
    assert done.exit_code == 2
    assert "--verbose and --quiet contradict each other. Leave one of them out." in done.stderr
