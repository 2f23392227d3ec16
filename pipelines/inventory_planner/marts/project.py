"""The files of the dbt project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PROJECT_PARTS: Final = ("macros", "models", "seeds", "snapshots", "tests")
PROJECT_SUFFIXES: Final = frozenset({".sql", ".yml", ".csv"})


def project() -> Path:
    """The dbt project: inside the package in an installed wheel, beside `pipelines/` in a checkout."""
    installed = Path(__file__).parents[1] / "dbt_project"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "dbt"


def project_files() -> list[Path]:
    """The files that define the models, in a fixed order; nothing that dbt or an editor leaves beside them."""
    found = (path for part in PROJECT_PARTS for path in (project() / part).rglob("*"))
    return [project() / "dbt_project.yml", *sorted(path for path in found if path.suffix in PROJECT_SUFFIXES)]


def digest_of(files: Iterable[Path]) -> str:
    """A digest that changes when the content of one of the files does."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def mart_files() -> list[Path]:
    """The SQL file of each mart."""
    return sorted((project() / "models" / "marts").glob("*.sql"))
