"""The ops pages as a program reads them: the real server, asked over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.breaker import OPENS_AFTER
from hub.model.documents import DocType
from hub.model.errors import Retryable
from hub.model.exchange import State
from hub.store import Outage
from hub.web.wording import document_name
from tests.support.web import add_order, add_trade, ops_pages, outbound
from tests.support.web_client import World, world_in


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that tests only look at."""
    with world_in(tmp_path_factory.mktemp("seen")) as found:
        yield found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world that a test may change."""
    with world_in(tmp_path) as found:
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[httpx.Client]:
    with ops_pages(tmp_path) as (_, server), httpx.Client(base_url=server.url) as client:
        yield client


def test_an_empty_hub_says_what_will_stand_there(empty: httpx.Client) -> None:
    assert "Nothing has come yet" in empty.get("/").text
    assert "The log is empty" in empty.get("/log").text
    assert "No file has come yet" in empty.get("/files").text


def test_queues_say_whose_move_it_is(seen: World) -> None:
    page = seen.get("/")
    assert "<title>(4) Queues" in page
    for owner in ("with the partner", "with the operator", "with us, by phone"):
        assert owner in page
    assert "4500200002" in page
    assert "bestilling.pdf" in page
    assert 'http-equiv="refresh"' in page
    assert 'http-equiv="refresh"' not in seen.get("/?refresh=off")


def test_queue_shows_the_longest_waiting_first(world: World) -> None:
    with world.pages.store.begin() as tx:
        for number in range(20):
            add_order(tx, f"LATER{number:03}", State.HELD)
    page = world.get("/")
    assert "4500200002" in page
    assert "LATER019" not in page
    assert "All 21 that are held" in page


def test_the_story_of_an_exchange_is_on_one_page(seen: World) -> None:
    page = seen.get(f"/exchange/{seen.morning.posted}")
    for part in (
        "850 purchase order",
        "000000101",  # ISA13
        "order.edi",
        "S00042",
        "PO1*1*24*EA*9.99",
        "Ordered item",
        "HUB-1001",  # in the canonical document
        "accepted (A)",
        "WH/OUT/00012",  # the same order's ship notice
    ):
        assert part in page
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ">', page)


def test_a_finding_points_at_its_element(seen: World) -> None:
    page = seen.get(f"/exchange/{seen.morning.rejected}")
    assert "PO1*1*24*<mark>EA</mark>*9.99" in page.replace("</code>", "")
    assert '<a href="#at-6">' in page
    assert 'id="at-6"' in page


def test_what_goes_out_is_counted_from_st(seen: World) -> None:
    page = seen.get(f"/exchange/{seen.morning.sent}")
    assert '<td class="n">1</td><td><code>ST*856*0001' in page
    assert "ISA*00" not in page


def test_documents_have_their_x12_number_only_in_x12() -> None:
    assert document_name(DocType.INVOICE, "x12") == "810 invoice"
    assert document_name(DocType.FUNCTIONAL_ACK, "x12", "999") == "999 acknowledgment"
    assert document_name(DocType.RECEIPT, "csv", "receipt") == "receipt"
    assert document_name(DocType.UNKNOWN) == "unknown document"


def test_the_page_of_an_order_says_what_became_of_each_line(world: World) -> None:
    with world.pages.store.begin() as tx:
        order = add_trade(tx, "45/00#7")
    page = world.get("/order/45%2F00%237")
    assert "they order from us" in page
    assert "line 1: 10.50 invoiced, 9.99 agreed, per EA" in page
    assert page.count('class="wrong"') == 1
    assert '<a href="/order/45/00%237">' in world.get(f"/exchange/{order.id}")
    assert "no order" in world.get("/order/never", 404)


def test_other_pages_have_their_content(seen: World) -> None:
    assert "bestilling.pdf" in seen.get("/files")
    assert "neither X12 nor XML" in seen.get(f"/file/{seen.morning.file}")
    partners = seen.get("/partners")
    assert "Nordic Handel AS" in partners
    assert "850 purchase order" in partners
    assert "color-scheme" in seen.get("/static/style.css")


def test_health_names_who_is_away(seen: World) -> None:
    for _ in range(OPENS_AFTER):
        with pytest.raises(Retryable), seen.pages.outages.breakers.of("Odoo").asking():
            raise Retryable("no <connection> to it")
    told = seen.client.get("/health").json()["endpoints"]["Odoo"]
    assert (told["state"], told["failures"]) == ("open", OPENS_AFTER)
    page = seen.client.get("/health", headers={"Accept": "text/html"}).text
    assert "<b>away</b>" in page
    assert "no &lt;connection&gt; to it" in page


def test_health_names_whom_another_process_finds_away(seen: World) -> None:
    now = seen.pages.clock()
    outage = Outage(
        endpoint="Odoo", process="other:7", why="<no> answer", since=now, next_look_at=now, told_at=now
    )
    with seen.pages.store.begin() as tx:
        tx.tell_outages("other:7", [outage])
    (told,) = seen.client.get("/health").json()["away"]
    assert (told["endpoint"], told["process"]) == ("Odoo", "other:7")
    page = seen.client.get("/health", headers={"Accept": "text/html"}).text
    assert "process other:7 finds it <b>away</b>" in page
    assert "&lt;no&gt; answer" in page


def test_the_page_of_queues_names_what_lies_in_partners_folders(seen: World) -> None:
    with seen.pages.store.begin() as tx:
        tx.set_stuck("acme", [("<x>.part", "its name says that it is still being written", 7_200.0)])
    page = seen.get("/")
    with seen.pages.store.begin() as tx:
        tx.set_stuck("acme", [])
    assert "In partners' folders 1" in page.replace("&#39;", "'")
    assert "&lt;x&gt;.part" in page


def test_health_speaks_to_machines_and_to_browsers(seen: World) -> None:
    told = seen.client.get("/health").json()
    assert told["status"] == "ok"
    assert told["exchanges"]["held"] == 1
    assert told["archive_free_bytes"] > 0
    assert "<h1>Health" in seen.client.get("/health", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    "path",
    [
        "/exchange/999",
        "/exchange/0",
        "/exchange/-1",
        "/exchange/abc",
        "/exchange/99999999999999999999",
        "/exchange/" + "9" * 5000,
        "/exchange/%00",
        "/exchange/٤٢",
        "/exchange/1.5",
        "/file/999",
        "/file/T1",
        "/exchange/999/raw",
        "/exchange/x/raw",
        "/exchange/999/canonical",
        "/file/999/raw",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/nothing",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(seen: World, path: str) -> None:
    assert "Not Found" in seen.get(path, 404)


@pytest.mark.parametrize(
    "search",
    [
        "text=%00%01&partner=%00",
        "text=" + "x" * 3000,
        "text=%25_%5C'%22;--",
        "text=%ff%fe",
        "since=garbage&until=31.12.2026",
        "since=0001-01-01&until=9999-12-31",
        "until=9999-12-31",
        "since=2026-02-30",
        "state=nonsense&document=nonsense&direction=sideways",
        "before=-1",
        "before=99999999999999999999999",
        "before=٤٢",
        "text=1&text=2&unknown=3",
        "text=T99999999999999999999",
        "done=" + "x" * 500,
        "%",
    ],
)
def test_no_search_breaks_the_log(seen: World, search: str) -> None:
    assert "Translation log" in seen.get(f"/log?{search}")


def test_what_is_not_understood_is_named(seen: World) -> None:
    page = seen.get("/log?state=nonsense&since=2026-02-30")
    assert "state &#39;nonsense&#39;" in page
    assert "4500200001" in page


@pytest.mark.parametrize(
    ("search", "there", "absent"),
    [
        ("text=4500200002", "4500200002", "4500200003"),
        ("text=dzx", "4500200003", "4500200002"),
        ("state=held", "4500200002", "4500200003"),
        ("document=invoice", "INV/2026/00007", "4500200002"),
        ("direction=out", "INV/2026/00007", "4500200002"),
        ("partner=acme", "4500200002", "no such"),
        ("partner=globex", "Nothing in the log matches", "4500200002"),
        ("since=2000-01-01&until=2001-01-01", "Nothing in the log matches", "4500200002"),
    ],
)
def test_a_search_narrows(seen: World, search: str, there: str, absent: str) -> None:
    page = seen.get(f"/log?{search}")
    assert there in page
    assert absent not in page


def test_a_number_of_the_log_is_offered(seen: World) -> None:
    assert f'<a href="/file/{seen.morning.file}">Open file' in seen.get(f"/log?text=T{seen.morning.file}")
    assert '<a href="/exchange/1">Open exchange 1' in seen.get("/log?text=1")


def test_pages_of_the_log_show_each_exchange_once(world: World) -> None:
    with world.pages.store.begin() as tx:
        for _ in range(100):
            outbound(tx, State.DEAD)
    found, path, pages = [], "/log?state=dead", 0
    while path:
        page = world.get(path)
        found += re.findall(r'data-label="ID"><a href="/exchange/(\d+)"', page)
        older = re.search(r'<a href="([^"]+)" rel="next"', page)
        path = older[1].replace("&amp;", "&") if older else ""
        pages += 1
    assert (len(found), len(set(found)), pages) == (
        100,
        100,
        2,
    )  # the last page is full and says it is the last


def test_the_log_follows_when_asked(seen: World) -> None:
    assert 'http-equiv="refresh"' not in seen.get("/log?state=held")
    assert 'http-equiv="refresh"' in seen.get("/log?state=held&follow=1")


def test_bytes_are_a_download(seen: World) -> None:
    for path, start in (
        (f"/exchange/{seen.morning.posted}/raw", b"ST*850"),
        (f"/exchange/{seen.morning.posted}/canonical", b"{"),
        (f"/file/{seen.morning.file}/raw", b"%PDF"),
    ):
        answer = seen.client.get(path)
        assert answer.content.startswith(start)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
