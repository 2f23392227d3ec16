from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

from inventory_planner.configuration import parse_instant
from inventory_planner.errors import ConfigurationError
from inventory_planner.settings import (
    DeliverySettings,
    Settings,
    delivery_settings,
    settings,
    variables,
)

PREFIX = "SOURCES__INVENTORY_PLANNER__"
Put = Callable[..., None]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project folder, so that your own `.dlt` does not count."""
    for name in list(os.environ):
        if name.startswith((PREFIX, "TRANSFORM__", "DELIVERY__")):
            monkeypatch.delenv(name)
    context = Container()[PluggableRunContext]
    before = context.context.run_dir
    (tmp_path / ".dlt").mkdir()
    context.reload(str(tmp_path))
    yield tmp_path
    context.reload(before)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Set environment variables, and a key and an account with them."""

    def put(**values: str) -> None:
        for name, value in {"API_KEY": "k-1", "ACCOUNT_ID": "a1000", **values}.items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)

    return put


def write(project: Path, name: str, text: str) -> None:
    (project / ".dlt" / name).write_text(text)
    Container()[PluggableRunContext].reload(str(project))


def test_a_key_and_an_account_are_the_only_required_settings(put: Put) -> None:
    put()
    assert settings() == Settings(
        api_key="k-1",
        account_id="a1000",
        base_url="https://app.inventory-planner.com",
        start_date=None,
        status=(),
        requests_per_second=2.0,
        page_size=1000,
    )


def test_every_setting_has_an_environment_variable(put: Put) -> None:
    put(
        BASE_URL="http://127.0.0.1:8765",
        START_DATE="2025-01-31",
        STATUS="open, partially received,",
        REQUESTS_PER_SECOND="0.5",
        PAGE_SIZE="100",
        ACKNOWLEDGE_STATUS=" CLOSED",
    )
    assert settings() == Settings(
        api_key="k-1",
        account_id="a1000",
        base_url="http://127.0.0.1:8765",
        start_date=datetime(2025, 1, 31, tzinfo=UTC),
        status=("open", "partially received"),
        requests_per_second=0.5,
        page_size=100,
        acknowledge_status="CLOSED",
    )


def test_every_setting_can_be_set_in_the_files(project: Path) -> None:
    write(project, "secrets.toml", '[sources.inventory_planner]\napi_key = "k-2"\naccount_id = "a2"\n')
    write(
        project,
        "config.toml",
        "[sources.inventory_planner]\n"
        'base_url = "http://127.0.0.1:1"\nstart_date = 2025-01-31\nstatus = ["open", "ordered, paid"]\n'
        "requests_per_second = 1\npage_size = 7\n",
    )
    assert settings() == Settings(
        api_key="k-2",
        account_id="a2",
        base_url="http://127.0.0.1:1",
        start_date=datetime(2025, 1, 31, tzinfo=UTC),
        status=("open", "ordered, paid"),
        requests_per_second=1.0,
        page_size=7,
    )


def test_the_environment_takes_precedence_over_the_files(project: Path, put: Put) -> None:
    write(project, "secrets.toml", '[sources.inventory_planner]\napi_key = "k-2"\naccount_id = "a2"\n')
    put(API_KEY="k-3")
    assert settings().api_key == "k-3"


@pytest.mark.parametrize("bare", ["API_KEY", "INVENTORY_PLANNER__API_KEY", "SOURCES__API_KEY"])
def test_a_bare_key_of_another_program_is_ignored(bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}ACCOUNT_ID", "a1000")
    monkeypatch.setenv(bare, "somebody else's")
    with pytest.raises(ConfigurationError, match="`api_key` is not set"):
        settings()


