from __future__ import annotations

import pytest

from filling import fill
from inventory_planner.warehouse.warehouse import Account, Warehouse
from orders import order


@pytest.fixture
def filled(warehouse: Warehouse) -> Account:
    """An account of two orders, in a warehouse that also holds one order of another account."""
    fill(warehouse.folder.warehouse, {"a1000": [order("one"), order("two")], "a2000": [order("one")]})
    return warehouse.account("a1000")
