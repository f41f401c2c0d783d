"""Whatever bytes come: the X12 engine's other ways in take them too, and say the same as those in memory."""

from __future__ import annotations

import io
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.model.envelope import Delimiters, Envelope
from tests.fuzz.examples import acknowledgments_of
from tests.fuzz.targets import BETWEEN, TARGETS
from tests.support.x12_samples import SETS, envelope, segments
from tests.support.x12_streams import GS, ISA
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.advice import read_application_advice
from translators.x12.acks.reader import read_functional_ack, read_technical_ack
from translators.x12.characters import Reading, begins_x12, codec_of
from translators.x12.checked import checked
from translators.x12.envelopes import collect, unwrap
from translators.x12.events import SetBegins, SetEnds, SetText
from translators.x12.rules.check import check_set
from translators.x12.stream import events
from translators.x12.tokens import decode
from translators.x12.tools.diff import differences
from translators.x12.tools.diff_keys import Text, texts
from translators.x12.tools.grep import hits
from translators.x12.tools.query import parse_query
from translators.x12.tools.reading import Rules
from translators.x12.writer import write_interchange

READINGS = st.sampled_from(
    [Reading(), Reading(wrapped=True), Reading(encoding="cp037"), Reading(encoding="utf-16")]
)
SPLINTERS = [
    b"*",
    b"~",
    b">",
    b"^",
    b"\n",
    b"\0",
    b"\xff",
    "é→".encode(),
    b"ISA",
    b"~IEA*1*1~",
    b"BIN*4*~",
    b"AK3*",
]


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    """One of our samples, or its acknowledgment, with a few places broken."""
    set_id = draw(st.sampled_from(sorted(SETS)))
    body = [line.split("*") for line in segments(set_id)[1:-1]]
    data = write_interchange(envelope(set_id, draw(st.sampled_from(["004010", "005010"]))), [body])
    if draw(st.booleans()):
        data = b"".join(acknowledgments_of(data))
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.sampled_from([0, 0, 1, 20, 200]))
        data = data[:at] + draw(st.sampled_from(SPLINTERS) | st.binary(max_size=6)) + data[at + length :]
    return data


@settings(max_examples=60, deadline=None)
@given(broken_files() | st.binary(max_size=300), READINGS, st.integers(1, 500))
def test_a_stream_reads_as_the_whole_file_does(data: bytes, reading: Reading, chunk: int) -> None:
    assert collect(events(io.BytesIO(data), "f", reading, chunk=chunk)) == unwrap(data, "f", reading)
    assert begins_x12(data) in {True, False}


@st.composite
def mixed_segments(draw: st.DrawFn) -> bytes:
    """A segment of UTF-8, Latin-1 and neither, or a binary one, mostly of the right length."""
    signs = [b"A", b"*", b"\r\n", "é→".encode(), b"\xe9", b"\xc3", b"\xe2\x86", b"\xa9", b"\xff"]
    content = b"".join(draw(st.lists(st.sampled_from(signs), max_size=6)))
    if draw(st.booleans()):
        return b"REF*DP*" + content + b"~"
    content += draw(st.sampled_from([b"", b"~", b"~SE*1*1~"]))
    return b"BIN*%d*%b~" % (len(content) + draw(st.sampled_from([0, 0, 0, 1, -1])), content)


@settings(max_examples=100, deadline=None)
@given(st.lists(mixed_segments(), max_size=12), st.integers(1, 60))
def test_a_set_of_mixed_encodings_reads_the_same_in_any_runs(middle: list[bytes], chunk: int) -> None:
    head, tail = f"{ISA}{GS}ST*841*0001~".encode(), b"SE*9*0001~GE*1*1~IEA*1*000000001~"
    data = head + b"".join(middle) + tail
    found = list(events(io.BytesIO(data), "f", chunk=chunk))
    sets = [s for i in unwrap(data, "f").interchanges for g in i.groups for s in g.sets]
    signs = sets[0].envelope.delimiters
    runs: list[list[bytes]] = []
    for event in found:
        if isinstance(event, SetBegins):
            runs.append([])
        elif isinstance(event, SetText):
            runs[-1].append(event.data)
    texts = ["".join(decode(run, signs) for run in each) for each in runs]
    assert texts == [decode(each.payload, signs) for each in sets]
    told = [event.findings for event in checked(iter(found)) if isinstance(event, SetEnds)]
    assert told == [(*each.findings, *check_set(each.payload, each.envelope)) for each in sets]


@settings(max_examples=40, deadline=None)
@given(broken_files(), broken_files())
def test_files_and_acknowledgments_break_nothing(data: bytes, other: bytes) -> None:
    TARGETS["file"](data)
    TARGETS["ack"](data + BETWEEN + other)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.permutations([*"*>~^|\x85→"]))
def test_readers_of_acknowledgments_take_any_bytes(data: bytes, signs: list[str]) -> None:
    one = Envelope(format="x12", delimiters=Delimiters(*signs[:4]), set_id="997", release="004010")
    for read in (read_functional_ack, read_application_advice):
        told, findings = read(data, one)
        assert isinstance(told, tuple)
        assert all(f.message for f in findings)
    assert X12Acknowledger().read_technical_ack(data, one).message
    assert read_technical_ack(data.decode("latin-1").split("*")).message


@settings(max_examples=40, deadline=None)
@given(
    broken_files(), broken_files(), st.sampled_from(["BEG03", "PO1/N1[ST]", "*", "REF04-1=DP*", "PO102~^1"])
)
def test_tools_take_any_file(old: bytes, new: bytes, text: str) -> None:
    query = parse_query(text)
    for hit in hits(io.BytesIO(old), "f", query, Rules()):
        assert hit.line()
    assert all(d.kind for d in differences(texts_of(old), texts_of(new)))
    assert list(differences(texts_of(old), texts_of(old))) == []


def texts_of(data: bytes) -> list[Text]:
    return list(texts(io.BytesIO(data), "f", Rules()))


@pytest.mark.filterwarnings(
    "ignore::FutureWarning"
)  # of the module re, on an expression that may change its meaning
@settings(max_examples=200, deadline=None)
@given(st.text(string.ascii_uppercase[:6] + "0123/[]|=~!*-.(){}, \n\0é", max_size=20))
@example("BEG03~A{99999999999}")
def test_a_query_is_read_or_refused_in_words(text: str) -> None:
    try:
        query = parse_query(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - that it says something is what is tested
    else:
        assert query.fits("A") in {True, False}


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=12) | st.sampled_from(["cp037", "utf-16", "rot13", "base64", "idna", "punycode", "zlib"])
)
def test_any_name_of_an_encoding_is_one_or_none(name: str) -> None:
    codec = codec_of(name)
    if codec:
        assert "ISA*~".encode(codec).decode(codec) == "ISA*~"