@pytest.mark.parametrize("name", ["api_key", "account_id"])
@pytest.mark.parametrize("value", ["", "   "])
def test_the_error_for_a_missing_setting_says_where_to_set_it(name: str, value: str, put: Put) -> None:
    put(**{name.upper(): value})
    with pytest.raises(ConfigurationError) as caught:
        settings()
    secrets = Path(".dlt/secrets.toml").absolute()
    assert str(caught.value) == (
        f"`{name}` is not set. Set {PREFIX}{name.upper()}, or `{name}` under [sources.inventory_planner] in {secrets}."
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("start_date", "31.1.2025", "is '31.1.2025'; it must be a date, such as 2025-01-31."),
        ("start_date", "2025-02-30", "is '2025-02-30'; it must be a date, such as 2025-01-31."),
        ("requests_per_second", "fast", "is 'fast'; it must be a number of at least 0."),
        ("requests_per_second", "-1", "is '-1'; it must be a number of at least 0."),
        ("requests_per_second", "nan", "is 'nan'; it must be a number of at least 0."),
        ("page_size", "0", "is '0'; it must be a number from 1 to 1000."),
        ("page_size", "1001", "is '1001'; it must be a number from 1 to 1000."),
        ("status", '["open"', """is '["open"'; it must be names separated by commas, such as open,sent."""),
        (
            "status",
            '{"open": 1}',
            """is '{"open": 1}'; it must be names separated by commas, such as open,sent.""",
        ),
        ("status", "[1]", "is '[1]'; it must be names separated by commas, such as open,sent."),
    ],
)
def test_the_error_for_an_invalid_setting_names_it_and_its_value(name: str, value: str, words: str, put: Put) -> None:
    put(**{name.upper(): value})
    with pytest.raises(ConfigurationError) as caught:
        settings()
    assert str(caught.value) == f"`{name}` ({PREFIX}{name.upper()}) {words}"


def test_blanks_around_the_account_id_are_not_part_of_it(put: Put) -> None:
    put(ACCOUNT_ID=" a1000\n")
    assert settings() == Settings("k-1", "a1000")


@pytest.mark.parametrize("path", ["/", "/api", "/api/", "/api/v1", "/api/v1/", " "])
def test_an_address_may_end_in_the_path_of_the_api(path: str, put: Put) -> None:
    put(BASE_URL=f"https://app.inventory-planner.com{path}")
    assert settings() == Settings("k-1", "a1000")


def test_any_other_path_of_an_address_is_kept() -> None:
    assert (
        Settings("k-1", "a1000", "https://proxy.example/apis/planner/").base_url == "https://proxy.example/apis/planner"
    )


def test_a_status_that_is_not_a_list_is_refused(project: Path, put: Put) -> None:
    put()
    write(project, "config.toml", "[sources.inventory_planner]\nstatus = 5\n")
    with pytest.raises(ConfigurationError, match=r"`status`.* is 5"):
        settings()


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", ()), (" , ", ()), ("open", ("open",)), ('["open", "ordered, paid"]', ("open", "ordered, paid")), ("[]", ())],
)
def test_statuses_are_a_list_or_names_with_commas(value: str, expected: tuple[str, ...], put: Put) -> None:
    put(STATUS=value)
    assert settings().status == expected


def test_an_empty_setting_means_the_default(put: Put) -> None:
    put(BASE_URL="", START_DATE="", STATUS="", REQUESTS_PER_SECOND="", PAGE_SIZE="", ACKNOWLEDGE_STATUS=" ")
    assert settings() == Settings("k-1", "a1000")


NO_STATUS = (
    "`acknowledge_status` is set, but `status` is not. Set the statuses to import and acknowledge with"
    " SOURCES__INVENTORY_PLANNER__STATUS, or remove SOURCES__INVENTORY_PLANNER__ACKNOWLEDGE_STATUS."
)
SAME_STATUS = (
    "`acknowledge_status` is 'CLOSED', which is also one of `status`: orders would be acknowledged again and again. Set"
    " another with SOURCES__INVENTORY_PLANNER__ACKNOWLEDGE_STATUS, or remove it from"
    " SOURCES__INVENTORY_PLANNER__STATUS."
)


@pytest.mark.parametrize(("status", "expected"), [("", NO_STATUS), ("ordered,Closed", SAME_STATUS)])
def test_only_imported_orders_are_acknowledged_and_they_must_leave_their_status(
    status: str, expected: str, put: Put
) -> None:
    put(STATUS=status, ACKNOWLEDGE_STATUS="CLOSED")
    with pytest.raises(ConfigurationError) as raised:
        settings()
    assert str(raised.value) == expected


def test_an_acknowledgement_status_that_is_no_name_is_refused(project: Path, put: Put) -> None:
    put(STATUS="ordered")
    write(project, "config.toml", "[sources.inventory_planner]\nacknowledge_status = ['CLOSED']\n")
    with pytest.raises(ConfigurationError, match=r"`acknowledge_status`.*must be a status, such as CLOSED"):
        settings()


def test_zero_requests_per_second_means_no_limit(put: Put) -> None:
    put(REQUESTS_PER_SECOND="0")
    assert settings().requests_per_second == 0


def test_the_text_of_the_settings_does_not_show_the_key(put: Put) -> None:
    put()
    assert "k-1" not in f"{settings()}{settings()!r}"


