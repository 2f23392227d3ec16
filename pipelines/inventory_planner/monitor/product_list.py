"""Read the product list of another system, and check all of it: which SKUs it has, and which are linked there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from inventory_planner.errors import ConfigurationError
from inventory_planner.spreadsheets import MalformedCsvError, decode_text, filled_rows

SKU, LINKED = "sku", "linked"

_SEPARATORS: Final = ",;\t"
_SEPARATOR_LINE: Final = "sep="  # a first line that only Excel reads
_MEANINGS: Final = {
    **dict.fromkeys(("yes", "y", "true", "1", "linked"), True),
    **dict.fromkeys(("no", "n", "false", "0", "unlinked", "not linked"), False),
}
_MAX_SHOWN: Final = 60  # characters of a value in an error
_MAX_FAULTS: Final = 20  # that are listed one by one


def read_products(path: Path) -> dict[str, bool]:
    """Whether each SKU of the file is linked, by `sku_key`; without a column `linked`, all of them are.

    The file has the column `sku` and perhaps `linked`, in any order; other columns are ignored, and so are rows without
    a SKU. It may be UTF-8, UTF-16 or Windows-1252; commas, semicolons or tabs separate the columns.

    Raises:
        ConfigurationError: the file can't be read, or says something else; the message names each line and column.
    """
    rows = _filled(path, _decode(path))
    header_line, header = next(rows, (1, []))
    places = _places(path, header_line, [name.strip().casefold() for name in header])
    products: dict[str, tuple[bool, int]] = {}
    faults: list[str] = []
    for line, cells in rows:
        faults += _fault(line, cells, len(header), places) or _add(products, line, cells, places)
    if faults:
        shown = [*faults[:_MAX_FAULTS], *([f"and {len(faults) - _MAX_FAULTS} more"] * (len(faults) > _MAX_FAULTS))]
        raise ConfigurationError("\n".join([f"{path} has errors; correct these lines:", *shown]))
    if not products:
        raise ConfigurationError(f"{path} has no SKU. Save the product list with its rows.")
    return {key: is_linked for key, (is_linked, _) in products.items()}


def sku_key(sku: str | None) -> str:
    """The SKU as it is compared: without blanks around it, without case, and in one Unicode form."""
    return unicodedata.normalize("NFC", sku or "").strip().casefold()


def _decode(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"Can't read {path} ({error.strerror}). Check its path and permissions.") from error
    text = decode_text(content)
    if text is None:
        raise ConfigurationError(f"{path} is not text in UTF-8, UTF-16 or Windows-1252. Save it as CSV UTF-8.")
    return text


def _filled(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line on which it starts."""
    try:
        for line, cells in filled_rows(text, _separator(text)):
            if line > 1 or not cells[0].lower().startswith(_SEPARATOR_LINE):
                yield line, cells
    except MalformedCsvError as error:
        raise ConfigurationError(
            f"{path}, line {error.line}: a quotation mark is missing, or one too many ({error}). Save it as CSV UTF-8"
            " again."
        ) from error


def _separator(text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip(_SEPARATORS + " "))
    header = next((line for line in lines if not line.lower().startswith(_SEPARATOR_LINE)), "")
    return max(_SEPARATORS, key=header.count)


def _places(path: Path, line: int, names: list[str]) -> dict[str, int]:
    """Where the columns are."""
    for name in (SKU, LINKED):
        if names.count(name) > 1:
            raise ConfigurationError(f"{path}, line {line}: there are two columns {name}. Delete one of them.")
    if SKU not in names:
        found = ", ".join(filter(None, names)) or "none"
        raise ConfigurationError(
            f"{path}, line {line}: there is no column {SKU}; the columns are {found[:_MAX_SHOWN]}. Rename the column of"
            f" the SKUs to {SKU}; a column {LINKED}, with yes or no, is optional."
        )
    return {name: names.index(name) for name in (SKU, LINKED) if name in names}


def _fault(line: int, cells: list[str], width: int, places: Mapping[str, int]) -> list[str]:
    if any(map(str.strip, cells[width:])):
        advice = "put quotation marks around text with a separator in it"
        return [f"line {line}: it has {len(cells)} cells, and the first line has {width} columns; {advice}."]
    if LINKED in places and _cell(cells, places[SKU]):
        text = _cell(cells, places[LINKED])
        if text.casefold() not in _MEANINGS:
            return [f"line {line}, column {LINKED}: {text[:_MAX_SHOWN]!r} is neither yes nor no; write one of them."]
    return []


def _add(products: dict[str, tuple[bool, int]], line: int, cells: list[str], places: Mapping[str, int]) -> list[str]:
    """Add the product of a row; return what contradicts it."""
    key = sku_key(_cell(cells, places[SKU]))
    if not key:
        return []
    is_linked = _MEANINGS[_cell(cells, places[LINKED]).casefold()] if LINKED in places else True
    known, first = products.setdefault(key, (is_linked, line))
    if known == is_linked:
        return []
    sku = _cell(cells, places[SKU])[:_MAX_SHOWN]
    return [f"line {line}, column {SKU}: {sku!r} is on line {first}, too, and linked differs; delete one of them."]


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""
