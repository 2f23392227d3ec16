"""Read the catalog into the warehouse: variants, vendors, warehouses, and the history of the variants' figures.

The catalog is read in full, because the API has no way to request only changes, and only rows that changed are written.
It has a sync of its own, which is independent of the orders and their cursor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

import pyarrow as pa
from msgspec import Raw

from inventory_planner.api.catalog import CatalogPage, VariantsPage, VendorsPage, WarehousesPage, read_list
from inventory_planner.api.normalization import UNREADABLE
from inventory_planner.api.variant_decoding import VariantDecoder
from inventory_planner.api.variants import FIELDS
from inventory_planner.api.vendors import Listed, Vendor, Warehouse, decode_listed
from inventory_planner.errors import InventoryPlannerError, NotFoundError, UnreadableAnswerError
from inventory_planner.sync.catalog_rows import CatalogRows, Converter
from inventory_planner.sync.load import Job
from inventory_planner.sync.recording import recorded
from inventory_planner.warehouse.build_record import invalidate_build
from inventory_planner.warehouse.catalog_tables import VARIANTS, VENDORS, WAREHOUSES
from inventory_planner.warehouse.stored_catalog import Differences, add_history, count_variants, replace_catalog
from inventory_planner.warehouse.sync_log import CATALOG, SyncReport, catalog_readings

_RETRY_AFTER: Final = timedelta(hours=1)  # so that a catalog that can't be read does not slow down every run
_MAX_SHOWN: Final = 5  # records that are reported individually
_MAX_BYTES_SHOWN: Final = 200  # of each

Record = TypeVar("Record")

log = logging.getLogger(__name__)


def load_catalog_if_due(job: Job, since: datetime) -> SyncReport | None:
    """Read the catalog unless it was read since the day began; None if it was not due or could not be read.

    A failure is logged and recorded but not raised, because the orders matter more than the catalog.

    Args:
        job: the account and the warehouse.
        since: when today began, in the account's time zone.
    """
    if job.client.route.catalog_root is None:
        log.info("%s offers stock orders only; the catalog is not read.", job.client.route.name)
        return None
    if not _is_due(job, since):
        return None
    try:
        return load_catalog(job, since.date())
    except InventoryPlannerError as error:
        log.warning("Could not read the catalog; the catalog in the warehouse is unchanged. %s", error)
        return None


def load_catalog(job: Job, day: date) -> SyncReport:
    """Read the catalog, write what changed, and mark what is missing from it.

    Args:
        job: the account and the warehouse.
        day: today in the account's time zone, for the history.

    Raises:
        ConfigurationError: the catalog can't be read through this route.
        ApiError: a request failed, or the catalog kept changing; the catalog in the warehouse is unchanged.
        LoadError: the warehouse can't be opened or written; its catalog is unchanged.
    """
    report = SyncReport(job.settings.account_id, sync_kind=CATALOG)
    with recorded(job.account, job.client, report):
        reading = _Reading(job, Converter(job.settings.account_id, report.started_at))
        rows = reading.read_all()
        report.quarantined, report.unknown = len(reading.unidentified), reading.converter.drift
        reading.warn()
        variants = _store(job, rows, day, report.started_at)
    counts = {
        "variants": rows[VARIANTS].num_rows,
        "changed": len(variants.changed),
        "missing": len(variants.missing),
        "requests": report.requests,
    }
    log.info(
        "Variants in the catalog: %d; changed: %d; missing: %d (requests: %d).",
        *counts.values(),
        extra={"fields": {**report.log_fields, **counts}},
    )
    return report


def _fields(setting: Sequence[str]) -> list[str]:
    """The fields to request: those with a column, without those that the setting excludes, and those that it adds."""
    excluded = {each.removeprefix("-") for each in setting if each.startswith("-")} - {"id"}
    added = [each for each in setting if not each.startswith("-")]
    return [each for each in dict.fromkeys([*FIELDS, *added]) if each not in excluded]


def _is_due(job: Job, since: datetime) -> bool:
    last = catalog_readings(job.account)
    if last.read_at and last.read_at >= since:
        return False
    failed_at = None if last.attempted_at == last.read_at else last.attempted_at
    return failed_at is None or datetime.now(UTC) - failed_at > _RETRY_AFTER


def _store(job: Job, rows: CatalogRows, day: date, at: datetime) -> Differences:
    """Write what changed; return the variants that did."""
    if not rows[VARIANTS].num_rows and (before := count_variants(job.account)):
        raise UnreadableAnswerError(
            f"The API returned no variants, but the catalog had {before}. The catalog in the warehouse is unchanged."
            " Check in Inventory Planner whether the API's user still has access to the products."
        )
    differences = replace_catalog(job.account, rows, at)
    has_changed = any(each.changed or each.missing for each in differences.values())
    if add_history(job.account, day, at) or has_changed:
        invalidate_build(job.warehouse)
    of_variants = [each.changed for table, each in differences.items() if table not in {VENDORS, WAREHOUSES}]
    return Differences(frozenset[str]().union(*of_variants), differences[VARIANTS].missing)


@dataclass(slots=True)
class _Reading:
    """A read of an account's catalog; `unidentified` has the problems of records whose id can't be read."""

    job: Job
    converter: Converter
    unidentified: list[str] = field(default_factory=list)

    def read_all(self) -> CatalogRows:
        """The rows of all tables, except those of lists that the account does not offer."""
        fields = _fields(self.job.settings.catalog_fields)
        return {
            **self._read(VariantsPage, VariantDecoder(fields).decode, self.converter.variants, fields),
            **self._read_if_offered(VendorsPage, Vendor, self.converter.vendors),
            **self._read_if_offered(WarehousesPage, Warehouse, self.converter.warehouses),
        }

    def warn(self) -> None:
        """Warn of records whose id can't be read; each read finds them again until they are corrected."""
        for reason in self.unidentified[:_MAX_SHOWN]:
            log.warning("A catalog record has no readable id and is left out: %s", reason)
        if len(self.unidentified) > _MAX_SHOWN:
            log.warning("%d more catalog records have no readable id.", len(self.unidentified) - _MAX_SHOWN)

    def _read_if_offered(
        self, page_type: type[CatalogPage], struct: type[Listed], convert: Callable[[Sequence[Listed]], CatalogRows]
    ) -> CatalogRows:
        try:
            return self._read(page_type, lambda raw: decode_listed(raw, struct), convert)
        except NotFoundError:
            log.info("Inventory Planner has no list of %s.", page_type.NAME)
            return {}

    def _read(
        self,
        page_type: type[CatalogPage],
        decode: Callable[[bytes], Record],
        convert: Callable[[Sequence[Record]], CatalogRows],
        fields: Sequence[str] = (),
    ) -> CatalogRows:
        def convert_page(page: Sequence[Raw]) -> tuple[CatalogRows, list[str]]:
            records, reasons = _decode_each(page, decode)
            return convert(records), reasons

        pages = read_list(self.job.client, page_type, self.job.settings.page_size, convert_page, fields)
        self.unidentified += [reason for _, reasons in pages for reason in reasons]
        return {table: pa.concat_tables(rows[table] for rows, _ in pages) for table in pages[0][0]}


def _decode_each(page: Sequence[Raw], decode: Callable[[bytes], Record]) -> tuple[list[Record], list[str]]:
    """The records of a page, and the problems of those whose id can't be read."""
    records: list[Record] = []
    reasons: list[str] = []
    for raw in map(bytes, page):
        try:
            records.append(decode(raw))
        except UNREADABLE as error:
            reasons.append(f"{error}: {raw[:_MAX_BYTES_SHOWN].decode(errors='replace')}")
    return records, reasons
