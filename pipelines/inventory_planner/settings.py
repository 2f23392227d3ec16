"""Read the settings of an account from dlt's configuration: environment, `.dlt/secrets.toml`, `.dlt/config.toml`.

See `configuration` for where they are looked up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from inventory_planner.configuration import (
    ACCOUNTS,
    SECTION,
    check_names,
    invalid,
    look_up,
    read_everywhere,
    read_instant,
    read_names,
    read_number,
    read_required,
    read_status,
    read_text,
    read_value,
    read_whole_number,
    section_of,
    variable_of,
)
from inventory_planner.errors import ConfigurationError

DELIVERY: Final = "delivery"
_NAME: Final = re.compile(r"[A-Za-z0-9]+([_-]?[A-Za-z0-9]+)*")  # two underscores separate sections in the environment
SFTP_PORT: Final = 22
LINE_ENDINGS: Final = {"crlf": "\r\n", "lf": "\n"}
BASE_URL: Final = "https://app.inventory-planner.com"
REQUESTS_PER_SECOND: Final = 2.0  # Inventory Planner publishes no limit; other clients run well with 0.5 to 3
PAGE_SIZE: Final = 1000  # the maximum that the API allows
MAX_PORT: Final = 2**16
_ENDPOINT: Final = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+)(:(?P<port>[0-9]{1,5}))?")
API_PATH: Final = re.compile(r"(/api(/v1(/plugins/.*)?)?)?/*$")  # at the end of an address: requests add it


@dataclass(frozen=True, slots=True)
class Settings:
    """The account to read, and how to read it: the account id without blanks, the address without the API's path.

    With a `neuro_plugin`, the address and the key are those of Neuro: its URL and its token. Neuro passes on the calls
    for stock orders only; it offers neither variants nor warehouses. Imported orders in one of the statuses `status`
    get the `acknowledge_status`, if there is one. `catalog_fields` are further fields of variants to request,
    which are kept in `_unknown_fields`, and fields not to request, as `-name`. `name` is that of one of several
    accounts.
    """

    api_key: str = field(repr=False)
    account_id: str
    base_url: str = BASE_URL
    start_date: datetime | None = None
    status: tuple[str, ...] = ()
    requests_per_second: float = REQUESTS_PER_SECOND
    page_size: int = PAGE_SIZE
    neuro_plugin: str | None = None
    acknowledge_status: str | None = None
    catalog_fields: tuple[str, ...] = ()
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "account_id", self.account_id.strip())  # rows are stored under it
        object.__setattr__(self, "base_url", API_PATH.sub("", str(self.base_url).strip()))
        self._check_acknowledge_status()

    @property
    def label(self) -> str:
        """What people call the account: its name, or else its id."""
        return self.name or self.account_id

    @property
    def title(self) -> str:
        """The account's id, with its name if it has one."""
        return f"{self.name} ({self.account_id})" if self.name else self.account_id

    def _check_acknowledge_status(self) -> None:
        """Refuse an acknowledgement of all orders there are, and one that would never end.

        Raises:
            ConfigurationError: there is no `status` to import, or the acknowledged orders would be imported again.
        """
        if self.acknowledge_status is None:
            return
        if not self.status:
            raise ConfigurationError(
                "`acknowledge_status` is set, but `status` is not. Set the statuses to import and acknowledge with"
                f" {variable_of('status')}, or remove {variable_of('acknowledge_status')}."
            )
        if self.acknowledge_status.casefold() in map(str.casefold, self.status):
            raise ConfigurationError(
                f"`acknowledge_status` is {self.acknowledge_status!r}, which is also one of `status`: orders would be"
                f" acknowledged again and again. Set another with {variable_of('acknowledge_status')}, or remove it"
                f" from {variable_of('status')}."
            )


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Where files are delivered by SFTP, and how; without a `host`, delivery is off.

    `directories` and `extra_columns` are by kind of file, as `variant_warehouse`. `host_key` is the server's public key
    or its SHA256 fingerprint; without one, the key of the first connection is pinned. Every `full_every_days` days,
    all rows of a file are sent. `section` is where these settings are.
    """

    host: str | None = None
    port: int = SFTP_PORT
    username: str | None = None
    directories: Mapping[str, str] = field(default_factory=dict)
    host_key: str | None = None
    line_ending: str = LINE_ENDINGS["crlf"]
    extra_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    full_every_days: float | None = None
    section: str = field(default=DELIVERY, compare=False)

    def variable(self, name: str) -> str:
        """The environment variable of one of these settings."""
        return variable_of(name, self.section)


def account_names() -> tuple[str, ...]:
    """The names of the accounts; empty if there is one account, which then has no name.

    They are those of the list `accounts`, or of the sections under that name: a TOML file can't have both.

    Raises:
        ConfigurationError: the list is invalid.
    """
    found = list(read_everywhere(ACCOUNTS))
    listed = next((check_names(ACCOUNTS, each) for each in found if not isinstance(each, Mapping)), ())
    names = listed or tuple(name for each in found if isinstance(each, Mapping) for name in each)
    for name in names:
        if not _NAME.fullmatch(name):
            raise invalid(ACCOUNTS, name, "names of letters and digits, such as eu,us")
    unique = dict(zip(map(str.casefold, names), names, strict=True))  # names in the environment have no case
    if listed and len(unique) < len(names):
        raise invalid(ACCOUNTS, ",".join(names), "different names, such as eu,us")
    return tuple(unique.values())


def settings(name: str | None = None) -> Settings:
    """Read the settings of an account, given its name if there are several.

    Raises:
        ConfigurationError: a setting is missing or invalid; the message names the account.
    """
    section = section_of(SECTION, name)
    with _naming(name):
        return Settings(
            **_access(section),
            start_date=read_instant("start_date", section),
            status=read_names("status", section),
            requests_per_second=read_number("requests_per_second", REQUESTS_PER_SECOND, least=0, section=section),
            page_size=read_whole_number("page_size", PAGE_SIZE, most=PAGE_SIZE, section=section),
            acknowledge_status=read_status("acknowledge_status", section),
            catalog_fields=read_names("catalog_fields", section),
            name=name,
        )


def account_id_of(name: str) -> str | None:
    """The id of the account with this name, if it is set; its other settings may be missing or invalid."""
    section = section_of(SECTION, name)
    return read_text("account_id", section) or read_text("neuro_plugin", section)


@contextmanager
def _naming(name: str | None) -> Iterator[None]:
    """Name the account in errors, if it has a name."""
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationError(f"Account {name}: {error}" if name else str(error)) from error


def _access(section: str) -> dict[str, Any]:
    """How to reach the account: directly or, if there is no key but Neuro's three settings, through Neuro.

    Raises:
        ConfigurationError: a setting is missing.
    """
    names = ("neuro_url", "neuro_plugin", "neuro_token")
    url, plugin, token = (read_text(name, section) or "" for name in names)
    if read_text("api_key", section) or not (url or plugin or token):
        return {
            "api_key": read_required("api_key", section),
            "account_id": read_required("account_id", section),
            "base_url": read_value("base_url", section) or BASE_URL,
        }
    for name in names:
        read_required(name, section)
    account_id = read_text("account_id", section) or plugin
    return {"api_key": token, "account_id": account_id, "base_url": url, "neuro_plugin": plugin}


def delivery_settings(kinds: Iterable[str], name: str | None = None) -> DeliverySettings:
    """Read the settings of the delivery of files of these kinds, given the account's name if there are several.

    Raises:
        ConfigurationError: a setting is invalid; the message names the account.
    """
    with _naming(name):
        return _delivery_settings(list(kinds), section_of(DELIVERY, name))


def _delivery_settings(kinds: list[str], section: str) -> DeliverySettings:
    host, port = _endpoint("endpoint", section)
    line_ending = (read_text("line_ending", section) or "crlf").lower()
    if line_ending not in LINE_ENDINGS:
        raise invalid("line_ending", line_ending, " or ".join(LINE_ENDINGS), section)
    directories = {kind: read_text(f"directories.{kind}", section) for kind in kinds}
    extra = {kind: read_names(f"extra_columns.{kind}", section) for kind in kinds}
    return DeliverySettings(
        host=host,
        port=port,
        username=read_text("username", section),
        directories={kind: directory for kind, directory in directories.items() if directory},
        host_key=read_text("host_key", section),
        line_ending=LINE_ENDINGS[line_ending],
        extra_columns={kind: allowed for kind, allowed in extra.items() if allowed},
        full_every_days=read_number("full_every_days", 0, least=0, section=section) or None,
        section=section,
    )


def _endpoint(name: str, section: str) -> tuple[str | None, int]:
    """A host and its port; the host of an IPv6 address stands in brackets."""
    text = read_text(name, section)
    if text is None:
        return None, SFTP_PORT
    found = _ENDPOINT.fullmatch(text.removeprefix("sftp://").rstrip("/"))
    if not found or not 0 < int(found["port"] or SFTP_PORT) < MAX_PORT:
        raise invalid(name, text, "a host, or host:port", section)
    return found["host"].strip("[]"), int(found["port"] or SFTP_PORT)


def variables() -> dict[str, Any]:
    """Read the dbt vars, the business rules of the marts, from `[transform.vars]` or as JSON from TRANSFORM__VARS.

    Raises:
        ConfigurationError: they are not a table or a JSON object.
    """
    found = look_up("transform.vars")
    try:
        value = json.loads(found) if isinstance(found, str) else dict(found or {})
    except (TypeError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"`vars` under [transform], or TRANSFORM__VARS, is {found!r}; it must be a table or a JSON object."
        )
    return value
