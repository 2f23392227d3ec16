"""A real sshd on the loopback interface, and a proxy before it that can cut connections."""

from __future__ import annotations

import getpass
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import pytest

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
MAX_WAIT = 20.0  # seconds for sshd to listen
BLOCK = 4096  # what the proxy passes on at once

needs_sshd = pytest.mark.skipif(SSHD is None, reason="needs sshd, in Debian's package openssh-server")


@dataclass
class SftpServer:
    """Directories on a server, and what goes wrong with it.

    `cut_after` closes a connection once the client has sent so many bytes; it holds for `cuts` connections.
    `before_block` is called with the number of bytes that the client has sent on a connection.
    """

    folder: Path
    port: int = 0
    cut_after: int | None = None
    cuts: int = 0
    connections: int = 0
    before_block: Callable[[int], None] = field(default=lambda _: None)
    files: str = "files"
    max_bytes: int | None = None
    sftp_options: str = ""
    _process: subprocess.Popen[bytes] | None = None
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def user(self) -> str:
        return getpass.getuser()

    @property
    def host_key(self) -> str:
        return (self.folder / "host_key.pub").read_text().strip()

    def directory(self, name: str) -> Path:
        path = self.folder / self.files / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def authorize(self, public_key: str) -> None:
        (self.folder / "authorized_keys").write_text(f"{public_key}\n")

    def new_host_key(self, algorithm: str = "ssh-ed25519") -> None:
        key = asyncssh.generate_private_key(algorithm)
        (self.folder / "host_key").unlink(missing_ok=True)
        key.write_private_key(self.folder / "host_key")
        (self.folder / "host_key").chmod(0o600)
        key.write_public_key(self.folder / "host_key.pub")

    def add_host_key(self, algorithm: str) -> str:
        """Give the server one more host key from its next start on; the public half."""
        key = asyncssh.generate_private_key(algorithm)
        path = self.folder / f"more_host_key_{algorithm}"
        key.write_private_key(path)
        path.chmod(0o600)
        return key.export_public_key().decode().strip()

    def start(self) -> None:
        assert SSHD
        inner = free_port()
        settings = {
            "ListenAddress": f"127.0.0.1:{inner}",
            "HostKey": self.folder / "host_key",
            "AuthorizedKeysFile": self.folder / "authorized_keys",
            "PidFile": "none",
            "StrictModes": "no",
            "UsePAM": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "PermitRootLogin": "prohibit-password",
            "Subsystem": f"sftp internal-sftp {self.sftp_options}",
        }
        config = self.folder / "sshd_config"
        more = [("HostKey", path) for path in self.folder.glob("more_host_key_*")]
        config.write_text("".join(f"{name} {value}\n" for name, value in [*settings.items(), *more]))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # without it, sshd does not start as root
        self._process = subprocess.Popen(
            [SSHD, "-D", "-f", config],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            restore_signals=False,  # Python ignores SIGXFSZ, and so does what it starts: writing too much is an error
            preexec_fn=self._limit,  # noqa: PLW1509 (no thread of ours holds a lock that sshd needs)
        )
        wait_for_port(inner)
        self._inner = inner

    def _limit(self) -> None:
        if self.max_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.max_bytes, self.max_bytes))

    def stop(self) -> None:
        """Stop the server, and drop its connections."""
        _shut(*self._open)
        self._open.clear()
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()
            self._process = None

    def serve(self, listener: socket.socket) -> None:
        """Pass connections on, until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.socket()
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                server.connect(("127.0.0.1", self._inner))
            except OSError:
                _shut(client, server)
                continue
            self._open += [client, server]
            limit = self.cut_after if self.connections <= self.cuts else None
            threading.Thread(target=self._pass_up, args=(client, server, limit), daemon=True).start()
            threading.Thread(target=_pass, args=(server, client), daemon=True).start()

    def _pass_up(self, client: socket.socket, server: socket.socket, limit: int | None) -> None:
        sent = 0
        with suppress(OSError):
            while block := client.recv(BLOCK):
                sent += len(block)
                self.before_block(sent)
                if limit is not None and sent > limit:
                    break
                server.sendall(block)
        _shut(client, server)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(BLOCK):
            target.sendall(block)
    _shut(source, target)


def _shut(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    end = time.monotonic() + MAX_WAIT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, "sshd does not listen"
            time.sleep(0.01)
        else:
            return


@contextmanager
def serving(folder: Path) -> Iterator[SftpServer]:
    """A server with its directories in a folder; it accepts the key that is authorized later."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = SftpServer(folder, listener.getsockname()[1])
        server.new_host_key()
        server.start()
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        try:
            yield server
        finally:
            server.stop()
            listener.shutdown(socket.SHUT_RDWR)
