"""Read and change the settings of variants, from Python.

    from inventory_planner import orders, variants

    with orders.open_account() as account:
        (outcome,) = variants.set_settings(account, "MUG-BLUE", {"lead_time": 35})
        assert outcome.is_done, outcome.message

A variant is given by its id or by a SKU that only one variant has; a vendor by its id, which is its name in lower case.
Changes are sent and recorded as described in `inventory_planner.orders`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from inventory_planner.accounts import variables
from inventory_planner.api.variant import LiveVariant, VariantVendor
from inventory_planner.api.variant import list_variants as request_variants
from inventory_planner.api.variant import list_vendors as request_vendors
from inventory_planner.errors import ChangeError
from inventory_planner.marts.dbt_vars import start_of_day
from inventory_planner.sync.catalog import load_catalog
from inventory_planner.sync.load import Job
from inventory_planner.warehouse.write_log import last_writes
from inventory_planner.writeback.change import Intention, Situation, Skipped
from inventory_planner.writeback.journal import Command, Outcome
from inventory_planner.writeback.lead_times import VariantProposal, plan_lead_time, read_proposals
from inventory_planner.writeback.quantities import Quantity
from inventory_planner.writeback.sending import UNASKED, Sending, send_changes
from inventory_planner.writeback.unsettled import with_unsettled
from inventory_planner.writeback.variant_lookup import find_variant, read_variants
from inventory_planner.writeback.variant_state import vendor_of
from inventory_planner.writeback.variants import plan_settings, plan_vendor, plan_vendor_removal

__all__ = [
    "VariantProposal",
    "get_variant",
    "list_proposals",
    "list_variants",
    "list_vendors",
    "remove_vendor",
    "set_lead_times",
    "set_settings",
    "set_vendor",
]


def list_variants(
    account: Job, *, sku: str | None = None, vendor: str | None = None, removed: bool = False
) -> Iterator[LiveVariant]:
    """List variants live, by id, with this SKU and this vendor if given; `removed` includes removed ones.

    Raises:
        ApiError: a request failed.
    """
    return request_variants(account.client, sku=sku, vendor=vendor, removed=removed)


def get_variant(account: Job, variant: str) -> LiveVariant:
    """Read one variant live.

    Raises:
        ChangeError: no variant has this id or SKU, or several have the SKU.
        ApiError: a request failed.
    """
    return find_variant(account.client, variant)


def list_vendors(account: Job, variant: str) -> list[VariantVendor]:
    """List the vendors of a variant, with their costs, live.

    Raises:
        ChangeError: see `get_variant`.
        ApiError: a request failed.
    """
    return request_vendors(account.client, find_variant(account.client, variant).variant_id)


def set_settings(
    account: Job, variant: str, settings: Mapping[str, Quantity], sending: Sending = UNASKED
) -> list[Outcome]:
    """Set the `lead_time` and the `review_period` (days of stock) of a variant, in whole days."""
    found = find_variant(account.client, variant)
    intention = plan_settings(found.variant_id, settings)
    command = _command("variants set", [found.variant_id, dict(settings)], sending)
    return send_chosen(account, command, [(intention, Situation(variant=found))], sending)


def set_vendor(
    account: Job, variant: str, vendor: str, fields: Mapping[str, Any], sending: Sending = UNASKED
) -> list[Outcome]:
    """Set a vendor's data for a variant, such as `{"cost_price": "4.20"}`; assign the vendor if it is new."""
    found, vendors = _read_vendors(account, variant)
    vendor_id = _vendor_id(vendors, vendor)
    intention = plan_vendor(found.variant_id, vendor_id, fields, found.shown_sku)
    command = _command("variants vendor", [found.variant_id, vendor_id, dict(fields)], sending)
    return send_chosen(account, command, [(intention, vendors)], sending)


def remove_vendor(account: Job, variant: str, vendor: str, sending: Sending = UNASKED) -> list[Outcome]:
    """Remove a vendor and its data from a variant."""
    found, vendors = _read_vendors(account, variant)
    vendor_id = _vendor_id(vendors, vendor)
    command = _command("variants vendor --remove", [found.variant_id, vendor_id], sending)
    intention = plan_vendor_removal(
        found.variant_id, vendor_id, found.shown_sku, may_be_gone=_was_interrupted(account, command)
    )
    return send_chosen(account, command, [(intention, vendors)], sending)


def list_proposals(account: Job, vendor: str | None = None) -> list[VariantProposal]:
    """The lead times that the published mart `lead_time_settings` proposes, the largest changes first.

    Raises:
        ConfigurationError: nothing is published yet.
    """
    warehouse = account.warehouse
    found = read_proposals(warehouse.engine, warehouse.folder, account.settings.account_id)
    return [each for each in found if not vendor or any(row.is_of(vendor) for row in each.rows)]


def set_lead_times(
    account: Job,
    proposals: Sequence[VariantProposal],
    sending: Sending = UNASKED,
    *,
    vendor: str | None = None,
    limit: int | None = None,
) -> list[Outcome]:
    """Set these proposed lead times, at most `limit`; `sending.skip` receives those that are skipped, and why.

    If a run is interrupted, a run with the same `vendor` and `limit` finishes it.
    """
    command = _command("variants set --from", [vendor, limit], sending)
    present = read_variants(account.client, {each.variant_id for each in proposals})
    chosen: list[tuple[Intention, Situation]] = []
    skipped: list[Skipped] = []
    for each in proposals:
        variant = present.get(each.variant_id)
        try:
            each.check(variant)
            chosen.append((plan_lead_time(each), Situation(variant=variant)))
        except ChangeError as error:
            skipped.append(Skipped(each.as_change(), str(error)))
    sending.skip(skipped)
    return send_chosen(account, command, with_unsettled(account, command, chosen[:limit]), sending)


def send_chosen(
    account: Job, command: Command, chosen: Sequence[tuple[Intention, Situation]], sending: Sending
) -> list[Outcome]:
    """Send these changes; if they are of variants, the catalog is read again."""
    intentions, situations = [each for each, _ in chosen], [each for _, each in chosen]
    return send_changes(account, command, intentions, situations, replace(sending, read_catalog=_load_catalog))


def _load_catalog(account: Job) -> None:
    load_catalog(account, start_of_day(variables(), account.settings.account_id).date())


def _read_vendors(account: Job, variant: str) -> tuple[LiveVariant, Situation]:
    found = find_variant(account.client, variant)
    return found, Situation(vendors=tuple(request_vendors(account.client, found.variant_id)))


def _vendor_id(situation: Situation, vendor: str) -> str:
    """The id of the variant's vendor that matches case-insensitively or, without one, of a new vendor."""
    found = vendor_of(situation.vendors, vendor.strip())
    return found.vendor_id if found else vendor.strip().lower()


def _was_interrupted(account: Job, command: Command) -> bool:
    """Whether an earlier run of the command was interrupted, and may already have made the change."""
    return any(each.job_ended_at is None for each in last_writes(account.account, command.digest))


def _command(name: str, content: Any, sending: Sending) -> Command:
    return Command(name, msgspec.json.encode(content).decode(), again=sending.again)
