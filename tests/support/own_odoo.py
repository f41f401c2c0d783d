"""A real Odoo that one test may stop, kill and start again (tools/odoo19), and a wire to it that may be cut."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "odoo19"


def _script(*arguments: str) -> str:
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, f"tools/odoo19 {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


class OwnOdoo:
    """A server of ours with a database of ours, on a port that stays the same over restarts."""

    def __init__(self, name: str = "own") -> None:
        self.database = f"hub_{name}_{os.getpid()}"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.login = "admin"
        self.url, self.key = f"http://127.0.0.1:{self.port}", _script("key")

    def start(self) -> None:
        """Serve; returns when it answers."""
        _script("start", self.database, str(self.port))

    def stop(self) -> None:
        """End it in order: requests under way are answered."""
        _script("stop", str(self.port))

    def kill(self) -> None:
        """End it as a power cut would: requests under way are lost."""
        _script("kill", str(self.port))


@contextmanager
def own_odoo(name: str = "own", modules: str = "") -> Iterator[OwnOdoo]:
    """Run an Odoo of our own until the block ends; skip where tools/odoo19 has made nothing ready.

    `modules` are installed beside the usual ones, comma-separated.
    """
    try:
        _script("key")
    except (AssertionError, OSError):
        pytest.skip("needs the Odoo of tools/odoo19")
    odoo = OwnOdoo(name)
    _script("newdb", odoo.database, modules)
    try:
        odoo.start()
        yield odoo
    finally:
        subprocess.run([SCRIPT, "stop", str(odoo.port)], capture_output=True, check=False, timeout=60)
        _script("dropdb", odoo.database)


class Wire:
    """A proxy before Odoo. `lose` says of a request (path, body) that its answer never comes back, `stop` that it
    never comes to Odoo.
    """

    def __init__(self, url: str) -> None:
        self.lose: Callable[[str, bytes], bool] = lambda _path, _body: False
        self.stop: Callable[[str, bytes], bool] = lambda _path, _body: False
        self.lost = 0
        self._host, self._guard = urlsplit(url).netloc, threading.Lock()
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if wire.stop(self.path, body):
                    self.hang_up()
                    return
                status, kind, answer = wire.forward(self.command, self.path, dict(self.headers), body)
                if wire.loses(self.path, body):
                    self.hang_up()
                    return
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def hang_up(self) -> None:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """Let Odoo carry a request out, whole, and return its answer."""
        there = http.client.HTTPConnection(self._host, timeout=60)
        try:
            there.request(method, path, body, headers)
            answer = there.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            there.close()

    def loses(self, path: str, body: bytes) -> bool:
        """Say whether this answer is lost, and count it."""
        with self._guard:
            lost = self.lose(path, body)
            self.lost += lost
            return lost

    @contextmanager
    def up(self) -> Iterator[Wire]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()
