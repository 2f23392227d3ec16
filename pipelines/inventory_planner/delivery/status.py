"""What was delivered, for readers: also while another command uses the data folder."""

from __future__ import annotations

from contextlib import closing

from inventory_planner.errors import AnotherRunError
from inventory_planner.warehouse.delivery_log import Delivery, last_deliveries
from inventory_planner.warehouse.engine import Engine
from inventory_planner.warehouse.warehouse import connect_read_only


def read_deliveries(engine: Engine, count: int) -> list[Delivery]:
    """The last deliveries, newest first, after those in doubt; during another command, those that it published last.

    Raises:
        LoadError: the warehouse can't be opened.
    """
    if not engine.exists():
        return []
    try:
        with engine.lock("deliver status"), closing(connect_read_only(engine)) as connection:
            return last_deliveries(connection, count)
    except AnotherRunError:
        published = engine.connect_published()
        if published is None:
            return []
        with closing(published):
            return last_deliveries(published, count)
