"""`chipquote up`: API, workers, dispatcher and an embedded Redis on this machine, until it is told to end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
import httpx2

from quoting.adapters.celery_queue import QUEUES
from quoting.adapters.embedded_redis import embedded_redis
from quoting.adapters.metrics import SHARED
from quoting.adapters.sql.keys import new_key
from quoting.application.errors import StoreUnavailable
from quoting.application.quotes import Size
from quoting.bootstrap import prepare_database
from quoting.cli.processes import Child, Command, Supervisor
from quoting.cli.run_state import RunningProcess, note_processes, sole_run
from quoting.config import Settings, variable

READY_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class System:
    """A running system: where it answers, and a key for it."""

    url: str
    key: str
    supervisor: Supervisor
    redis_url: str
    database_url: str
    data_dir: Path


@contextmanager
def running_system(
    data_dir: Path,
    port: int = 0,
    workers: int = 1,
    env: Mapping[str, str] | None = None,
    logs_to_terminal: bool = False,
    ended: threading.Event | None = None,
) -> Iterator[System]:
    """Start everything, hand it over when it answers, end everything.

    Args:
        data_dir: folder of the database; it is made where it is not there.
        port: 0 picks a free one.
        workers: quotes computed at once.
        env: settings beside those of this process; they win.
        logs_to_terminal: all processes write to standard error; else each to a file of its own in `data_dir`/logs.
        ended: set from outside when it shall not be waited for any longer.

    Raises:
        OSError: the port is taken, another run holds the folder, or there is no Redis server.
        TimeoutError: it did not answer within a minute.
        Ended: `ended` was set before it answered.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    metrics = data_dir.resolve() / "metrics"
    wanted = {**os.environ, **(env or {}), variable("data_dir"): str(data_dir.resolve()), SHARED: str(metrics)}
    settings = Settings.from_env(wanted)
    key = settings.api_key or new_key()
    own_redis = None if wanted.get(variable("redis_url")) else embedded_redis(data_dir, settings.redis_memory)
    if own_redis is not None:
        wanted[variable("redis_url")] = own_redis.url
    logs = None if logs_to_terminal else data_dir / "logs"
    if logs is not None:
        logs.mkdir(exist_ok=True)

    def note(children: Sequence[Child]) -> None:
        now = [RunningProcess(child.command.name, child.process.pid, child.since) for child in children]
        note_processes(data_dir, now)
        if logs is None:
            click.echo(f"running: {', '.join(f'{process.name} {process.pid}' for process in now)}", err=True)

    with (
        sole_run(data_dir),
        closing(_listen(port)) as listener,
        Supervisor(_children_env(wanted), logs, on_change=note) as supervisor,
    ):
        shutil.rmtree(metrics, ignore_errors=True)  # counts of an earlier run
        metrics.mkdir()
        prepare_database(settings, key)
        if own_redis is not None:
            supervisor.start(Command("redis", own_redis.argv, given=own_redis.configuration, serves_others=True))
        supervisor.start(_api(listener))
        for command in _workers(workers):
            supervisor.start(command)
        supervisor.start(Command("dispatcher", (sys.executable, "-m", "workers.dispatcher")))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        _wait_until_it_answers(url, ended or threading.Event())
        yield System(url, key, supervisor, Settings.from_env(wanted).redis_url, settings.database_url, data_dir)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Quotes computed at once; of two or more, one computes small ones only.",
)
def up(port: int, workers: int) -> None:
    """Run API, workers, dispatcher and Redis in the foreground; Ctrl-C ends all of it."""
    settings = Settings.from_env(os.environ)
    try:
        with (
            ended_by_signal() as ended,
            running_system(settings.data_dir, port, workers, logs_to_terminal=True, ended=ended) as system,
        ):
            if not settings.api_key:
                click.echo(f"API key: {system.key}", err=True)
            click.echo(f"ready {system.url}")
            ended.wait()
    except Ended:
        return
    except (OSError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error


class Ended(Exception):
    """A signal came while the system was starting."""


@contextmanager
def ended_by_signal() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set."""
    ended = threading.Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(port: int) -> socket.socket:
    """The socket outlives the API process: while that is started again, callers wait and are not refused."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def _api(listener: socket.socket) -> Command:
    number = listener.fileno()
    argv = (sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_config", "--bind", f"fd://{number}")
    return Command("api", argv, inherited=(number,))


def _workers(slots: int) -> Iterator[Command]:
    """One slot serves small quotes alone, so that they never wait for large ones; a single slot serves both."""
    if slots > 1:
        yield _worker("worker-small", 1, QUEUES[Size.SMALL])
    yield _worker("worker", max(1, slots - 1), *QUEUES.values())


def _worker(name: str, slots: int, *queues: str) -> Command:
    celery = (sys.executable, "-m", "celery", "-A", "workers.app", "--quiet", "worker", "--pool", "prefork")
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "WARNING")
    return Command(name, (*celery, "--concurrency", str(slots), "--queues", ",".join(queues), *quiet))


def _children_env(wanted: Mapping[str, str]) -> dict[str, str]:
    """The first key is in the database by now, as a hash; no child has to know it."""
    return {name: value for name, value in wanted.items() if name != variable("api_key")}


def _wait_until_it_answers(url: str, ended: threading.Event) -> None:
    ends = time.monotonic() + READY_WITHIN_S
    with httpx2.Client(timeout=2.0, trust_env=False) as client:
        while time.monotonic() < ends:
            with suppress(httpx2.HTTPError):
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            if ended.wait(0.1):
                raise Ended
    raise TimeoutError(f"{url} did not become ready within {READY_WITHIN_S:.0f} s")
