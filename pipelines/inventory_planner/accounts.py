"""Which accounts are configured, and which of them is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory_planner import settings as account_settings
from inventory_planner.errors import ConfigurationError
from inventory_planner.settings import Settings, account_names, settings


def all_accounts() -> list[Settings]:
    """The settings of every account, in the order of `accounts`; of the only one if there are no names.

    Raises:
        ConfigurationError: a setting is missing or invalid, or two names are one account.
    """
    account_ids()
    return [settings(name) for name in account_names()] or [settings()]


def one_account(wanted: str | None) -> Settings:
    """The settings of the account with this name or id; without either, those of the only account.

    Raises:
        ConfigurationError: there is no such account or, without a name, there are several; or see `all_accounts`.
    """
    ids = account_ids()
    if not ids:
        return _unnamed(wanted)
    names = ", ".join(ids)
    if wanted is None:
        if len(ids) > 1:
            raise ConfigurationError(f"Several accounts are configured ({names}). Choose one with --account.")
        return settings(next(iter(ids)))
    for name, account_id in ids.items():
        if wanted.casefold() == name.casefold() or wanted == account_id:
            return settings(name)
    raise ConfigurationError(f"No account {wanted!r} is configured. The accounts are {names}.")


def chosen_accounts(wanted: str | None) -> list[Settings]:
    """The settings of the account with this name or id; without either, those of all accounts.

    Raises:
        ConfigurationError: see `one_account`.
    """
    return all_accounts() if wanted is None else [one_account(wanted)]


def account_ids() -> dict[str, str]:
    """The ids of the accounts with names, by name; an account without an id is among them with an empty one.

    Raises:
        ConfigurationError: two names have the same id.
    """
    ids: dict[str, str] = {}
    for name in account_names():
        account_id = account_settings.account_id_of(name) or ""
        other = next((each for each, known in ids.items() if account_id and known == account_id), None)
        if other:
            raise ConfigurationError(
                f"The accounts {other} and {name} have the same account id {account_id}. Remove one of them, or correct"
                " its `account_id`."
            )
        ids[name] = account_id
    return ids


def account_id_of(wanted: str) -> str:
    """The id of the account with this name; a name that is not configured is taken for an id."""
    names = {name.casefold(): account_id for name, account_id in account_ids().items()}
    return names.get(wanted.casefold()) or wanted


def variables() -> dict[str, Any]:
    """Read the dbt vars. In the var `accounts`, names become ids, and each account with a name has it.

    Raises:
        ConfigurationError: they are not a table or a JSON object, or have an account twice.
    """
    found, ids = account_settings.variables(), account_ids()
    stated = found.get("accounts") or {}
    if not (ids and isinstance(stated, Mapping)):  # what is no table is refused where the vars are parsed
        return found
    accounts: dict[str, Any] = {account_id: {"name": name} for name, account_id in ids.items() if account_id}
    for name, own in stated.items():
        account_id = ids.get(name) or name
        if name != account_id and account_id in stated:
            raise ConfigurationError(
                f"The dbt var `accounts` has {name!r} and {account_id!r}, which are one account. Keep one of them."
            )
        accounts[account_id] = {**accounts.get(account_id, {}), **own} if isinstance(own, Mapping) else own
    return {**found, "accounts": accounts}


def _unnamed(wanted: str | None) -> Settings:
    only = settings()
    if wanted not in {None, only.account_id}:
        raise ConfigurationError(
            f"No account {wanted!r} is configured, only {only.account_id}. Give it a name in a section"
            f" [sources.inventory_planner.accounts.{wanted}], or leave out --account."
        )
    return only
