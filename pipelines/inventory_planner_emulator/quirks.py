"""What the real service does differently from what one expects, each switched on by a test or by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Quirks:
    """Switches of an account, all off: `account.quirks = Quirks(page_cap=50)`."""

    limit_as_number: bool = False
    """`meta.limit` is a number instead of the text that the query sent."""
    no_count: bool = False
    """`meta` has no `count`."""
    drop_unset: bool = False
    """Keys without a value (null, "", [], {}) are left out of orders and lines."""
    empty_text_numbers: bool = False
    """Numbers that are not set are "" instead of null or absent."""
    empty_maps_as_lists: bool = False
    """An empty map is written as []."""
    lists_as_objects: bool = False
    """Filled lists inside an order are objects keyed "0", "1", ... ."""
    objects_as_lists: bool = False
    """Filled objects inside an order are lists of their values."""
    numeric_item_ids: bool = False
    """Item ids are numbers: the digits that end the id."""
    status_case: Literal["as stored", "upper", "lower"] = "as stored"
    """Statuses are written, and filtered, in this case."""
    mixed_offsets: bool = False
    """The instants of one answer carry different UTC offsets; each still names the same instant."""
    ignore_modified_filter: bool = False
    """Filters on `last_modified` have no effect."""
    ignore_sort: bool = False
    """Sorts have no effect: rows come in the default order."""
    default_order: Literal["oldest first", "newest first", "scattered"] = "oldest first"
    """The order of rows that no sort asks for: by entry into the account, or with no order to see."""
    page_cap: int | None = None
    """No page holds more rows than this, whatever `limit` asks; the pages follow each other without a gap."""
    short_pages: bool = False
    """Every second page, the first included, holds half of its rows although more follow; no row is lost."""
    past_the_end: Literal["empty", "not found", "last page"] = "empty"
    """The answer to a page after the last one."""
    not_found_as_200: bool = False
    """Not found is answered with HTTP 200; only `result.status` tells."""
    visible_after_requests: int = 0
    """A change is seen by readers only after so many further requests were answered."""
    visible_from: datetime | None = None
    """Changes stay unseen by readers until the account's clock reads this."""
