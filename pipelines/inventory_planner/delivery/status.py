"""What was delivered and whether it arrived."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Final

from inventory_planner.api.client import Client
from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.confirmation import conclude, due_deliveries, look_up
from inventory_planner.delivery.planning import Clock
from inventory_planner.settings import Settings
from inventory_planner.warehouse.delivery_log import Delivery, last_deliveries
from inventory_planner.warehouse.engine import Engine
from inventory_planner.warehouse.engines import engine_of
from inventory_planner.warehouse.warehouse import connect_read_only, open_warehouse

COMMAND: Final = "deliver status"


def confirm_deliveries(
    folder: DataFolder,
    settings: Settings,
    open_client: Callable[[Settings], Client],
    clock: Clock,
    *,
    is_early: bool = False,
) -> None:
    """Ask the account for the stock in the samples whose night is over, and record what it says.

    With `is_early`, it is asked for all samples. Others can use the data folder during the requests.

    Raises:
        AnotherRunError: another command uses the data folder.
        ConfigurationError: the account can't be asked for its variants.
        ApiError: a request failed.
        LoadError: the log can't be read or written.
    """
    engine = engine_of(folder)
    if not engine.exists():
        return
    with open_warehouse(engine, folder, COMMAND) as warehouse:
        due = due_deliveries(warehouse.account(settings.account_id), clock, is_early=is_early)
    if not due:
        return
    with open_client(settings) as client:
        found = look_up(client, settings.page_size, due)
    with open_warehouse(engine, folder, COMMAND) as warehouse:
        for each in due:
            conclude(warehouse.account(settings.account_id), each, found, clock)


def read_deliveries(engine: Engine, count: int, account_id: str | None = None) -> list[Delivery]:
    """The last deliveries of an account, or of all, newest first, after those in doubt or lost.

    What readers see may be older than the last delivery, so this doesn't look there during another command.

    Raises:
        AnotherRunError: another command uses the data folder; the message names it.
        LoadError: the warehouse can't be opened.
    """
    if not engine.exists():
        return []
    with engine.lock(COMMAND), closing(connect_read_only(engine)) as connection:
        return last_deliveries(connection, count, account_id)
