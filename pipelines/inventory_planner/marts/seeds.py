"""Read your seed files as spreadsheets save them, check them, and hand dbt clean copies.

The macro `add_own_rows` reads the copies: UTF-8, commas, decimal points, ISO dates, and exactly the seed's columns.
"""

from __future__ import annotations

import csv
import logging
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Final, get_args

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner.marts.dbt_vars import StatusType
from inventory_planner.marts.project import project
from inventory_planner.spreadsheets import MalformedCsvError, decode_text, filled_rows

SEPARATORS: Final = (",", ";", "\t")
SEPARATOR_LINE: Final = re.compile(r"\Asep=.(?=[\r\n])", re.IGNORECASE)  # a first line that only Excel reads
SWAP_MARKS: Final = str.maketrans(",.", ".,")
DATE_FORMATS: Final = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y")  # none with slashes, which some read day first
FIRST_YEAR: Final = 1900  # before it, a year was typed short
NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")  # spreadsheets write small ones as 5.5E-05
DAYS: Final = re.compile(r"[0-9]{1,3}")
RATE_STEP, RATE_LIMIT = Decimal("1e-12"), Decimal("1e8")  # as the seed's column, decimal(20, 12)
MAX_SHOWN: Final = 60  # characters of a value in an error

Row = dict[str, str]
Rows = Iterable[tuple[int, Row]]  # each with the line on which it starts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a seed.

    `clean` returns a value as dbt gets it, or None if it isn't as `expected`. Only an optional column may be missing or
    have blank values.
    """

    clean: Callable[[str], str | None] = str
    expected: str = "filled in"
    is_number: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class SeedFile:
    """The text of a seed file as dbt gets it, and the columns of the file that are ignored."""

    path: Path
    text: str
    ignored: list[str]


def _date(text: str) -> str | None:
    for date_format in DATE_FORMATS:
        with suppress(ValueError):
            found = datetime.strptime(text, date_format).replace(tzinfo=UTC).date()
            return found.isoformat() if found.year >= FIRST_YEAR else None
    return None


def _rate(text: str) -> str | None:
    if not NUMBER.fullmatch(text) or (number := Decimal(text)) >= RATE_LIMIT:
        return None
    rounded = number.quantize(RATE_STEP)
    return f"{rounded:f}" if 0 < rounded < RATE_LIMIT else None


def _days(text: str) -> str | None:
    return str(int(text)) if DAYS.fullmatch(text) else None


def _status_type(text: str) -> str | None:
    return text.lower() if text.lower() in get_args(StatusType) else None


RATE: Final = "a number above 0 without grouping, such as 0.92 (or 0,92 in all rows, if semicolons or tabs separate)"
NUMBER_OF_DAYS: Final = "a number of days from 0 to 999"
ACCOUNT_COLUMN: Final = "account_id"  # every seed has it; blank is for all accounts
Columns = Mapping[str, _Column]
_OWN_COLUMNS: Final[Mapping[str, Columns]] = {
    "exchange_rates": {
        "currency_code": _Column(str.upper),
        "valid_from": _Column(_date, "a date, such as 2024-01-31"),
        "rate": _Column(_rate, RATE, is_number=True),
    },
    "on_time_windows": {
        "window_name": _Column(),
        "early_days": _Column(_days, f"{NUMBER_OF_DAYS}, or blank", is_optional=True),
        "grace_days": _Column(_days, NUMBER_OF_DAYS),
    },
    "order_statuses": {
        "status": _Column(str.upper),
        "status_type": _Column(_status_type, f"one of {', '.join(get_args(StatusType))}"),
    },
    "vendor_aliases": {
        "old_vendor_id": _Column(str.lower),
        "vendor_id": _Column(str.lower),
        "vendor_name": _Column(is_optional=True),
    },
    "warehouse_names": {"warehouse_id": _Column(), "warehouse_name": _Column()},
}
SEEDS: Final[Mapping[str, Columns]] = {
    name: {**columns, ACCOUNT_COLUMN: _Column(is_optional=True)} for name, columns in _OWN_COLUMNS.items()
}
KEY_COLUMNS: Final = {"exchange_rates": 2}  # how many of the first columns identify an account's row; otherwise one
REPLACED: Final = {"on_time_windows"}  # your rows for all accounts replace the project's own, as the seed's YAML says


def read_seeds(folder: DataFolder) -> dict[str, SeedFile]:
    """The seed files of the data folder, by the names of their seeds.

    Raises:
        ConfigurationError: a file can't be read; the message names the line, the column and what is expected there.
    """
    found = {name: _read_file(folder.seeds / f"{name}.csv", name) for name in SEEDS}
    return {name: file for name, file in found.items() if file}


def write_seeds(folder: DataFolder) -> None:
    """Write clean copies of the seed files to where dbt reads them, and log what is ignored.

    Raises:
        ConfigurationError: see `read_seeds`.
    """
    files = read_seeds(folder)
    if folder.clean_seeds.exists():
        shutil.rmtree(folder.clean_seeds)
    for name, file in files.items():
        folder.clean_seeds.mkdir(parents=True, exist_ok=True)
        (folder.clean_seeds / f"{name}.csv").write_text(file.text, encoding="utf-8", newline="")
        if file.ignored:
            columns = ", ".join(SEEDS[name])
            log.warning("Ignored columns of %s: %s. The seed has %s.", file.path, ", ".join(file.ignored), columns)
    for path in sorted(folder.seeds.glob("*.csv")):
        if path.stem not in SEEDS:
            log.warning("Ignored %s: there is no such seed. The seeds are %s.", path, ", ".join(SEEDS))


def _read_file(path: Path, name: str) -> SeedFile | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"Can't read {path} ({error.strerror}). Correct its permissions.") from error
    reader = _Reader(path, SEEDS[name])
    names, rows = reader.read(content)
    unique = reader.unique(rows, KEY_COLUMNS.get(name, 1), [] if name in REPLACED else _shipped_rows(path.name))
    return SeedFile(path, reader.render(unique), [each for each in names if each and each not in reader.columns])


def _shipped_rows(file_name: str) -> list[Row]:
    with (project() / "seeds" / file_name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a file with these columns."""

    path: Path
    columns: Columns

    def read(self, content: bytes) -> tuple[list[str], list[tuple[int, Row]]]:
        """The names of all columns, and the rows of the seed's own columns that aren't blank."""
        text = self._decode(content)
        separator = max(SEPARATORS, key=lambda each: len(self.columns.keys() & _first_names(text, each)))
        (line, header), *records = list(self._records(text, separator)) or [(1, list(self.columns))]
        names = [_trimmed(field).lower() for field in header]
        self._check_names(line, names)
        rows = [(line, self._row(line, names, fields)) for line, fields in records]
        filled = [(line, row) for line, row in rows if any(row.values())]
        has_commas = separator != "," and any("," in row[name] for _, row in filled for name in self._numbers)
        return names, [(line, self._clean(line, row, has_commas=has_commas)) for line, row in filled]

    def unique(self, rows: Rows, key_columns: int, shipped: list[Row]) -> Iterator[Row]:
        """The rows without those that the project's own seed has."""
        key = [*list(self.columns)[:key_columns], ACCOUNT_COLUMN]
        own = {tuple(row[name] for name in key): row for row in shipped}
        lines: dict[tuple[str, ...], int] = {}
        for line, row in rows:
            found = tuple(row[name] for name in key)
            stated = {name: row[name] for name in key if row[name]}  # for all accounts, there is no account id
            named = f"{', '.join(stated)} {', '.join(stated.values())}"
            if found in lines:
                raise self._error(line, f"{named} is on line {lines[found]}, too; delete one of the two.")
            if found in own and row != own[found]:
                raise self._error(line, f"{named} is built in with another type; set the var `status_types` instead.")
            lines[found] = line
            if found not in own:
                yield row

    def render(self, rows: Iterable[Row]) -> str:
        """The rows as CSV."""
        file = StringIO(newline="")
        writer = csv.DictWriter(file, list(self.columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return file.getvalue()

    @property
    def _numbers(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.is_number]

    def _decode(self, content: bytes) -> str:
        text = decode_text(content)
        if text is None:
            raise ConfigurationError(f"{self.path} is not text in UTF-8, UTF-16 or Windows-1252. Save it as CSV UTF-8.")
        return SEPARATOR_LINE.sub("", text)

    def _records(self, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
        """The rows that aren't blank, each with the line on which it starts."""
        try:
            yield from filled_rows(text, separator)
        except MalformedCsvError as error:
            raise self._error(error.line, f"a quotation mark is missing, or one too many ({error}).") from error

    def _check_names(self, line: int, names: list[str]) -> None:
        for name, column in self.columns.items():
            if name not in names and not column.is_optional:
                raise self._error(line, f"there is no column {name}; the columns are {', '.join(self.columns)}.")
            if names.count(name) > 1:
                raise self._error(line, f"there are two columns {name}; delete one of them.")

    def _row(self, line: int, names: list[str], fields: list[str]) -> Row:
        if any(map(str.strip, fields[len(names) :])):
            advice = "put quotation marks around text with a separator in it, and write decimals with a point"
            raise self._error(line, f"there are {len(fields)} values for {len(names)} columns; {advice}.")
        values = dict(zip(names, map(_trimmed, fields), strict=False))
        return {name: values.get(name, "") for name in self.columns}

    def _clean(self, line: int, row: Row, *, has_commas: bool) -> Row:
        cleaned = {}
        for name, column in self.columns.items():
            text = row[name].translate(SWAP_MARKS) if has_commas and column.is_number else row[name]
            value = column.clean(text) if text else text
            if value is None or not (value or column.is_optional):
                raise self._error(line, f"{name} is {row[name][:MAX_SHOWN]!r}; it must be {column.expected}.")
            cleaned[name] = value
        return cleaned

    def _error(self, line: int, what: str) -> ConfigurationError:
        return ConfigurationError(f"{self.path}, line {line}: {what}")


def _first_names(text: str, separator: str) -> set[str]:
    """The names of the columns, if this is the separator."""
    header = next((line for line in text.splitlines() if line.strip("".join(SEPARATORS) + " ")), "")
    return {_trimmed(field).lower() for fields in csv.reader([header], delimiter=separator) for field in fields}


def _trimmed(text: str) -> str:
    """Without blanks around it, and in the Unicode form in which equal texts are equal."""
    return unicodedata.normalize("NFC", text.strip())
