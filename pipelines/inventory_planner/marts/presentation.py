"""How `report` shows a mart: `meta` in the YAML file of the model names the first columns and the sort order.

The file is part of this package, so a report needs nothing but the published database.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from inventory_planner.marts.project import project


@dataclass(frozen=True, slots=True)
class Presentation:
    """The columns that matter first, and what to sort by; a column with a `-` before it is sorted descending."""

    lead: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()


def presentation_of(mart_name: str) -> Presentation:
    """How a mart is shown; one without a YAML file is shown as it is."""
    path = project() / "models" / "marts" / f"{mart_name}.yml"
    if not path.is_file():
        return Presentation()
    (model,) = yaml.load(path.read_text(encoding="utf-8"), _LOADER)["models"]  # noqa: S506 (a safe loader)
    meta = model.get("config", {}).get("meta", {})
    return Presentation(tuple(meta.get("lead", ())), tuple(meta.get("sort", ())))


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is five times as fast, and not on every machine
