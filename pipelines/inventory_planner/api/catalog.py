"""Read the lists of the catalog: all variants, also removed and never ordered ones, the vendors and the warehouses.

The API can't tell what changed in its catalog, and most figures change every night, so the lists are read whole.
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
from inventory_planner.api.normalization import decode_object, elements
from inventory_planner.api.orders import ABSENT, Id
from inventory_planner.api.responses import Envelope
from inventory_planner.api.walks import MAX_WALKS
from inventory_planner.errors import ConfigurationError, UnreadableAnswerError

Converted = TypeVar("Converted")


class CatalogPage(Envelope, kw_only=True):
    """A page of one of the lists; each record is kept as the API wrote it."""

    NAME: ClassVar[str]  # of the list, in the path and in the answer
    ID: ClassVar[str] = "id"  # the field that identifies a record
    PARAMS: ClassVar[dict[str, str]] = {}

    meta: PageMeta
    listed: Raw

    @property
    def records(self) -> Sequence[Raw]:
        """The records.

        Raises:
            UnreadableAnswerError: they are not a list.
        """
        try:
            return [*elements(bytes(self.listed))]
        except msgspec.DecodeError as error:
            raise UnreadableAnswerError(
                f"`{self.NAME}` is not a list ({error}). The API may have changed; check for a newer version of this"
                " program."
            ) from error


class VariantsPage(CatalogPage):
    """A page of the list of variants, also of removed ones, by id so that edits don't move them between pages."""

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
    """Read a list of the catalog, and convert it page by page.

    A page that holds as many records as it promises is the whole list. Several pages are read until a walk over the ids
    alone finds the same records, as many as each page promised: a record that comes while another one goes moves a
    third one to a page that was already read, and the total stays.

    Args:
        client: the account.
        page_type: which list.
        page_size: the most records of a page.
        convert: called with the records of each page; what it makes of a walk that was disturbed is dropped.
        fields: the fields to request; all without any.

    Raises:
        ConfigurationError: the account can't be asked for its catalog this way.
        ApiError: a request failed, or the list changed during each walk.
    """
    for _ in range(MAX_WALKS):
        walk = _Walk(page_type)
        converted = [convert(walk.add(page)) for page in request_list(client, page_type, page_size, fields)]
        if walk.is_undisturbed and (walk.pages == 1 or walk == _walk_ids(client, page_type, page_size)):
            return converted
    raise UnreadableAnswerError(
        f"The catalog changed during each of {MAX_WALKS} walks over its {page_type.NAME}, or their pages don't add up,"
        " so some may be missing. The catalog that was read before is kept; the next run tries again."
    )


def read_id(page_type: type[CatalogPage], record: bytes) -> str:
    """The id of a record, as text.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: it can't be read.
    """
    return str(_decode_id(bytes(decode_object(record).get(page_type.ID, ABSENT))))


def request_list(
    client: Client, page_type: type[CatalogPage], page_size: int, fields: Sequence[str] = (), **filters: str
) -> Iterator[CatalogPage]:
    """Request a list of the catalog, page by page, with these fields or all; the API may ignore `filters`.

    Raises:
        ConfigurationError: the account can't be asked for its catalog this way.
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
    """What a walk over the pages of a list has found: the ids, and how many records have none."""

    page_type: type[CatalogPage]
    ids: set[str] = dataclasses.field(default_factory=set)
    unidentified: int = 0
    totals: set[int] = dataclasses.field(default_factory=set)
    pages: int = dataclasses.field(default=0, compare=False)

    def add(self, page: CatalogPage) -> Sequence[Raw]:
        """Count the records of a page, and return them."""
        for record in page.records:
            try:
                self.ids.add(read_id(self.page_type, bytes(record)))
            except (msgspec.DecodeError, UnicodeDecodeError):
                self.unidentified += 1
        self.totals.add(page.meta.total)
        self.pages += 1
        return page.records

    @property
    def is_undisturbed(self) -> bool:
        """Whether each page promised as many records as were found."""
        return self.totals == {len(self.ids) + self.unidentified}


def _walk_ids(client: Client, page_type: type[CatalogPage], page_size: int) -> _Walk:
    walk = _Walk(page_type)
    for page in request_list(client, page_type, page_size, [page_type.ID]):
        walk.add(page)
    return walk
