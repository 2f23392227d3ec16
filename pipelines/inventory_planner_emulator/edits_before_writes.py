"""Edits that other users make right before a write is applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from inventory_planner_emulator.faults import RecordedRequest


class _Edit(NamedTuple):
    """An edit, and the writes that it may precede."""

    edit: Callable[[], object]
    when: Callable[[RecordedRequest], bool]


class EditsBeforeWrites:
    """The edits that wait for a write."""

    def __init__(self) -> None:
        self._waiting: list[_Edit] = []

    def __call__(self, edit: Callable[[], object], when: Callable[[RecordedRequest], bool] | None = None) -> None:
        """Run an edit, as another user would, right before the next write that matches is applied, and only once.

        Args:
            edit: What to run, such as `lambda: account.receive("a", "v1", 2)`.
            when: The writes that it may precede; any one if omitted.
        """
        self._waiting.append(_Edit(edit, when or (lambda _request: True)))

    def run(self, request: RecordedRequest) -> None:
        """Run the edits that precede this write."""
        for each in list(self._waiting):
            if each.when(request):
                self._waiting.remove(each)
                each.edit()
