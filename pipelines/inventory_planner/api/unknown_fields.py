"""The fields that the API sends and the structs do not list: their names are learnt, and their values kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import Raw, Struct, field

from inventory_planner.api.normalization import MISSING
from inventory_planner.api.orders import NOT_A_FIELD, Line, Order

UNKNOWN: Final = "unknown_"  # begins the attributes of fields that the contract does not list
UNKNOWN_AT_MOST: Final = 200  # names; more are keys of a map in disguise, and are passed over

_Struct = TypeVar("_Struct", bound=Struct)


def unknown_fields(thing: Order | Line) -> Raw | None:
    """The fields that the contract does not list, as a JSON object; None if there are none."""
    starts, whole, values_of = _unknown(type(thing))
    if not starts:
        return None
    texts = [*map(bytes, values_of(thing))]
    if MISSING.isdisjoint(texts):  # as most often, and then it takes a third less time
        return Raw(whole % (*texts,))
    told = b",".join([start + text for start, text in zip(starts, texts, strict=True) if text not in MISSING])
    return Raw(b"{%b}" % told) if told else None


def with_fields(struct: type[_Struct], names: list[str], *others: tuple[str, Any, Any], is_open: bool) -> type[_Struct]:
    """The struct with further fields, each kept as JSON; open to whatever else comes, if need be."""
    count = len(_unknown_names(struct))
    further = [(f"{UNKNOWN}{count + n}", Raw, field(default=NOT_A_FIELD, name=name)) for n, name in enumerate(names)]
    made = msgspec.defstruct(
        struct.__name__, [*further, *others], bases=(struct,), gc=False, forbid_unknown_fields=not is_open
    )
    return cast(type[_Struct], made)


@cache
def _unknown_names(struct: type[Struct]) -> list[tuple[str, str]]:
    return [(each.name, each.encode_name) for each in msgspec.structs.fields(struct) if each.name.startswith(UNKNOWN)]


@cache
def _unknown(struct: type[Struct]) -> tuple[list[bytes], bytes, Callable[[Struct], tuple[Raw, ...]]]:
    """How the unknown fields begin in JSON, all of them with a place for each value, and what takes the values."""
    attributes = [attribute for attribute, _ in _unknown_names(struct)]
    starts = [json.dumps(name).encode() + b":" for _, name in _unknown_names(struct)]
    whole = b"{%b}" % b",".join([start.replace(b"%", b"%%") + b"%b" for start in starts])
    if len(attributes) == 1:  # for one attribute `attrgetter` makes no tuple
        return starts, whole, lambda thing: (getattr(thing, attributes[0]),)
    return starts, whole, attrgetter(*(attributes or ["id"]))
