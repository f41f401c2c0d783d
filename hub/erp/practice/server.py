"""The practice Odoo as a server on loopback: both APIs and a small web page, in a thread of this process."""

from __future__ import annotations

import secrets
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hub.erp.practice import json2, seeding, xmlrpc
from hub.erp.practice.errors import BadValue, NotFound, OdooError
from hub.erp.practice.faults import Fault, Faults, Kind
from hub.erp.practice.page import Page
from hub.erp.practice.service import Database
from hub.erp.practice.wire import Json

MAX_BODY = 32 * 1024 * 1024
START_SECONDS = 15.0


class Dropped(Response):
    """An answer that never comes: headers that promise a body, then the connection closes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI calls it
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


class PracticeOdoo:
    """A practice Odoo in one SQLite file. `start()` serves it at `url`; `fail_next()` orders a fault."""

    database = "practice"
    login = "hub"

    def __init__(
        self,
        path: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._host, self._port = host, port
        self.key = _kept_key(path.with_suffix(".key"))
        self.data = Database(path, clock)
        self.faults = Faults()
        self._login = xmlrpc.Login(self.database, self.login, self.key)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        seeding.seed_base(self.data)

    @property
    def url(self) -> str:
        """Return the address, without a slash at the end; the port is known once started."""
        return f"http://{self._host}:{self._port}"

    def seed(self, file: Path | None = None) -> None:
        """Fill in a sample company (TOML; the built-in one by default); what is there already stays as it is."""
        seeding.seed_file(self.data, file)

    def fail_next(self, kind: Kind, times: int = 1, *, method: str = "", seconds: float = 2.0) -> None:
        """Let the next calls (of a method, e.g. "load") meet a fault; see `faults.py` for the kinds."""
        self.faults.add(Fault(kind, method, seconds), times)

    def start(self) -> None:
        """Serve; raise OSError when the port is taken or the server does not come up."""
        listener = _listener(self._host, self._port)
        self._port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            self._app(),
            log_config=None,
            log_level="critical",
            lifespan="off",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="practice-odoo", daemon=True
        )
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise OSError(f"the practice Odoo did not start on {self.url}")
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop serving and close the file; calls that are running are finished first."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(10)
            self._server = self._thread = None
        self.data.close()

    def _app(self) -> Starlette:
        page = Page(self.data)
        routes = [
            Route("/json/2/{model}/{method}", self._json2, methods=["POST"]),
            Route("/json/2/{rest:path}", _no_call, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
            Route("/xmlrpc/2/{service}", self._xmlrpc, methods=["POST"]),
            Route("/web/version", _version, methods=["GET"]),
            *page.routes(),
        ]
        return Starlette(routes=routes, exception_handlers={sqlite3.OperationalError: _cannot_store})

    async def _json2(self, request: Request) -> Response:
        turned_away = json2.turned_away(request, self.database)
        if turned_away:
            return turned_away
        body = await _body(request)
        if isinstance(body, Response):
            return body
        model, method = request.path_params["model"], request.path_params["method"]

        def work(*, lost_race: bool) -> Response:
            try:
                json2.check_key(request, self.key)
                arguments = json2.arguments_of(body)
                return JSONResponse(self.data.call_named(model, method, arguments, lost_race=lost_race))
            except OdooError as error:
                return json2.refusal(error)

        return await self._with_faults(method, work)

    async def _xmlrpc(self, request: Request) -> Response:
        body = await _body(request)
        if isinstance(body, Response):
            return body
        service = request.path_params["service"]
        try:
            method, params = xmlrpc.parse_request(body)
        except OdooError as error:
            return _xml(xmlrpc.fault(error))
        called = str(params[4]) if service == "object" and len(params) > 4 else method

        def work(*, lost_race: bool) -> Response:
            def call(model: str, name: str, args: list[Json], kwargs: dict[str, Json]) -> Json:
                return self.data.call_positional(model, name, args, kwargs, lost_race=lost_race)

            try:
                if service == "common":
                    return _xml(xmlrpc.answer(xmlrpc.common(method, params, self._login)))
                if service == "object":
                    return _xml(xmlrpc.answer(xmlrpc.execute(method, params, self._login, call)))
                raise BadValue(f"there is no service {service!r}: use common or object")
            except OdooError as error:
                return _xml(xmlrpc.fault(error))

        return await self._with_faults(called, work)

    async def _with_faults(self, method: str, work: Callable[..., Response]) -> Response:
        fault = self.faults.take(method)
        if fault is None:
            return await run_in_threadpool(work, lost_race=False)
        if fault.kind == "down":
            return PlainTextResponse("Service Unavailable", status_code=503)
        if fault.kind == "slow":
            await run_in_threadpool(time.sleep, fault.seconds)
        response = await run_in_threadpool(work, lost_race=fault.kind == "serialization")
        return Dropped() if fault.kind == "timeout_after_commit" else response


def _listener(host: str, port: int) -> socket.socket:
    """Return a bound socket. It names its protocol because asyncio turns Nagle's delays off only on such ones."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _body(request: Request) -> bytes | Response:
    """Return the body, or 413 as soon as it is too large."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return PlainTextResponse("Request Entity Too Large", status_code=413)
        parts.append(part)
    return b"".join(parts)


async def _cannot_store(request: Request, fault: Exception) -> Response:  # noqa: ARG001 - Starlette
    """Answer as an Odoo whose database is away: nothing was done."""
    return PlainTextResponse(f"Service Unavailable: {fault}", status_code=503)


async def _no_call(request: Request) -> Response:  # noqa: ARG001 - Starlette
    return json2.refusal(NotFound("Did you mean POST /json/2/<model>/<method>?"))


async def _version(request: Request) -> Response:  # noqa: ARG001 - Starlette
    return JSONResponse({"version_info": xmlrpc.VERSION["server_version_info"], "version": "19.0"})


def _xml(content: bytes) -> Response:
    return Response(content, media_type="text/xml")


def _kept_key(file: Path) -> str:
    """Return the key in a file only its owner may read; make both when there is none."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(20), encoding="ascii")
    return file.read_text(encoding="ascii").strip()
