"""Read the settings of an account from dlt's configuration: environment, `.dlt/secrets.toml`, `.dlt/config.toml`.

Only full names are looked up: a bare `API_KEY` in the environment, which dlt would accept, may belong to any program.
An account with a name has a section of its own, and takes from the common one what is not a matter of access.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import dlt
import msgspec
from dlt.common.configuration.exceptions import ConfigProviderException
from dlt.common.configuration.providers.toml import SettingsTomlProvider, StringTomlProvider

from inventory_planner.errors import ConfigurationError

SECTION: Final = "sources.inventory_planner"
DELIVERY: Final = "delivery"
ACCOUNTS: Final = "accounts"  # in either section: the sections of the accounts with names
ACCESS: Final = frozenset(  # what an account must have of its own, so that nothing of one is ever sent to another
    {"api_key", "account_id", "neuro_plugin", "neuro_token", "username", "directories"}
)
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
                f" {_variable('status')}, or remove {_variable('acknowledge_status')}."
            )
        if self.acknowledge_status.casefold() in map(str.casefold, self.status):
            raise ConfigurationError(
                f"`acknowledge_status` is {self.acknowledge_status!r}, which is also one of `status`: orders would be"
                f" acknowledged again and again. Set another with {_variable('acknowledge_status')}, or remove it from"
                f" {_variable('status')}."
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
        return _variable(name, self.section)


def _read_toml(_: SettingsTomlProvider, path: str) -> Any:
    """Read a file of settings as Windows editors save it: with a byte order mark, which dlt takes for a key."""
    file = Path(path)
    if not file.is_file():
        return None
    content = file.read_bytes()
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    return StringTomlProvider.loads(content.decode(encoding))


SettingsTomlProvider._read_toml_file = _read_toml  # type: ignore[assignment, method-assign]  # noqa: SLF001 (dlt has no setting)


def account_names() -> tuple[str, ...]:
    """The names of the accounts; empty if there is one account, which then has no name.

    They are those of the list `accounts`, or of the sections under that name: a TOML file can't have both.

    Raises:
        ConfigurationError: the list is invalid.
    """
    found = list(_values(ACCOUNTS))
    listed = next((_names(ACCOUNTS, each) for each in found if not isinstance(each, Mapping)), ())
    names = listed or tuple(name for each in found if isinstance(each, Mapping) for name in each)
    for name in names:
        if not _NAME.fullmatch(name):
            raise _invalid(ACCOUNTS, name, "names of letters and digits, such as eu,us")
    unique = dict(zip(map(str.casefold, names), names, strict=True))  # names in the environment have no case
    if listed and len(unique) < len(names):
        raise _invalid(ACCOUNTS, ",".join(names), "different names, such as eu,us")
    return tuple(unique.values())


def settings(name: str | None = None) -> Settings:
    """Read the settings of an account, given its name if there are several.

    Raises:
        ConfigurationError: a setting is missing or invalid; the message names the account.
    """
    section = _section(SECTION, name)
    with _naming(name):
        return Settings(
            **_access(section),
            start_date=_instant("start_date", section),
            status=_listed("status", section),
            requests_per_second=_number("requests_per_second", REQUESTS_PER_SECOND, least=0, section=section),
            page_size=_whole("page_size", PAGE_SIZE, most=PAGE_SIZE, section=section),
            acknowledge_status=_name("acknowledge_status", section),
            catalog_fields=_listed("catalog_fields", section),
            name=name,
        )


def account_id_of(name: str) -> str | None:
    """The id of the account with this name, if it is set; its other settings may be missing or invalid."""
    section = _section(SECTION, name)
    return _text("account_id", section) or _text("neuro_plugin", section)


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
    url, plugin, token = (_text(name, section) or "" for name in names)
    if _text("api_key", section) or not (url or plugin or token):
        return {
            "api_key": _required("api_key", section),
            "account_id": _required("account_id", section),
            "base_url": _value("base_url", section) or BASE_URL,
        }
    for name in names:
        _required(name, section)
    account_id = _text("account_id", section) or plugin
    return {"api_key": token, "account_id": account_id, "base_url": url, "neuro_plugin": plugin}


def delivery_settings(kinds: Iterable[str], name: str | None = None) -> DeliverySettings:
    """Read the settings of the delivery of files of these kinds, given the account's name if there are several.

    Raises:
        ConfigurationError: a setting is invalid; the message names the account.
    """
    with _naming(name):
        return _delivery_settings(list(kinds), _section(DELIVERY, name))


def _delivery_settings(kinds: list[str], section: str) -> DeliverySettings:
    host, port = _endpoint("endpoint", section)
    line_ending = (_text("line_ending", section) or "crlf").lower()
    if line_ending not in LINE_ENDINGS:
        raise _invalid("line_ending", line_ending, " or ".join(LINE_ENDINGS), section)
    directories = {kind: _text(f"directories.{kind}", section) for kind in kinds}
    extra = {kind: _listed(f"extra_columns.{kind}", section) for kind in kinds}
    return DeliverySettings(
        host=host,
        port=port,
        username=_text("username", section),
        directories={kind: directory for kind, directory in directories.items() if directory},
        host_key=_text("host_key", section),
        line_ending=LINE_ENDINGS[line_ending],
        extra_columns={kind: allowed for kind, allowed in extra.items() if allowed},
        full_every_days=_number("full_every_days", 0, least=0, section=section) or None,
        section=section,
    )


def _endpoint(name: str, section: str) -> tuple[str | None, int]:
    """A host and its port; the host of an IPv6 address stands in brackets."""
    text = _text(name, section)
    if text is None:
        return None, SFTP_PORT
    found = _ENDPOINT.fullmatch(text.removeprefix("sftp://").rstrip("/"))
    if not found or not 0 < int(found["port"] or SFTP_PORT) < MAX_PORT:
        raise _invalid(name, text, "a host, or host:port", section)
    return found["host"].strip("[]"), int(found["port"] or SFTP_PORT)


def variables() -> dict[str, Any]:
    """Read the dbt vars, the business rules of the marts, from `[transform.vars]` or as JSON from TRANSFORM__VARS.

    Raises:
        ConfigurationError: they are not a table or a JSON object.
    """
    found = _look_up("transform.vars")
    try:
        value = json.loads(found) if isinstance(found, str) else dict(found or {})
    except (TypeError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"`vars` under [transform], or TRANSFORM__VARS, is {found!r}; it must be a table or a JSON object."
        )
    return value


def parse_instant(text: str) -> datetime:
    """Parse an ISO 8601 instant, in UTC unless it has an offset. A date means its midnight.

    Raises:
        ValueError: the text is neither a date nor an instant.
    """
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _section(common: str, name: str | None) -> str:
    """The section of the account with this name, or the common one."""
    return f"{common}.{ACCOUNTS}.{name}" if name else common


def _value(name: str, section: str) -> Any:
    return _look_up(f"{_place(name, section)}.{name}")


def _place(name: str, section: str) -> str:
    """The section that has a setting: an account's own, or the common one for what is not a matter of access."""
    common, _, account = section.partition(f".{ACCOUNTS}.")
    is_own = name.partition(".")[0] in ACCESS or not account or _look_up(f"{section}.{name}") is not None
    return section if is_own else common


