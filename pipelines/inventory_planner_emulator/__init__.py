"""An Inventory Planner account served over real HTTP, for `inventory-planner emulate`, the demo and the tests.

It follows the API as the vendor's documents and its clients describe it, and shares no code with the extractor
that reads it.
"""

from __future__ import annotations

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.demo_account import demo_account
from inventory_planner_emulator.demo_days import Event, live_a_day
from inventory_planner_emulator.faults import Fault, RecordedRequest
from inventory_planner_emulator.orders_file import read_orders
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.server import Server, run, serve

__all__ = [
    "Account",
    "Event",
    "Fault",
    "Quirks",
    "RecordedRequest",
    "Server",
    "demo_account",
    "live_a_day",
    "read_orders",
    "run",
    "serve",
]
