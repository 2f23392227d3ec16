"""The address is the state: its hash names the page, its query holds the filters and the open tabs.

The script in dashboard.html writes the query that `reported_query` reports, and hands back the query of an address that
was opened by a link or by Back, which `query_receiver` receives. So both work without a reload.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode

import marimo as mo

Query = Mapping[str, str]
"""What the query of an address says, by key."""

TAB: Final = "tab."  # before the name of a group of tabs; the script keeps these keys when a link changes the filters


def parse_query(text: str) -> dict[str, str]:
    """The query of an address, such as `?currency=EUR`; the first of several values counts."""
    return dict(reversed(parse_qsl(text.removeprefix("?"))))


def format_query(query: Query) -> str:
    """A query as it stands in an address; empty if it says nothing."""
    return f"?{urlencode(query)}" if query else ""


def query_receiver() -> mo.ui.text:
    """An element whose value is the query of the address, also after a link or Back has changed it."""
    values = {key: value if isinstance(value, str) else value[0] for key, value in mo.query_params().to_dict().items()}
    return mo.ui.text(value=format_query(values))


def hidden_receiver(receiver: mo.ui.text) -> mo.Html:
    """The receiver where the script finds it and nobody sees it."""
    return mo.Html(f'<div class="ip-receiver" hidden>{receiver.text}</div>')


def reported_query(query: Query, received: str) -> mo.Html:
    """What the script writes into the address; it ignores what answers to another query than the last."""
    said, answered = escape(format_query(query)), escape(received)
    return mo.Html(f'<i class="ip-query" data-query="{said}" data-answered="{answered}" hidden></i>')


def tabs_in(query: Query) -> dict[str, str]:
    """The part of a query that says which tabs are open."""
    return {key: title for key, title in query.items() if key.startswith(TAB)}


@dataclass(frozen=True)
class OpenTabs:
    """Which tab of each group is open.

    Attributes:
        get: the open tabs as a part of the query.
        set: replaces them, which changes the address and renders nothing anew.
    """

    get: Callable[[], dict[str, str]] = dict
    set: Callable[[dict[str, str]], None] = lambda _: None

    def title(self, group: str) -> str | None:
        """The tab of a group that the reader opened; None for the first."""
        return self.get().get(TAB + group)

    def open(self, group: str, title: str, *, is_first: bool) -> None:
        """Remember the tab that the reader opened; the first one needs no mention."""
        others = {key: value for key, value in self.get().items() if key != TAB + group}
        self.set(others if is_first else {**others, TAB + group: title})
