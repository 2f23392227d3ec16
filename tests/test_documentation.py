"""The commands, settings, exit statuses and links of the README exist."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dbt_runs import select
from inventory_planner import errors
from inventory_planner import settings as configuration
from inventory_planner.cli.commands import commands
from inventory_planner.settings import Settings
from inventory_planner.warehouse.duckdb import MEMORY_LIMIT, MEMORY_LIMIT_VARIABLE

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
COMMAND = "inventory-planner"
SETTING = "SOURCES__INVENTORY_PLANNER__"
NEURO = {"NEURO_URL", "NEURO_TOKEN"}  # read in place of the address and the key


def documented_commands() -> Iterator[list[str]]:
    """The words of each `inventory-planner` command, in code blocks and in the text."""
    prose = BLOCK.sub("", TEXT)
    lines = [line for language, block in BLOCK.findall(TEXT) if language in ("", "sh") for line in block.splitlines()]
    for line in [*lines, *QUOTED.findall(prose)]:
        for part in re.split(r"&&|\|", line):
            words = shlex.split(part, comments=True) if f"{COMMAND} " in part else []
            if COMMAND in words:
                yield words[words.index(COMMAND) + 1 :]


def row(first: str) -> list[str]:
    """The cells of the table row that contains this text."""
    (line,) = [line for line in TEXT.splitlines() if line.startswith("|") and first in line]
    return [cell.strip() for cell in line.strip("|").split("|")]


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


@pytest.mark.long
def test_the_commands_that_write_back_work_as_they_stand(tmp_path: Path) -> None:
    (block,) = [block for language, block in BLOCK.findall(TEXT) if language == "sh" and "orders create" in block]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    uv = tmp_path / "bin" / "uv"  # what `uv run` starts, without what uv checks first
    uv.parent.mkdir()
    uv.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" -m inventory_planner "$@"\n')
    uv.chmod(0o755)
    on_free_port = block.replace("emulate", f"emulate --port {port}", 1).replace(":8765", f":{port}")
    script = f"set -e\ntrap 'kill $!' EXIT\n{on_free_port}"
    path = f"{uv.parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-c", script],  # noqa: S607
        env={**os.environ, "PATH": path, "COLUMNS": "200"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert done.returncode == 0, done.stderr
    query = """
        select distinct status_type, quantity_received, quantity_open, quantity_short > 0, count_receipts
        from marts.received_vs_ordered where purchase_order_number = 'P1'
    """
    assert [list(row.values()) for row in select(tmp_path / "data" / "analytics.duckdb", query)] == [
        ["closed", 3, 0, True, 2]
    ]
    sku, _, received, _ = done.stdout.splitlines()[-2].split()
    assert (sku[:4], received) == ("KSL-", "3")


def test_the_readme_names_the_main_commands() -> None:
    assert ["demo"] in documented_commands()
    assert ["run"] in documented_commands()


@pytest.mark.parametrize("words", list(documented_commands()), ids=" ".join)
def test_a_documented_command_exists_with_its_options(words: list[str]) -> None:
    (place, name) = next((place, word) for place, word in enumerate(words) if word in commands.commands)
    before, after = words[:place], words[place + 1 :]
    ours = after[: after.index("--")] if "--" in after else after
    command = commands.commands[name]
    if isinstance(command, click.Group) and ours:
        command = command.commands[ours[0]]
    assert {word for word in before if word.startswith("-")} <= options(commands)
    assert {word for word in ours if word.startswith("-")} <= options(command)


SETTINGS = [field.name for field in dataclasses.fields(Settings) if field.name != "name"]  # which is a section's name


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    _, variable, default = row(f"`{SETTING}{name.upper()}`")
    value = getattr(configuration, name.upper(), None)
    assert f"`{SETTING}{name.upper()}`" in variable.split(", ")
    assert value is None or default.strip("`") == (f"{value:g}" if isinstance(value, float) else str(value))


def test_the_memory_limit_is_documented_with_its_default() -> None:
    assert row(f"`{MEMORY_LIMIT_VARIABLE}`")[1:] == [f"`{MEMORY_LIMIT_VARIABLE}`", f"`{MEMORY_LIMIT}`"]


def test_every_documented_setting_exists() -> None:
    documented = set(re.findall(rf"{SETTING}(\w+)", TEXT))
    assert documented - {"ACCOUNTS"} == {name.upper() for name in SETTINGS} | NEURO


def test_the_documented_exit_statuses_are_those_of_the_errors() -> None:
    statuses = {
        kind.exit_status for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)
    }
    _, *documented, stopped = row("exit status")
    assert ([int(status) for status in documented], stopped) == (sorted({0, *statuses}), "130, 143")


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT))
def test_a_link_points_to_a_file(target: str) -> None:
    assert (ROOT / target).exists()
