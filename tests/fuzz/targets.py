"""What the fuzzer calls with any bytes, and what must hold whatever they are.

A target takes one input and raises AssertionError, or whatever our code raised, when something does not hold. Options
such as the size of chunks follow from the input itself, so that an input always does the same.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hub.model.acks import GroupVerdict, SetVerdict, Verdict
from hub.model.envelope import (
    Delimiters,
    Envelope,
    Unwrapped,
    UnwrappedGroup,
    UnwrappedInterchange,
    UnwrappedSet,
)
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from hub.model.partner import Partner, X12Settings
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.echo import set_header
from translators.x12.acks.reader import read_functional_ack
from translators.x12.acks.story import explain_ack
from translators.x12.annotate import annotate
from translators.x12.characters import Characters, Reading
from translators.x12.envelopes import collect, unwrap
from translators.x12.importers.reading import read_sources, write_imports
from translators.x12.mapping import read_document
from translators.x12.mapping.spec import SETS
from translators.x12.rules.check import SetCheck, check_set, split
from translators.x12.rules.compiled import checker_for
from translators.x12.rules.explain import explain
from translators.x12.rules.source import Library, read_dictionary
from translators.x12.scan import scan
from translators.x12.stream import events
from translators.x12.tokens import decode, divided, plain
from translators.x12.tools.answer import answers
from translators.x12.tools.reading import Rules, rows
from translators.x12.tools.show import lines

#: Between an acknowledgment and the file that it may answer.
BETWEEN = b"\n%%%%\n"
#: Before each file of a source: its name.
NAMED = re.compile(rb"^=== ([a-z0-9_]{1,20}\.(?:toml|xml|xsd|py))\r?\n", re.MULTILINE)

_READINGS = [Reading()] * 5 + [Reading(wrapped=True), Reading(encoding="cp037"), Reading(encoding="latin-1")]
#: Segments of an acknowledgment that repeat what the partner wrote, wrong as it may be.
_ECHOES = {"AK1", "AK2"}
_ADDRESSES = {5, 6, 7, 8}  # of an ISA
_PARTNERS = [
    Partner(key="p", name="P", x12=X12Settings(technical_ack="always", functional_ack=kind, ack_detail=detail))
    for kind, detail in (("997", "all"), ("999", "all"), ("997", "rejected"))
]  # fmt: skip


def any_file(data: bytes) -> None:
    """A file from a partner: opened, checked, acknowledged, read, explained, shown."""
    chance = zlib.crc32(data)
    reading = _READINGS[chance % len(_READINGS)]
    partner = _PARTNERS[chance // 8 % len(_PARTNERS)]
    found = unwrap(data, "f", reading)
    assert collect(events(io.BytesIO(data), "f", reading, chunk=1 + chance // 64 % 700)) == found
    _nothing_is_lost(data, reading, found)
    for interchange in found.interchanges:
        for group in interchange.groups:
            for one in group.sets:
                _one_set(one, chance)
            if not interchange.refused:
                _acknowledged(group, partner)
    _answered(data, Rules(reading=reading), found, partner)
    for _ in lines(rows(io.BytesIO(data), "f", Rules(reading=reading))):
        pass


def any_acknowledgment(data: bytes) -> None:
    """An acknowledgment and the file that it may answer."""
    ack, _, original = data.partition(BETWEEN)
    assert explain_ack(ack, original).lines() or not ack
    for one in _sets(unwrap(ack, "a")):
        groups, findings = read_functional_ack(one.payload, one.envelope)
        assert all(f.message for f in findings)
        assert all(f.message for group in groups for s in group.sets for f in s.findings)


def any_source(data: bytes) -> None:
    """The files of a dictionary, or a foreign grammar: read, or refused by a ConfigError that says which file."""
    parts = NAMED.split(data)
    files = {name.decode(): content for name, content in zip(parts[1::2], parts[2::2], strict=True)}
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder) / "009999"
        release.mkdir()
        for name, content in files.items():
            (release / name).write_bytes(content)
        try:
            if "release.toml" in files:
                read_dictionary("009999", Library((Path(folder),)))
            elif files:
                sources = [release if len(files) > 1 else release / next(iter(files))]
                write_imports(read_sources(sources, release="004010"), Path(folder) / "out")
        except ConfigError as error:
            assert str(error)  # noqa: PT017 - that it says something is what is tested


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "file": any_file,
    "ack": any_acknowledgment,
    "source": any_source,
}


def _sets(found: Unwrapped) -> Iterator[UnwrappedSet]:
    for interchange in found.interchanges:
        for group in interchange.groups:
            yield from group.sets


def _nothing_is_lost(data: bytes, reading: Reading, found: Unwrapped) -> None:
    """Every character lies in one piece, and each set stands in the file where it says."""
    characters = Characters(io.BytesIO(data), reading)
    pieces = list(scan(characters))
    position = 0
    for piece in pieces:
        assert piece.at == position
        position += len(piece.text)
    if not characters.plain or reading.wrapped:
        return
    assert "".join(piece.text for piece in pieces).encode("latin-1") == data
    for one in _sets(found):
        assert data[one.offset :].startswith(one.payload)


def _one_set(one: UnwrappedSet, chance: int) -> None:
    """Check a set in one piece and in runs, by both paths, and read it as a document."""
    envelope = one.envelope
    delimiters = envelope.delimiters
    text = decode(one.payload, delimiters)
    parts = split(text, delimiters)
    found = check_set(one.payload, envelope)
    in_runs = SetCheck.of(envelope)
    size = 1 + chance // 3 % 7
    for at in range(0, len(parts), size):
        in_runs.feed(
            parts[at : at + size],
            careful=not plain(text, delimiters),
            dividing=divided(text, delimiters),
        )
    assert in_runs.finish() == found
    if plain(text, delimiters):
        _both_paths(parts, one)
    annotate(one.payload, envelope)
    notes: tuple[Finding, ...] = ()
    if envelope.set_id in SETS:
        document, notes = read_document(parts, one.document, envelope, None)
        assert document is not None or notes
    assert all(f.message and f.problem for f in (*found, *notes, *one.findings))


def _both_paths(parts: list[list[str]], one: UnwrappedSet) -> None:
    """The generated functions refuse a segment exactly when `explain` finds something."""
    checker = checker_for(one.envelope.release, one.envelope.set_id)
    if checker is None:
        return
    signs: Delimiters = one.envelope.delimiters
    for elements in parts[:50]:
        for state in checker.grammar.places.get(elements[0], ())[:3]:
            place = Where(segment_number=1, segment=elements[0])
            told = explain(state.subject, elements, place, signs.component, signs.repetition)
            accepted = bool(state.accept(elements, signs.component, signs.repetition))
            assert accepted is (not told), elements


def _acknowledged(group: UnwrappedGroup, partner: Partner) -> None:
    """The acknowledgment of a group is valid, comes back as it was meant and has the right counts."""
    verdicts = tuple(
        SetVerdict(
            envelope=one.envelope,
            findings=(*one.findings, *check_set(one.payload, one.envelope)),
            document=one.document,
        )
        for one in group.sets
    )
    verdict = GroupVerdict(
        envelope=group.envelope, declared_count=group.declared_count, findings=group.findings, sets=verdicts
    )
    desk = X12Acknowledger()
    back = _back(group)
    data = desk.write_functional_ack(verdict, back, partner)
    assert data == desk.write_functional_ack(verdict, back, partner)
    letters = desk.verdicts(verdict)
    (one,) = _sets(_clean(data))
    assert one.findings == ()
    faults = [f for f in check_set(one.payload, one.envelope) if f.where.segment not in _ECHOES]
    assert faults == [], faults
    (read,), notes = read_functional_ack(one.payload, one.envelope)
    assert notes == ()
    assert (int(read.received), int(read.accepted)) == (
        len(group.sets),
        sum(v is not Verdict.REJECTED for v in letters),
    )
    spoken = [
        letter
        for one, letter in zip(group.sets, letters, strict=True)
        if (partner.x12.ack_detail == "all" or letter is not Verdict.ACCEPTED)
        and set_header(one.envelope, "997", "004010")  # what cannot be named is only counted
    ]
    assert [s.verdict for s in read.sets] == spoken


def _clean(data: bytes) -> Unwrapped:
    """Open a file of ours: its envelopes are without fault, but for the addresses, which are the partner's."""
    found = unwrap(data, "ours")
    (interchange,) = found.interchanges
    faults = [
        *found.findings,
        *(f for f in interchange.findings if f.where.element not in _ADDRESSES),
        *(f for group in interchange.groups for f in group.findings),
    ]
    assert faults == [], faults
    return found


