"""The two ways to an account, as data: Inventory Planner's own API, and Neuro, which passes the same calls on.

Neuro offers stock orders only; neither variants nor warehouses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Route:
    """How requests for an account are addressed and written.

    `headers` takes the key (through Neuro, the token) and the account id. With `is_order_wrapped`, the body of an order
    has an envelope. `catalog_root` is None if the catalog can't be read. `url_setting` and `key_setting` name the
    settings for the address and the key; `access` is what to check when the key is refused.
    """

    name: str
    orders_path: str
    catalog_root: str | None
    headers: Callable[[str, str], Mapping[str, str]]
    page_name: str
    size_name: str
    first_page: int
    is_order_wrapped: bool
    stock_update_name: str
    url_setting: str
    key_setting: str
    access: str

    def path(self, *parts: str) -> str:
        """The path of the list of orders, or of a path below it, such as `path(order_id, "items")`."""
        return _join(self.orders_path, parts)

    def catalog_path(self, *parts: str) -> str | None:
        """A path in the catalog, such as `catalog_path("variants")`; None if the catalog can't be read."""
        return _join(self.catalog_root, parts) if self.catalog_root else None


def _join(root: str, parts: Iterable[str]) -> str:
    return "/".join([root, *(quote(part, safe="") for part in parts)])


DIRECT: Final = Route(
    name="Inventory Planner",
    orders_path="/api/v1/purchase-orders",
    catalog_root="/api/v1",
    headers=lambda key, account_id: {"Authorization": key, "Account": account_id},
    page_name="page",
    size_name="limit",
    first_page=0,
    is_order_wrapped=True,
    stock_update_name="stock-update",
    url_setting="base_url",
    key_setting="api_key",
    access=(
        "the API key (Account > Settings > API; its user needs full access) and the account id (`a=` in the address of"
        " the web application)"
    ),
)


def route_to(neuro_plugin: str | None) -> Route:
    """Through the Neuro plugin with this id, or directly without one."""
    return neuro(neuro_plugin) if neuro_plugin else DIRECT


def neuro(plugin: str) -> Route:
    """The way through the Neuro plugin with this id (Neuro's page, "Passthrough API Endpoints")."""
    return Route(
        name="Neuro",
        orders_path=f"/api/v1/plugins/{quote(plugin, safe='')}/inventoryPlanner/stockOrders",
        catalog_root=None,
        headers=lambda token, _account_id: {"Authorization": f"Bearer {token}"},
        page_name="page_no",
        size_name="page_size",
        first_page=1,
        is_order_wrapped=False,
        stock_update_name="stock_update",
        url_setting="neuro_url",
        key_setting="neuro_token",
        access="`neuro_token`, and the Account ID and Access Token that the Inventory Planner plugin has in Neuro",
    )
