"""ISA02 and ISA04 hold whatever a partner was told to authorise with: only `hub raw` and downloads give them."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from hub import story
from hub.cli.main import app
from hub.model.exchange import State
from hub.web.server import WebServer
from tests.support.small_hub import SmallHub

SECRETS = (b"AUTHINFO99", b"SECRETPW77")
ISA = b"ISA*03*AUTHINFO99*01*SECRETPW77*ZZ*ACMERETAIL     *ZZ*OURCO          *260113*1200*U*00401*000000001*0*P*>~"
REST = (
    b"GS*PO*ACMERET*OURCO*20260113*1200*1*X*004010~ST*850*0001~BEG*00*SA*PO1**20260113~"
    b"PO1*1*2*EA*3**VP*AR-10001~CTT*1~SE*5*0001~GE*1*1~IEA*1*000000001~"
)
FILES = {
    "sound": ISA + REST,
    "unknown sender": ISA.replace(b"ACMERETAIL", b"NOBODYELSE") + REST,
    "for somebody else": ISA.replace(b"OURCO", b"OTHER") + REST,
    "blanks lost": ISA.replace(b" ", b"") + REST,
    "too wide": ISA.replace(b"INFO99*", b"INFO99MORE*").replace(b"PW77*", b"PW77MORE*") + REST,
    "sixteen elements, no usage": ISA.replace(b"*P*", b"*?*") + REST,
    "terminator is a letter of the password": ISA.replace(b"~", b"W") + REST,
    "terminator is the separator": ISA.replace(b"~", b"*") + REST,
    "cut off": ISA[:60],
    "cut off in the password": ISA[:31],
    "an ISA without separators": ISA.replace(b"*", b"", 1) + REST,
    "an ISA behind junk": b"from the old system: ISA03*AUTHINFO99*01*SECRETPW77\n" + ISA + REST,
    "an ISA inside an interchange": ISA + b"ISA*031*AUTHINFO99*01*SECRETPW77~" + REST,
    "an ISA inside a set": ISA + REST.replace(b"~CTT", b"~ISA*03*AUTHINFO99*01*SECRETPW77*ZZ*ME~CTT"),
}


def test_no_screen_shows_them(hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = hub.root / "samples"
    samples.mkdir()
    for number, (name, data) in enumerate(FILES.items(), start=1):
        numbered = data.replace(b"000000001", f"{number:09d}".encode())
        (samples / name).write_bytes(numbered)
        hub.put(numbered, name)
    hub.work()
    exchanges, files = hub.log(), hub.files()
    assert {file.name for file in files} == set(FILES)
    formats, store = hub.hub.formats, hub.hub.store
    for told in (
        *(story.tell(store, formats, exchange.id) for exchange in exchanges),
        *(story.tell_file(store, file.id) for file in files),
    ):
        assert not leaks(msgspec.json.encode(told)), told
    assert not leaks(pages(hub, [f"/exchange/{e.id}" for e in exchanges] + [f"/file/{f.id}" for f in files]))
    monkeypatch.setenv("HUB_ROOT", str(hub.root))
    for options in (["--json"], []):
        arguments = ["partner", "try", "--any", *options, *(str(samples / name) for name in FILES)]
        tried = CliRunner().invoke(app, arguments)
        assert all(name in tried.stdout for name in FILES)
        assert not leaks(tried.stdout.encode())
    assert all(leaks(story.raw_file(store, file.id)) for file in files)


def pages(hub: SmallHub, paths: list[str]) -> bytes:
    """Return everything that the ops pages say there."""
    web = WebServer(hub.hub, "127.0.0.1", 0)
    web.start()
    try:
        with httpx.Client(base_url=web.url) as client:
            answers = [client.get(path) for path in ("/", "/files", "/log", *paths)]
    finally:
        web.stop()
    assert {answer.status_code for answer in answers} == {200}
    return b"".join(answer.content for answer in answers)


def leaks(shown: bytes) -> list[bytes]:
    """Return the secrets of which half or more can be read."""
    return [secret for secret in SECRETS if secret[:5] in shown or secret[5:] in shown]


def test_what_is_shown_of_an_interchange_keeps_its_shape(hub: SmallHub) -> None:
    hub.send(FILES["unknown sender"])
    (refused,) = hub.log()
    assert refused.state is State.QUARANTINED
    told = story.tell(hub.hub.store, hub.hub.formats, refused.id)
    assert told.lines[0].text.startswith("ISA*03*xxxxxxxxxx*01*xxxxxxxxxx*ZZ*NOBODYELSE     *ZZ*OURCO")
    assert [line.text for line in told.lines[1:3]] == REST.decode().split("~")[:2]
    assert story.raw(hub.hub.store, refused.id) == FILES["unknown sender"]


def test_blank_elements_stay_blank(hub: SmallHub) -> None:
    blank = (
        ISA.replace(SECRETS[0], b" " * 10)
        .replace(SECRETS[1], b" " * 10)
        .replace(b"ACMERETAIL", b"NOBODYELSE")
    )
    hub.send(blank + REST)
    (refused,) = hub.log()
    told = story.tell(hub.hub.store, hub.hub.formats, refused.id)
    assert told.lines[0].text == blank.decode().removesuffix("~")
