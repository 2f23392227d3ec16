"""End quietly when the reader of the output has gone, as in `inventory-planner report open_lines | head`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

Parameters = ParamSpec("Parameters")


def end_on_broken_pipe(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """End a command with status 0 when its pipe is closed, because the reader has seen enough.

    Only for commands that print: one that changes something would look finished.
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
