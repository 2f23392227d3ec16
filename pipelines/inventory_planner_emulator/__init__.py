"""An Inventory Planner account served over HTTP, for `inventory-planner emulate`, the demo and the tests.

It follows the API as the vendor's documents and its clients describe it. It shares no code with the pipeline that reads
it.
"""

from __future__ import annotations

from inventory_planner_emulator.account import Account
from inventory_planner_emulator.demo.business_day import Event, live_a_day
from inventory_planner_emulator.demo.history import demo_account
from inventory_planner_emulator.faults import Fault, RecordedRequest
from inventory_planner_emulator.nights import run_nightly_sync
from inventory_planner_emulator.orders_file import read_orders
from inventory_planner_emulator.planning.assortment import Assortment, StockedVariant, StockedWarehouse, StockItem
from inventory_planner_emulator.planning.demand import Demand
from inventory_planner_emulator.quirks import Quirks
from inventory_planner_emulator.received_files import DIRECTORIES, Inbox
from inventory_planner_emulator.server import Server, run, serve

__all__ = [
    "DIRECTORIES",
    "Account",
    "Assortment",
    "Demand",
    "Event",
    "Fault",
    "Inbox",
    "Quirks",
    "RecordedRequest",
    "Server",
    "StockItem",
    "StockedVariant",
    "StockedWarehouse",
    "demo_account",
    "live_a_day",
    "read_orders",
    "run",
    "run_nightly_sync",
    "serve",
]
