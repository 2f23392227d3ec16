"""An account's catalog in the warehouse: its current state, and the history of its main figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pyarrow as pa

from inventory_planner.warehouse.catalog_tables import (
    HISTORY_FIGURES,
    NO_WAREHOUSE,
    VARIANT_HISTORY,
    VARIANT_MONTHS,
    VARIANT_WAREHOUSES,
    VARIANTS,
)
from inventory_planner.warehouse.table import SCHEMA, Table
from inventory_planner.warehouse.warehouse import Account

_READ: Final = "catalog_read"  # temporary table of the rows that were read
_CHANGED: Final = "catalog_changed"  # temporary table of the ids whose rows differ
_NEW_HISTORY: Final = "catalog_new_history"  # temporary table of the figures that differ from the day before
_CHANGED_IDS: Final = f"(select id from {_CHANGED})"
_OWN: Final = ("_account_id", "__synced_at", "_deleted_at")  # columns that are ours, and not compared
_LONGEST_MONTH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Differences:
    """The ids of new or changed records of a table, and of missing ones."""

    changed: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


def count_variants(account: Account) -> int:
    """The number of variants in the account's catalog when it was last read."""
    account.warehouse.create(VARIANTS)
    query = f"select count(*) from {SCHEMA}.{VARIANTS.name} where _account_id = ? and _deleted_at is null"
    return int(account.execute(query)[0][0])


def replace_catalog(account: Account, rows: Mapping[Table, pa.Table], at: datetime) -> dict[Table, Differences]:
    """Replace the rows that differ from what was read, in one transaction; other rows stay unchanged.

    All rows of a variant in a table are replaced together. Missing records are marked in tables with `_deleted_at`, and
    removed from the others.

    Args:
        account: the account of the catalog.
        rows: all rows of each table that was read.
        at: the `_deleted_at` of missing records.

    Raises:
        LoadError: the rows can't be written; the catalog is unchanged.
    """
    for table in rows:
        account.warehouse.create(table)
    with account.warehouse.transaction():
        return {table: _replace(account, table, read, at) for table, read in rows.items()}


def add_history(account: Account, day: date, at: datetime) -> bool:
    """Add the figures of each variant and warehouse that differ from the previous day's; return whether any are new.

    Args:
        account: the account of the catalog.
        day: today in the account's time zone. Rows that were written earlier today are replaced.
        at: when the figures were read.

    Raises:
        LoadError: the rows can't be written; the history is unchanged.
    """
    for table in (VARIANT_HISTORY, VARIANTS, VARIANT_WAREHOUSES, VARIANT_MONTHS):
        account.warehouse.create(table)
    own, month = account.account_id, day.replace(day=1)
    next_month = (month + _LONGEST_MONTH).replace(day=1)
    execute = account.warehouse.execute
    with account.warehouse.transaction():
        execute(f"drop table if exists {_NEW_HISTORY}")
        execute(_FIND_HISTORY, [own, own, month, next_month, own, own, day])
        ((is_new,),) = execute(_HAS_NEW_HISTORY, [own, day])
        if is_new:
            account.execute(f"delete from {_HISTORY} where _account_id = ? and day = ?", [day])
            execute(
                f"insert into {_HISTORY} ({_FIGURES}, _account_id, day, __synced_at)"
                f" select {_FIGURES}, ?, cast(? as date), cast(? as timestamp with time zone) from {_NEW_HISTORY}",
                [own, day, at],
            )
    return bool(is_new)


def _replace(account: Account, table: Table, read: pa.Table, at: datetime) -> Differences:
    """Replace the rows of a table, within the caller's transaction."""
    account.warehouse.stage(_READ, read)
    differences = _compare(account, table)
    if "_deleted_at" in table.schema.names:
        account.warehouse.execute(
            _write(table, "update {table} set _deleted_at = ? where {is_missing} and _deleted_at is null"),
            [at, account.account_id],
        )
        account.execute(_write(table, "delete from {table} where {is_read}"))
    else:
        account.execute(_write(table, "delete from {table} where {is_changed}"))
    columns = ", ".join(table.schema.names)
    account.warehouse.execute(
        _write(
            table, f"insert into {{table}} ({columns}) select {columns} from {_READ} where {{unit}} in {_CHANGED_IDS}"
        )
    )
    return differences


