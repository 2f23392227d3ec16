"""An HTTP client of the emulated account."""

from __future__ import annotations

from typing import Any

import httpx

from orders import API_KEY


class EmulatorClient(httpx.Client):
    """Sends requests as the API expects them; paths are relative to `/api/v1/`."""

    def __init__(self, url: str, account_id: str = "a1000") -> None:
        headers = {"Authorization": API_KEY, "Account": account_id, "User-Agent": "tests"}
        super().__init__(base_url=f"{url}/api/v1/", headers=headers)

    def read(self, path: str, **params: Any) -> httpx.Response:
        """Send a GET request with these query parameters."""
        return self.get(path, params=params)

    def read_rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of a list."""
        rows: list[dict[str, Any]] = self.read(path, **params).json()[path]
        return rows

    def read_order_ids(self, **params: Any) -> list[str]:
        """Return the ids of a page of orders."""
        return [order["id"] for order in self.read_rows("purchase-orders", **params)]

    def write(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a JSON body; return the status and the JSON of the response."""
        response = self.request(method, path, json=body)
        return response.status_code, response.json()

    def write_order(self, method: str, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Send the fields of an order; return the order of the response."""
        order: dict[str, Any] = self.write(method, path, {"purchase-order": fields})[1]["purchase-order"]
        return order


class NeuroClient(EmulatorClient):
    """Sends requests through Neuro; paths are relative to the plugin's `inventoryPlanner/`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.base_url = f"{url}/api/v1/plugins/demo-plugin/inventoryPlanner/"
        self.headers = {"Authorization": "Bearer demo-token", "Accept": "application/json"}


def success(message: str) -> dict[str, Any]:
    """Return what a write that succeeded responds with."""
    return {"result": {"status": "success", "message": message}}


def error(message: str) -> dict[str, Any]:
    """Return the body of an error."""
    return {"result": {"status": "error", "message": message}}