def _text(name: str, section: str) -> str | None:
    value = _value(name, section)
    return None if value is None else str(value).strip() or None


def _look_up(key: str) -> Any:
    with _explain_unreadable_files():
        return dlt.config.get(key)


def _values(name: str) -> Iterator[Any]:
    """A common setting in the environment and in each of the files, where it is set."""
    with _explain_unreadable_files():
        for provider in dlt.config.config_providers:
            value, _ = provider.get_value(name, Any, "", *SECTION.split("."))
            if value is not None and value != "":
                yield value


@contextmanager
def _explain_unreadable_files() -> Iterator[None]:
    try:
        yield
    except (ConfigProviderException, OSError) as error:
        reason = " ".join(str(error).split())
        folder = Path(".dlt").absolute()
        raise ConfigurationError(
            f"Can't read the settings in {folder}: {reason}. Correct the file or its permissions."
        ) from error


def _variable(name: str, section: str = SECTION) -> str:
    return f"{section}.{name}".replace(".", "__").upper()


def _required(name: str, section: str) -> str:
    value = _value(name, section)
    if value is None or not str(value).strip():
        secrets = Path(".dlt/secrets.toml").absolute()
        raise ConfigurationError(
            f"`{name}` is not set. Set {_variable(name, section)}, or `{name}` under [{section}] in {secrets}."
        )
    return str(value)


def _instant(name: str, section: str) -> datetime | None:
    value = _value(name, section)
    if value is None or value == "":
        return None
    try:
        return parse_instant(str(value))
    except ValueError as error:
        raise _invalid(name, value, "a date, such as 2025-01-31", section) from error


def parse_names(value: Any) -> tuple[str, ...]:
    """Parse a list of names, a JSON list (dlt's form in the environment), or names separated by commas.

    Raises:
        ValueError, TypeError, AttributeError: the value is something else.
    """
    names = _split(value) if isinstance(value, str) else list(value or ())
    return tuple(each.strip() for each in names if each.strip())


def _listed(name: str, section: str) -> tuple[str, ...]:
    return _names(name, _value(name, section), section)


def _names(name: str, value: Any, section: str = SECTION) -> tuple[str, ...]:
    try:
        return parse_names(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise _invalid(name, value, "names separated by commas, such as open,sent", section) from error


def _name(name: str, section: str) -> str | None:
    value = _value(name, section)
    if isinstance(value, str | None):
        return (value or "").strip() or None
    raise _invalid(name, value, "a status, such as CLOSED", section)


def _split(text: str) -> list[str]:
    is_json = text.lstrip().startswith(("[", "{"))
    return msgspec.json.decode(text, type=list[str]) if is_json else text.split(",")


def _whole(name: str, default: int, *, most: int, section: str) -> int:
    number = _number(name, default, least=1, most=most, section=section)
    if number != int(number):
        raise _invalid(name, number, "a whole number", section)
    return int(number)


def _number(name: str, default: float, *, least: float, most: float = float("inf"), section: str) -> float:
    value = _value(name, section)
    try:
        number = default if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if least <= number <= most:
        return number
    limits = f"of at least {least}" if most == float("inf") else f"from {least} to {most}"
    raise _invalid(name, value, f"a number {limits}", section)


def _invalid(name: str, value: Any, expected: str, section: str = SECTION) -> ConfigurationError:
    variable = _variable(name, _place(name, section))
    return ConfigurationError(f"`{name}` ({variable}) is {value!r}; it must be {expected}.")
