"""The state of the dashboard is in its URL: the hash is the page, the query has the filters and the open tabs.

The script in dashboard.html writes the query of `reported_query` to the URL. When a link or Back changes the URL, the
script passes its query to `query_receiver`, so that the page follows without a reload.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode

import marimo as mo

Query = Mapping[str, str]
"""The parameters of a URL's query."""

TAB: Final = "tab."  # prefix of the parameters for tabs, which the script keeps when a link changes the filters


def parse_query(text: str) -> dict[str, str]:
    """Parse the query of a URL, such as `?currency=EUR`; if a parameter is repeated, its first value counts."""
    return dict(reversed(parse_qsl(text.removeprefix("?"))))


def format_query(query: Query) -> str:
    """Format a query for a URL; empty if it has no parameters."""
    return f"?{urlencode(query)}" if query else ""


def query_receiver() -> mo.ui.text:
    """An element whose value is the query of the URL, kept current after a link or Back changes it."""
    values = {key: value if isinstance(value, str) else value[0] for key, value in mo.query_params().to_dict().items()}
    return mo.ui.text(value=format_query(values))


def hidden_receiver(receiver: mo.ui.text) -> mo.Html:
    """The receiver, hidden from the reader, where the script finds it."""
    return mo.Html(f'<div class="ip-receiver" hidden>{receiver.text}</div>')


def reported_query(query: Query, received: str) -> mo.Html:
    """The query for the script to write to the URL; the script ignores it unless it answers the last received query."""
    said, answered = escape(format_query(query)), escape(received)
    return mo.Html(f'<i class="ip-query" data-query="{said}" data-answered="{answered}" hidden></i>')


def tabs_in(query: Query) -> dict[str, str]:
    """The parameters of a query that say which tabs are open."""
    return {key: title for key, title in query.items() if key.startswith(TAB)}


@dataclass(frozen=True)
class OpenTabs:
    """Which tab of each group is open.

    Attributes:
        get: returns the open tabs as parameters of the query.
        set: replaces them, which changes the URL without rendering the page again.
    """

    get: Callable[[], dict[str, str]] = dict
    set: Callable[[dict[str, str]], None] = lambda _: None

    def title(self, group: str) -> str | None:
        """The tab of a group that the reader opened; None for the first one."""
        return self.get().get(TAB + group)

    def open(self, group: str, title: str, *, is_first: bool) -> None:
        """Record the tab that the reader opened; the first one is not recorded."""
        others = {key: value for key, value in self.get().items() if key != TAB + group}
        self.set(others if is_first else {**others, TAB + group: title})
