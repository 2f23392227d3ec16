"""Find open lines that another system can't match to its products: by the catalog, and by its own product list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.marts.published import ReportOptions, open_report
from inventory_planner.monitor.product_list import sku_key
from inventory_planner.warehouse.engine import Engine

NO_SKU: Final = "no_sku"
NOT_IN_LIST: Final = "not_in_product_list"  # the product list does not have the SKU
NOT_LINKED: Final = "not_linked"  # it has it, and says that it is not linked

_IS_SENT: Final = "order_type in ('po', 'transfer')"  # assembly orders stay in the account
_CATALOG_NOT_READ: Final = "check_name = 'catalog_not_read' and count_found > 0"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnlinkedLine:
    """An open line, and a reason why it can't be matched."""

    account_id: str
    reason: str
    purchase_order_id: str
    purchase_order_number: str | None
    line_number: int
    order_type: str
    vendor_name: str | None
    warehouse_name: str | None
    variant_id: str
    sku: str | None
    title: str | None
    quantity_open: Decimal
    open_value: Decimal | None
    currency_code: str
    days_open: int | None


@dataclass(frozen=True, slots=True)
class AffectedValue:
    """What a reason affects, in one currency; `open_value` counts the lines that have a cost."""

    reason: str
    currency_code: str
    lines: int
    quantity_open: Decimal
    open_value: Decimal


@dataclass(frozen=True, slots=True)
class LinkReport:
    """The lines that can't be matched, what each reason affects, and the accounts whose catalog was never read."""

    lines: list[UnlinkedLine]
    reasons: list[AffectedValue]
    without_catalog: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON takes it."""
        return asdict(self)


def check_links(
    engine: Engine, folder: DataFolder, products: Mapping[str, bool] | None = None, account_id: str | None = None
) -> LinkReport:
    """The open lines that can't be matched, by the marts that readers see.

    Args:
        engine: the engine that publishes the marts.
        folder: the data folder.
        products: whether each SKU is linked in the other system, by `sku_key`; None if its product list is not known.
        account_id: the account whose lines are checked; all by default.

    Raises:
        ConfigurationError: nothing is published yet.
        PublishError: the published marts can't be read.
    """
    unlinked = _read(engine, folder, "unlinked_lines", account_id)
    open_lines = [] if products is None else _read(engine, folder, "open_lines", account_id, _IS_SENT)
    not_read = _read(engine, folder, "data_health", account_id, _CATALOG_NOT_READ)
    lines = [*map(_line, unlinked), *compare(open_lines, unlinked, products or {})]
    lines.sort(key=lambda each: (each.account_id, each.reason, -(each.open_value or 0), each.purchase_order_id))
    return LinkReport(lines, summarize(lines), sorted({row["account_id"] for row in not_read}))


def compare(open_lines: Iterable[Row], unlinked: Iterable[Row], products: Mapping[str, bool]) -> list[UnlinkedLine]:
    """The open lines whose SKU has no partner in a product list, or is not linked there.

    A line without a SKU has no partner in any list; the catalog may have given that reason already.
    """
    known = {(row["account_id"], row["purchase_order_line_id"]) for row in unlinked if row["reason"] == NO_SKU}
    found = ((row, _reason(row["sku"], products)) for row in open_lines)
    return [
        _line({**row, "reason": reason, "days_open": row["days_since_order"]})
        for row, reason in found
        if reason and not (reason == NO_SKU and (row["account_id"], row["purchase_order_line_id"]) in known)
    ]


def summarize(lines: Iterable[UnlinkedLine]) -> list[AffectedValue]:
    """What each reason affects, by currency; the most lines come first."""
    groups: dict[tuple[str, str], list[UnlinkedLine]] = {}
    for line in lines:
        groups.setdefault((line.reason, line.currency_code), []).append(line)
    affected = [
        AffectedValue(
            reason,
            currency,
            len(group),
            sum((each.quantity_open for each in group), Decimal(0)),
            sum((each.open_value or Decimal(0) for each in group), Decimal(0)),
        )
        for (reason, currency), group in groups.items()
    ]
    return sorted(affected, key=lambda each: (-each.lines, each.reason, each.currency_code))


def _reason(sku: str | None, products: Mapping[str, bool]) -> str | None:
    key = sku_key(sku)
    if not key:
        return NO_SKU
    if key not in products:
        return NOT_IN_LIST
    return None if products[key] else NOT_LINKED


def _line(row: Row) -> UnlinkedLine:
    return UnlinkedLine(**{name: row[name] for name in UnlinkedLine.__dataclass_fields__})


def _read(engine: Engine, folder: DataFolder, mart: str, account_id: str | None, where: str | None = None) -> list[Row]:
    with open_report(engine, folder, mart, ReportOptions(where=where)) as report:
        names = [column.name for column in report.columns]
        rows = [dict(zip(names, row, strict=True)) for row in report.rows]
    return [row for row in rows if account_id in {None, row["account_id"]}]
