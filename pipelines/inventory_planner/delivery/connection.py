"""The endpoint of the settings: how to reach it, and whether it can be reached."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.files import File
from inventory_planner.delivery.keys import pin_key, pinned_key, private_key
from inventory_planner.delivery.planning import Destination
from inventory_planner.delivery.sftp import Endpoint, fingerprint, open_server
from inventory_planner.errors import ConfigurationError, RejectedError
from inventory_planner.settings import DeliverySettings

NOWHERE: Final = "(no endpoint)"


def destination_of(
    settings: DeliverySettings, file: File, folder: DataFolder, sleep: Callable[[float], None] = time.sleep
) -> Destination:
    """Where files of a kind go. A preview does without an endpoint, but the first call of the server needs one."""
    directory = settings.directories.get(file.name, "")
    endpoint = f"{settings.username}@{settings.host}:{settings.port}" if settings.host else NOWHERE
    return Destination(endpoint, directory, lambda: open_server(_endpoint(settings, folder), sleep))


def require_destination(settings: DeliverySettings, file: File, folder: DataFolder) -> None:
    """Check that files of this kind can be delivered.

    Raises:
        ConfigurationError: a setting or the key is missing, or can't be used.
    """
    _require(settings)
    if file.name not in settings.directories:
        raise ConfigurationError(
            f"{settings.variable(f'directories.{file.name}')} is not set. Set it to the directory for"
            f" {file.kind} files that your Advanced CSV connection in Inventory Planner shows: files in any other are"
            " not imported."
        )
    private_key(folder)


def probe(settings: DeliverySettings, folder: DataFolder) -> str:
    """What the endpoint answers, in one line.

    Raises:
        ConfigurationError: a setting or the key is missing.
        ApiError: the endpoint can't be reached, refused the key, or has not all of the directories.
    """
    if settings.host is None:
        return f"Delivery by SFTP is off: {settings.variable('endpoint')} is not set."
    endpoint = _endpoint(settings, folder, pins=False)
    with open_server(endpoint) as server:
        found = {name: server.is_directory(path) for name, path in settings.directories.items()}
        server.is_directory(".")  # connects, if no directory is configured
        key = fingerprint(server.host_key)
    how = "the expected one" if endpoint.host_key else "not pinned yet; the first delivery pins it"
    missing = [name for name, is_there in found.items() if not is_there]
    if missing:
        which = ", ".join(
            f"{settings.directories[name]} ({settings.variable(f'directories.{name}')})" for name in missing
        )
        raise RejectedError(
            f"{endpoint.name} lets us in, but has no directory {which}. Correct the setting to the directory that your"
            " Advanced CSV connection in Inventory Planner shows; a path without a slash in front begins in the user's"
            " home."
        )
    return f"Delivery to {endpoint.name} works: its host key {key} is {how}; {len(found)} directories are there."


def _endpoint(settings: DeliverySettings, folder: DataFolder, *, pins: bool = True) -> Endpoint:
    host, username = _require(settings)
    pinned = settings.host_key or pinned_key(folder, host, settings.port)
    if pinned:
        fingerprint(pinned)  # which checks it
    endpoint = Endpoint(host, settings.port, username, private_key(folder), pinned)
    if pinned or not pins:
        return endpoint
    on_new_key = partial(pin_key, folder, host, settings.port)
    return Endpoint(host, settings.port, username, endpoint.private_key, None, on_new_key)


def _require(settings: DeliverySettings) -> tuple[str, str]:
    if settings.host is None:
        raise ConfigurationError(
            f"{settings.variable('endpoint')} is not set. Create an Advanced CSV connection in Inventory Planner"
            " with the key that `inventory-planner deliver key` prints, and set it to the endpoint that appears there."
        )
    if settings.username is None:
        raise ConfigurationError(
            f"{settings.variable('username')} is not set. Set it to the user of the endpoint, as Inventory Planner"
            " shows it or its support names it."
        )
    return settings.host, settings.username
