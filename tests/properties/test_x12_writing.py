"""read(write(x)) = x: every set of every described release, under any legal separators, several groups in a file."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model import problems
from hub.model.envelope import Address, Delimiters, Envelope, Unwrapped
from hub.model.finding import Severity
from translators.x12.characters import Reading
from translators.x12.envelopes import collect, unwrap
from translators.x12.rules.check import check_set, split
from translators.x12.rules.compiled import checker_for
from translators.x12.rules.source import SHIPPED, load
from translators.x12.stream import events
from translators.x12.tokens import decode
from translators.x12.tools.example import example
from translators.x12.writer import Group, write_groups, write_interchange, write_stream

Set = list[list[str]]

#: Separators of one byte, of several in UTF-8, and those of machines; 0x85 and § are one byte in Latin-1.
PLACEHOLDER = "\ue001"  # for the component separator, until it is known
SIGNS = [*"*|~!^:>+@#$%&;=\\/<`'\"_{}[]()?,", *"\x1c\x1d\x1e\x1f\x07\x15\x0b\x85§¦…→、"]
EVERY = [(release, set_id) for release in SHIPPED.releases() for set_id in sorted(load(release).sets)]
ENCODINGS = ["", "", "utf-8", "latin-1", "cp037", "cp500", "cp1252", "utf-16-le", "utf-16"]


def made(release: str, set_id: str, seed: int, fullness: float, repeat: float, component: str) -> Set:
    """Return an example from ST to SE without its control number: that is the writer's."""
    checker = checker_for(release, set_id)
    assert checker is not None
    segments = example(checker, random.Random(seed), fullness, repeat=repeat, component=component)
    return [[*segments[0][:2], "", *segments[0][3:]], *segments[1:-1]]


def envelope_of(release: str, delimiters: Delimiters) -> Envelope:
    repetition = delimiters.repetition if release >= "004020" else ""
    return Envelope(
        format="x12",
        sender=Address("ZZ", "ACME"),
        receiver=Address("14", "0048500000001"),
        interchange_control="000000101",
        usage="T",
        version=release[:5],
        delimiters=replace(delimiters, repetition=repetition),
        prepared_at=dt.datetime.fromisoformat("2025-01-10T12:00"),
    )


def group_of(base: Envelope, release: str, set_id: str, control: int, sets: list[Set]) -> Group:
    envelope = replace(
        base,
        functional_id=load(release).sets[set_id].group,
        group_sender="ACME-EAST",
        group_receiver="0048500000001",
        group_control=str(control),
        release=release,
        set_id=set_id,
        set_control="0007",
    )
    return Group(envelope, sets)


def assert_reads_back(
    unwrapped: Unwrapped, base: Envelope, groups: list[Group], *, clean: bool = True
) -> None:
    """Compare what was read with what was written: envelopes, control numbers, segments, and no finding."""
    (interchange,) = unwrapped.interchanges
    loud = [f for f in unwrapped.findings if f.severity is not Severity.NOTE]
    assert ([*loud], interchange.findings) == ([], ())
    assert interchange.envelope == base
    assert len(interchange.groups) == len(groups)
    for read, written in zip(interchange.groups, groups, strict=True):
        sets = [[list(s) for s in body] for body in written.sets]
        assert (read.findings, read.declared_count) == ((), str(len(sets)))
        for at, (one, body) in enumerate(zip(read.sets, sets, strict=True)):
            control = f"{7 + at:04d}"
            assert one.findings == ()
            guide = body[0][3] if len(body[0]) > 3 else ""
            assert one.envelope == replace(written.envelope, set_control=control, set_guide=guide)
            body[0][2] = control
            end = ["SE", str(len(body) + 1), control]
            assert split(decode(one.payload, base.delimiters), base.delimiters) == [*body, end]
            assert not clean or check_set(one.payload, one.envelope) == ()


@st.composite
def files(draw: st.DrawFn) -> tuple[Envelope, list[Group], str]:
    """An interchange of one to three groups of one release, each of one to three examples; and an encoding."""
    release = draw(st.sampled_from(SHIPPED.releases()))
    encoding = draw(st.sampled_from(ENCODINGS))
    chosen: list[tuple[str, list[Set]]] = []
    for _ in range(draw(st.integers(1, 3))):
        set_id = draw(st.sampled_from(sorted(load(release).sets)))
        fullness, repeat = draw(st.sampled_from([(0.0, 0.0), (0.3, 0.3), (1.0, 0.0)]))
        seeds = draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=3))
        chosen.append(
            (set_id, [made(release, set_id, seed, fullness, repeat, PLACEHOLDER) for seed in seeds])
        )
    occurring = {
        c for _, sets in chosen for body in sets for segment in body for value in segment for c in value
    }
    free = [sign for sign in SIGNS if sign not in occurring and fits(sign, encoding)]
    element, component, repetition, segment = draw(st.permutations(free))[:4]
    suffix = draw(st.sampled_from(["", "\n", "\r\n", "\r"]))
    ends = [(segment, suffix), (segment, suffix), ("\n", ""), ("\r", ""), ("\r", "\n")]
    base = envelope_of(release, Delimiters(element, component, repetition, *draw(st.sampled_from(ends))))
    groups = [
        group_of(base, release, set_id, control, [with_component(body, component) for body in sets])
        for control, (set_id, sets) in enumerate(chosen, start=1)
    ]
    return base, groups, encoding


