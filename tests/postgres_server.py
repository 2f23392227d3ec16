"""A PostgreSQL server of the tests' own, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

USER, PASSWORD = "writer", "not so secret"
DEBIAN = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")  # who may run it in place of root, whom it refuses
OPTIONS = "-c fsync=off -c full_page_writes=off -c listen_addresses=127.0.0.1 -c max_connections=50"


@dataclass
class PostgresServer:
    """A running server, with the role that owns all that the tests make."""

    port: int

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test{next(self._numbers)}"
        self.execute("postgres", f"create database {name} owner {USER}")
        return self.url(name)

    def url(self, database: str, user: str = USER, password: str = PASSWORD) -> str:
        """How dlt writes credentials."""
        return f"postgresql://{user}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def execute(self, database: str, *statements: str) -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.url(database, "root"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def serve_postgres() -> Iterator[PostgresServer]:
    """A server while the block lasts; the test is skipped if none is installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(mkdtemp(prefix="postgres"))
    user = next((name for name in USERS if _is_user(name)), None) if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    data, password_file = folder / "data", folder / "password"
    password_file.write_text(PASSWORD)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", data, *arguments],
            user=user,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    run("initdb", "--username=root", "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "-N")
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-p {port} -k {folder} {OPTIONS}", "start")
    try:
        server = PostgresServer(port)
        server.execute("postgres", f"create role {USER} login password '{PASSWORD}'")
        yield server
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    debian = sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    return Path(found).resolve().parent if found else next(reversed(debian), None)


def _is_user(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False
