"""Build the marts without the orders that make a model or test fail, so that these don't hold up the others.

The database doesn't say which row a statement failed on. So the nodes that failed are built again with half of the
orders, then with half of that half, until single orders are left with which they fail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from inventory_planner.errors import TransformError
from inventory_planner.marts.dbt import BUILD, run_dbt
from inventory_planner.warehouse.excluded_orders import (
    count_included,
    exclude,
    excluded_orders,
    include,
    include_changed_orders,
)
from inventory_planner.warehouse.warehouse import Warehouse

MAX_FAULTY: Final = 10  # if more orders fail, the fault is in a rule, and reports without them would mislead
TRIAL: Final = "trial"  # the reason of an order that is excluded only while the faulty ones are searched for
# A trial builds what failed and all before it. Snapshots would record that all other orders are gone.
TRIAL_BUILD: Final = ("build", "--indirect-selection", "empty", "--exclude-resource-type", "unit_test", "snapshot")

log = logging.getLogger(__name__)


def build_without_faulty_orders(
    warehouse: Warehouse, variables: Mapping[str, Any], built_from: str, command: Sequence[str] = BUILD
) -> None:
    """Build and test the marts; exclude the orders that they can't be built with.

    Args:
        warehouse: what to build in.
        variables: dbt vars.
        built_from: models, vars and seed files; an excluded order is included again when these or the order change.
        command: the dbt command that builds and tests everything.

    Raises:
        TransformError: the build failed for another reason than single orders.
    """
    include_changed_orders(warehouse, built_from)
    include(warehouse, TRIAL)  # of a search that was killed
    while True:
        try:
            run_dbt(warehouse, variables, command)
            break
        except TransformError as error:
            _exclude_faulty_orders(warehouse, variables, built_from, error)
    for account, order_id, reference, reason in excluded_orders(warehouse):
        log.warning(
            "The reports leave out order %s (id %s) of account %s until you correct it: %s",
            *(reference, order_id, account, reason),
        )


def _exclude_faulty_orders(
    warehouse: Warehouse, variables: Mapping[str, Any], built_from: str, error: TransformError
) -> None:
    """Exclude the orders with which the failed nodes can't be built.

    Raises:
        TransformError: the given error, if it isn't the fault of single orders.
    """
    if not error.failures:
        raise error
    count = count_included(warehouse)
    log.warning("%s\nSearching %s orders for the cause.", error, f"{count:,}")

    def is_failing(kept: range) -> bool:
        exclude(warehouse, [range(kept.start), range(kept.stop, count)], TRIAL, built_from)
        try:
            run_dbt(warehouse, variables, [*TRIAL_BUILD, "--select", *(f"+{node}" for node in error.failures)])
        except TransformError:
            return True
        finally:
            include(warehouse, TRIAL)
        return False

    faulty = [] if is_failing(range(0)) else list(islice(_search(range(count), is_failing), MAX_FAULTY + 1))
    if not faulty or len(faulty) + len(excluded_orders(warehouse)) > MAX_FAULTY:
        raise error
    exclude(warehouse, faulty, _reason(error), built_from)


def _reason(error: TransformError) -> str:
    node, message = next(iter(error.failures.items()))
    return f"{node}: {' '.join(message.split())}"


def _search(orders: range, is_failing: Callable[[range], bool]) -> Iterator[range]:
    """The single orders with which a build fails."""
    middle = (orders.start + orders.stop) // 2
    for half in (range(orders.start, middle), range(middle, orders.stop)):
        if half and is_failing(half):
            if len(half) == 1:
                yield half
            else:
                yield from _search(half, is_failing)
