"""What holds for every file: nothing is lost, nothing raises, what is written is read back the same."""

from __future__ import annotations

import io
import string
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.envelope import Delimiters
from hub.model.finding import Where
from tests.support.x12_samples import SETS, envelope, segments
from tests.support.x12_streams import told
from translators.x12.acks.reader import read_functional_ack
from translators.x12.acks.verdicts import group_acknowledgment, technical_acknowledgment
from translators.x12.annotate import annotate
from translators.x12.characters import Characters, Reading
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set
from translators.x12.rules.explain import explain
from translators.x12.rules.generate import Accept, Subject, module_source
from translators.x12.rules.guideline import Demand, guideline
from translators.x12.rules.source import load
from translators.x12.scan import scan
from translators.x12.tokens import decode, plain
from translators.x12.tokens import segments as cut
from translators.x12.writer import write_interchange

SIGNS = "*|~!^:>+@#$%&;=\\/<\x1c\x1d\x1e\x1f\x07"
ISA = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *250110*1200*U*00401*000000001*0*P*>~"
ENVELOPES = [
    "GS*PO*A*B*20250110*1200*1*X*004010~",
    "ST*850*0001~",
    "SE*2*0001~",
    "GE*1*1~",
    "IEA*1*000000001~",
]
SCRAPS = [
    "ISA",
    "GS",
    "ST",
    "SE",
    "GE",
    "IEA",
    "TA1",
    "*",
    "~",
    "|",
    ">",
    "^",
    "850",
    "0001",
    "N1",
    "PO1",
    "é",
]
PIECES = st.sampled_from([ISA, *ENVELOPES, *SCRAPS, " ", "\n", "\x00"])
NUMBERS = ["00", "1", "-2", "1.5", ".", "1E2", "²", "٣"]
DATES = ["20250110", "20251301", "250110", "1200", "2500"]
VALUES = ["A", "EA", "ABC", "S", "C", "DP>1", ">", "A>B>C>D", "X^Y", *NUMBERS, *DATES]
SOUP = st.one_of(
    st.binary(max_size=400), st.lists(PIECES, max_size=40).map(lambda parts: "".join(parts).encode("latin-1"))
)


@settings(max_examples=100)
@given(SOUP)
def test_pieces_put_together_are_the_file(data: bytes) -> None:
    characters = Characters(io.BytesIO(data))
    pieces = list(scan(characters))
    assert not characters.plain or "".join(p.text for p in pieces).encode("latin-1") == data
    assert all(p.text or p.ends for p in pieces)


READINGS = st.sampled_from(
    [Reading(), Reading(wrapped=True), Reading(encoding="cp037"), Reading(encoding="cp1252")]
)


@settings(max_examples=100)
@given(SOUP, st.integers(1, 60), READINGS)
def test_the_chunks_make_no_difference(data: bytes, chunk: int, reading: Reading) -> None:
    assert told(data, chunk, reading) == told(data, 1 << 20, reading)