def _compare(account: Account, table: Table) -> Differences:
    """Find the ids whose rows differ; rows already marked as deleted are not compared."""
    columns = ", ".join(name for name in table.schema.names if name not in _OWN)
    stored = f"select {columns} from {SCHEMA}.{table.name} where _account_id = ?"
    if "_deleted_at" in table.schema.names:
        stored += " and _deleted_at is null"
    read = f"select {columns} from {_READ}"
    unit = table.replaces[-1]
    account.warehouse.execute(f"drop table if exists {_CHANGED}")
    account.warehouse.execute(
        f"create temporary table {_CHANGED} as select {unit} as id from ({read} except {stored}) as of_read"
        f" union select {unit} from ({stored} except {read}) as of_stored",
        [account.account_id] * 2,
    )
    found = account.warehouse.execute(f"select id, id in (select {unit} from {_READ}) from {_CHANGED}")
    return Differences(
        frozenset(each for each, is_read in found if is_read), frozenset(each for each, is_read in found if not is_read)
    )


def _write(table: Table, statement: str) -> str:
    """A statement for the account's rows whose ids are in the table of differences."""
    unit = table.replaces[-1]
    read_ids = f"(select {unit} from {_READ})"
    is_changed = f"_account_id = ? and {unit} in {_CHANGED_IDS}"
    return statement.format(
        table=f"{SCHEMA}.{table.name}",
        unit=unit,
        is_changed=is_changed,
        is_read=f"{is_changed} and {unit} in {read_ids}",
        is_missing=f"{is_changed} and {unit} not in {read_ids}",
    )


def _select_figures(table: Table, warehouse: str) -> str:
    """A query for the current figures in a table, of rows where any is set."""
    is_set = f"coalesce({', '.join(f'cast({name} as varchar)' for name in HISTORY_FIGURES)}) is not null"
    is_present = " and _deleted_at is null" if "_deleted_at" in table.schema.names else ""
    return (
        f"select variant_id, {warehouse} as warehouse, {', '.join(HISTORY_FIGURES)} from {SCHEMA}.{table.name}"
        f" where _account_id = ? and {is_set}{is_present}"
    )


_HISTORY: Final = f"{SCHEMA}.{VARIANT_HISTORY.name}"
_FIGURES: Final = ", ".join(("variant_id", "warehouse", *HISTORY_FIGURES, "forecast", "forecast_next_month"))
_FIND_HISTORY: Final = f"""
    create temporary table {_NEW_HISTORY} as
    with figures as (
        {_select_figures(VARIANTS, f"'{NO_WAREHOUSE}'")} union all {_select_figures(VARIANT_WAREHOUSES, "warehouse")}
    ),
    forecasts as (
        select
            variant_id as forecast_variant_id,
            warehouse as forecast_warehouse,
            max(forecast) filter (where month = ?) as forecast,
            max(forecast) filter (where month = ?) as forecast_next_month
        from {SCHEMA}.{VARIANT_MONTHS.name}
        where _account_id = ?
        group by variant_id, warehouse
    ),
    days as (
        select *, row_number() over (partition by variant_id, warehouse order by day desc) as days_from_the_last
        from {_HISTORY}
        where _account_id = ? and day < ?
    )
    select {_FIGURES}
    from figures
    left join forecasts on forecast_variant_id = variant_id and forecast_warehouse = warehouse
    except
    select {_FIGURES} from days where days_from_the_last = 1
"""
_HAS_NEW_HISTORY: Final = f"""
    with today as (select {_FIGURES} from {_HISTORY} where _account_id = ? and day = ?)
    select count(*) > 0
    from (
        (select {_FIGURES} from {_NEW_HISTORY} except select {_FIGURES} from today)
        union all
        (select {_FIGURES} from today except select {_FIGURES} from {_NEW_HISTORY})
    ) as differing
"""