def _back(group: UnwrappedGroup) -> Envelope:
    received = group.envelope
    return Envelope(
        format="x12",
        sender=received.receiver,
        receiver=received.sender,
        interchange_control="7",
        usage=received.usage,
        delimiters=received.delimiters,
        version=received.version,
        prepared_at=dt.datetime(2025, 1, 1, 12, 0),  # noqa: DTZ001 - a local clock, as ISA09 has it
        group_sender=received.group_receiver or received.receiver.id,
        group_receiver=received.group_sender or received.sender.id,
        group_control="7",
        release=received.release,
    )


def _answered(data: bytes, rules: Rules, found: Unwrapped, partner: Partner) -> None:
    """What goes back for the file is made in one pass over its stream, and tells what the file in memory tells."""
    made = list(answers(io.BytesIO(data), "f", rules, partner))
    refused = [i for i in found.interchanges if i.refused]
    assert len([a for a in made if a.kind == "TA1"]) >= len(refused) - sum(map(_only_acks, refused))
    for answer in made:
        (interchange,) = unwrap(answer.data, "ours").interchanges
        assert interchange.envelope.interchange_control.isdecimal()
        if answer.kind != "TA1":
            told = explain_ack(answer.data, data)
            assert told.parts or rules.reading != Reading()
            assert told.lines()


def _only_acks(interchange: UnwrappedInterchange) -> bool:
    return bool(interchange.technical_acks) and not interchange.groups
