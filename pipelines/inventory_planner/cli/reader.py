"""End quietly when nobody reads the output any more, as in `inventory-planner report open_lines | head`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

Parameters = ParamSpec("Parameters")


def until_reader_leaves(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """End a command that only prints with status 0 when its pipe is closed: its reader has seen enough.

    A command that changes something must not: its reader would take it for done.
    """

    @wraps(command)
    def wrapper(*arguments: Parameters.args, **options: Parameters.kwargs) -> None:
        try:
            command(*arguments, **options)
            sys.stdout.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())  # what is still buffered goes there when Python exits

    return wrapper