# through Neuro

NEURO = {"NEURO_URL": "https://app.heyneuro.io", "NEURO_PLUGIN": "p-1", "NEURO_TOKEN": "t-1"}
THROUGH_NEURO = Settings("t-1", "p-1", "https://app.heyneuro.io", neuro_plugin="p-1")


@pytest.fixture
def put_neuro(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Set environment variables, and Neuro's three settings with them."""

    def put(**values: str) -> None:
        for name, value in {**NEURO, **values}.items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)

    return put


def test_without_a_key_the_account_is_reached_through_neuro(put_neuro: Put) -> None:
    put_neuro()
    assert settings() == THROUGH_NEURO


def test_through_neuro_rows_are_stored_under_the_account_id_if_there_is_one(put_neuro: Put) -> None:
    put_neuro(ACCOUNT_ID=" a1000 ")
    assert settings() == replace(THROUGH_NEURO, account_id="a1000")


def test_all_other_settings_count_through_neuro_too(put_neuro: Put) -> None:
    put_neuro(START_DATE="2025-01-31", STATUS="open", REQUESTS_PER_SECOND="1", PAGE_SIZE="20")
    assert settings() == replace(
        THROUGH_NEURO,
        start_date=datetime(2025, 1, 31, tzinfo=UTC),
        status=("open",),
        requests_per_second=1.0,
        page_size=20,
    )


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_none(key: str, put_neuro: Put) -> None:
    put_neuro(API_KEY=key, BASE_URL="https://app.inventory-planner.com")
    assert settings() == THROUGH_NEURO


def test_a_key_takes_precedence_over_neuro(put: Put, put_neuro: Put) -> None:
    put_neuro()
    put()
    assert settings() == Settings("k-1", "a1000")


def test_neuro_can_be_set_in_the_files(project: Path) -> None:
    write(
        project,
        "secrets.toml",
        "[sources.inventory_planner]\n"
        'api_key = ""\naccount_id = ""\n'
        'neuro_url = "https://app.heyneuro.io"\nneuro_plugin = "p-1"\nneuro_token = "t-1"\n',
    )
    assert settings() == THROUGH_NEURO


@pytest.mark.parametrize("value", ["", "  "])
@pytest.mark.parametrize("name", ["neuro_url", "neuro_plugin", "neuro_token"])
def test_the_one_of_neuro_s_settings_that_is_missing_is_named(name: str, value: str, put_neuro: Put) -> None:
    put_neuro(**{name.upper(): value})
    with pytest.raises(ConfigurationError) as caught:
        settings()
    secrets = Path(".dlt/secrets.toml").absolute()
    assert str(caught.value) == (
        f"`{name}` is not set. Set {PREFIX}{name.upper()}, or `{name}` under [sources.inventory_planner] in {secrets}."
    )


@pytest.mark.parametrize("name", ["neuro_url", "neuro_plugin", "neuro_token"])
def test_one_of_neuro_s_settings_alone_asks_for_the_others(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", "https://app.heyneuro.io")
    missing = "neuro_plugin" if name == "neuro_url" else "neuro_url"
    with pytest.raises(ConfigurationError, match=f"`{missing}` is not set"):
        settings()


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/plugins/p-1/inventoryPlanner", "/api/v1/plugins/p-1/"])
def test_the_address_of_neuro_may_end_in_the_path_of_the_plugin(path: str, put_neuro: Put) -> None:
    put_neuro(NEURO_URL=f"https://app.heyneuro.io{path}")
    assert settings() == THROUGH_NEURO


def test_the_text_of_the_settings_does_not_show_the_token(put_neuro: Put) -> None:
    put_neuro()
    assert "t-1" not in f"{settings()}{settings()!r}"


# delivery


def test_delivery_is_off_by_default() -> None:
    assert delivery_settings(["variant"]) == DeliverySettings(
        host=None,
        port=22,
        username=None,
        directories={},
        host_key=None,
        line_ending="\r\n",
        extra_columns={},
        full_every_days=None,
    )


def test_every_setting_of_the_delivery_has_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "ENDPOINT": " s-1.server.transfer.us-east-1.amazonaws.com:2222",
        "USERNAME": "acme",
        "DIRECTORIES__VARIANT_WAREHOUSE": "/stock",
        "DIRECTORIES__VENDOR": "",
        "HOST_KEY": "ssh-ed25519 AAAA",
        "LINE_ENDING": "LF",
        "EXTRA_COLUMNS__SALES_ORDER": "A, b",
        "FULL_EVERY_DAYS": "7",
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"DELIVERY__{name}", value)
    assert delivery_settings(["variant_warehouse", "vendor", "sales_order"]) == DeliverySettings(
        host="s-1.server.transfer.us-east-1.amazonaws.com",
        port=2222,
        username="acme",
        directories={"variant_warehouse": "/stock"},
        host_key="ssh-ed25519 AAAA",
        line_ending="\n",
        extra_columns={"sales_order": ("A", "b")},
        full_every_days=7.0,
    )


