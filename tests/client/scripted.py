"""A real HTTP server that answers by a script, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """`status` 0 cuts the connection without an answer."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Script:
    """Answers in order; the last one is given again and again."""

    def __init__(self, url: str) -> None:
        self.url, self.asked, self.answers = url, list[Asked](), list[Answer]()

    def plays(self, *answers: Answer) -> Script:
        self.answers = list(answers)
        return self

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def scripted_server() -> Iterator[Script]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            return

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sent = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append(Asked(self.command, self.path, sent, body))
            answer = script.next()
            if answer.status == 0:
                self.close_connection = True
                return
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            kind = "application/problem+json" if answer.status >= 400 else "application/json"
            self.send_response(answer.status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(text)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = answer  # noqa: N815  (names of the standard library)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script = Script(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield script
        server.shutdown()
        thread.join()


def a_quote_resource(status: str = "queued", **changes: Any) -> Document:
    done = status not in ("queued", "running")
    quote: Document = {
        "id": "q1",
        "status": status,
        "done": done,
        "progress": {"stage": status, "percent": 100 if done else 0},
        "created_at": "2026-11-24T10:00:00.000Z",
        "started_at": None,
        "finished_at": None,
        "cancel_requested": False,
        "cache": None,
        "links": {"self": "/v1/quotes/q1"},
    }
    if status in ("succeeded", "infeasible"):
        quote["result_url"] = "/v1/quotes/q1/result"
    return {**quote, **changes}


def a_result() -> Document:
    return {
        "answer": "Nothing has to be bought.",
        "verdict": "feasible_safe",
        "as_of": "2026-03-02",
        "data_as_of": "2026-10-09",
        "plans": [],
        "determinations": [],
        "why_not": [],
        "reproducibility": {"result": "d" * 64},
    }
