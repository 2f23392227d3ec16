"""Keep the fields that the structs do not list: add them to the structs when they appear, and write them as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import Raw, Struct, field

from inventory_planner.api.normalization import UNSET, decode_object, elements, fields_of
from inventory_planner.api.orders import ABSENT, Line, Order

MAX_UNKNOWN_FIELDS: Final = 200  # more names are the keys of a map in disguise; from then on they are ignored
_PREFIX: Final = "unknown_"  # of the attributes that hold unknown fields

_Struct = TypeVar("_Struct", bound=Struct)


@dataclass(frozen=True, slots=True)
class OrderSchema:
    """The structs that decode an order, with the unknown fields seen so far.

    `unknown` holds the names of these fields, such as `purchase-order.color` and `item.last_90_days_sales`.
    """

    order: type[Order] = Order
    line: type[Line] = Line
    unknown: tuple[str, ...] = ()

    def extend(self, text: bytes) -> OrderSchema:
        """A schema that also has the fields of this order; the same one if it has them all.

        Raises:
            msgspec.DecodeError: the text is not an order, or a field has a name that can't be added.
        """
        fields = decode_object(text)
        lines = elements(bytes(fields.get("items", ABSENT)))
        line_fields = dict.fromkeys(name for line in lines for name in decode_object(line))
        new_in_order = [name for name in fields if name not in fields_of(self.order)]
        new_in_line = [name for name in line_fields if name not in fields_of(self.line)]
        return self._with_fields(new_in_order, new_in_line) if new_in_order or new_in_line else self

    def _with_fields(self, new_in_order: list[str], new_in_line: list[str]) -> OrderSchema:
        new = [*(f"purchase-order.{name}" for name in new_in_order), *(f"item.{name}" for name in new_in_line)]
        unknown = (*self.unknown, *new)
        is_open = len(unknown) > MAX_UNKNOWN_FIELDS
        try:
            line = _add_fields(self.line, new_in_line, is_open=is_open)
            lines: Any = list[line] | None  # type: ignore[valid-type]
            order = _add_fields(self.order, new_in_order, ("items", lines, None), is_open=is_open)
        except ValueError as error:  # a name with quotation marks, backslashes or control characters
            raise msgspec.ValidationError(f"Can't keep a field with this name: {error}") from error
        return OrderSchema(order, line, unknown)


def unknown_fields(record: Order | Line) -> Raw | None:
    """The fields that the documented structs do not list, as a JSON object; None if there are none."""
    starts, template, values_of = _template(type(record))
    if not starts:
        return None
    values = [*map(bytes, values_of(record))]
    if UNSET.isdisjoint(values):  # the usual case, a third faster
        return Raw(template % (*values,))
    members = b",".join([start + value for start, value in zip(starts, values, strict=True) if value not in UNSET])
    return Raw(b"{%b}" % members) if members else None


def with_fields(unknown: Raw | None, fields: Mapping[str, bytes]) -> Raw | None:
    """The unknown fields and further ones, as one JSON object."""
    members = [bytes(unknown)[1:-1]] if unknown else []
    members += [json.dumps(name).encode() + b":" + value for name, value in fields.items()]
    return Raw(b"{%b}" % b",".join(members)) if members else None


def _add_fields(struct: type[_Struct], names: list[str], *others: tuple[str, Any, Any], is_open: bool) -> type[_Struct]:
    """A subclass with these fields, each kept as JSON. An open one ignores further fields instead of refusing them."""
    count = len(_unknown_names(struct))
    new = [(f"{_PREFIX}{count + n}", Raw, field(default=ABSENT, name=name)) for n, name in enumerate(names)]
    extended = msgspec.defstruct(
        struct.__name__, [*new, *others], bases=(struct,), gc=False, forbid_unknown_fields=not is_open
    )
    return cast(type[_Struct], extended)


@cache
def _unknown_names(struct: type[Struct]) -> list[tuple[str, str]]:
    """The attribute and the name in JSON of each unknown field."""
    return [(each.name, each.encode_name) for each in msgspec.structs.fields(struct) if each.name.startswith(_PREFIX)]


@cache
def _template(struct: type[Struct]) -> tuple[list[bytes], bytes, Callable[[Struct], tuple[Raw, ...]]]:
    """What writes the unknown fields: each `"name":`, a template of the whole object, and a getter of the values."""
    attributes = [attribute for attribute, _ in _unknown_names(struct)]
    starts = [json.dumps(name).encode() + b":" for _, name in _unknown_names(struct)]
    template = b"{%b}" % b",".join([start.replace(b"%", b"%%") + b"%b" for start in starts])
    if len(attributes) == 1:  # for one attribute `attrgetter` returns no tuple
        return starts, template, lambda record: (getattr(record, attributes[0]),)
    return starts, template, attrgetter(*(attributes or ["id"]))
