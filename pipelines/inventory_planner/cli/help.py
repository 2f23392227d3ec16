"""Help that lists commands in the order you use them, with uncut summaries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import click

MAX_SUMMARY: Final = 1_000  # characters; more than any summary has, so that click cuts none


class Commands(click.Group):
    """A group that lists its commands in the order in which they were added, under headings if it has any."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._headings: dict[str, list[str]] = {}

    def add_section(self, heading: str, commands: Iterable[click.Command]) -> None:
        """Add commands under a heading."""
        for command in commands:
            self.add_command(command)
            self._headings.setdefault(heading, []).append(str(command.name))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the help."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names and summaries."""
        for heading, names in (self._headings or {"Commands": self.list_commands(ctx)}).items():
            with formatter.section(heading):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(MAX_SUMMARY)) for name in names])
