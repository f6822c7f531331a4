"""What `make compose-check` asks of a running stack: the seed's answer, then two workers of which one crashes at work.

Standard library only. It needs `docker compose` and, for the crash, `compose-crash SERVICE INDEX` on the PATH.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable

URL = f"http://127.0.0.1:{os.environ.get('CHIPQUOTE_PORT', '8000')}"
SEED, LONG = "examples/bytedance-2025.json", "tests/data/sourcing/tqd-M-102.json"  # LONG is computed for some seconds
QUOTES, WORKERS = 6, 2
WITHIN_S = 240
FACTS = (
    "{{.Name}} {{.State.Status}} restarts={{.RestartCount}} user={{.Config.User}} "
    "read_only={{.HostConfig.ReadonlyRootfs}} cap_drop={{.HostConfig.CapDrop}} "
    "memory={{.HostConfig.Memory}} pids={{.HostConfig.PidsLimit}}"
)
INSIDE = """id -u
while read -r name value; do case $name in CapEff: | NoNewPrivs:) echo "$value" ;; esac; done < /proc/self/status
touch /usr/written 2>&1 && echo written || true"""


def docker(*arguments: str) -> str:
    run = subprocess.run(("docker", *arguments), capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"docker {' '.join(arguments)}: {run.stderr}")
    return run.stdout + run.stderr


def first_key() -> str:
    """The key that `migrate` has printed."""
    words = docker("compose", "logs", "--no-log-prefix", "--no-color", "migrate").split()
    return next(word for word in words if word.startswith("cq_live_"))


class Service:
    def __init__(self, key: str) -> None:
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, path: str, body: object = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(URL + path, data, self._headers), timeout=30) as answer:
            return json.load(answer)

    def until(self, quote_ids: list[str], reached: Callable[[list[dict]], bool]) -> list[dict]:
        """The quotes as soon as `reached` holds of them."""
        ends = time.monotonic() + WITHIN_S
        while True:
            quotes = [self.ask(f"/v1/quotes/{quote_id}") for quote_id in quote_ids]
            if reached(quotes):
                return quotes
            if time.monotonic() > ends:
                sys.exit(f"not within {WITHIN_S} s: {[q['status'] for q in quotes]}")
            time.sleep(0.3)


def all_done(quotes: list[dict]) -> bool:
    return all(quote["done"] for quote in quotes)


def read(file: str) -> dict:
    with open(file, encoding="utf-8") as text:
        return json.load(text)


def check_seed(service: Service) -> None:
    started = time.monotonic()
    quote = service.ask("/v1/quotes", read(SEED))
    service.until([quote["id"]], all_done)
    result = service.ask(f"/v1/quotes/{quote['id']}/result")
    took = time.monotonic() - started
    print(f"seed: {result['verdict']}, digest {result['reproducibility']['result'][:16]}, {took:.1f} s")
    print(f"      {result['answer'][:150]}")


def check_crash(service: Service) -> None:
    docker(
        "compose",
        "up",
        "-d",
        "--no-build",
        "--pull",
        "never",
        "--no-recreate",
        "--scale",
        f"worker={WORKERS}",
        "worker",
    )
    asked = []
    for number in range(QUOTES):
        request = read(LONG)
        request["parties"][0]["name"] += f" {number}"  # no two are equal
        asked.append(service.ask("/v1/quotes", request)["id"])
    busy = service.until(asked, lambda quotes: sum(q["status"] == "running" for q in quotes) > WORKERS)
    print(f"two workers, {sum(q['status'] == 'running' for q in busy)} of {QUOTES} quotes running: one worker crashes")
    subprocess.run(("compose-crash", "worker", "1"), check=True)
    ended = service.until(asked, all_done)
    statuses = [quote["status"] for quote in ended]
    sql = "SELECT count(*) FILTER (WHERE attempt > 1), (SELECT count(*) FROM results) FROM quotes"
    psql = ("psql", "-U", "postgres", "-d", "chipquote", "-Atc", sql)
    again, results = docker("compose", "exec", "-T", "db", *psql).strip().split("|")
    print(f"after the crash: {statuses}")
    print(f"{again} computed again by another attempt; {results} results of {QUOTES + 1} quotes")
    if set(statuses) != {"succeeded"} or int(again) < 1 or int(results) != QUOTES + 1:
        sys.exit("a quote was lost, or the crash hit nobody")


def check_closed() -> None:
    """T40: from inside every container that runs: no root, no capability, nothing to write outside of what is given."""
    for name in docker("compose", "ps", "--services", "--status", "running").split():
        user, capabilities, privileges, written = docker("compose", "exec", "-T", name, "sh", "-c", INSIDE).splitlines()
        print(f"{name}: user {user}, capabilities {capabilities}, no new privileges {privileges}, writes: {written}")
        if user == "0" or int(capabilities, 16) or privileges != "1" or "Read-only file system" not in written:
            sys.exit(f"{name} is open")


def main() -> None:
    service = Service(first_key())
    check_seed(service)
    check_closed()
    check_crash(service)
    for container in docker("compose", "ps", "-aq").split():
        print(docker("inspect", "-f", FACTS, container).strip())
    print("the stack holds")


if __name__ == "__main__":
    main()
