"""Processes of their own that need not import first what takes longest to import."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any


def exit_code(preloaded: Sequence[str], target: Callable[..., None], *arguments: Any) -> int:
    """How the target ended; a signal that killed it as a negative number. The first call decides what is preloaded."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(list(preloaded))
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode
