"""Several accounts in the settings: which there are, what is their own, and which one is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory_planner.accounts import account_ids, all_accounts, chosen_accounts, one_account, variables
from inventory_planner.errors import ConfigurationError
from inventory_planner.settings import DeliverySettings, Settings, delivery_settings
from test_settings import PREFIX, project, write

__all__ = ["project"]  # the fixture that keeps your own `.dlt` out

SECRETS = """
    [sources.inventory_planner.accounts.eu]
    api_key = "k-eu"
    account_id = "a1"
    base_url = "http://127.0.0.1:1"

    [sources.inventory_planner.accounts.us]
    api_key = "k-us"
    account_id = "a2"
    start_date = 2025-01-31
"""
COMMON = """
    [sources.inventory_planner]
    start_date = 2024-01-01
    page_size = 100
    api_key = "k-common"
"""


def refused(wanted: str | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        chosen_accounts(wanted)
    return str(caught.value)


def test_accounts_have_sections_of_their_own_and_share_what_is_no_access(project: Path) -> None:
    write(project, "secrets.toml", SECRETS)
    write(project, "config.toml", COMMON)

    eu, us = all_accounts()

    assert (eu.name, eu.api_key, eu.account_id, eu.base_url, eu.page_size) == (
        *("eu", "k-eu", "a1", "http://127.0.0.1:1", 100),
    )
    assert (us.name, us.api_key, us.account_id, us.base_url, us.page_size) == (
        *("us", "k-us", "a2", "https://app.inventory-planner.com", 100),
    )
    assert [f"{each.start_date:%Y-%m-%d}" for each in (eu, us)] == ["2024-01-01", "2025-01-31"]
    assert [one_account(each) for each in ("us", "US", "a2")] == [us, us, us]


def test_a_list_names_accounts_that_the_environment_alone_describes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ACCOUNTS": '["eu", "us"]',
        "ACCOUNTS__EU__API_KEY": "k-eu",
        "ACCOUNTS__EU__ACCOUNT_ID": "a1",
        "ACCOUNTS__US__NEURO_URL": "http://127.0.0.1:1",
        "ACCOUNTS__US__NEURO_PLUGIN": "p-1",
        "ACCOUNTS__US__NEURO_TOKEN": "t-1",
    }.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)

    assert all_accounts() == [
        Settings("k-eu", "a1", name="eu"),
        Settings("t-1", "p-1", "http://127.0.0.1:1", neuro_plugin="p-1", name="us"),
    ]


def test_a_list_chooses_among_the_sections(project: Path) -> None:
    write(project, "secrets.toml", SECRETS)
    write(project, "config.toml", '[sources.inventory_planner]\naccounts = ["us"]\n')

    assert account_ids() == {"us": "a2"}
    assert one_account(None).name == "us"
    assert refused("eu") == "No account 'eu' is configured. The accounts are us."


@pytest.mark.parametrize(
    ("secrets", "listed", "wanted", "message"),
    [
        (SECRETS, "eu,us", "uk", "No account 'uk' is configured. The accounts are eu, us."),
        (
            SECRETS.replace("a2", "a1"),
            "eu,us",
            "eu",
            "The accounts eu and us have the same account id a1. Remove one of them, or correct its `account_id`.",
        ),
        (
            SECRETS.replace('api_key = "k-us"', ""),
            "eu,us",
            None,
            "Account us: `api_key` is not set. Set SOURCES__INVENTORY_PLANNER__ACCOUNTS__US__API_KEY, or `api_key` u",
        ),
        (SECRETS, "eu,uk", None, "Account uk: `api_key` is not set."),
        (
            SECRETS.replace("2025-01-31", "31"),
            "eu,us",
            "us",
            "Account us: `start_date` (SOURCES__INVENTORY_PLANNER__ACCOUNTS__US__START_DATE) is 31; it must be a date",
        ),
        (SECRETS, "eu,eu", None, "`accounts` (SOURCES__INVENTORY_PLANNER__ACCOUNTS) is 'eu,eu'; it must be different"),
        (SECRETS, "e u", None, "`accounts` (SOURCES__INVENTORY_PLANNER__ACCOUNTS) is 'e u'; it must be names of"),
    ],
    ids=["unknown", "same id", "no key", "nothing set", "invalid", "twice", "blank in a name"],
)
def test_a_mistake_is_named_with_its_account(
    project: Path, monkeypatch: pytest.MonkeyPatch, *, secrets: str, listed: str, wanted: str | None, message: str
) -> None:
    write(project, "secrets.toml", secrets)
    monkeypatch.setenv(f"{PREFIX}ACCOUNTS", listed)
    assert refused(wanted).startswith(message)


def test_one_of_several_must_be_chosen(project: Path) -> None:
    write(project, "secrets.toml", SECRETS)
    with pytest.raises(ConfigurationError, match=r"^Several accounts are configured \(eu, us\)\. Choose one with --"):
        one_account(None)


def test_without_names_there_is_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}API_KEY", "k-1")
    monkeypatch.setenv(f"{PREFIX}ACCOUNT_ID", "a1")
    assert all_accounts() == [one_account("a1")] == [Settings("k-1", "a1")]
    assert refused("eu").startswith("No account 'eu' is configured, only a1. ")


def test_each_account_delivers_to_a_place_of_its_own(project: Path) -> None:
    write(
        project,
        "config.toml",
        '[delivery]\nendpoint = "sftp.example"\nusername = "all"\ndirectories.vendor = "in"\nline_ending = "lf"\n'
        '[delivery.accounts.eu]\nusername = "eu"\ndirectories.vendor = "eu/in"\n',
    )
    common = {"host": "sftp.example", "line_ending": "\n"}

    assert delivery_settings(["vendor"], "eu") == DeliverySettings(
        **common, username="eu", directories={"vendor": "eu/in"}
    )
    assert delivery_settings(["vendor"], "us") == DeliverySettings(**common)  # nothing of another account
    assert delivery_settings(["vendor"], "us").variable("username") == "DELIVERY__ACCOUNTS__US__USERNAME"


def test_the_dbt_vars_of_accounts_are_by_name_or_by_id(project: Path) -> None:
    write(project, "secrets.toml", SECRETS)
    write(
        project,
        "config.toml",
        '[transform.vars]\naccount_timezone = "UTC"\n[transform.vars.accounts.eu]\naccount_timezone = "Europe/Paris"\n'
        '[transform.vars.accounts.a2]\nname = "America"\n[transform.vars.accounts.a3]\nbuyer_field = "owner"\n',
    )

    assert variables() == {
        "account_timezone": "UTC",
        "accounts": {
            "a1": {"name": "eu", "account_timezone": "Europe/Paris"},
            "a2": {"name": "America"},
            "a3": {"buyer_field": "owner"},
        },
    }


def test_the_dbt_vars_of_an_account_stand_once(project: Path) -> None:
    write(project, "secrets.toml", SECRETS)
    write(project, "config.toml", '[transform.vars.accounts]\neu = {name = "A"}\na1 = {name = "B"}\n')
    with pytest.raises(ConfigurationError, match="has 'eu' and 'a1', which are one account"):
        variables()
