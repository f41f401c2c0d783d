"""Writes X12 interchanges: fixed-width ISA, GS, sets with their counts, GE, IEA.

Nothing corrupt goes out: a separator or a control character in the data is replaced by a blank only if the
caller allows it, else `Unwritable` names the element. Trailing separators are trimmed. The same input gives the same
bytes: numbers, date and time come in the envelope.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.model import problems
from hub.model.envelope import Delimiters, Envelope
from hub.model.errors import Undeliverable
from hub.model.finding import Finding, Where
from translators.errors import Unwritable
from translators.x12.acks.verdicts import COMPONENT, trimmed
from translators.x12.isa import REPETITION_FROM, WIDTHS
from translators.x12.rules.source import load, nearest_release

CENTURY_FROM = "004010"  # GS04 is CCYYMMDD from here on, YYMMDD before


def interchange_version(envelope: Envelope) -> str:
    """Return ISA12: as the envelope says, else derived from the release (004010 gives 00401)."""
    for candidate in (envelope.version, envelope.release[:5]):
        if len(candidate) == 5 and candidate.isascii() and candidate.isdecimal():
            return candidate
    return "00401"


def write_interchange(
    envelope: Envelope,
    sets: Sequence[Sequence[Sequence[str]]],
    technical_acks: Iterable[Sequence[str]] = (),
    *,
    replace_separators: bool = False,
) -> bytes:
    """Write one interchange with at most one group.

    Each set is its segments between ST and SE. ST01 is `envelope.set_id`; ST02 counts up from
    `envelope.set_control` (default 0001). Without sets no group is written (an interchange of TA1 only).
    Raises `Unwritable` when a value cannot be written.
    """
    if envelope.prepared_at is None:
        raise Undeliverable("an interchange cannot be written without envelope.prepared_at")
    # AK404 repeats a partner's bad value, which may hold our separators: an acknowledgment must go out all the same
    replacing = replace_separators or envelope.set_id in {"997", "999"}
    pen = _Pen(_delimiters(envelope), envelope.release, replace_separators=replacing)
    lines = [_isa(envelope, pen)]
    lines += [pen.segment(list(ack), 0) for ack in technical_acks]
    if sets:
        lines.append(pen.segment(_gs(envelope), 0))
        for at, body in enumerate(sets):
            lines += _set(envelope, body, at, pen)
        lines.append(pen.segment(["GE", str(len(sets)), envelope.group_control], 0))
    lines.append(
        pen.segment(["IEA", "1" if sets else "0", envelope.interchange_control.zfill(WIDTHS[12])], 0)
    )
    if pen.findings:
        raise Unwritable(tuple(pen.findings))
    end = pen.delimiters.segment + pen.delimiters.suffix
    text = end.join(lines) + end
    return text.encode("latin-1" if "\x80" <= max(pen.signs, default="") <= "\xff" else "utf-8")


def can_separate(envelope: Envelope) -> bool:
    """Say whether an interchange can be written with the separators of an envelope."""
    used = _used(envelope)
    signs = [used.element, used.component, used.segment, *([used.repetition] if used.repetition else [])]
    bad = [s for s in signs if len(s) != 1 or s.isalnum() or s in " -."]
    bad += [s for s in signs if s in "\r\n" and s != used.segment]
    return not bad and len(set(signs)) == len(signs)


def _used(envelope: Envelope) -> Delimiters:
    """Return the separators of an envelope, that for repetition only where the version knows it."""
    given = envelope.delimiters
    repetition = (given.repetition or "^") if interchange_version(envelope) >= REPETITION_FROM else ""
    return Delimiters(given.element, given.component, repetition, given.segment, given.suffix)


def _delimiters(envelope: Envelope) -> Delimiters:
    """Return the separators to write with; refuse a clash."""
    used = _used(envelope)
    if not can_separate(envelope):
        signs = used.element, used.component, used.segment, used.repetition
        message = f"the separators {' '.join(repr(s) for s in signs if s)} are not four different signs"
        hint = "change them under [x12] in the partner's profile"
        raise Unwritable(
            (Finding(problems.ENVELOPE_DELIMITERS, message, where=Where(segment="ISA"), hint=hint),)
        )
    return used


class _Pen:
    """Writes segments with one interchange's separators and notes what cannot be written."""

    def __init__(self, delimiters: Delimiters, release: str, *, replace_separators: bool) -> None:
        self.delimiters = delimiters
        self.segments = load(nearest_release(release)).segments
        self.replace_separators = replace_separators
        self.findings: list[Finding] = []
        self.signs = delimiters.element + delimiters.segment + delimiters.component + delimiters.repetition

    def segment(self, elements: Sequence[str], number: int) -> str:
        """Return a segment without its terminator; `number` is its place in the set, 0 in the envelopes."""
        cut = trimmed(list(elements))
        return self.delimiters.element.join(
            [cut[0], *(self.value(cut, at, number) for at in range(1, len(cut)))]
        )

    def value(self, elements: Sequence[str], at: int, number: int) -> str:
        """Return one element as it may be written."""
        value = elements[at]
        forbidden = self._forbidden(elements[0], at)
        bad = sorted({c for c in value if c in forbidden or _control(c)})
        if bad and not self.replace_separators:
            signs = " ".join(map(repr, bad))
            where = Where(segment_number=number or None, segment=elements[0], element=at)
            message = f"{elements[0]}{at:02d} holds {signs}, which separates or controls in this interchange"
            hint = "take it out of the data, or choose other separators in the partner's profile"
            self.findings.append(
                Finding(problems.ELEMENT_CHARACTER, message, where=where, value=value, hint=hint)
            )
        for sign in bad:
            value = value.replace(sign, " ")
        return value.replace(COMPONENT, self.delimiters.component)

    def _forbidden(self, tag: str, at: int) -> str:
        """Return the signs that may not stand in an element: those of components only where it has none."""
        segment = self.segments.get(tag)
        if segment is None or at > len(segment.uses):
            return self.delimiters.element + self.delimiters.segment
        use = segment.uses[at - 1]
        inner = "" if use.parts else self.delimiters.component
        repeat = "" if use.repeats > 1 else self.delimiters.repetition
        return self.delimiters.element + self.delimiters.segment + inner + repeat


