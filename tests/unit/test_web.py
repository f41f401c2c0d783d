"""The ops pages as a program sees them: the real server, asked over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding, Where
from hub.store import Event
from hub.web.server import WebServer
from hub.web.wording import document_name
from tests.support.web import Morning, OpsPages, add_order, fill, ops_pages, outbound

EVIL = "<script>alert(1)</script>\"'&"
TOKEN = re.compile(r'name="token" value="([^"]+)"')


class World:
    """Pages, their server, a client without redirects, and what is in the log."""

    def __init__(self, pages: OpsPages, server: WebServer) -> None:
        self.pages, self.server = pages, server
        self.client = httpx.Client(base_url=server.url)
        self.morning: Morning = fill(pages.store)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def press(self, path: str, **form: str) -> httpx.Response:
        """Send a form as the page at the path's parent would; `token=""` sends a wrong one."""
        if "token" not in form:
            found = TOKEN.search(self.client.get(path.rpartition("/")[0]).text)
            form["token"] = found[1] if found else self.token()
        return self.client.post(path, data=form)

    def token(self) -> str:
        found = TOKEN.search(self.get(f"/exchange/{self.morning.held}"))
        assert found
        return found[1]

    def exchange(self, number: int) -> Exchange:
        with self.pages.store.read() as tx:
            return tx.exchange(number)

    def events(self, number: int) -> list[Event]:
        with self.pages.store.read() as tx:
            return tx.events(exchange_id=number)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that tests only look at."""
    with ops_pages(tmp_path_factory.mktemp("seen")) as (pages, server):
        found = World(pages, server)
        yield found
        found.client.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world that a test may change."""
    with ops_pages(tmp_path) as (pages, server):
        found = World(pages, server)
        yield found
        found.client.close()


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


def test_other_pages_have_their_content(seen: World) -> None:
    assert "bestilling.pdf" in seen.get("/files")
    assert "neither X12 nor XML" in seen.get(f"/file/{seen.morning.file}")
    partners = seen.get("/partners")
    assert "Nordic Handel AS" in partners
    assert "850 purchase order" in partners
    assert "color-scheme" in seen.get("/static/style.css")


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


def test_hostile_data_is_shown_not_run(world: World) -> None:
    finding = Finding("x", EVIL, where=Where(segment_number=2, element=3, file=EVIL), value=EVIL, hint=EVIL)
    with world.pages.store.begin() as tx:
        held = add_order(tx, EVIL, State.HELD, why=EVIL, findings=(finding,), name=EVIL + ".edi")
        assert held.transmission_id
        bad = tx.add_transmission(partner=EVIL, channel="embedded", name=EVIL, sha256="", size=0)
        tx.move_transmission(bad.id, State.QUARANTINED, why=EVIL, actor=EVIL)
        tx.add_findings([finding], transmission_id=bad.id, stage="unwrap")
    for path in (
        "/",
        "/log",
        "/log?text=" + EVIL,
        "/files",
        f"/exchange/{held.id}",
        f"/file/{bad.id}",
        f"/file/{held.transmission_id}",
        f"/log?state={EVIL}",
    ):
        page = world.get(path)
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "alert(1)</script>" not in page
    assert "<script" not in world.get(f"/{EVIL}", 404)


def test_control_and_direction_marks_are_visible(world: World) -> None:
    with world.pages.store.begin() as tx:
        held = add_order(tx, "A\x1b[31m\u202eB", State.HELD)
    page = world.get(f"/exchange/{held.id}")
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "A␛[31m�B" in page


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


@pytest.mark.parametrize("path", ["/", "/log", "/nothing", "/static/style.css", "/health"])
def test_every_answer_is_guarded(seen: World, path: str) -> None:
    headers = seen.client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[", "@localhost"]
)
def test_on_loopback_only_loopback_names_are_answered(seen: World, host: str) -> None:
    assert seen.client.get("/", headers={"Host": host}).status_code in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:1"])
def test_loopback_names_are_answered(seen: World, host: str) -> None:
    assert seen.client.get("/", headers={"Host": host}).status_code == 200


def test_pages_and_templates_hold_no_inline_style_or_script(seen: World) -> None:
    for path in ("/", "/log", f"/exchange/{seen.morning.rejected}", "/partners"):
        page = seen.get(path)
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_a_release_is_done_told_once_and_on_record(world: World) -> None:
    held = world.morning.held
    answer = world.press(f"/exchange/{held}/release", why="they called", who="Dana")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/exchange/{held}?done=")
    assert f"Done: exchange {held} goes on from checked." in world.get(answer.headers["location"])
    assert "Done:" not in world.get(answer.headers["location"])
    assert world.exchange(held).state is State.CHECKED
    last = world.events(held)[-1]
    assert (last.actor, last.why) == ("web:Dana (127.0.0.1)", "they called")
    assert world.pages.nudged == ["acme:in:purchase_order"]


