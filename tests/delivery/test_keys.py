from __future__ import annotations

import sys

import pytest

from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.keys import ensure_key, exposure, pin_key, pinned_key, private_key
from inventory_planner.delivery.sftp import fingerprint
from inventory_planner.errors import ConfigurationError


def test_a_key_pair_is_made_once_and_its_private_half_is_ours_alone(folder: DataFolder) -> None:
    public, is_new = ensure_key(folder)
    assert public.startswith("ssh-ed25519 AAAA")
    assert public.endswith(" inventory-planner")
    assert (is_new, ensure_key(folder)) == (True, (public, False))
    private = private_key(folder)
    assert private.read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    if sys.platform != "win32":
        assert private.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.delivery.iterdir()) == ["id_ed25519", "id_ed25519.pub"]


def test_without_a_key_the_command_to_make_one_is_named(folder: DataFolder) -> None:
    with pytest.raises(ConfigurationError, match="Run `inventory-planner deliver key`, and paste"):
        private_key(folder)


@pytest.mark.parametrize(
    ("content", "problem"),
    [("", "is empty"), ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "is damaged or has a passphrase")],
)
def test_a_key_that_can_not_be_used_is_named(folder: DataFolder, content: str, problem: str) -> None:
    ensure_key(folder)
    path = folder.delivery / "id_ed25519"
    path.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        private_key(folder)
    assert str(caught.value) == (
        f"The SSH key {path} {problem}. Restore it from a backup; or move it away, run `inventory-planner deliver key`,"
        " and paste the new key into the Advanced CSV connection in Inventory Planner."
    )


def test_a_key_that_can_not_be_read_is_named(folder: DataFolder) -> None:
    path = folder.delivery / "id_ed25519"
    path.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"^Can't read the SSH key .+id_ed25519: .+ a file that you can read"):
        private_key(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such permissions")
def test_a_key_that_others_can_read_is_warned_of(folder: DataFolder) -> None:
    assert exposure(folder) is None
    ensure_key(folder)
    assert exposure(folder) is None
    path = folder.delivery / "id_ed25519"
    path.chmod(0o644)
    assert exposure(folder) == f"Other users of this machine can read the SSH key {path}. Run: chmod 600 {path}"


def test_a_public_half_that_got_lost_is_asked_for(folder: DataFolder) -> None:
    ensure_key(folder)
    (folder.delivery / "id_ed25519.pub").unlink()
    with pytest.raises(ConfigurationError, match="or move it away to make a new key"):
        ensure_key(folder)


def test_host_keys_are_pinned_by_host_and_port(folder: DataFolder) -> None:
    folder.delivery.mkdir()
    pin_key(folder, "a.example", 22, "ssh-ed25519 AAAA1")
    pin_key(folder, "a.example", 2222, "ssh-ed25519 AAAA2")
    assert pinned_key(folder, "a.example", 22) == "ssh-ed25519 AAAA1"
    assert pinned_key(folder, "a.example", 2222) == "ssh-ed25519 AAAA2"
    assert pinned_key(folder, "b.example", 22) is None


def test_a_host_key_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"DELIVERY__HOST_KEY.+ is 'something'; it must be a public key"):
        fingerprint("something")
    assert fingerprint("SHA256:abc") == "SHA256:abc"


def test_without_the_extra_the_command_to_install_it_is_named(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'inventory-planner\[sftp\]'"):
        ensure_key(folder)
