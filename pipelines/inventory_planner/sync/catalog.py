"""Read the catalog into the warehouse: the current state of each variant.

It is read whole, because nothing tells what changed in it, and only variants that differ from their rows are written.
The orders don't depend on it: it has a sync of its own, and the cursor does not know of it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from inventory_planner.api.catalog import CatalogRecord, read_catalog
from inventory_planner.errors import InventoryPlannerError, UnreadableAnswerError
from inventory_planner.sync.load import Job
from inventory_planner.sync.recording import recorded
from inventory_planner.warehouse.build_record import invalidate_build
from inventory_planner.warehouse.stored_variants import StoredVariant, replace_variants, stored_variants
from inventory_planner.warehouse.sync_log import CATALOG, SyncReport, catalog_readings

_RETRY_AFTER: Final = timedelta(hours=1)  # a catalog that can't be read must not slow down every run
_MAX_SHOWN: Final = 5  # variants that are reported one by one

log = logging.getLogger(__name__)


def load_catalog_if_due(job: Job, since: datetime) -> SyncReport | None:
    """Read the catalog unless it was read since this instant; None if it was not due, or could not be read.

    A failure is logged and recorded, and not raised: the orders are worth more than the catalog.
    """
    if job.client.route.variants_path is None:
        log.info("%s offers stock orders only; the catalog is not read.", job.client.route.name)
        return None
    if not _is_due(job, since):
        return None
    try:
        return load_catalog(job)
    except InventoryPlannerError as error:
        log.warning("Could not read the catalog, so the one in the warehouse stays. %s", error)
        return None


def load_catalog(job: Job) -> SyncReport:
    """Read the catalog, and write the variants that changed; those that are missing from it are marked.

    Raises:
        ConfigurationError: the account can't be asked for its catalog this way.
        ApiError: a request failed, or the catalog changed all the time; the one in the warehouse is unchanged.
        LoadError: the warehouse can't be opened or written; the catalog in it is unchanged.
    """
    report = SyncReport(job.settings.account_id, sync_kind=CATALOG)
    with recorded(job.account, job.client, report):
        catalog = read_catalog(job.client, job.settings.page_size)
        report.quarantined, report.unknown = len(catalog.unidentified), catalog.drift
        _warn(list(catalog.unidentified.values()))
        found = {variant_id: _row(record) for variant_id, record in catalog.records.items()}
        changed, missing = _store(job, found)
    log.info(
        "Variants in the catalog: %d; changed: %d; missing: %d (requests: %d).",
        len(found),
        changed,
        missing,
        report.requests,
    )
    return report


def _is_due(job: Job, since: datetime) -> bool:
    last = catalog_readings(job.account)
    if last.read_at and last.read_at >= since:
        return False
    failed_at = None if last.attempted_at == last.read_at else last.attempted_at
    return failed_at is None or datetime.now(UTC) - failed_at > _RETRY_AFTER


def _store(job: Job, found: dict[str, StoredVariant]) -> tuple[int, int]:
    """Write what changed; return how many variants did, and how many are missing."""
    stored = stored_variants(job.account)
    if stored and not found:
        raise UnreadableAnswerError(
            f"The API shows no variants, but the catalog had {len(stored)}. The catalog is kept; check in Inventory"
            " Planner whether the API's user may still see the products."
        )
    changed = [row for variant_id, row in found.items() if stored.get(variant_id) != row]
    missing = sorted(stored.keys() - found.keys())
    if changed or missing:
        invalidate_build(job.warehouse)
        replace_variants(job.account, changed, missing, datetime.now(UTC))
    return len(changed), len(missing)


def _row(record: CatalogRecord) -> StoredVariant:
    variant = record.variant
    return StoredVariant(
        variant_id=variant.variant_id,
        sku=variant.text("sku"),
        title=variant.text("title"),
        barcode=variant.text("barcode"),
        product_id=variant.text("product_id"),
        is_removed=variant.is_removed,
        unknown_fields=bytes(record.unknown).decode() if record.unknown else None,
    )


def _warn(reasons: list[str]) -> None:
    """Report variants that no row can hold; each reading finds them again, until they are corrected."""
    for reason in reasons[:_MAX_SHOWN]:
        log.warning("A variant of the catalog can't be identified and is left out: %s", reason)
    if len(reasons) > _MAX_SHOWN:
        log.warning("%d more variants of the catalog can't be identified.", len(reasons) - _MAX_SHOWN)
