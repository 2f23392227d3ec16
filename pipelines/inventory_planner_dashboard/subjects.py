"""Orders, variants and vendors, each with a page of its own and the filter that selects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inventory_planner_dashboard.filters import join_names
from inventory_planner_dashboard.view import View

_CHOOSERS: Final = (
    "search",
    "vendor",
    "overdue",
)  # one left over from the previous page could hide the subject of the next


@dataclass(frozen=True)
class Subject:
    """A kind of thing that has its own page.

    Attributes:
        page: its address.
        chooser: the filter that chooses what it shows.
        key: the column with the values of that filter.
    """

    page: str
    chooser: str
    key: str

    def link(self, view: View, value: str) -> str:
        """The URL of the page about this order, variant or vendor; the filters that don't choose a subject stay."""
        return view.link(self.page, **dict.fromkeys(_CHOOSERS, "") | {self.chooser: self._written(value)})

    def _written(self, value: str) -> str:
        return join_names([value]) if self.chooser == "vendor" else value


ORDER: Final = Subject("#/order", "search", "purchase_order_number")
VARIANT: Final = Subject("#/variant", "search", "sku")
VENDOR: Final = Subject("#/vendor", "vendor", "vendor_name")

BY_COLUMN: Final = {
    "purchase_order_number": ORDER,
    "purchase_order_numbers": ORDER,
    "sku": VARIANT,
    "item": VARIANT,
    "vendor_name": VENDOR,
    "order_vendor_name": VENDOR,
    "contact_name": VENDOR,
}
"""The columns of tables whose values are links."""

LISTS: Final = frozenset({"purchase_order_numbers"})
"""Those that list several values, separated by commas."""
