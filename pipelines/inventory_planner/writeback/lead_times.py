"""Lead times that the published mart `lead_time_settings` proposes: read, compared with the account, and planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from inventory_planner.api.variant import LiveVariant
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ChangeError
from inventory_planner.marts.published import ReportOptions, open_report
from inventory_planner.warehouse.engine import Engine
from inventory_planner.writeback.change import Action, Change, Intention, Situation, is_same, variant_target
from inventory_planner.writeback.quantities import parse_quantity
from inventory_planner.writeback.variant_state import setting_in
from inventory_planner.writeback.variants import checked_days, plan_settings

MART: Final = "lead_time_settings"
LEAD_TIME: Final = "lead_time"
ALREADY_SET: Final = "The account has the proposed lead time already."
NEEDED_ELSEWHERE: Final = "Another of its warehouses needs the current lead time, and the API sets one for all of them."


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row of the mart: the lead time of a variant in a warehouse (None: in all), and the proposed one, if any."""

    account_id: str
    variant_id: str
    warehouse_id: str | None
    vendor_id: str | None
    vendor_name: str | None
    sku: str | None
    title: str | None
    configured_lead_time_days: Decimal | None
    observed_lead_time_days: Decimal | None
    count_orders: int | None
    proposed_lead_time_days: Decimal | None
    proposal_reason: str | None

    @property
    def needed_days(self) -> Decimal:
        """The lead time that the warehouse needs: the proposed one or, without a proposal, the present one."""
        return self.proposed_lead_time_days or self.configured_lead_time_days or Decimal(0)

    @property
    def change_in_days(self) -> Decimal:
        """The size of the proposed change."""
        return abs(self.needed_days - (self.configured_lead_time_days or 0))

    def is_of(self, vendor: str) -> bool:
        """Whether the proposal is for this vendor, by id or name, case-insensitive."""
        names = {str(each).strip().casefold() for each in (self.vendor_id, self.vendor_name) if each}
        return vendor.strip().casefold() in names


@dataclass(frozen=True, slots=True)
class VariantProposal:
    """The proposal for a variant in all its warehouses.

    The API sets one lead time for all of them, so it is the longest that one of them needs.
    """

    rows: tuple[Proposal, ...]

    @property
    def variant_id(self) -> str:
        """The id of the variant."""
        return self.rows[0].variant_id

    @property
    def skus(self) -> Mapping[str, str]:
        """Its SKU, by its id."""
        return {each.variant_id: each.sku for each in self.rows if each.sku}

    @property
    def days(self) -> int:
        """The lead time to set.

        Raises:
            ChangeError: it is not a whole number of days.
        """
        return checked_days("The proposed lead time", max(each.needed_days for each in self.rows))

    def check(self, variant: LiveVariant | None) -> None:
        """Check that the account still has the settings that the proposal was made for.

        Raises:
            ChangeError: it has not; the message says why the proposal is skipped.
        """
        if variant is None:
            raise ChangeError("It is no longer in the account.")
        present = {each: setting_in(variant, LEAD_TIME, each.warehouse_id) for each in self.rows}
        if all(is_same(LEAD_TIME, value, self.days) for value in present.values()):
            is_kept = all(is_same(LEAD_TIME, self.days, each.configured_lead_time_days) for each in self.rows)
            raise ChangeError(NEEDED_ELSEWHERE if is_kept else ALREADY_SET)
        for each, value in present.items():
            if not is_same(LEAD_TIME, value, each.configured_lead_time_days):
                where = f" in {each.warehouse_id}" if each.warehouse_id else ""
                raise ChangeError(
                    f"Its lead time{where} was changed to {_shown(value)}; the proposal was made for"
                    f" {_shown(each.configured_lead_time_days)}."
                )

    def as_change(self) -> Change:
        """A change without values, to report the variant as skipped."""
        target = variant_target(self.variant_id)
        return Change(Action.SET_VARIANT, None, None, {}, {}, {}, target, self.skus)


def read_proposals(engine: Engine, folder: DataFolder, account_id: str) -> list[VariantProposal]:
    """The proposals of the published mart for an account's variants, largest changes first.

    Raises:
        ConfigurationError: nothing is published yet, or the mart is missing.
        PublishError: the published data can't be read.
    """
    options = ReportOptions(columns=tuple(Proposal.__dataclass_fields__))
    with open_report(engine, folder, MART, options) as report:
        rows = [_proposal(dict(zip(options.columns, row, strict=True))) for row in report.rows]
    return _by_variant(each for each in rows if each.account_id == account_id)


def plan_lead_time(proposal: VariantProposal) -> Intention:
    """Set the proposed lead time, if the account still has the settings that it was proposed for.

    Raises:
        ChangeError: the proposal can't be set.
    """
    intention = plan_settings(proposal.variant_id, {LEAD_TIME: proposal.days})

    def plan(situation: Situation, done: frozenset[str]) -> Change:
        change = intention.plan(situation, done)
        if not change.is_unchanged:
            proposal.check(situation.variant)
        return change

    return replace(intention, plan=plan)


def _by_variant(rows: Iterable[Proposal]) -> list[VariantProposal]:
    groups: dict[str, list[Proposal]] = {}
    for row in sorted(rows, key=lambda each: (-each.change_in_days, each.sku or "", each.variant_id)):
        groups.setdefault(row.variant_id, []).append(row)
    with_proposals = (group for group in groups.values() if any(each.proposed_lead_time_days for each in group))
    return [VariantProposal(tuple(group)) for group in with_proposals]


def _proposal(row: Mapping[str, Any]) -> Proposal:
    days = {name: parse_quantity(f"{Decimal(str(row[name] or 0)):f}") for name in row if name.endswith("_days")}
    return Proposal(**{**row, **{name: value for name, value in days.items() if row[name] is not None}})


def _shown(days: Any) -> str:
    return "none" if days is None else f"{days} days"
