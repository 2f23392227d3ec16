"""An Inventory Planner account served over real HTTP, for `inventory-planner emulate`, the demo and the tests.

It follows the API as the vendor's documents and its clients describe it, and shares no code with the extractor
that reads it.
"""

from __future__ import annotations

from inventory_planner.emulator.account import Account
from inventory_planner.emulator.faults import Fault, RecordedRequest
from inventory_planner.emulator.orders_file import read_orders
from inventory_planner.emulator.quirks import Quirks
from inventory_planner.emulator.server import Server, run, serve

__all__ = ["Account", "Fault", "Quirks", "RecordedRequest", "Server", "read_orders", "run", "serve"]
