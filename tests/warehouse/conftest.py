from __future__ import annotations

import pytest

from inventory_planner.warehouse.warehouse import Account, Warehouse


@pytest.fixture
def stored(filled: Warehouse) -> Account:
    """The account of two orders in the filled warehouse."""
    return filled.account("a1000")
