"""Ways in which the real API departs from its documents, each one a switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Quirks:
    """The quirks of an account, all off by default: `account.quirks = Quirks(page_cap=50)`."""

    limit_as_number: bool = False
    """`meta.limit` is a number instead of the text sent in the query."""
    no_count: bool = False
    """`meta` has no `count`."""
    drop_unset: bool = False
    """Orders and lines omit keys without a value (null, "", [], {})."""
    empty_text_numbers: bool = False
    """Numbers that are not set are "" instead of null or missing."""
    empty_maps_as_lists: bool = False
    """An empty object is written as []."""
    lists_as_objects: bool = False
    """Non-empty lists inside an order are objects keyed "0", "1", and so on."""
    objects_as_lists: bool = False
    """Non-empty objects inside an order are lists of their values."""
    numeric_item_ids: bool = False
    """Item ids are numbers: the digits at the end of the id."""
    nested_variants: bool | None = None
    """Variants have their listing in `connections` and their figures in `warehouse`, instead of everything at the root.

    By default, this is so in accounts with several warehouses only.
    """
    connections_as_object: bool = False
    """The listings of a variant are an object keyed "0", "1", and so on."""
    restless_figures: bool = False
    """Some figures of variants, such as `in_stock`, are higher at every read."""
    status_case: Literal["as stored", "upper", "lower", "type"] = "as stored"
    """How statuses are spelled in every response and in filters; "type" stands for draft, active, closed, cancelled."""
    answered_status_case: Literal["as read", "upper", "lower", "type"] = "as read"
    """How the response to a write spells the status, whatever reads show."""
    mixed_offsets: bool = False
    """Timestamps in one response have different UTC offsets; each still denotes the same instant."""
    ignore_modified_filter: bool = False
    """Filters on `last_modified` have no effect."""
    ignore_sort: bool = False
    """Sorts have no effect: rows come in the default order."""
    default_order: Literal["oldest first", "newest first", "scattered"] = "oldest first"
    """The order of rows without a sort: by entry into the account, or no recognizable order."""
    page_cap: int | None = None
    """The most rows in a page, whatever `limit` asks for; pages still follow each other without a gap."""
    short_pages: bool = False
    """Every other page, starting with the first, is half full although more rows follow; no row is lost."""
    past_the_end: Literal["empty", "not found", "last page"] = "empty"
    """The response to a page after the last one."""
    not_found_as_200: bool = False
    """A missing record is reported with HTTP 200 and an error in `result.status`."""
    skipped_lines: frozenset[str] = frozenset()
    """Item ids of lines that an update of several lines leaves out; its message counts the others."""
    lines_counted: Literal["in the order", "sent"] = "in the order"
    """What m stands for in "n updated, from total m items"; the documents don't say."""
    connection_wait: tuple[Literal["queued", "run"], ...] = ()
    """The statuses that a saved connection shows in turn, one for each read of the order, before it has succeeded."""
    connection_errors: frozenset[str] = frozenset()
    """The connections to which saving an order ends in the status `error`."""
    push_errors: Mapping[str, str] = field(default_factory=dict)
    """Error messages by item id: the items of a stock update that fail, and so stay pending."""
    neuro_bare_orders: bool = False
    """Neuro answers a call for one order with the order itself, without `purchase-order` and `result`."""
    neuro_listed_fields_only: bool = False
    """Neuro passes on only those fields of an order that its page lists."""
    visible_after_requests: int = 0
    """Reads show a change only after this many further requests."""
    visible_from: datetime | None = None
    """Reads show no change until the account's clock reaches this time."""


NO_QUIRKS = Quirks()