@settings(max_examples=100)
@given(SOUP, st.integers(1, 60))
def test_short_segments_end_where_long_ones_would(data: bytes, chunk: int) -> None:
    """With a small LONGEST every rule for segments that are too long is tried; what is handed on is still the file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("translators.x12.scan.LONGEST", 20)
        assert told(data, chunk) == told(data, 1 << 20)
        characters = Characters(io.BytesIO(data), chunk=chunk)
        pieces = "".join(piece.text for piece in scan(characters))
        assert not characters.plain or pieces.encode("latin-1") == data


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from("*|!^:§¦\x85\x1c\t🚀"), min_size=3, max_size=3, unique=True),
    st.sampled_from(["", "\n", "\r\n"]),
    st.integers(1, 60),
)
def test_any_separators_in_utf_8(signs: list[str], suffix: str, chunk: int) -> None:
    element, component, segment = signs
    lines = [ISA[:-1], *(line[:-1] for line in ENVELOPES)]
    text = "".join(line.replace("*", element).replace(">", component) + segment + suffix for line in lines)
    (interchange,) = unwrap(text.encode(), "").interchanges
    assert interchange.envelope.delimiters == Delimiters(element, component, "", segment, suffix)
    (one,) = interchange.groups[0].sets
    assert (interchange.findings, one.findings) == ((), ())
    wanted = [f"ST{element}850{element}0001", f"SE{element}2{element}0001"]
    assert one.payload.decode() == "".join(part + segment + suffix for part in wanted)
    assert told(text.encode(), chunk) == told(text.encode(), 1 << 20)


@settings(max_examples=100)
@given(SOUP)
def test_no_bytes_raise(data: bytes) -> None:
    for interchange in unwrap(data, "soup").interchanges:
        technical_acknowledgment(interchange)
        for group in interchange.groups:
            verdicts = []
            for one in group.sets:
                assert data[one.offset :].startswith(one.payload)
                found = check_set(one.payload, one.envelope)
                annotate(one.payload, one.envelope)
                read_functional_ack(one.payload, one.envelope)
                verdicts.append(SetVerdict(envelope=one.envelope, findings=(*one.findings, *found)))
            group_acknowledgment(
                GroupVerdict(
                    envelope=group.envelope, declared_count=group.declared_count, sets=tuple(verdicts)
                )
            )


@settings(max_examples=100)
@given(st.sampled_from(sorted(SETS)), st.data())
def test_a_damaged_set_never_raises(set_id: str, data: st.DataObject) -> None:
    text = "~".join(segments(set_id)) + "~"
    at = data.draw(st.integers(0, len(text)))
    damage = data.draw(st.text(string.printable + "é\x00\x7f", max_size=5))
    damaged = text[:at] + damage + text[at + data.draw(st.integers(0, 5)) :]
    for finding in check_set(damaged.encode(), envelope(set_id)):
        assert finding.message


@settings(max_examples=100)
@given(
    st.permutations(list(SIGNS)),
    st.sampled_from(["", "\n", "\r\n"]),
    st.sampled_from(["004010", "005010"]),
    st.data(),
)
def test_what_is_written_is_read_back(
    signs: list[str], suffix: str, release: str, data: st.DataObject
) -> None:
    element, component, repetition = signs[:3]
    segment = data.draw(st.sampled_from([signs[3], "\n", "\r"]))
    delimiters = Delimiters(
        element,
        component,
        repetition if release > "0050" else "",
        segment,
        "" if segment in "\r\n" else suffix,
    )
    texts = (
        st.text(string.ascii_letters + string.digits + " -.,éß", min_size=1, max_size=12)
        .map(str.strip)
        .filter(bool)
    )
    body = data.draw(
        st.lists(st.lists(texts, min_size=1, max_size=5).map(lambda e: ["NTE", *e]), min_size=1, max_size=5)
    )
    wanted = replace(envelope("850", release), delimiters=delimiters, interchange_control="000000101")
    unwrapped = unwrap(write_interchange(wanted, [body, body]), "")
    (interchange,) = unwrapped.interchanges
    assert (unwrapped.findings, interchange.findings, interchange.groups[0].findings) == ((), (), ())
    for one in interchange.groups[0].sets:
        assert one.findings == ()
        version = one.envelope.version
        control = one.envelope.set_control
        assert one.envelope == replace(wanted, version=version, set_control=control)
        parts = [s.split(element) for s in cut(decode(one.payload, delimiters), delimiters)]
        assert parts[1:-1] == body


@settings(max_examples=200)
@given(st.sampled_from(["004010", "005010"]), st.data())
def test_both_paths_refuse_the_same_segments(release: str, data: st.DataObject) -> None:
    """The generated function says no exactly when `explain` finds something, where it is asked at all."""
    known = load(release).segments
    segment = known[data.draw(st.sampled_from(sorted(known)))]
    values = st.sampled_from(["", "", "0" * 31, "x" * 300, *VALUES])
    size = data.draw(st.integers(0, len(segment.uses) + 2))
    elements = [segment.id, *data.draw(st.lists(values, min_size=size, max_size=size))]
    repetition = "^" if release == "005010" else ""
    subject = Subject(segment, data.draw(st.sampled_from(demands_on(segment.id))))
    found = explain(subject, elements, Where(segment_number=1, segment=segment.id), ">", repetition)
    if plain("*".join(elements) + "~", Delimiters()):
        assert bool(accept_function(subject)(elements, ">", repetition)) is (not found)


@cache
def accept_function(subject: Subject) -> Accept:
    """Compile one segment's accept function."""
    names: dict[str, Any] = {}
    exec(compile(module_source("a test", [subject]), "<test>", "exec"), names)
    function: Accept = names["ACCEPT"][0]
    return function


@cache
def demands_on(tag: str) -> list[tuple[Demand, ...]]:
    """Return guidelines' demands on a segment: none, and each kind of them."""
    places = {f"{tag}01": "A|EA", f"{tag}02": "", f"{tag}[A|ABC]03-1": "1"}
    wanted = guideline(places, {f"{tag}04": "C"}, {f"{tag}03": 2}, [f"{tag}05", f"{tag}[S]"])
    return [(), wanted.demands, *((demand,) for demand in wanted.demands)]
