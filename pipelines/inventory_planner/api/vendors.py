"""msgspec structs of a vendor and a warehouse, as returned by the lists of the catalog.

The API's articles don't describe these lists. Only the id of a vendor is certain. The fields of a warehouse are those
that a live account returned: its `name` is the id that orders have in `warehouse`.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct

from inventory_planner.api.misfits import as_written
from inventory_planner.api.normalization import decode_object
from inventory_planner.api.orders import ABSENT, Flag, Id, Json, Text
from inventory_planner.api.unknown_fields import with_fields
from inventory_planner.api.variant_decoding import decode_fitting, unlisted


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
    listed, text, misfits = decode_fitting(raw, struct)
    fields = {**unlisted(decode_object(text), struct), **as_written(text, 0, misfits)}
    listed.unknown_fields = with_fields(None, fields) or ABSENT
    return listed
