"""The parts that pages are laid out with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any, Final

import marimo as mo

from inventory_planner_dashboard.account_links import account_url
from inventory_planner_dashboard.view import View

NOTHING: Final = "Nothing to show for these filters."
_MARKUP: Final = re.compile(r"[!-/:-@\[-`{-~]")  # the signs of ASCII


def section(title: str, *content: object, about: str = "") -> mo.Html:
    """A part of a page, under its title."""
    return mo.vstack([mo.Html(f'<h2 class="ip-section">{escape(title)}</h2>{_note(about)}'), *content], gap=0.5)


class _SideBySide(mo.Html):
    def __init__(self, parts: Sequence[mo.Html]) -> None:
        self._parts = parts  # without a reference, marimo drops the tables in them
        super().__init__(f'<div class="ip-side-by-side">{"".join(f"<div>{part.text}</div>" for part in parts)}</div>')


def side_by_side(*parts: mo.Html) -> mo.Html:
    """Parts beside each other where there is room."""
    return _SideBySide(parts)


def multiples(parts: Mapping[str, mo.Html]) -> mo.Html:
    """Small charts beside each other, each under its name."""
    figures = (f"<figure><figcaption>{escape(name)}</figcaption>{each.text}</figure>" for name, each in parts.items())
    return mo.Html(f'<div class="ip-multiples">{"".join(figures)}</div>')


def tabs(view: View, group: str, makers: Mapping[str, Callable[[], mo.Html]]) -> mo.Html:
    """Tabs, with the open one taken from the URL; the others are rendered when they are opened."""
    first = next(iter(makers))
    said = view.tabs.title(group)
    opened = said if said and said in makers else first

    titles = {_as_markdown(title): title for title in makers}

    def remember(label: str) -> None:
        view.tabs.open(group, titles[label], is_first=titles[label] == first)

    # the open tab is not lazy: it would stay empty if a filter changed while marimo loads it
    parts = {title: make() if title == opened else mo.lazy(_once(make)) for title, make in makers.items()}
    labels = {label: parts[title] for label, title in titles.items()}
    return mo.ui.tabs(labels, value=_as_markdown(opened), on_change=remember)


def _as_markdown(title: str) -> str:
    """A title for marimo, which takes it as Markdown and HTML: it may name an order as the account does."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", " ".join(title.split()))


def _once(make: Callable[[], mo.Html]) -> Callable[[], mo.Html]:
    return cache(make)  # without a reference, marimo drops the tables in it


def links(addresses: Mapping[str, str]) -> mo.Html:
    """Links to other pages, by their titles."""
    anchors = (f'<a href="{escape(address)}">{escape(title)}</a>' for title, address in addresses.items())
    return mo.Html(f'<p class="ip-links">{"".join(anchors)}</p>')


def facts(values: Mapping[str, str | mo.Html | None]) -> mo.Html:
    """Names and values, such as those in the head of an order; those without a value are left out."""
    pairs = (
        f"<div><dt>{escape(name)}</dt><dd>{value.text if isinstance(value, mo.Html) else escape(value)}</dd></div>"
        for name, value in values.items()
        if value
    )
    return mo.Html(f'<dl class="ip-facts">{"".join(pairs)}</dl>')


def link(title: str, address: str) -> mo.Html:
    """A link in a text."""
    return mo.Html(f'<a class="ip-item" href="{escape(address)}">{escape(title)}</a>')


def open_in(kind: str, row: Mapping[str, Any]) -> list[mo.Html]:
    """A link to an order, variant or vendor in Inventory Planner; empty unless its address is configured."""
    address = escape(account_url(kind, row))
    anchor = f'<a href="{address}" target="_blank" rel="noreferrer">Open in Inventory Planner</a>'
    return [mo.Html(f'<p class="ip-links">{anchor}</p>')] if address else []


def note(text: str) -> mo.Html:
    """A remark in small type."""
    return mo.Html(_note(text))


def command(text: str) -> mo.Html:
    """A command line to copy: a click selects all of it."""
    return mo.Html(f'<pre class="ip-command">{escape(text)}</pre>')


def filter_notes(view: View, sql: str, subject: str = "") -> list[mo.Html]:
    """Notes on filters that do not apply to this query, or only roughly; the subject names a part of the page."""
    return [
        note(f"{subject}: {sentence}" if subject else sentence[0].upper() + sentence[1:])
        for sentence in view.notes(sql)
    ]


def widened_notes(view: View, sql: str) -> list[mo.Html]:
    """The notes below tiles of this query, which say themselves which filters they do not follow."""
    return [note(sentence[0].upper() + sentence[1:]) for sentence in view.widened(sql)]


def empty(message: str = NOTHING) -> mo.Html:
    """A placeholder for a chart or table without rows."""
    return mo.Html(f'<p class="ip-empty">{escape(message)}</p>')


def notice(title: str, html: str) -> mo.Html:
    """A message in place of a page."""
    return mo.Html(f'<div class="ip-notice">{heading(title).text}<p>{html}</p></div>')


def heading(title: str) -> mo.Html:
    """The title of a page."""
    return mo.Html(f'<h1 class="ip-title">{escape(title)}</h1>')


def page_heading(title: str, query: str) -> mo.Html:
    """The title of a page, with the query that it was rendered for and a line for the age of its data."""
    said = f'data-query="{escape(query)}"'
    return mo.Html(f'<h1 class="ip-title" tabindex="-1" {said}>{escape(title)}</h1><p class="ip-freshness"></p>')


def _note(text: str) -> str:
    return f'<p class="ip-note">{escape(text)}</p>' if text else ""
