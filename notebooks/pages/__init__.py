"""The pages of the dashboard: each takes a view of the marts and returns what is to be seen."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

import duckdb
import marimo as mo

import queries
from pages import (
    briefing,
    health,
    incoming,
    lead_times,
    overdue,
    prices,
    receipts,
    received,
    scorecard,
    spend,
    transfers,
    vendor,
)
from published import View

Page = Callable[[View], mo.Html]

PAGES: Final[dict[str, tuple[str, Page]]] = {
    "#/": ("Monday briefing", briefing.page),
    "#/received": ("Received vs ordered", received.page),
    "#/incoming": ("Incoming stock", incoming.page),
    "#/overdue": ("Overdue and ageing", overdue.page),
    "#/scorecard": ("Vendor scorecard", scorecard.page),
    "#/vendor": ("Vendor detail", vendor.page),
    "#/lead-times": ("Lead times and safety days", lead_times.page),
    "#/receipts": ("Receipts timeline", receipts.page),
    "#/prices": ("Price and landed cost", prices.page),
    "#/spend": ("Spend and cash", spend.page),
    "#/transfers": ("Transfers and assemblies", transfers.page),
    "#/health": ("Data health", health.page),
}


def routes(view: View) -> mo.Html:
    """The page that the address names, made when it is looked at."""
    made: dict[str, mo.Html] = {}  # held, or marimo forgets the tables in them

    def maker(path: str) -> Callable[[], mo.Html]:
        def make() -> mo.Html:
            return made.setdefault(path, _page(path, view))

        return make

    return mo.routes({path: maker(path) for path in PAGES} | {mo.routes.CATCH_ALL: maker("#/")})


def _page(path: str, view: View) -> mo.Html:
    title, page = PAGES[path]
    try:
        content = page(view)
    except duckdb.Error as error:
        content = unreadable(error)
    return mo.vstack([mo.Html(f'<h1 class="ip-title">{escape(title)}</h1>'), *_nobody(view), content], gap=1)


def _nobody(view: View) -> list[mo.Html]:
    """Says of whom nothing can be shown, as after a rename, so that the zeros are not taken for those of an account."""
    wanted = {
        "vendor": (view.filters.vendors, queries.VENDOR_NAMES),
        "warehouse": (view.filters.warehouses, queries.WAREHOUSE_NAMES),
    }
    unknown = {
        name: kind
        for kind, (names, sql) in wanted.items()
        for name in set(names).difference(view.rows(sql).column(0).to_pylist())
    }
    return [
        mo.Html(f'<p class="ip-aside">No order has a {kind} “{escape(name)}”: nothing is shown of it.</p>')
        for name, kind in sorted(unknown.items())
    ]


def menu() -> mo.Html:
    """The way to every page."""
    links = "".join(f'<a href="{path}">{escape(title)}</a>' for path, (title, _) in PAGES.items())
    return mo.Html(f'<nav class="ip-menu">{links}</nav>')


def no_file(path: str) -> mo.Html:
    """What to do when nothing was published yet."""
    return _notice(
        "Nothing is published yet",
        f"There is no file at <code>{escape(path)}</code>. <code>inventory-planner run</code> makes it from your"
        " account, <code>inventory-planner demo</code> from a made-up one. This page shows it as soon as it is there.",
    )


def unreadable(error: Exception) -> mo.Html:
    """What to do when this version does not understand the file."""
    return _notice(
        "This version can't read the published file",
        "Another version of this program has made it. Start the dashboard with the version that publishes, or publish"
        f" again with this one: <code>inventory-planner run</code>.<br><small>{escape(str(error))}</small>",
    )


def empty_account() -> mo.Html:
    """What to say of an account without orders."""
    return _notice("The account has no orders yet", "They appear here after the first run that finds some.")


def _notice(title: str, text: str) -> mo.Html:
    return mo.Html(f'<div class="ip-notice"><h1 class="ip-title">{title}</h1><p>{text}</p></div>')
