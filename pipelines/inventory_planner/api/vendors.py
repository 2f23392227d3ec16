"""msgspec structs of a vendor and a warehouse, as returned by the lists of the catalog.

The API's articles don't describe these lists. Only the id of a vendor is certain. The fields of a warehouse are those
that a live account returned: its `name` is the id that orders have in `warehouse`.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from inventory_planner.api.misfits import as_written, fit
from inventory_planner.api.normalization import UNSET, decode_object, fields_of, mark_empty_strings
from inventory_planner.api.orders import ABSENT, Flag, Id, Json, Text
from inventory_planner.api.unknown_fields import with_fields


class Vendor(Struct, gc=False):
    """A vendor; `unknown_fields` has the fields without an attribute and those that can't be read, as JSON."""

    id: Id
    name: Text = None
    display_name: Text = None
    email: Text = None
    currency: Text = None
    unknown_fields: Json = ABSENT


class Warehouse(Struct, gc=False):
    """A warehouse; `type` also marks combined ones."""

    name: Id
    display_name: Text = None
    type: Text = None
    disabled: Flag = None
    connection: Text = None
    currency: Text = None
    created_at: Text = None
    updated_at: Text = None
    unknown_fields: Json = ABSENT


Listed = TypeVar("Listed", Vendor, Warehouse)


def decode_listed(raw: bytes, struct: type[Listed]) -> Listed:
    """Decode a vendor or a warehouse.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: the id can't be read.
    """
    fitted, misfits = fit(raw.decode(errors="replace").encode(), struct)
    listed = msgspec.json.decode(mark_empty_strings(fitted), type=struct, strict=False)
    members, known = decode_object(raw), fields_of(struct)
    unlisted = {name: bytes(each) for name, each in members.items() if name not in known and bytes(each) not in UNSET}
    listed.unknown_fields = with_fields(None, {**unlisted, **as_written(raw, 0, misfits.get(0, ()))}) or ABSENT
    return listed
