"""The client of the account in the settings."""

from __future__ import annotations

from inventory_planner.api.client import Client
from inventory_planner.api.routes import Route, route_to
from inventory_planner.settings import Settings


def open_client(settings: Settings, route: Route | None = None) -> Client:
    """The client of the account; `route` takes the place of the way that the settings name.

    Raises:
        ConfigurationError: the address, the key or the account id is invalid.
    """
    return Client(
        settings.base_url,
        settings.api_key,
        settings.account_id,
        settings.requests_per_second,
        route or route_to(settings.neuro_plugin),
    )
