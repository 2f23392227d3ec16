"""Keep the file that the dashboard and the tour read up to date with marts that are published elsewhere."""

from __future__ import annotations

import logging
import time
from threading import Thread
from typing import TYPE_CHECKING, Final

from inventory_planner.data_folder import DataFolder, data_folder
from inventory_planner.errors import InventoryPlannerError
from inventory_planner.warehouse.engines import is_shared, postgres_of

if TYPE_CHECKING:
    from inventory_planner.warehouse.postgres import Postgres

POLL_SECONDS: Final = 10.0  # a poll is one connection and one row

log = logging.getLogger(__name__)


def follow_published(folder: DataFolder) -> None:
    """Copy what is published to the file of the data folder, now and, while this process lives, whenever it changes.

    A DuckDB file needs no copy.

    Raises:
        InventoryPlannerError: what is published can't be read, or not be copied.
    """
    if is_shared():
        from inventory_planner.warehouse.local_copy import refresh_local_copy

        engine = postgres_of(data_folder(folder.root))
        refresh_local_copy(engine)
        Thread(target=_follow, args=[engine], daemon=True).start()


def _follow(engine: Postgres) -> None:
    from inventory_planner.warehouse.local_copy import refresh_local_copy

    reported = ""
    while True:
        time.sleep(POLL_SECONDS)
        try:
            refresh_local_copy(engine)
            reported = ""
        except InventoryPlannerError as error:  # the pages keep what they show; it may work again in a moment
            if str(error) != reported:
                reported = str(error)
                log.warning("The dashboard shows what was published before: %s", reported)