def test_a_message_cannot_be_forged_with_a_link(seen: World) -> None:
    page = seen.get(f"/exchange/{seen.morning.held}?done=Pay+42&said=Pay+42")
    assert "Pay 42" not in page


@pytest.mark.parametrize(
    ("which", "action", "state"),
    [
        ("sent", "resend", State.COMPOSED),
        ("held", "redrive", State.UNWRAPPED),
        ("overdue", "resend", State.COMPOSED),
    ],
)
def test_other_actions_do_what_they_say(world: World, which: str, action: str, state: State) -> None:
    number = getattr(world.morning, which)
    assert world.press(f"/exchange/{number}/{action}").status_code == 303
    assert world.exchange(number).state is state
    assert world.events(number)[-1].actor == "web:127.0.0.1"


def test_a_file_is_opened_again(world: World) -> None:
    file = world.morning.file
    assert world.press(f"/file/{file}/redrive").status_code == 303
    with world.pages.store.read() as tx:
        assert tx.transmission(file).state is State.RECEIVED


def test_ending_needs_a_reason(world: World) -> None:
    held = world.morning.held
    assert "Say why it ends" in world.press(f"/exchange/{held}/cancel", why="  ").text
    assert world.exchange(held).state is State.HELD
    assert world.press(f"/exchange/{held}/cancel", why="ordered twice").status_code == 303
    assert world.exchange(held).why == "ordered twice"


@pytest.mark.parametrize("token", ["", "wrong", "é\u202e"])
def test_a_form_without_our_token_does_nothing(seen: World, token: str) -> None:
    held = seen.morning.held
    answer = seen.press(f"/exchange/{held}/release", token=token)
    assert answer.status_code == 403
    assert "Nothing was done" in answer.text
    assert seen.client.post(f"/exchange/{held}/release").status_code == 403
    assert seen.exchange(held).state is State.HELD


def test_a_form_of_another_site_does_nothing(seen: World) -> None:
    held = seen.morning.held
    for origin in ("https://evil.example", "null"):
        answer = seen.client.post(
            f"/exchange/{held}/release", data={"token": seen.token()}, headers={"Origin": origin}
        )
        assert answer.status_code == 403
    assert seen.exchange(held).state is State.HELD


def test_a_refused_action_says_why(seen: World) -> None:
    answer = seen.press(f"/exchange/{seen.morning.posted}/release")
    assert answer.status_code == 409
    assert "is posted, not held" in answer.text
    assert f'href="/exchange/{seen.morning.posted}"' in answer.text


def test_odd_forms_are_turned_away(seen: World) -> None:
    url, token = f"/exchange/{seen.morning.held}/release", seen.token()
    assert seen.client.post(url, data={"token": token, "why": "x" * 100_000}).status_code == 413
    assert seen.client.post(url, content=iter([b"token=", token.encode()])).status_code == 413
    assert seen.client.post(url, files={"token": b"x"}).status_code in {400, 403}
    assert seen.press(f"/exchange/{seen.morning.held}/explode").status_code == 404
    assert seen.press("/exchange/999999/release").status_code == 409
    assert seen.client.delete("/log").status_code in {405, 413}
    assert seen.exchange(seen.morning.held).state is State.HELD


def test_every_action_offered_is_accepted(world: World) -> None:
    """Press each button of each state, on an exchange of its own: none may be refused."""
    pressed = set()
    with world.pages.store.begin() as tx:
        made = [(add_order(tx, f"IN-{s}", s).id, add_order(tx, f"IN-{s}", s).id) for s in _INBOUND]
        made += [(outbound(tx, s).id, outbound(tx, s).id) for s in _OUTBOUND]
    token = world.token()
    for pair in made:
        for number, at in zip(pair, (0, -1), strict=True):
            buttons = re.findall(rf'formaction="/exchange/{number}/(\w+)"', world.get(f"/exchange/{number}"))
            if buttons:
                answer = world.press(f"/exchange/{number}/{buttons[at]}", token=token, why="test")
                assert answer.status_code == 303, answer.text
                pressed.add(buttons[at])
    assert pressed == {"release", "redrive", "resend", "cancel"}


_INBOUND = (State.HELD, State.REJECTED, State.ORPHAN, State.DEAD, State.UNWRAPPED)
_OUTBOUND = (State.NOTICED, State.COMPOSED, State.SENT, State.DELIVERED, State.HELD, State.DEAD)
