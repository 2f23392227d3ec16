"""Read the lists of the catalog: vendors, warehouses, and all variants, including removed and never-ordered ones.

The API has no way to request only changes to the catalog, and most figures change every night, so each list is read in
full.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import msgspec
from msgspec import Raw, field

from inventory_planner.api.client import Client
from inventory_planner.api.listing import PageMeta, paging, request_pages
from inventory_planner.api.normalization import UNREADABLE, decode_object, elements
from inventory_planner.api.orders import ABSENT, Id
from inventory_planner.api.responses import Envelope
from inventory_planner.api.walks import MAX_WALKS
from inventory_planner.errors import ConfigurationError, UnreadableAnswerError

Converted = TypeVar("Converted")


class CatalogPage(Envelope, kw_only=True):
    """A page of one of the lists, with each record as raw JSON."""

    NAME: ClassVar[str]  # of the list, in the path and in the response
    ID: ClassVar[str] = "id"  # the field that identifies a record
    PARAMS: ClassVar[dict[str, str]] = {}

    meta: PageMeta
    listed: Raw

    @property
    def records(self) -> Sequence[Raw]:
        """The records of the page.

        Raises:
            UnreadableAnswerError: the records are not a list.
        """
        try:
            return [*elements(bytes(self.listed))]
        except msgspec.DecodeError as error:
            raise UnreadableAnswerError(
                f"`{self.NAME}` is not a list ({error}). The API may have changed; check for a newer version of this"
                " program."
            ) from error


class VariantsPage(CatalogPage):
    """A page of the list of variants, including removed ones, by id, so that edits don't move them between pages."""

    NAME = "variants"
    listed: Raw = field(name="variants")
    PARAMS: ClassVar = {"removed": "true", "id_sort": "asc"}


class VendorsPage(CatalogPage):
    """A page of the list of vendors."""

    NAME = "vendors"
    listed: Raw = field(name="vendors")


class WarehousesPage(CatalogPage):
    """A page of the list of warehouses."""

    NAME = "warehouses"
    ID = "name"
    listed: Raw = field(name="warehouses")


def read_list(
    client: Client,
    page_type: type[CatalogPage],
    page_size: int,
    convert: Callable[[Sequence[Raw]], Converted],
    fields: Sequence[str] = (),
) -> list[Converted]:
    """Read a list of the catalog in full, and convert it page by page.

    A list that fits on one page is complete if that page holds as many records as its total says. A longer list is read
    again until a second walk, over the ids alone, finds the same records, and as many as the total on each page. The
    total alone is not enough: if one record is added while another is removed, a third one can move to a page that was
    already read, and the total stays the same.

    Args:
        client: the account.
        page_type: which list.
        page_size: the maximum number of records per page.
        convert: called with the records of each page; its results are discarded if the list changed during the walk.
        fields: the fields to request; empty for all.

    Raises:
        ConfigurationError: the catalog can't be read through this route.
        ApiError: a request failed, or the list changed during each walk.
    """
    for _ in range(MAX_WALKS):
        walk = _Walk(page_type)
        converted = [convert(walk.add(page)) for page in request_list(client, page_type, page_size, fields)]
        if walk.is_undisturbed and (walk.pages == 1 or walk == _walk_ids(client, page_type, page_size)):
            return converted
    raise UnreadableAnswerError(
        f"The catalog changed during each of {MAX_WALKS} walks over its {page_type.NAME}, or the pages don't add up, so"
        " some may be missing. The catalog in the warehouse is unchanged; the next run tries again."
    )


def read_id(page_type: type[CatalogPage], record: bytes) -> str:
    """The id of a record, as text.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: the id can't be read.
    """
    return str(_decode_id(bytes(decode_object(record).get(page_type.ID, ABSENT))))


def request_list(
    client: Client, page_type: type[CatalogPage], page_size: int, fields: Sequence[str] = (), **filters: str
) -> Iterator[CatalogPage]:
    """Request a list of the catalog, page by page, with these fields or, if empty, all; the API may ignore `filters`.

    Raises:
        ConfigurationError: the catalog can't be read through this route.
        ApiError: a request failed.
    """
    path = client.route.catalog_path(page_type.NAME)
    if path is None:
        raise ConfigurationError(
            f"{client.route.name} offers stock orders only. To read {page_type.NAME}, connect to Inventory Planner"
            " directly: set `api_key`."
        )
    params = page_type.PARAMS | filters | ({"fields": ",".join(fields)} if fields else {})
    return request_pages(lambda number: client.get(path, {**paging(client, page_size, number), **params}, page_type))


_decode_id = msgspec.json.Decoder(Id).decode


@dataclass(slots=True)
class _Walk:
    """What a walk over the pages of a list has found: the ids, and the number of records without one."""

    page_type: type[CatalogPage]
    ids: set[str] = dataclasses.field(default_factory=set)
    unidentified: int = 0
    totals: set[int] = dataclasses.field(default_factory=set)
    pages: int = dataclasses.field(default=0, compare=False)

    def add(self, page: CatalogPage) -> Sequence[Raw]:
        """Count the records of a page and return them."""
        records = page.records
        for record in records:
            try:
                self.ids.add(read_id(self.page_type, bytes(record)))
            except UNREADABLE:
                self.unidentified += 1
        self.totals.add(page.meta.total)
        self.pages += 1
        return records

    @property
    def is_undisturbed(self) -> bool:
        """Whether the total on each page equals the number of records found."""
        return self.totals == {len(self.ids) + self.unidentified}


def _walk_ids(client: Client, page_type: type[CatalogPage], page_size: int) -> _Walk:
    walk = _Walk(page_type)
    for page in request_list(client, page_type, page_size, [page_type.ID]):
        walk.add(page)
    return walk
