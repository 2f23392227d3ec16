"""HTTP responses of the API and of the proxy in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inventory_planner_emulator.json_codec import encode

JSON_HEADERS = {"content-type": "application/json"}
HTML_HEADERS = {"content-type": "text/html; charset=UTF-8"}
_CLOUDFLARE_PAGE = (
    b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>"
    b"<body><h1>Sorry, you have been blocked</h1></body></html>"
)


@dataclass(frozen=True)
class HttpResponse:
    """An HTTP response."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(value: Any, status: int = 200) -> HttpResponse:
    """Return a JSON value."""
    return HttpResponse(status, encode(value), JSON_HEADERS)


def success(message: str) -> dict[str, Any]:
    """Return the `result` that a write reports."""
    return {"result": {"status": "success", "message": message}}


def error_response(status: int, message: str) -> HttpResponse:
    """Return an error of the API under an HTTP status."""
    return json_response({"result": {"status": "error", "message": message}}, status)


def blocked_response() -> HttpResponse:
    """Return the HTML page of the proxy."""
    return HttpResponse(403, _CLOUDFLARE_PAGE, HTML_HEADERS)
