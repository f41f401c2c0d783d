"""Whatever bytes a partner sends: the hub takes them, nothing dies of it, and all of it comes to an end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.exchange import Direction, State
from hub.store import ACTIVE_STATES
from tests.support.small_hub import PARTNERS, SmallHub, practice_odoo, small_hub

#: What tears formats apart: delimiters, ends, other encodings, numbers that are none, envelopes in the middle.
SPLINTERS = [b"*", b"~", b">", b"^", b"\n", b"\0", b"\xff", b";", b'"', b"-", b".", b" " * 80, b"9" * 40]
SPLINTERS += [b"NaN", b"1E999", b"Infinity", b"20261399", b"\xc3\x28", "é".encode(), b"ISA", b"GS*", b"<a>"]
SPLINTERS += [b"~ST*850*9", b"~SE*1*1", b"~IEA*1*1~", b"~GE*1*1", b"~HL*1*1*I"]

SAMPLES = {
    "acme": ["850_two_orders.edi"],
    "globex": ["855_accepted_with_backorder.edi", "856_two_cartons.edi", "810_with_freight.edi"],
    "nordic": ["order_70031.csv"],
}
CONTROLS = [b"000000905", b"000000041", b"000000042", b"000000043"]

_serial = itertools.count(5000)


@st.composite
def uploads(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A partner, a file name, and a sample of that partner with a few places broken."""
    partner = draw(st.sampled_from(sorted(SAMPLES)))
    name = draw(st.sampled_from(SAMPLES[partner]))
    data = (PARTNERS / partner / "samples" / name).read_bytes()
    for old in CONTROLS:  # a repeated control number would hide all that comes after it
        data = data.replace(old, b"%09d" % next(_serial))
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.sampled_from([0, 0, 1, 2, 20, 200]))
        data = data[:at] + draw(st.sampled_from(SPLINTERS) | st.binary(max_size=6)) + data[at + length :]
    return partner, name, data


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHub]:
    """A hub whose partners are in testing: what is good enough is read and translated, and not posted."""
    folder = tmp_path_factory.mktemp("hub")
    with practice_odoo(folder) as odoo, small_hub(folder, odoo) as hub:
        for partner in SAMPLES:
            hub.edit(partner, 'status  = "live"', 'status  = "testing"')
        yield hub


@settings(max_examples=12, deadline=None)
@given(upload=uploads())
def test_nothing_dies_of_what_a_partner_sends(hub: SmallHub, upload: tuple[str, str, bytes]) -> None:
    partner, name, data = upload
    before = {e.id for e in hub.log()}
    answers = hub.send(data, name, partner)
    (file, *_) = sorted(hub.files(), key=lambda f: -f.id)
    assert file.state in {State.OPENED, State.QUARANTINED, State.DUPLICATE}, file.why
    new = [e for e in hub.log() if e.id not in before]
    for exchange in new:
        assert exchange.state is not State.DEAD, exchange.why
        assert exchange.state not in ACTIVE_STATES
    received = [e for e in new if e.direction is Direction.IN]
    assert received or answers or hub.findings(file), "it came, and nobody is told what became of it"
    silent = {State.QUARANTINED, State.ORPHAN}
    if any(e.state not in silent for e in received):
        assert answers


def test_the_samples_themselves_are_read(hub: SmallHub) -> None:
    for partner, names in SAMPLES.items():
        for name in names:
            data = (PARTNERS / partner / "samples" / name).read_bytes()
            assert hub.send(data, name, partner)
    assert {e.state for e in hub.log(direction=Direction.IN)} >= {State.TESTED}