def test_the_settings_of_the_delivery_can_be_set_in_a_file(project: Path) -> None:
    tables = '[delivery.directories]\nvendor = "v"\n[delivery.extra_columns]\nvendor = ["X"]\n'
    write(project, "config.toml", f'[delivery]\nendpoint = "a.example"\n{tables}')
    assert delivery_settings(["vendor"]) == DeliverySettings(
        host="a.example", directories={"vendor": "v"}, extra_columns={"vendor": ("X",)}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.example", ("a.example", 22)),
        ("sftp://a.example:23/", ("a.example", 23)),
        ("127.0.0.1:1", ("127.0.0.1", 1)),
        ("[::1]:2022", ("::1", 2022)),
    ],
)
def test_an_endpoint_is_a_host_with_or_without_a_port(
    text: str, expected: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELIVERY__ENDPOINT", text)
    found = delivery_settings([])
    assert (found.host, found.port) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        *(("ENDPOINT", value, "a host, or host:port") for value in ("a b", "a:0", "a:99999", "user@a", "a/b", "::1")),
        ("LINE_ENDING", "cr", "crlf or lf"),
        ("FULL_EVERY_DAYS", "-1", "a number of at least 0"),
        ("EXTRA_COLUMNS__VENDOR", "[1]", "names separated by commas, such as open,sent"),
    ],
)
def test_an_invalid_setting_of_the_delivery_is_refused(
    name: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"DELIVERY__{name}", value)
    with pytest.raises(ConfigurationError, match=rf"\(DELIVERY__{name}\) is .+; it must be {expected}\."):
        delivery_settings(["vendor"])


# dbt vars


def test_there_are_no_dbt_vars_by_default() -> None:
    assert variables() == {}


def test_dbt_vars_can_be_set_in_a_file(project: Path) -> None:
    text = '[transform.vars]\non_time_grace_days = 2\nas_of_date = 2025-12-31\nstatus_types = { SENT = "active" }\n'
    write(project, "config.toml", text)
    assert variables() == {
        "on_time_grace_days": 2,
        "as_of_date": date(2025, 12, 31),
        "status_types": {"SENT": "active"},
    }


def test_dbt_vars_can_be_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSFORM__VARS", '{"account_timezone": "Europe/Paris", "on_time_grace_days": 1}')
    assert variables() == {"account_timezone": "Europe/Paris", "on_time_grace_days": 1}


@pytest.mark.parametrize("text", ["account_timezone=Europe/Paris", "[1]", "7", '"a"', "null"])
def test_dbt_vars_that_are_not_an_object_are_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSFORM__VARS", text)
    with pytest.raises(ConfigurationError) as caught:
        variables()
    assert str(caught.value) == (
        f"`vars` under [transform], or TRANSFORM__VARS, is {text!r}; it must be a table or a JSON object."
    )


# instants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T08:00:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T08:00:00+02:00", datetime(2026, 1, 31, 8, tzinfo=timezone(timedelta(hours=2)))),
    ],
    ids=["a date", "no offset", "UTC", "an offset"],
)
def test_an_instant_without_an_offset_is_in_utc(text: str, expected: datetime) -> None:
    found = parse_instant(text)
    assert (found, found.utcoffset()) == (expected, expected.utcoffset())


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "31.01.2026"])
def test_text_that_is_not_an_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        parse_instant(text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_before_the_settings_is_ignored(project: Path, encoding: str) -> None:
    text = '[sources.inventory_planner]\napi_key = "ключ"\naccount_id = "a1000"\n'
    (project / ".dlt" / "secrets.toml").write_bytes(text.encode(encoding))
    (project / ".dlt" / "config.toml").write_bytes("[sources.inventory_planner]\npage_size = 7\n".encode(encoding))
    Container()[PluggableRunContext].reload(str(project))
    found = settings()
    assert (found.api_key, found.account_id, found.page_size) == ("ключ", "a1000", 7)