def with_component(body: Set, component: str) -> Set:
    return [[value.replace(PLACEHOLDER, component) for value in segment] for segment in body]


def fits(sign: str, encoding: str) -> bool:
    """Say whether an encoding has a sign."""
    try:
        return bool(sign.encode(encoding or "utf-8"))
    except UnicodeError:
        return False


@settings(max_examples=40, deadline=None)
@given(files(), st.integers(1, 300))
def test_any_file_of_groups_reads_back_as_it_was_written(
    file: tuple[Envelope, list[Group], str], chunk: int
) -> None:
    base, groups, encoding = file
    data = b"".join(write_groups(base, groups, encoding=encoding))
    reading = Reading(encoding=encoding)
    assert_reads_back(unwrap(data, "", reading), base, groups)
    assert collect(events(io.BytesIO(data), "", reading, chunk=chunk)) == unwrap(data, "", reading)


@pytest.mark.parametrize("release", SHIPPED.releases())
def test_every_set_of_a_release_stands_in_one_file_and_reads_back(release: str) -> None:
    base = envelope_of(release, Delimiters("\x1d", "\x1f", "\x1e", "\x1c", "\n"))
    groups = [
        group_of(base, release, set_id, control, [made(release, set_id, 7, 0.3, 0.0, "\x1f")])
        for control, set_id in enumerate(sorted(load(release).sets), start=1)
    ]
    assert_reads_back(unwrap(b"".join(write_groups(base, groups)), ""), base, groups)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(EVERY), st.integers(0, 10_000), st.permutations(SIGNS[:30]), st.text("*>~^|:", max_size=8)
)
def test_separators_that_occur_in_the_data_give_way_to_others(
    place: tuple[str, str], seed: int, signs: list[str], text: str
) -> None:
    release, set_id = place
    given_ones = Delimiters(*signs[:4])
    body = with_component(made(release, set_id, seed, 0.4, 0.0, PLACEHOLDER), given_ones.component)
    free_text = ["ZZZ", "".join(sign for sign in text if sign not in signs[1:3]) + "."]
    base = envelope_of(release, given_ones)
    group = group_of(base, release, set_id, 1, [])
    data = write_interchange(group.envelope, [[*body, free_text]], choose_separators=True)
    (interchange,) = unwrap(data, "").interchanges
    used = interchange.envelope.delimiters
    ((one,),) = (g.sets for g in interchange.groups)
    assert (interchange.findings, one.findings) == ((), ())
    read = split(decode(one.payload, used), used)
    assert read[-2] == free_text
    assert [len(segment) for segment in read[1:-2]] == [len(segment) for segment in body[1:]]


def test_a_stream_of_sets_is_written_as_it_comes() -> None:
    asked: list[int] = []

    def segments() -> Iterator[list[str]]:
        yield ["BEG", "00", "SA", "4711", "", "20250110"]
        for number in range(20_000):
            asked.append(number)
            yield ["PO1", str(number), "1", "EA"]

    base = envelope_of("004010", Delimiters())
    envelope = group_of(base, "004010", "850", 1, []).envelope
    stream = write_stream(envelope, (segments() for _ in range(2)))
    first = next(stream)
    assert first.startswith(b"ISA*")
    assert len(asked) < 1000
    data = first + b"".join(stream)
    ((read,),) = (i.groups for i in unwrap(data, "").interchanges)
    assert [(s.findings, s.payload.count(b"~")) for s in read.sets] == [((), 20_003)] * 2


def test_a_separator_is_no_control_character_beside_one_in_the_data() -> None:
    base = envelope_of("005010", Delimiters("\x1d", "\x1f", "\x1e", "\x1c"))
    envelope = group_of(base, "005010", "850", 1, []).envelope
    lines = ["ST|850|0001", "BEG|00|SA|4711||20250110", "MEA||WT|5|LB\x1f1", "MSG|A\x07B", "SE|5|0001"]
    payload = "".join(line.replace("|", "\x1d") + "\x1c" for line in lines).encode()
    told = [f.where.segment for f in check_set(payload, envelope) if f.problem == problems.ELEMENT_CHARACTER]
    assert told == ["MSG"]
