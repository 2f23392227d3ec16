"""The command `inventory-planner`. Each subcommand reads its options, makes one call and prints the result.

Subcommands import what they need when they run: dlt alone takes a second, and `status` does without it.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from typing import Final, NoReturn

import click

from inventory_planner import __version__
from inventory_planner.cli.account import check, demo, load, move, replay, run, sweep
from inventory_planner.cli.deliver import deliver
from inventory_planner.cli.help import Commands
from inventory_planner.cli.links import links
from inventory_planner.cli.log import add_log_options, write_error
from inventory_planner.cli.marts import publish, report, status, transform
from inventory_planner.cli.orders import acknowledge, orders
from inventory_planner.cli.serve import dashboard, emulate, tour
from inventory_planner.cli.variants import variants
from inventory_planner.cli.writes import writes
from inventory_planner.errors import InventoryPlannerError

INTERRUPTED: Final = 130  # the exit status that shells report for Ctrl-C
TERMINATED: Final = 143  # and for SIGTERM
COMPLETION: Final = (  # `\b` keeps click from wrapping the line
    "To complete commands, options and marts in bash (for zsh or fish, use zsh_source or fish_source):\n\n"
    '\b\neval "$(_INVENTORY_PLANNER_COMPLETE=bash_source inventory-planner)"'
)


class TerminatedError(KeyboardInterrupt):
    """The process received SIGTERM; the command ends as it does with Ctrl-C."""


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=COMPLETION,
)
@click.version_option(__version__)
def commands() -> None:
    """Inventory Planner purchase orders in a warehouse: an exact, current copy, and reports on it.

    Exit status: 0 done; 1 failed; 2 wrong usage or configuration; 75 try again later; 77 key or account refused; 130 or
    143 stopped.
    """


commands.add_section("Start", (demo, check))
commands.add_section("Load and publish", (run, load, sweep, replay, transform, publish, move))
commands.add_section("Read", (status, report, dashboard, tour))
commands.add_section("Change the account", (orders, variants, acknowledge, writes, deliver, links))
commands.add_section("Develop", (emulate,))
add_log_options(commands)


def main() -> None:
    """Run the command line and exit with its status."""
    atexit.register(gc.freeze)  # Python collects garbage once more at exit: a fifth of the time of an idle run
    signal.signal(signal.SIGTERM, _terminate)
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")  # dlt starts telemetry when it is imported
    try:
        commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except InventoryPlannerError as error:
        write_error(f"Error: {error}")
        sys.exit(error.exit_status)
    except (click.Abort, KeyboardInterrupt) as error:
        click.echo("Stopped. Committed data is kept; the next run resumes from there.", err=True)
        sys.exit(TERMINATED if isinstance(error.__cause__ or error, TerminatedError) else INTERRUPTED)


def _terminate(_signal: int, _frame: object) -> NoReturn:
    raise TerminatedError
