"""Tables whose exports are named after the page, the day and the currency."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import Any

import marimo as mo


class NamedTable(mo.ui.table):
    """A table that exports to a file with a given name."""

    def __init__(self, data: Any, file_name: str, **options: Any) -> None:
        self._file_name = file_name
        super().__init__(data, **options)

    def _download(self, args: Any) -> Any:
        answer = super()._download(args)
        return replace(answer, filename=f"{self._file_name}{PurePath(answer.filename).suffix}")
