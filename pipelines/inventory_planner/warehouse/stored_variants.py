"""The catalog of an account in the warehouse: the current state of each variant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Final

from inventory_planner.warehouse.catalog_tables import VARIANTS
from inventory_planner.warehouse.stored_orders import MAX_PARAMETERS
from inventory_planner.warehouse.table import SCHEMA
from inventory_planner.warehouse.warehouse import Account

VARIANTS_TABLE: Final = f"{SCHEMA}.{VARIANTS.name}"


@dataclass(frozen=True, slots=True)
class StoredVariant:
    """A variant as its row holds it; `unknown_fields` is JSON."""

    variant_id: str
    sku: str | None
    title: str | None
    barcode: str | None
    product_id: str | None
    is_removed: bool
    unknown_fields: str | None


_NAMES: Final = ("variant_id", "sku", "title", "barcode", "product_id", "is_removed", "_unknown_fields")
_INSERTED: Final = (*_NAMES, "_account_id", "__synced_at")


def stored_variants(account: Account) -> dict[str, StoredVariant]:
    """The variants of the account's catalog by id, without those that are missing from it."""
    account.warehouse.create(VARIANTS)
    query = f"select {', '.join(_NAMES)} from {VARIANTS_TABLE} where _account_id = ? and _deleted_at is null"  # noqa: S608
    return {variant_id: StoredVariant(variant_id, *values) for variant_id, *values in account.execute(query)}


def replace_variants(account: Account, changed: Sequence[StoredVariant], missing: Sequence[str], at: datetime) -> None:
    """Write these variants in place of their rows, and mark others as missing from the catalog, all or nothing.

    Raises:
        LoadError: the rows can't be written; the catalog is as it was.
    """
    with account.warehouse.transaction():
        for ids in _split([each.variant_id for each in changed], MAX_PARAMETERS - 1):
            account.execute(f"delete from {VARIANTS_TABLE} where {_is_one_of(ids)}", ids)  # noqa: S608
        for rows in _split(changed, MAX_PARAMETERS // len(_INSERTED)):
            _insert(account, rows, at)
        for ids in _split(missing, MAX_PARAMETERS - 2):
            account.warehouse.execute(
                f"update {VARIANTS_TABLE} set _deleted_at = ? where {_is_one_of(ids)}",  # noqa: S608
                [at, account.account_id, *ids],
            )


def _insert(account: Account, rows: Sequence[StoredVariant], at: datetime) -> None:
    places = f"({', '.join('?' * len(_INSERTED))})"
    values = [value for row in rows for value in (*astuple(row), account.account_id, at)]
    account.warehouse.execute(
        f"insert into {VARIANTS_TABLE} ({', '.join(_INSERTED)}) values {', '.join([places] * len(rows))}",  # noqa: S608
        values,
    )


def _is_one_of(ids: Sequence[str]) -> str:
    return f"_account_id = ? and variant_id in ({', '.join('?' * len(ids))})"


def _split(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
