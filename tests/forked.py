"""Processes of their own that need not import first what takes longest to import."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

PRELOADED = (
    *("inventory_planner.run", "inventory_planner.cli.commands", "inventory_planner.settings", "pyarrow.dataset"),
    *("dbt.cli.main", "dbt.adapters.duckdb"),
)


def exit_code(target: Callable[..., None], *arguments: Any) -> int:
    """How the target ended; a signal that killed it as a negative number."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(list(PRELOADED))
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode
