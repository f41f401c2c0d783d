"""A real HTTP server on loopback that answers as told: a status and body, a long silence, or a hang-up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG = b"<hang>"
DROP = b"<drop>"


class ScriptedServer:
    """Remembers what was asked; answers every path with what `answers` says for it, or with `default`."""

    def __init__(self) -> None:
        self.default: tuple[int, bytes] = (200, b"null")
        self.answers: dict[str, tuple[int, bytes] | list[tuple[int, bytes]]] = {}  # a list: one after another
        self.headers: dict[str, str] = {}  # of every answer
        self.delay_seconds = 0.0
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.most_at_once = 0
        self.released = threading.Event()
        self._now = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, content = server.enter(self.path, dict(self.headers), body)
                try:
                    server.released.wait(server.delay_seconds)
                    if content == HANG:
                        server.released.wait(5)
                        self.close_connection = True
                    elif content == DROP:
                        self.connection.shutdown(socket.SHUT_RDWR)
                        self.close_connection = True
                    else:
                        server.leave()
                        self.send_response(status)
                        self.send_header("Content-Length", str(len(content)))
                        for name, value in server.headers.items():
                            self.send_header(name, value)
                        self.end_headers()
                        self.wfile.write(content)
                except BrokenPipeError:
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def enter(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Note a request and return its answer."""
        with self._lock:
            self.asked.append((path, headers, body))
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            answer = self.answers.get(path, self.default)
            if isinstance(answer, list):
                answer = answer.pop(0)
        return answer

    def leave(self) -> None:
        """Note that a request is done with."""
        with self._lock:
            self._now -= 1

    @contextmanager
    def running(self) -> Iterator[ScriptedServer]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()
