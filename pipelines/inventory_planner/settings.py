"""Read the settings of an account from dlt's configuration: environment, `.dlt/secrets.toml`, `.dlt/config.toml`.

Only full names are looked up: a bare `API_KEY` in the environment, which dlt would accept, may belong to any program.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
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
    which are kept in `_unknown_fields`, and fields not to request, as `-name`.
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "account_id", self.account_id.strip())  # rows are stored under it
        object.__setattr__(self, "base_url", API_PATH.sub("", str(self.base_url).strip()))
        self._check_acknowledge_status()

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
    all rows of a file are sent.
    """

    host: str | None = None
    port: int = SFTP_PORT
    username: str | None = None
    directories: Mapping[str, str] = field(default_factory=dict)
    host_key: str | None = None
    line_ending: str = LINE_ENDINGS["crlf"]
    extra_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    full_every_days: float | None = None


def _read_toml(_: SettingsTomlProvider, path: str) -> Any:
    """Read a file of settings as Windows editors save it: with a byte order mark, which dlt takes for a key."""
    file = Path(path)
    if not file.is_file():
        return None
    content = file.read_bytes()
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    return StringTomlProvider.loads(content.decode(encoding))


SettingsTomlProvider._read_toml_file = _read_toml  # type: ignore[assignment, method-assign]  # noqa: SLF001 (dlt has no setting)


def settings() -> Settings:
    """Read the settings.

    Raises:
        ConfigurationError: a setting is missing or invalid.
    """
    return Settings(
        **_access(),
        start_date=_instant("start_date", _value("start_date")),
        status=_names("status", _value("status")),
        requests_per_second=_number("requests_per_second", REQUESTS_PER_SECOND, least=0),
        page_size=_whole("page_size", PAGE_SIZE, most=PAGE_SIZE),
        acknowledge_status=_name("acknowledge_status", _value("acknowledge_status")),
        catalog_fields=_names("catalog_fields", _value("catalog_fields")),
    )


def _access() -> dict[str, Any]:
    """How to reach the account: directly or, if there is no key but Neuro's three settings, through Neuro.

    Raises:
        ConfigurationError: a setting is missing.
    """
    names = ("neuro_url", "neuro_plugin", "neuro_token")
    url, plugin, token = (str(_value(name) or "").strip() for name in names)
    if str(_value("api_key") or "").strip() or not (url or plugin or token):
        return {
            "api_key": _required("api_key"),
            "account_id": _required("account_id"),
            "base_url": _value("base_url") or BASE_URL,
        }
    for name in names:
        _required(name)
    account_id = str(_value("account_id") or "").strip() or plugin
    return {"api_key": token, "account_id": account_id, "base_url": url, "neuro_plugin": plugin}


def delivery_settings(kinds: Iterable[str]) -> DeliverySettings:
    """Read the settings of the delivery of files of these kinds.

    Raises:
        ConfigurationError: a setting is invalid.
    """
    host, port = _endpoint("endpoint", _text("endpoint", DELIVERY))
    line_ending = (_text("line_ending", DELIVERY) or "crlf").lower()
    if line_ending not in LINE_ENDINGS:
        raise _invalid("line_ending", line_ending, " or ".join(LINE_ENDINGS), DELIVERY)
    names = list(kinds)
    directories = {kind: _text(f"directories.{kind}", DELIVERY) for kind in names}
    extra = {
        kind: _names(f"extra_columns.{kind}", _value(f"extra_columns.{kind}", DELIVERY), DELIVERY) for kind in names
    }
    return DeliverySettings(
        host=host,
        port=port,
        username=_text("username", DELIVERY),
        directories={kind: directory for kind, directory in directories.items() if directory},
        host_key=_text("host_key", DELIVERY),
        line_ending=LINE_ENDINGS[line_ending],
        extra_columns={kind: allowed for kind, allowed in extra.items() if allowed},
        full_every_days=_number("full_every_days", 0, least=0, section=DELIVERY) or None,
    )


def _endpoint(name: str, text: str | None) -> tuple[str | None, int]:
    """A host and its port; the host of an IPv6 address stands in brackets."""
    if text is None:
        return None, SFTP_PORT
    found = _ENDPOINT.fullmatch(text.removeprefix("sftp://").rstrip("/"))
    if not found or not 0 < int(found["port"] or SFTP_PORT) < MAX_PORT:
        raise _invalid(name, text, "a host, or host:port", DELIVERY)
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


def _value(name: str, section: str = SECTION) -> Any:
    return _look_up(f"{section}.{name}")


def _text(name: str, section: str) -> str | None:
    value = _value(name, section)
    return None if value is None else str(value).strip() or None


def _look_up(key: str) -> Any:
    try:
        return dlt.config.get(key)
    except (ConfigProviderException, OSError) as error:
        reason = " ".join(str(error).split())
        folder = Path(".dlt").absolute()
        raise ConfigurationError(
            f"Can't read the settings in {folder}: {reason}. Correct the file or its permissions."
        ) from error


def _variable(name: str, section: str = SECTION) -> str:
    return f"{section}.{name}".replace(".", "__").upper()


def _required(name: str) -> str:
    value = _value(name)
    if value is None or not str(value).strip():
        secrets = Path(".dlt/secrets.toml").absolute()
        raise ConfigurationError(
            f"`{name}` is not set. Set {_variable(name)}, or `{name}` under [{SECTION}] in {secrets}."
        )
    return str(value)


def _instant(name: str, value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        return parse_instant(str(value))
    except ValueError as error:
        raise _invalid(name, value, "a date, such as 2025-01-31") from error


def parse_names(value: Any) -> tuple[str, ...]:
    """Parse a list of names, a JSON list (dlt's form in the environment), or names separated by commas.

    Raises:
        ValueError, TypeError, AttributeError: the value is something else.
    """
    names = _split(value) if isinstance(value, str) else list(value or ())
    return tuple(each.strip() for each in names if each.strip())


def _names(name: str, value: Any, section: str = SECTION) -> tuple[str, ...]:
    try:
        return parse_names(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise _invalid(name, value, "names separated by commas, such as open,sent", section) from error


def _name(name: str, value: Any) -> str | None:
    if isinstance(value, str | None):
        return (value or "").strip() or None
    raise _invalid(name, value, "a status, such as CLOSED")


def _split(text: str) -> list[str]:
    is_json = text.lstrip().startswith(("[", "{"))
    return msgspec.json.decode(text, type=list[str]) if is_json else text.split(",")


def _whole(name: str, default: int, *, most: int) -> int:
    number = _number(name, default, least=1, most=most)
    if number != int(number):
        raise _invalid(name, number, "a whole number")
    return int(number)


def _number(name: str, default: float, *, least: float, most: float = float("inf"), section: str = SECTION) -> float:
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
    return ConfigurationError(f"`{name}` ({_variable(name, section)}) is {value!r}; it must be {expected}.")
