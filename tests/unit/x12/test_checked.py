"""A stream is checked as its sets are by themselves, whatever the size of a chunk."""

from __future__ import annotations

import io
import random

import pytest

from benchmarks.generate import advices, interchange, notices, order, orders, spoiled
from hub.model.finding import Finding
from translators.x12.checked import checked
from translators.x12.envelopes import unwrap
from translators.x12.events import SetEnds
from translators.x12.rules.check import check_set
from translators.x12.rules.guideline import guideline
from translators.x12.stream import events

FILES = {
    "orders": orders(3),
    "spoiled": spoiled(orders(2)),
    "advices": advices(20_000, lines=60),
    "notices": notices(20_000, packs=5),
    "wrong counts": orders(2).replace(b"SE*", b"SE*9"),
    "cut off": orders(2)[:-300],
}


def streamed(data: bytes, chunk: int = 1 << 20) -> list[tuple[Finding, ...]]:
    stream = checked(events(io.BytesIO(data), "", chunk=chunk), lambda _: guideline({"PO108": "VP"}))
    return [event.findings for event in stream if isinstance(event, SetEnds)]


@pytest.mark.parametrize("chunk", [97, 4096, 1 << 20])
@pytest.mark.parametrize("name", FILES)
def test_a_stream_finds_what_each_set_does_alone(name: str, chunk: int) -> None:
    sets = [s for i in unwrap(FILES[name], "").interchanges for g in i.groups for s in g.sets]
    alone = [(*s.findings, *check_set(s.payload, s.envelope, guideline({"PO108": "VP"}))) for s in sets]
    assert streamed(FILES[name], chunk) == alone
    assert sets


def test_a_segment_of_many_megabytes_is_one_fault() -> None:
    lines = order(random.Random(1), 1, 2)
    at = next(at for at, line in enumerate(lines) if line[0] == "MSG")
    lines[at] = ["MSG", "X" * 9_000_000]
    data = interchange([lines])
    (found,) = [
        event for event in checked(events(io.BytesIO(data), "", chunk=1 << 16)) if isinstance(event, SetEnds)
    ]
    assert [(f.problem, str(f.where)) for f in found.findings] == [
        ("segment.element_errors", f"segment {at + 1} MSG"),  # too long to be looked at as a whole
        ("element.too_long", f"segment {at + 1} MSG01"),
    ]
