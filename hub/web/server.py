"""The ops pages as a server in threads of its own."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn

from hub.model.errors import ConfigError
from hub.web.app import make_app
from hub.web.guard import names_of
from hub.web.pages import Pages

_START_SECONDS = 10.0


class WebServer:
    """Serves the ops pages. Port 0 takes a free one; `port` and `url` are true after `start`."""

    def __init__(self, pages: Pages, host: str, port: int, password: str = "") -> None:
        self._pages, self._host, self.port, self._password = pages, host, port, password
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    @property
    def url(self) -> str:
        """Return where a browser finds the pages."""
        host = "127.0.0.1" if self._host in {"0.0.0.0", "::"} else self._host  # noqa: S104 - only compared
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Listen and serve; raise ConfigError when the port is taken."""
        try:
            self._socket = _listener(self._host, self.port)
        except OSError as fault:
            raise ConfigError(
                f"the ops page can't listen on {self._host}:{self.port}: {fault.strerror}; "
                "set [web] port in hub.toml, or HUB_WEB__PORT"
            ) from fault
        self.port = int(self._socket.getsockname()[1])
        config = uvicorn.Config(
            make_app(self._pages, names_of(self._host), self._password),
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="web", daemon=True
        )
        self._thread.start()
        until = time.monotonic() + _START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self) -> None:
        """Finish the requests in hand and close."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        if self._socket is not None:
            self._socket.close()


def _listener(host: str, port: int) -> socket.socket:
    """Return a bound socket. It names its protocol: asyncio turns Nagle's delays off only on such ones."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