def _control(character: str) -> bool:
    return character < " " or character == "\x7f"


def _set(envelope: Envelope, body: Sequence[Sequence[str]], at: int, pen: _Pen) -> list[str]:
    first = envelope.set_control or "0001"
    control = str(int(first) + at).zfill(max(4, len(first))) if first.isdecimal() else first
    guide = envelope.release if envelope.set_id == "999" else ""  # ST03 is for guides; others do without
    lines = [pen.segment(["ST", envelope.set_id, control, guide], 1)]
    lines += [pen.segment(segment, number) for number, segment in enumerate(body, start=2)]
    lines.append(pen.segment(["SE", str(len(body) + 2), control], len(body) + 2))
    return lines


def _isa(envelope: Envelope, pen: _Pen) -> str:
    at = envelope.prepared_at
    assert at is not None
    version = interchange_version(envelope)
    standard = pen.delimiters.repetition or "U"
    sender, receiver = envelope.sender, envelope.receiver
    usage = envelope.usage if envelope.usage in {"P", "T", "I"} else "P"
    values = [
        "00", "", "00", "", sender.qualifier, sender.id, receiver.qualifier, receiver.id,
        at.strftime("%y%m%d"), at.strftime("%H%M"), standard, version, envelope.interchange_control.zfill(WIDTHS[12]),
        "1" if envelope.ack_requested else "0", usage, pen.delimiters.component,
    ]  # fmt: skip
    for position, (value, width) in enumerate(zip(values, WIDTHS, strict=True), start=1):
        if len(value) > width:
            where = Where(segment="ISA", element=position)
            message = f"ISA{position:02d} {value!r} is longer than {width} characters"
            hint = "correct the partner's identity in its profile"
            pen.findings.append(Finding(problems.ISA_INVALID, message, where=where, value=value, hint=hint))
    written = ["ISA", *values]
    written[1:11] = [pen.value(written, position, 0) for position in range(1, 11)]
    padded = [value.ljust(width)[:width] for value, width in zip(written[1:], WIDTHS, strict=True)]
    return pen.delimiters.element.join(["ISA", *padded])


def _gs(envelope: Envelope) -> list[str]:
    at = envelope.prepared_at
    assert at is not None
    date = at.strftime("%Y%m%d" if envelope.release[:6] >= CENTURY_FROM else "%y%m%d")
    return [
        "GS",
        envelope.functional_id,
        envelope.group_sender or envelope.sender.id,
        envelope.group_receiver or envelope.receiver.id,
        date,
        at.strftime("%H%M"),
        envelope.group_control,
        "X",
        envelope.release,
    ]
