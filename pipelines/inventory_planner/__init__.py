"""Inventory Planner's purchase orders, transfers and assembly orders, kept exact and current in a warehouse.

`inventory_planner` is the dlt source; see `inventory_planner.sync.source`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inventory_planner.sync.source import inventory_planner

__all__ = ["__version__", "inventory_planner"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The source, imported when it is first asked for: dlt takes a second, and `status` does without it."""
    if name == "inventory_planner":
        from inventory_planner.sync.source import inventory_planner  # noqa: PLC0415

        return inventory_planner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
