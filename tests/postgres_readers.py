"""Processes that read what PostgreSQL publishes, and check whether they ever see two builds at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import psycopg

TABLES = tuple(f"mart_{number}" for number in range(6))
PAUSE = 0.03  # seconds between two reports; a reader that never pauses would hardly ever let a publishing through
Read = Callable[[psycopg.Connection[Any]], Iterator[set[int]]]


def _numbers(connection: psycopg.Connection[Any], schema: str, names: tuple[str, ...] = TABLES) -> set[int]:
    """The number of the build that each mart shows, and -1 for one without rows."""
    found: set[int] = set()
    for name in names:
        rows = connection.execute(f"select number from {schema}.{name}".encode()).fetchall()
        found |= {row[0] for row in rows} or {-1}
    return found


def in_one_transaction(connection: psycopg.Connection[Any]) -> Iterator[set[int]]:
    """As a report of several statements does."""
    while True:
        with connection.transaction():
            seen = _numbers(connection, "marts")
        yield seen


def in_a_repeatable_read(connection: psycopg.Connection[Any]) -> Iterator[set[int]]:
    """As a dump does, in the opposite order."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    while True:
        with connection.transaction():
            seen = _numbers(connection, "marts", TABLES[::-1])
        yield seen


def in_one_statement(connection: psycopg.Connection[Any]) -> Iterator[set[int]]:
    """As a tool for charts does, without a transaction."""
    query = " union ".join(f"select number from marts.{name}" for name in TABLES)
    while True:
        yield {row[0] for row in connection.execute(query.encode()).fetchall()}


def by_the_pointer(connection: psycopg.Connection[Any]) -> Iterator[set[int]]:
    """As a program does: it looks up the build, and reads its tables."""
    while True:
        with connection.transaction():
            found = connection.execute(b"select build from inventory_planner._published").fetchone()
            assert found
            seen = _numbers(connection, found[0])
        yield seen


READERS: tuple[Read, ...] = (in_one_transaction, in_a_repeatable_read, in_one_statement, by_the_pointer)


@dataclass
class Report:
    """What a reader saw: how often it read, the builds in order, and what went wrong."""

    reads: int = 0
    seen: list[int] = field(default_factory=list)
    error: str | None = None


def read_until_told(url: str, read: Read, pipe: Connection) -> None:
    """Read until a message comes through the pipe, and once more; then send a report."""
    report, is_last = Report(), False
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for seen in read(connection):
                if not report.reads:
                    pipe.send("reading")
                report.reads += 1
                (number,) = seen  # two builds at once are an error
                time.sleep(PAUSE)
                if report.seen[-1:] != [number]:
                    report.seen.append(number)
                if is_last:
                    break
                is_last = pipe.poll()
    except (psycopg.Error, ValueError, AssertionError) as error:
        report.error = repr(error)
    pipe.send(report)


def start_readers(url: str) -> list[Connection]:
    """A process for each kind of reader, all of them reading."""
    context, pipes = get_context("spawn"), []
    for read in READERS:
        ours, theirs = context.Pipe()
        context.Process(target=read_until_told, args=(url, read, theirs), daemon=True).start()
        pipes.append(ours)
    for pipe in pipes:
        assert pipe.recv() == "reading"
    return pipes


def reports_of(pipes: list[Connection]) -> list[Report]:
    """What each reader saw, once it has read one last time."""
    for pipe in pipes:
        pipe.send("stop")
    return [pipe.recv() for pipe in pipes]
