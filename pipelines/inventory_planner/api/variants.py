"""msgspec structs of a variant in the catalog, with the field names of the API.

Accounts differ in where a variant's values are: on the variant itself, in its shop listings (`connections`), or in
`warehouse`. A descriptive field, such as the SKU, is taken from the first of these that has a value, in this order, the
main listing before the others. Figures stay in the part that has them.
"""

from __future__ import annotations

from typing import ClassVar, Final

from msgspec import Struct

from inventory_planner.api.normalization import fields_of
from inventory_planner.api.orders import ABSENT, Flag, Id, Instant, Json, Number, Text


class _Named(Struct, gc=False):
    """The descriptive fields of a variant or its parts; `unknown_fields` has fields without an attribute, as JSON."""

    sku: Text = None
    title: Text = None
    barcode: Text = None
    product_id: Text = None
    product_title: Text = None
    brand: Text = None
    product_type: Text = None
    image: Text = None
    unknown_fields: Json = ABSENT


class VendorOffer(Struct, gc=False):
    """A vendor in one of the variant's listings."""

    KEY_FIELD: ClassVar = "vendor"

    vendor: Text = None
    cost_price: Number = None
    cost_price_currency: Text = None
    landing_cost_price: Number = None
    vendor_reference: Text = None
    vendor_name: Text = None
    vendor_packaging: Number = None
    uom_ordering: Text = None
    unknown_fields: Json = ABSENT


class Listing(_Named, gc=False):
    """The variant in one shop or file; `id` is its id there, and that of a variant that was combined into this one."""

    id: Text = None
    price: Number = None
    removed: Flag = None
    connection_main: Flag = None
    linked_by: Text = None
    vendors: list[VendorOffer] | None = None


class Figures(_Named, gc=False):
    """The settings and figures of a variant in one warehouse or in all. Quantities are in units, durations in days."""

    lead_time: Number = None
    review_period: Number = None
    minimum_stock: Number = None
    avg_lead_time: Number = None
    last_received_at_time: Text = None
    in_stock: Number = None
    purchase_orders_qty: Number = None
    cost_price: Number = None
    landing_cost_price: Number = None
    price: Number = None
    replenishment: Number = None
    to_order: Number = None
    replenish_date: Text = None
    oos: Number = None
    sells_out_in_first: Number = None
    forecast_stock_cover_day: Number = None
    forecasted_lost_revenue_lead_time: Number = None
    overstocked_units: Number = None
    overstocked_cost: Number = None
    last_30_days_sales: Number = None
    last_90_days_sales: Number = None
    last_365_days_sales: Number = None
    oos_last_60_days: Number = None
    last_forecast_time: Instant = None
    has_forecast_override: Flag = None
    hide_in_replenishment: Flag = None
    segment: Text = None
    replenishment_notes: Text = None
    forecast_description: Json = ABSENT
    forecast_by_period: Json = ABSENT
    real_orders_by_month: Json = ABSENT
    orders_by_month: Json = ABSENT
    revenue_by_month: Json = ABSENT


class WarehouseVariant(Figures, gc=False):
    """The variant in one warehouse."""

    KEY_FIELD: ClassVar = "warehouse"

    warehouse: Text = None


class Variant(Figures, gc=False, kw_only=True):
    """A variant of the catalog."""

    id: Id
    removed: Flag = None
    merged: Json = ABSENT
    connections: list[Listing] | None = None
    warehouse: list[WarehouseVariant] | None = None

    @property
    def variant_id(self) -> str:
        """The id, as text."""
        return str(self.id)

    @property
    def is_removed(self) -> bool:
        """Whether the variant is removed or, if it has no such flag, whether all its listings are."""
        listings = self.connections or ()
        if self.removed is not None:
            return self.removed
        return bool(listings) and all(each.removed for each in listings)

    def text(self, name: str) -> str | None:
        """The value of a descriptive field, from the first part that has one; None if none has."""
        listings = sorted(self.connections or (), key=lambda each: not each.connection_main)
        for part in (self, *listings, *(self.warehouse or ())):
            value = getattr(part, name)
            if value is not None and str(value).strip():
                return str(value)
        return None


# A record has over 200 figures and daily histories, so only fields with a column are requested. `connections` and
# `warehouse` are requested whole, because the API is known to drop parts that are requested by path.
FIELDS: Final = tuple(dict.fromkeys(name for name in fields_of(Variant) if name != "unknown_fields"))
