"""Validate the dbt vars, the business rules of the reports, before anything is built with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from inventory_planner.errors import ConfigurationError

DEFAULT_TIMEZONE: Final = "UTC"  # as in dbt_project.yml

Count: TypeAlias = Annotated[int, Meta(ge=0)]
Days: TypeAlias = Annotated[int, Meta(ge=1, le=730)]
Percent: TypeAlias = Annotated[float, Meta(ge=0)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Score: TypeAlias = Annotated[float, Meta(ge=0, le=100)]
Year: TypeAlias = Annotated[int, Meta(ge=1970, le=2200)]
StatusType: TypeAlias = Literal["draft", "active", "closed", "canceled"]


class AccountPolicy(Struct, forbid_unknown_fields=True, kw_only=True):
    """What an account can have of its own, in place of the vars."""

    account_timezone: str | UnsetType = UNSET
    status_types: dict[str, StatusType] | UnsetType = UNSET
    date_format: Annotated[str, Meta(pattern="%")] | UnsetType | None = UNSET
    reporting_currency: str | UnsetType | None = UNSET
    buyer_field: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    combined_warehouses: list[str] | UnsetType = UNSET


class NamedAccountPolicy(AccountPolicy, forbid_unknown_fields=True, kw_only=True):
    """The same, and the account's name for people."""

    name: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET


class Policy(AccountPolicy, forbid_unknown_fields=True, kw_only=True):
    """The vars of dbt/dbt_project.yml, which documents them and has their defaults; an unset var keeps its default."""

    accounts: dict[str, NamedAccountPolicy] | UnsetType = UNSET
    as_of_date: date | UnsetType | None = UNSET
    plausible_dates_from: Annotated[int, Meta(ge=1, le=2200)] | UnsetType = UNSET
    plausible_years_ahead: Count | UnsetType = UNSET
    plausible_quantity: Annotated[int, Meta(gt=0, le=10**12)] | UnsetType = UNSET
    quantity_basis: Literal["original", "current"] | UnsetType = UNSET
    promise_basis: Literal["original", "current"] | UnsetType = UNSET
    on_time_grace_days: Count | UnsetType = UNSET
    early_tolerance_days: Count | UnsetType | None = UNSET
    in_full_under_tolerance_pct: Percent | UnsetType = UNSET
    over_receipt_tolerance_pct: Percent | UnsetType = UNSET
    abc_thresholds: tuple[Share, Share] | UnsetType = UNSET
    lead_time_window_days: Count | UnsetType = UNSET
    ignore_unreceived_after_days: Count | UnsetType | None = UNSET
    price_jump_threshold: Annotated[float, Meta(gt=0)] | UnsetType = UNSET
    open_history_days: Count | UnsetType = UNSET
    due_soon_days: Count | UnsetType = UNSET
    stale_after_days: Count | UnsetType = UNSET
    recent_finding_days: Count | UnsetType = UNSET
    min_sample: Count | UnsetType = UNSET
    scorecard_weights: dict[Literal["otif", "fill", "lead_time_cv", "price"], Percent] | UnsetType = UNSET
    grade_thresholds: tuple[Score, Score, Score] | UnsetType = UNSET
    otif_targets: tuple[Share, Share] | UnsetType = UNSET
    otif_floor: Share | UnsetType = UNSET
    stockout_horizon_days: Days | UnsetType = UNSET
    default_lead_time_days: Days | UnsetType = UNSET
    lead_time_quantile: Annotated[float, Meta(gt=0, lt=1)] | UnsetType = UNSET
    lead_time_tolerance_days: Count | UnsetType = UNSET
    lead_time_max_change_days: Days | UnsetType = UNSET
    lead_time_bounds: tuple[Days, Days] | UnsetType = UNSET
    dates_from: Year | UnsetType = UNSET
    dates_to: Year | UnsetType = UNSET


def with_as_of_date(variables: Mapping[str, Any], now: datetime | None = None) -> dict[str, Any]:
    """The dbt vars, completed with the date that the reports are as of, which is one for all accounts.

    Args:
        variables: dbt vars. `as_of_date` is set to today in the var `account_timezone` if it is missing.
        now: the current time.

    Raises:
        ConfigurationError: a var does not exist or has an invalid value; the message names it.
    """
    policy = _parse(variables)
    if policy.as_of_date:
        return dict(variables)
    today = (now or datetime.now(UTC)).astimezone(_timezone(policy)).date()
    return {**variables, "as_of_date": today.isoformat()}


def account_timezone(variables: Mapping[str, Any], account_id: str | None = None) -> ZoneInfo:
    """The time zone of an account, or that of accounts without their own, as the dbt vars say.

    Raises:
        ConfigurationError: a var does not exist or has an invalid value; the message names it.
    """
    policy = _parse(variables)
    own = (policy.accounts or {}).get(account_id or "")
    return _timezone(policy) if own is None or own.account_timezone is UNSET else _timezone(own)


def start_of_day(variables: Mapping[str, Any], account_id: str, now: datetime | None = None) -> datetime:
    """The instant at which today began in the time zone of an account, whatever the date of the reports.

    Raises:
        ConfigurationError: see `with_as_of_date`.
    """
    today = (now or datetime.now(UTC)).astimezone(account_timezone(variables, account_id))
    return today.replace(hour=0, minute=0, second=0, microsecond=0)


def _parse(variables: Mapping[str, Any]) -> Policy:
    try:
        policy = msgspec.convert(dict(variables), Policy)
    except msgspec.ValidationError as error:
        names = ", ".join(sorted(Policy.__struct_fields__))
        raise ConfigurationError(
            f"Invalid dbt vars in [transform.vars] or TRANSFORM__VARS: {error}. The vars are {names}. An account can"
            f" have its own {', '.join(sorted(NamedAccountPolicy.__struct_fields__))}."
        ) from error
    for own in (policy.accounts or {}).values():
        _timezone(own)
    return policy


def _timezone(policy: AccountPolicy) -> ZoneInfo:
    name = DEFAULT_TIMEZONE if policy.account_timezone is UNSET else policy.account_timezone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"`account_timezone` {name!r} is not a time zone; use a name such as Europe/Paris."
        ) from error
