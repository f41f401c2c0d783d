"""Writes X12 interchanges: fixed-width ISA, GS, sets with their counts, GE, IEA.

`write_stream` and `write_groups` write sets of any size in constant memory, `write_interchange` writes one group in
memory and names all faults at once. Nothing corrupt goes out: a separator or a control character in the data becomes a
blank only if the caller allows it, else `Unwritable` names the element. The same input gives the same bytes: numbers,
date and time come in the envelope.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.envelope import Delimiters, Envelope
from hub.model.errors import Undeliverable
from hub.model.finding import Finding, Severity, Where
from translators.errors import Unwritable
from translators.x12.control import At, group_control, repeated_group, set_header
from translators.x12.groups import group_release
from translators.x12.isa import WIDTHS, read_isa
from translators.x12.numbers import Numbers
from translators.x12.pen import Pen
from translators.x12.separators import (
    can_separate,
    chosen,
    file_codec,
    interchange_version,
    refuse_clash,
    separators_of,
)

__all__ = [
    "Group", "Segments", "can_separate", "interchange_version", "write_groups", "write_interchange", "write_stream",
]  # fmt: skip

CENTURY_FROM = "004010"  # GS04 is CCYYMMDD from here on, YYMMDD before
RUN = 512  # segments that are held at once

#: One set: its segments between ST and SE, each a list of its elements with its id first. Where the first of them is
#: an ST, that is taken (ST01, ST02 and ST03, for what it has); an SE at the end is not, as the count is ours.
Segments = Iterable[Sequence[str]]

#: Which segments may stand between the ISA and the first GS, in this order.
_ORDER = {"ISB": 0, "ISE": 1, "TA1": 2, "TA3": 3}
_MOST_SETS = 999_999_999


class Group(Struct, frozen=True):
    """A functional group to write: GS01, GS02, GS03, GS06, GS08, ST01 and the first ST02 by its envelope."""

    envelope: Envelope
    sets: Iterable[Segments]


def write_interchange(
    envelope: Envelope,
    sets: Sequence[Sequence[Sequence[str]]],
    technical_acks: Iterable[Sequence[str]] = (),
    *,
    replace_separators: bool = False,
    choose_separators: bool = False,
    encoding: str = "",
) -> bytes:
    """Write one interchange with at most one group, in memory.

    ST01 is `envelope.set_id`; ST02 counts up from `envelope.set_control` (default 0001). Without sets no group is
    written (an interchange of TA1 only). `choose_separators`: take others where those of the envelope occur in the
    data. The other options are those of `write_groups`. Raises `Unwritable` with all that cannot be written.
    """
    used = separators_of(envelope)
    if choose_separators:
        used = chosen(used, _occurring(envelope, sets, encoding), encoding)
    groups = [Group(envelope, sets)] if sets else []
    pen = _pen(envelope, used, encoding)
    data = b"".join(_written(envelope, groups, technical_acks, pen, replacing=replace_separators))
    _refuse(pen)
    return data


def write_stream(
    envelope: Envelope,
    sets: Iterable[Segments],
    technical_acks: Iterable[Sequence[str]] = (),
    *,
    replace_separators: bool = False,
    encoding: str = "",
) -> Iterator[bytes]:
    """Write one interchange with one group of any number of sets of any size, part by part."""
    groups = [Group(envelope, sets)]
    return write_groups(
        envelope, groups, technical_acks, replace_separators=replace_separators, encoding=encoding
    )


def write_groups(
    envelope: Envelope,
    groups: Iterable[Group],
    technical_acks: Iterable[Sequence[str]] = (),
    *,
    replace_separators: bool = False,
    encoding: str = "",
) -> Iterator[bytes]:
    """Write one interchange with groups of different kinds, part by part; all of it together is the file.

    The ISA is made of `envelope`. `technical_acks`: TA1 segments, or ISB, ISE and TA3. `replace_separators`: write a
    blank for what may not stand in the data. `encoding`: a codec that X12 can be written in; empty: UTF-8. Raises
    `Unwritable` as soon as something cannot be written: what came before is then no whole interchange.
    """
    pen = _pen(envelope, separators_of(envelope), encoding)
    for data in _written(envelope, groups, technical_acks, pen, replacing=replace_separators):
        _refuse(pen)
        yield data


def _pen(envelope: Envelope, used: Delimiters, encoding: str) -> Pen:
    """Return a pen for an interchange that can be written."""
    if envelope.prepared_at is None:
        raise Undeliverable("an interchange cannot be written without envelope.prepared_at")
    refuse_clash(used, encoding)
    return Pen(envelope.delimiters, used, file_codec(used, encoding))


def _refuse(pen: Pen) -> None:
    if pen.findings:
        raise Unwritable(tuple(pen.findings))


def _occurring(envelope: Envelope, sets: Iterable[Segments], encoding: str) -> set[str]:
    """Return the characters of the data, which no separator may be."""
    used = separators_of(envelope)
    pen = Pen(envelope.delimiters, used, file_codec(used, encoding))
    pen.turn_to(envelope.release, replacing=True)
    addresses = *_gs(envelope), *_addresses(envelope)
    return set("".join(addresses)).union(*(pen.literal(segment) for body in sets for segment in body))


def _written(
    envelope: Envelope, groups: Iterable[Group], acks: Iterable[Sequence[str]], pen: Pen, *, replacing: bool
) -> Iterator[bytes]:
    """Yield the file in runs of segments. What cannot be written is noted by the pen."""
    encoder = codecs.getincrementalencoder(pen.codec)("replace")
    lines = _lines(envelope, groups, acks, pen, replacing=replacing)
    while run := list(islice(lines, RUN)):
        yield encoder.encode(pen.end.join(run) + pen.end)


def _lines(
    envelope: Envelope, groups: Iterable[Group], acks: Iterable[Sequence[str]], pen: Pen, *, replacing: bool
) -> Iterator[str]:
    """Yield the segments of an interchange, without their terminators."""
    # AK404 repeats a partner's bad value, which may hold our separators: an acknowledgment must go out all the same
    pen.turn_to(envelope.release, replacing=replacing or envelope.set_id in {"997", "999"})
    yield _isa(envelope, pen)
    for ack in sorted(acks, key=lambda ack: _ORDER.get(ack[0], 0)):
        yield pen.segment(ack, 0)
    count, controls = 0, Numbers()
    for group in groups:
        own = group.envelope
        pen.turn_to(own.release, replacing=replacing or own.set_id in {"997", "999"})
        lines = _group(group, pen, used=not controls.add(own.group_control))
        first = next(lines, None)
        if first is not None:
            count += 1
            yield first
            yield from lines
    yield pen.segment(["IEA", str(count), envelope.interchange_control.zfill(WIDTHS[12])], 0)


def _group(group: Group, pen: Pen, *, used: bool) -> Iterator[str]:
    """Yield a group; nothing when it has no sets."""
    envelope, count, controls = group.envelope, 0, Numbers()
    for body in group.sets:
        if not count:
            at = At("", 0, 0, "GS")
            faults = group_control(at, envelope.group_control) + group_release(at, envelope.release)
            _note(pen, faults + [repeated_group(at, envelope.group_control, copy=False)] * used)
            yield pen.segment(_gs(envelope), 0)
        yield from _set(envelope, body, count, pen, controls)
        count += 1
    if count:
        yield pen.segment(["GE", str(count), envelope.group_control], 0)


def _set(envelope: Envelope, body: Segments, at: int, pen: Pen, controls: Numbers) -> Iterator[str]:
    """Yield a set, the `at`th of its group."""
    segments = iter(body)
    first = next(segments, None)
    own = list(first) if first and first[0] == "ST" else []
    if first is not None and not own:
        segments = chain([first], segments)
    st = _st(envelope, own, at)
    _note(pen, set_header(At("", 0, 1, "ST"), st[1], st[2], used=not controls.add(st[2])))
    yield pen.segment(st, 1)
    number, closed = 1, False
    for segment in segments:
        closing = bool(own) and segment[:1] == ["SE"] and not closed
        closed = closed or closing
        if not closing:
            number += 1
            yield pen.of_set(["SE"] if closed else segment, number)
    yield pen.segment(["SE", str(number + 1), st[2]], number + 1)


def _st(envelope: Envelope, own: list[str], at: int) -> list[str]:
    """Return the ST of a set: its own for what that has; numbers count upwards, behind the last from 1 again."""
    control = first = envelope.set_control or "0001"
    if first.isascii() and first.isdecimal() and len(first) <= len(str(_MOST_SETS)):
        number = int(first) + at
        control = str(number if number <= _MOST_SETS else number % _MOST_SETS).zfill(max(4, len(first)))
    if own:
        _, set_id, own_control, *more = [*own, "", ""]
        return ["ST", set_id or envelope.set_id, own_control or control, *more]
    guide = envelope.release if envelope.set_id == "999" else ""  # ST03 is for guides; others do without
    return ["ST", envelope.set_id, control, guide]


def _isa(envelope: Envelope, pen: Pen) -> str:
    """Return the ISA, its elements filled with blanks to their width."""
    at = envelope.prepared_at
    assert at is not None
    standard = pen.used.repetition or "U"
    usage = envelope.usage if envelope.usage in {"P", "T", "I"} else "P"
    values = [
        "00", "", "00", "", *_addresses(envelope), at.strftime("%y%m%d"), at.strftime("%H%M"), standard,
        interchange_version(envelope), envelope.interchange_control.zfill(WIDTHS[12]),
        "1" if envelope.ack_requested else "0", usage, pen.used.component,
    ]  # fmt: skip
    written = ["ISA", *values]
    for position, (value, width) in enumerate(zip(values, WIDTHS, strict=True), start=1):
        if len(value) > width:
            where = Where(segment="ISA", element=position)
            message = f"ISA{position:02d} {value!r} is longer than {width} characters"
            hint = "correct the partner's identity in its profile"
            pen.note(Finding(problems.ISA_INVALID, message, where=where, value=value, hint=hint))
        if position not in (11, 16):
            written[position] = pen.value(["ISA", *values], position, 0)
    padded = [value.ljust(width)[:width] for value, width in zip(written[1:], WIDTHS, strict=True)]
    isa = pen.used.element.join(["ISA", *padded])
    _note(pen, read_isa(isa + pen.end, decoded=True).findings)
    return isa


def _addresses(envelope: Envelope) -> tuple[str, str, str, str]:
    sender, receiver = envelope.sender, envelope.receiver
    return sender.qualifier, sender.id, receiver.qualifier, receiver.id


def _gs(envelope: Envelope) -> list[str]:
    at = envelope.prepared_at
    date = at.strftime("%Y%m%d" if envelope.release[:6] >= CENTURY_FROM else "%y%m%d") if at else ""
    return [
        "GS",
        envelope.functional_id,
        envelope.group_sender or envelope.sender.id,
        envelope.group_receiver or envelope.receiver.id,
        date,
        at.strftime("%H%M") if at else "",
        envelope.group_control,
        "X",
        envelope.release,
    ]


def _note(pen: Pen, faults: Iterable[Finding]) -> None:
    """Refuse what our own reader would call an error, but in what must go out."""
    for fault in faults:
        wrong = fault.fatal or fault.problem == problems.GS_REPEATED
        if wrong and not pen.replacing:
            pen.note(replace(fault, severity=Severity.ERROR, where=replace(fault.where, offset=None)))
