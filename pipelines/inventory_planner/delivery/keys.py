"""The keys of the SFTP connection: our pair in the data folder, and the server's key, pinned on first use."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Final

from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.sftp import is_private_key, new_key_pair
from inventory_planner.errors import ConfigurationError

PRIVATE: Final = "id_ed25519"
PINNED: Final = "known_hosts"  # in the format of OpenSSH
_OWNER_ONLY: Final = 0o600
_OTHERS: Final = 0o077


def private_key(folder: DataFolder) -> Path:
    """Where the private half is, which can be used.

    Raises:
        ConfigurationError: there is none, or it can't be used.
    """
    path = folder.delivery / PRIVATE
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"There is no SSH key in {folder.delivery}. Run `inventory-planner deliver key`, and paste what it prints"
            " into the Advanced CSV connection in Inventory Planner."
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"Can't read the SSH key {path}: {error.strerror}. It must be a file that you can read; if it is another"
            f" user's, run: sudo chown {getpass.getuser()} {path}"
        ) from error
    if not is_private_key(content):
        what = "is damaged or has a passphrase" if content.strip() else "is empty"
        raise ConfigurationError(
            f"The SSH key {path} {what}. Restore it from a backup; or move it away, run `inventory-planner deliver"
            " key`, and paste the new key into the Advanced CSV connection in Inventory Planner."
        )
    return path


def exposure(folder: DataFolder) -> str | None:
    """What to do if others can read the private half."""
    path = folder.delivery / PRIVATE
    if os.name != "posix" or not path.exists() or not path.stat().st_mode & _OTHERS:
        return None
    return f"Other users of this machine can read the SSH key {path}. Run: chmod 600 {path}"


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
