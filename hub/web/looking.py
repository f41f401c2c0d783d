"""The pages that are read: queues, the log, files, partners, health, and the story of each exchange and file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

from msgspec import structs, to_builtins
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub import story
from hub.model.documents import DocType
from hub.model.errors import Retryable
from hub.model.exchange import Exchange, State, Transmission, row_number
from hub.orders import tell_orders
from hub.reconciling import Summary, last_look
from hub.stages.order_ledger import LEDGER_COLUMNS
from hub.store import NotFound, Outage
from hub.web import telling
from hub.web.actions import offered, offered_for_file
from hub.web.page import Page
from hub.web.pages import Pages
from hub.web.query import PAGE_SIZE, Search, read_search, reference

P = ParamSpec("P")
T = TypeVar("T")

REFRESH_SECONDS = 30
MOST_STUCK = 50  # files of partners' folders on the page of queues
EACH_QUEUE = 8
MOST_FILES = 200

#: Who moves next without anybody here: their queues come last.
NOT_OURS = frozenset({"partner", "hub"})

_EXTENSIONS = {"x12": "edi", "csv": "csv", "xml": "xml"}


class Looking:
    """One method a page. The store blocks, so it is asked in a thread."""

    def __init__(self, pages: Pages, page: Page) -> None:
        self._pages, self._page = pages, page

    async def queues(self, request: Request) -> Response:
        """Show what waits for somebody, and how many stand where."""
        waiting, files = await run_in_threadpool(story.queues, self._pages.store, EACH_QUEUE)
        stuck = await run_in_threadpool(story.stuck, self._pages.store)
        counts = await run_in_threadpool(self._counts)
        paused = request.query_params.get("refresh") == "off"
        return self._page.show(
            request,
            "queues.html",
            waiting=sorted(waiting, key=lambda queue: queue.owner in NOT_OURS),
            files=files,
            stuck=stuck[:MOST_STUCK],
            stuck_count=len(stuck),
            counts=_in_order(counts),
            reconciled=await run_in_threadpool(self._reconciled),
            total=sum(q.count for q in waiting) + len(files) + len(stuck),
            paused=paused,
            refresh=0 if paused else REFRESH_SECONDS,
        )

    async def log(self, request: Request) -> Response:
        """Show the log, narrowed by the search."""
        search = read_search(request.query_params)
        found, named = await run_in_threadpool(self._search, search)
        older = search.link(before=found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else ""
        return self._page.show(
            request,
            "log.html",
            search=search,
            found=found[:PAGE_SIZE],
            named=named,
            older=older,
            partners=sorted(self._pages.partners()),
            documents=[d.value for d in DocType],
            states=[s.value for s in State],
            refresh=REFRESH_SECONDS if search.follow else 0,
        )

    async def files(self, request: Request) -> Response:
        """Show the newest files as picked up."""

        def look() -> list[Transmission]:
            with self._pages.store.read() as tx:
                return tx.transmissions(limit=MOST_FILES)

        return self._page.show(request, "files.html", files=await run_in_threadpool(look), most=MOST_FILES)

    async def partners(self, request: Request) -> Response:
        """Show the partners, and the profiles that don't load."""
        book = await run_in_threadpool(self._pages.partners)
        known = sorted(book.values(), key=lambda p: p.key)
        return self._page.show(
            request, "partners.html", partners=known, findings=self._pages.partners.findings
        )

    async def exchange(self, request: Request) -> Response:
        """Tell the story of an exchange."""
        told = await self._found(
            story.tell, self._pages.store, self._pages.formats, _row(request), telling.MOST_CANONICAL_BYTES
        )
        return self._page.show(
            request,
            "exchange.html",
            story=told,
            findings=telling.weightiest(told.findings),
            events=telling.told(told.events),
            on_page=telling.shown_numbers(told.lines),
            pieces=telling.pieces,
            actions=offered(told.exchange),
            most=telling.MOST_ROWS,
            said=self._page.notice(request),
        )

    async def order(self, request: Request) -> Response:
        """Tell the story of an order: its ledger and its documents."""
        wanted = request.path_params["number"]
        partner = request.query_params.get("partner") or None
        found = await run_in_threadpool(tell_orders, self._pages.store, wanted, partner)
        if not found:
            raise HTTPException(404, f"There is no order {wanted} in the log.")
        return self._page.show(request, "order.html", number=wanted, found=found, columns=LEDGER_COLUMNS)

    async def file(self, request: Request) -> Response:
        """Tell the story of a file."""
        told = await self._found(story.tell_file, self._pages.store, _row(request))
        return self._page.show(
            request,
            "file.html",
            story=told,
            findings=telling.weightiest(told.findings),
            events=telling.told(told.events),
            actions=offered_for_file(told.transmission),
            most=telling.MOST_ROWS,
            said=self._page.notice(request),
        )

    async def raw(self, request: Request) -> Response:
        """Give the bytes of an exchange."""
        row = _row(request)
        exchange = await self._found(self._exchange, row)
        data = await self._found(story.raw, self._pages.store, row)
        return _download(data, f"exchange-{row}.{_EXTENSIONS.get(exchange.envelope.format, 'txt')}")

    async def canonical(self, request: Request) -> Response:
        """Give the canonical document of an exchange."""
        row = _row(request)
        data = await self._found(story.raw, self._pages.store, row, "canonical")
        return _download(data, f"exchange-{row}.json")

    async def raw_file(self, request: Request) -> Response:
        """Give the bytes of a file."""
        row = _row(request)
        return _download(await self._found(story.raw_file, self._pages.store, row), f"file-T{row}.bin")

    async def health(self, request: Request) -> Response:
        """Say whether the hub can store and how many stand where: JSON for machines, a page for a browser."""
        ills = await run_in_threadpool(self._pages.storing.ills)
        counts, free = await run_in_threadpool(self._measured)
        endpoints = self._pages.outages.breakers.health()
        others = await run_in_threadpool(self._others)
        if "text/html" in request.headers.get("accept", ""):
            in_order = _in_order(counts)
            return self._page.show(
                request,
                "health.html",
                503 if ills else 200,
                counts=in_order,
                free=free,
                endpoints=endpoints,
                others=others,
            )
        told = {
            "status": "ok" if not ills else "takes no new work",
            "storage": [structs.asdict(ill) for ill in ills],
            "exchanges": {state.value: count for state, count in counts.items()},
            "archive_free_bytes": free,
            "endpoints": {one.name: structs.asdict(one) for one in endpoints},
            "away": to_builtins(others),
        }
        return JSONResponse(told, 503 if ills else 200)

    def _measured(self) -> tuple[dict[State, int], int | None]:
        """Return how many stand where and how much room there is, as far as that can be read now."""
        counts: dict[State, int] = {}
        free: int | None = None
        with suppress(Retryable):
            counts = self._counts()
        with suppress(OSError):
            free = self._pages.store.archive.free_bytes()
        return counts, free

    def _others(self) -> list[Outage]:
        """Return whom the other processes of this hub find away."""
        with suppress(Retryable), self._pages.store.read() as tx:
            return [one for one in tx.outages() if one.process != self._pages.outages.process]
        return []

    def _counts(self) -> dict[State, int]:
        with self._pages.store.read() as tx:
            return tx.count_by_state()

    def _reconciled(self) -> Summary | None:
        with self._pages.store.read() as tx:
            return last_look(tx)

    def _exchange(self, row: int) -> Exchange:
        with self._pages.store.read() as tx:
            return tx.exchange(row)

    def _search(self, search: Search) -> tuple[list[Exchange], tuple[str, int] | None]:
        """Return what matches, and the exchange or file whose own number the text is, when there is one."""
        with self._pages.store.read() as tx:
            named = reference(search.fields["text"])
            try:
                if named:
                    tx.transmission(named[1]) if named[0] == "file" else tx.exchange(named[1])
            except NotFound:
                named = None
            return tx.find_exchanges(search.query), named

    async def _found(self, look: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await run_in_threadpool(look, *args, **kwargs)
        except NotFound as fault:
            words = str(fault)
            raise HTTPException(404, f"{words[:1].upper()}{words[1:]}.") from fault


def _in_order(counts: dict[State, int]) -> list[tuple[State, int]]:
    """Return the counts in the order in which a document goes through the states."""
    return [(state, counts[state]) for state in State if state in counts]


def _row(request: Request) -> int:
    """Return the number in the path; raise 404 when no row can have it."""
    found = row_number(request.path_params["id"])
    if found is None:
        raise HTTPException(
            404, "That is no number of the log. Exchanges have numbers like 42, files like T7."
        )
    return found


def _download(data: bytes, name: str) -> Response:
    """Return bytes as a download: a partner's file is never shown as a page."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
