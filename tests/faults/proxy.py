"""A TCP proxy of threads between the program and Redis: it delays, cuts, stops to read, and swallows chosen replies."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

PIECE = 65536


class Proxy:
    """Listens on a port of its own and passes on to another.

    Attributes:
        delay_s: every piece waits so long.
        half_open: nothing is read any more, and nothing is closed.
        refuse: new connections are closed at once.
        swallow: replies with this pattern are dropped, and their connection with them, `swallow_left` times.
        watched, seen: how often a pattern has come from the server.
    """

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self.delay_s, self.half_open, self.refuse = 0.0, False, False
        self.swallow, self.swallow_left, self.swallowed = b"", 0, 0
        self.watched, self.seen = b"", 0
        self._lock, self._pairs, self._ended = threading.Lock(), set[tuple[socket.socket, socket.socket]](), False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        self.cut()

    def cut(self) -> int:
        """Close every connection; how many there were."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            self._close(pair)
        return len(pairs)

    def _accept(self) -> None:
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refuse:
                client.close()
                continue
            try:
                server = socket.create_connection(self._target, timeout=5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            pair = (client, server)
            with self._lock:
                self._pairs.add(pair)
            threading.Thread(target=self._pump, args=(client, server, pair, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, pair, True), daemon=True).start()

    def _pump(
        self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket], replies: bool
    ) -> None:
        with suppress(OSError):
            while data := source.recv(PIECE):
                while self.half_open and not self._ended:
                    time.sleep(0.05)
                if self.delay_s:
                    time.sleep(self.delay_s)
                if replies and self.watched:
                    self.seen += data.count(self.watched)
                if replies and self._swallows(data):
                    break
                sink.sendall(data)
        with self._lock:
            self._pairs.discard(pair)
        self._close(pair)

    def _swallows(self, data: bytes) -> bool:
        with self._lock:
            if self.swallow_left > 0 and self.swallow in data:
                self.swallow_left -= 1
                self.swallowed += 1
                return True
        return False

    @staticmethod
    def _close(pair: tuple[socket.socket, socket.socket]) -> None:
        for end in pair:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
