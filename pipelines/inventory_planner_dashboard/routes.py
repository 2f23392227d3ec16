"""The pages and their addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Final

import marimo as mo

from inventory_planner_dashboard.address import format_query
from inventory_planner_dashboard.chips import chips
from inventory_planner_dashboard.controls import VENDOR_NAMES, WAREHOUSE_NAMES
from inventory_planner_dashboard.layout import note, page_heading
from inventory_planner_dashboard.notices import unreadable
from inventory_planner_dashboard.pages import (
    briefing,
    health,
    incoming,
    lead_times,
    order,
    overdue,
    prices,
    receipts,
    received,
    running_out,
    scorecard,
    spend,
    transfers,
    variant,
    vendor,
)
from inventory_planner_dashboard.published import ReadError
from inventory_planner_dashboard.view import EACH_CURRENCY, View

Render = Callable[[View], mo.Html]

_KEPT_PAGES: Final = 2  # of a session: the page that is shown and the one before, to which Back leads

PAGES: Final[dict[str, tuple[str, Render]]] = {
    "#/": ("Monday briefing", briefing.render),
    "#/running-out": ("Running out", running_out.render),
    "#/received": ("Received vs ordered", received.render),
    "#/incoming": ("Incoming stock", incoming.render),
    "#/overdue": ("Overdue and ageing", overdue.render),
    "#/scorecard": ("Vendor scorecard", scorecard.render),
    "#/order": ("Order", order.render),
    "#/vendor": ("Vendor detail", vendor.render),
    "#/variant": ("Variant", variant.render),
    "#/lead-times": ("Lead times and safety days", lead_times.render),
    "#/receipts": ("Receipts timeline", receipts.render),
    "#/prices": ("Price and landed cost", prices.render),
    "#/spend": ("Spend and cash", spend.render),
    "#/transfers": ("Transfers and assemblies", transfers.render),
    "#/health": ("Data health", health.render),
}


def menu() -> mo.Html:
    """Links to all pages."""
    anchors = "".join(f'<a href="{path}">{escape(title)}</a>' for path, (title, _) in PAGES.items())
    return mo.Html(f'<nav class="ip-menu" aria-label="Pages">{anchors}</nav>')


def routes(view: View) -> mo.Html:
    """The page at the current address, rendered when it is opened."""
    rendered: dict[str, mo.Html] = {}  # without a reference, marimo drops the tables in them; the newest is the last

    def renderer(path: str) -> Callable[[], mo.Html]:
        def render() -> mo.Html:
            rendered[path] = rendered.pop(path) if path in rendered else render_page(path, view)
            if len(rendered) > _KEPT_PAGES:
                del rendered[next(iter(rendered))]
            return rendered[path]

        return render

    return mo.routes({path: renderer(path) for path in PAGES} | {mo.routes.CATCH_ALL: renderer("#/")})


def render_page(path: str, view: View) -> mo.Html:
    """A page with its title; a message in its place if the published file lacks what it reads."""
    title, render = PAGES[path]
    view = replace(view, page=path.removeprefix("#/") or "briefing")
    try:
        content = render(view)
    except ReadError as error:
        content = unreadable(error)
    return mo.vstack([page_heading(title, format_query(view.query)), *chips(view), *_notes(view), content], gap=1)


def _notes(view: View) -> list[mo.Html]:
    return [*_without_rates(view), *_unknown_names(view)]


def _without_rates(view: View) -> list[mo.Html]:
    """Why nothing is in the reporting currency."""
    currency, count = view.published.conversion(view.filters.account)
    if not (currency and count) or view.currency != EACH_CURRENCY:
        return []
    return [
        note(
            f"Values are not in {currency}: {count:,} orders have no exchange rate. Add their rates to"
            " seeds/exchange_rates.csv."
        )
    ]


def _unknown_names(view: View) -> list[mo.Html]:
    """Notes on names in the filters that no order has, as after a rename, which explain the zeros on the page."""
    selected = {
        "vendor": (view.filters.vendors, VENDOR_NAMES),
        "warehouse": (view.filters.warehouses, WAREHOUSE_NAMES),
    }
    unknown = {
        name: kind
        for kind, (names, sql) in selected.items()
        for name in set(names).difference(view.rows(sql).column(0).to_pylist())
    }
    return [
        note(f"No order has the {kind} “{name}”, so nothing is shown for it.") for name, kind in sorted(unknown.items())
    ]
