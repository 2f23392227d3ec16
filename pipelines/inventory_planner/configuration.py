"""Look up settings in dlt's configuration: environment, `.dlt/secrets.toml`, `.dlt/config.toml`.

Only full names are looked up: a bare `API_KEY` in the environment, which dlt would accept, may belong to any program.
An account with a name has a section of its own, and takes from the common one what is not a matter of access.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import dlt
import msgspec
from dlt.common.configuration.exceptions import ConfigProviderException
from dlt.common.configuration.providers.toml import SettingsTomlProvider, StringTomlProvider

from inventory_planner.errors import ConfigurationError

SECTION: Final = "sources.inventory_planner"
ACCOUNTS: Final = "accounts"  # in either section: the sections of the accounts with names
ACCESS: Final = frozenset(  # what an account must have of its own, so that nothing of one is ever sent to another
    {"api_key", "account_id", "neuro_plugin", "neuro_token", "username", "directories"}
)


def _read_toml(_: SettingsTomlProvider, path: str) -> Any:
    """Read a file of settings as Windows editors save it: with a byte order mark, which dlt takes for a key."""
    file = Path(path)
    if not file.is_file():
        return None
    content = file.read_bytes()
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    return StringTomlProvider.loads(content.decode(encoding))


SettingsTomlProvider._read_toml_file = _read_toml  # type: ignore[assignment, method-assign]  # noqa: SLF001 (dlt has no setting)


def parse_instant(text: str) -> datetime:
    """Parse an ISO 8601 instant, in UTC unless it has an offset. A date means its midnight.

    Raises:
        ValueError: the text is neither a date nor an instant.
    """
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def section_of(common: str, name: str | None) -> str:
    """The section of the account with this name, or the common one."""
    return f"{common}.{ACCOUNTS}.{name}" if name else common


def read_value(name: str, section: str) -> Any:
    """A setting of this section; None if it is not set."""
    return look_up(f"{_place(name, section)}.{name}")


def _place(name: str, section: str) -> str:
    """The section that has a setting: an account's own, or the common one for what is not a matter of access."""
    common, _, account = section.partition(f".{ACCOUNTS}.")
    is_own = name.partition(".")[0] in ACCESS or not account or look_up(f"{section}.{name}") is not None
    return section if is_own else common


def read_text(name: str, section: str) -> str | None:
    """A text without surrounding blanks; None if it is not set or blank."""
    value = read_value(name, section)
    return None if value is None else str(value).strip() or None


def look_up(key: str) -> Any:
    """What stands under a full name; None if nothing does."""
    with _explain_unreadable_files():
        return dlt.config.get(key)


def read_everywhere(name: str) -> Iterator[Any]:
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


def variable_of(name: str, section: str = SECTION) -> str:
    """The environment variable of a setting."""
    return f"{section}.{name}".replace(".", "__").upper()


def read_required(name: str, section: str) -> str:
    """A text that must be set."""
    value = read_value(name, section)
    if value is None or not str(value).strip():
        secrets = Path(".dlt/secrets.toml").absolute()
        raise ConfigurationError(
            f"`{name}` is not set. Set {variable_of(name, section)}, or `{name}` under [{section}] in {secrets}."
        )
    return str(value)


def read_instant(name: str, section: str) -> datetime | None:
    """A date or an instant; None if it is not set."""
    value = read_value(name, section)
    if value is None or value == "":
        return None
    try:
        return parse_instant(str(value))
    except ValueError as error:
        raise invalid(name, value, "a date, such as 2025-01-31", section) from error


def parse_names(value: Any) -> tuple[str, ...]:
    """Parse a list of names, a JSON list (dlt's form in the environment), or names separated by commas.

    Raises:
        ValueError, TypeError, AttributeError: the value is something else.
    """
    names = _split(value) if isinstance(value, str) else list(value or ())
    return tuple(each.strip() for each in names if each.strip())


def read_names(name: str, section: str) -> tuple[str, ...]:
    """A list of names; see `parse_names`."""
    return check_names(name, read_value(name, section), section)


def check_names(name: str, value: Any, section: str = SECTION) -> tuple[str, ...]:
    """The names in the value of a setting."""
    try:
        return parse_names(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise invalid(name, value, "names separated by commas, such as open,sent", section) from error


def read_status(name: str, section: str) -> str | None:
    """The name of a status; None if it is not set or blank."""
    value = read_value(name, section)
    if isinstance(value, str | None):
        return (value or "").strip() or None
    raise invalid(name, value, "a status, such as CLOSED", section)


def _split(text: str) -> list[str]:
    is_json = text.lstrip().startswith(("[", "{"))
    return msgspec.json.decode(text, type=list[str]) if is_json else text.split(",")


def read_whole_number(name: str, default: int, *, most: int, section: str) -> int:
    """A whole number from 1 to `most`."""
    number = read_number(name, default, least=1, most=most, section=section)
    if number != int(number):
        raise invalid(name, number, "a whole number", section)
    return int(number)


def read_number(name: str, default: float, *, least: float, most: float = float("inf"), section: str) -> float:
    """A number within these limits."""
    value = read_value(name, section)
    try:
        number = default if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if least <= number <= most:
        return number
    limits = f"of at least {least}" if most == float("inf") else f"from {least} to {most}"
    raise invalid(name, value, f"a number {limits}", section)


def invalid(name: str, value: Any, expected: str, section: str = SECTION) -> ConfigurationError:
    """The error for a setting that is not as expected; it names the variable."""
    variable = variable_of(name, _place(name, section))
    return ConfigurationError(f"`{name}` ({variable}) is {value!r}; it must be {expected}.")
