"""The ops pages under hostile data, foreign names and forms, and the buttons that do something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.model.exchange import State
from hub.model.finding import Finding, Where
from hub.web.server import WebServer
from tests.support.web import add_order, outbound
from tests.support.web_client import TOKEN, World, world_in

EVIL = "<script>alert(1)</script>\"'&"


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


def test_a_held_order_is_given_back_with_a_reason(world: World) -> None:
    held = world.morning.held
    assert "Say why it ends" in world.press(f"/exchange/{held}/reject").text
    assert world.press(f"/exchange/{held}/reject", why="not in our range").status_code == 303
    assert (world.exchange(held).state, world.exchange(held).why) == (State.REJECTED, "not in our range")


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
        made = [[add_order(tx, f"IN-{s}", s).id for _ in range(4)] for s in _INBOUND]
        made += [[outbound(tx, s).id for _ in range(4)] for s in _OUTBOUND]
    token = world.token()
    for numbers in made:
        for at, number in enumerate(numbers):
            buttons = re.findall(rf'formaction="/exchange/{number}/(\w+)"', world.get(f"/exchange/{number}"))
            if at < len(buttons):
                answer = world.press(f"/exchange/{number}/{buttons[at]}", token=token, why="test")
                assert answer.status_code == 303, answer.text
                pressed.add(buttons[at])
    assert pressed == {"release", "redrive", "resend", "reject", "cancel"}


_INBOUND = (State.HELD, State.REJECTED, State.ORPHAN, State.DEAD, State.UNWRAPPED)
_OUTBOUND = (State.NOTICED, State.COMPOSED, State.SENT, State.DELIVERED, State.HELD, State.DEAD)


def test_who_does_not_know_the_password_sees_nothing(world: World) -> None:
    server = WebServer(world.pages, "127.0.0.1", 0, "öpen sesame")
    server.start()
    try:
        for path in ("/", "/health", "/static/style.css", f"/file/{world.morning.file}/raw", "/nothing"):
            for auth in (None, ("pat", "wrong"), ("pat", "")):
                answer = httpx.get(f"{server.url}{path}", auth=auth)
                assert answer.status_code == 401
                assert answer.headers["WWW-Authenticate"].startswith("Basic ")
                assert "X-Frame-Options" in answer.headers
        for odd in ("Basic", "Basic !", "Basic /w==", "Bearer x", "Basic " + "A" * 9_000):
            assert httpx.get(server.url, headers={"Authorization": odd}).status_code == 401
        knows = httpx.BasicAuth(b"pat", "öpen sesame".encode())
        page = httpx.get(f"{server.url}/exchange/{world.morning.held}", auth=knows)
        assert page.status_code == 200
        found = TOKEN.search(page.text)
        assert found
        form = {"token": found[1], "why": "mended"}
        done = httpx.post(f"{server.url}/exchange/{world.morning.held}/release", data=form, auth=knows)
        assert done.status_code == 303
        assert "web:pat (127.0.0.1)" in [event.actor for event in world.events(world.morning.held)]
    finally:
        server.stop()
