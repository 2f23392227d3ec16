"""The keys of the SFTP connection: our pair in the data folder, and the server's key, pinned on first use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.sftp import new_key_pair
from inventory_planner.errors import ConfigurationError

PRIVATE: Final = "id_ed25519"
PINNED: Final = "known_hosts"  # in the format of OpenSSH
_OWNER_ONLY: Final = 0o600


def private_key(folder: DataFolder) -> Path:
    """Where the private half is.

    Raises:
        ConfigurationError: there is none.
    """
    path = folder.delivery / PRIVATE
    if not path.exists():
        raise ConfigurationError(
            f"There is no SSH key in {folder.delivery}. Run `inventory-planner deliver key`, and paste what it prints"
            " into the Advanced CSV connection in Inventory Planner."
        )
    return path


def ensure_key(folder: DataFolder) -> tuple[str, bool]:
    """The public half, and whether the pair was made now. A pair that is there is kept.

    Raises:
        ConfigurationError: the pair can't be written, or is incomplete.
    """
    private, public = folder.delivery / PRIVATE, folder.delivery / f"{PRIVATE}.pub"
    try:
        if private.exists():
            return public.read_text().strip(), False
        folder.delivery.mkdir(mode=0o700, exist_ok=True)
        private_text, public_text = new_key_pair()
        _write(public, public_text)  # first: a private half without a public one could not be used
        _write(private, private_text)
    except OSError as error:
        raise ConfigurationError(
            f"Can't use the SSH key in {folder.delivery}: {error.strerror} ({error.filename}). Correct the folder's"
            " permissions, or move it away to make a new key."
        ) from error
    return public_text.decode().strip(), True


def pinned_key(folder: DataFolder, host: str, port: int) -> str | None:
    """The public key that the server showed on the first connection."""
    path = folder.delivery / PINNED
    lines = path.read_text().splitlines() if path.exists() else []
    found = [key for name, _, key in (line.partition(" ") for line in lines) if name == _name(host, port)]
    return found[-1] if found else None


def pin_key(folder: DataFolder, host: str, port: int, key: str) -> None:
    """Remember the server's public key."""
    with (folder.delivery / PINNED).open("a") as file:
        file.write(f"{_name(host, port)} {key}\n")


def _name(host: str, port: int) -> str:
    return f"[{host}]:{port}"


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
