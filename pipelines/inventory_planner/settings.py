"""The settings of an account, from dlt's configuration: environment, `.dlt/secrets.toml`, `.dlt/config.toml`.

Each is looked up under its full name only. dlt would also take a bare `API_KEY` from the environment, which may
belong to anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import dlt
import msgspec
from dlt.common.configuration.exceptions import ConfigProviderException

from inventory_planner.errors import ConfigurationError

SECTION: Final = "sources.inventory_planner"
BASE_URL: Final = "https://app.inventory-planner.com"
REQUESTS_PER_SECOND: Final = 2.0  # the service publishes no limit; clients that run unharmed keep to 0.5 to 3
PAGE_SIZE: Final = 1000  # the most that the service allows


@dataclass(frozen=True, slots=True)
class Settings:
    """Which account to read, and how."""

    api_key: str = field(repr=False)
    account_id: str
    base_url: str = BASE_URL
    start_date: datetime | None = None
    status: tuple[str, ...] = ()
    requests_per_second: float = REQUESTS_PER_SECOND
    page_size: int = PAGE_SIZE


def settings() -> Settings:
    """The configured settings.

    Raises:
        ConfigurationError: one is missing or makes no sense; the message names it and where to set it.
    """
    return Settings(
        api_key=_required("api_key"),
        account_id=_required("account_id"),
        base_url=_value("base_url") or BASE_URL,
        start_date=_instant("start_date", _value("start_date")),
        status=_names("status", _value("status")),
        requests_per_second=_number("requests_per_second", REQUESTS_PER_SECOND, least=0),
        page_size=_whole("page_size", PAGE_SIZE, most=PAGE_SIZE),
    )


def variables() -> dict[str, Any]:
    """The dbt vars under `[transform.vars]`, or in TRANSFORM__VARS as JSON: the policy of the reports.

    Raises:
        ConfigurationError: it is not a table of names and values.
    """
    found: Any = _looked_up("transform.vars")
    try:
        value = json.loads(found) if isinstance(found, str) else dict(found or {})
    except (TypeError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"`vars` under [transform], or TRANSFORM__VARS, is {found!r}: it must be a JSON object."
        )
    return value


def parse_instant(text: str) -> datetime:
    """An instant from ISO 8601 text; a date is its midnight, and what names no offset is UTC.

    Raises:
        ValueError: it is neither.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _value(name: str) -> Any:
    return _looked_up(f"{SECTION}.{name}")


def _looked_up(key: str) -> Any:
    try:
        return dlt.config.get(key)
    except (ConfigProviderException, OSError) as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"Can't read the settings in {Path('.dlt').absolute()}: {reason}.") from error


def _variable(name: str) -> str:
    return f"{SECTION}.{name}".replace(".", "__").upper()


def _required(name: str) -> str:
    value = _value(name)
    if value is None or not str(value).strip():
        secrets = Path(".dlt/secrets.toml").absolute()
        raise ConfigurationError(f"No `{name}`: set {_variable(name)}, or `{name}` under [{SECTION}] in {secrets}.")
    return str(value)


def _instant(name: str, value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        return parse_instant(str(value))
    except ValueError as error:
        raise ConfigurationError(f"`{name}` ({_variable(name)}) is {value!r}; write it as 2025-01-31.") from error


def parse_names(value: Any) -> tuple[str, ...]:
    """Names from a list, from a JSON list, as dlt writes lists in the environment, or from text with commas.

    Raises:
        ValueError, TypeError, AttributeError: it is something else.
    """
    names = _split(value) if isinstance(value, str) else list(value or ())
    return tuple(each.strip() for each in names if each.strip())


def _names(name: str, value: Any) -> tuple[str, ...]:
    try:
        return parse_names(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(f"`{name}` ({_variable(name)}) is {value!r}; write it as open,sent.") from error


def _split(text: str) -> list[str]:
    is_json = text.lstrip().startswith(("[", "{"))
    return msgspec.json.decode(text, type=list[str]) if is_json else text.split(",")


def _whole(name: str, default: int, *, most: int) -> int:
    number = _number(name, default, least=1, most=most)
    if number != int(number):
        raise ConfigurationError(f"`{name}` ({_variable(name)}) is {number}; it must be a whole number.")
    return int(number)


def _number(name: str, default: float, *, least: float, most: float = float("inf")) -> float:
    value = _value(name)
    try:
        number = default if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if least <= number <= most:
        return number
    limits = f"at least {least}" if most == float("inf") else f"from {least} to {most}"
    raise ConfigurationError(f"`{name}` ({_variable(name)}) is {value!r}; it must be a number, {limits}.")
