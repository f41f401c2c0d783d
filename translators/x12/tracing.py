"""What an X12 map says, and what it did with one set of a sample."""

from __future__ import annotations

from collections.abc import Iterator

from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope
from hub.model.finding import Where
from hub.model.partner import Partner
from translators.maps import agreement
from translators.tracing import MapLine, Taken, Trace, Unused, empty_fields, masked
from translators.x12.mapping.spec import SETS, Map, Section, load_map, overridden_map
from translators.x12.mapping.tracing import Note, trace_document
from translators.x12.sets import sets_of
from translators.x12.tokens import decode
from translators.x12.tokens import segments as cut

#: Segments that frame a set or order its parts, and say nothing of the trade.
_FRAME = frozenset({"ST", "SE", "HL", "LS", "LE"})
#: Elements with bank accounts, where no rule reads them.
_ACCOUNTS = frozenset({("BPR", 9), ("BPR", 15)})


class X12Tracer:
    """Tells of X12 maps."""

    def lines(self, document: DocType, partner: Partner | None, *, sending: bool) -> tuple[MapLine, ...]:
        """Return the lines of the maps of all sets that carry a document."""
        agreed = agreement(partner, document, sending=sending) if partner is not None else None
        changed = tuple(agreed.map.items()) if agreed is not None else ()
        found: list[MapLine] = []
        for set_id in sets_of(document):
            if set_id in SETS:
                mapped = overridden_map(set_id, changed) if changed else load_map(set_id)
                profile = f"{partner.key}.toml" if partner is not None else ""
                found += _lines(mapped, dict(changed), profile)
        return tuple(found)

    def trace(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, Trace]:
        """Read one set, and say which element went where and which went nowhere."""
        marks = envelope.delimiters
        rows = [segment.split(marks.element) for segment in cut(decode(payload, marks), marks)]
        made, findings, notes = trace_document(rows, document, envelope, partner)
        taken = tuple(_taken(rows, note) for note in notes)
        set_id = envelope.set_id if envelope.set_id in sets_of(document) else ""
        lines = (
            line
            for line in self.lines(document, partner, sending=False)
            if not set_id or line.part.startswith(set_id)
        )
        return made, Trace(
            document=document,
            number=made.number if made is not None else "",
            taken=taken,
            unused=tuple(_unused(rows, notes, set_id or next(iter(sets_of(document)), ""))),
            empty=empty_fields(lines, taken),
            findings=findings,
        )


def _lines(found: Map, changed: dict[str, str], profile: str) -> Iterator[MapLine]:
    """Yield the lines of one set's map, loop by loop."""
    for prefix, section in _sections(found):
        part = f"{found.set_id} {section.name}".removesuffix(" document")
        for rule in section.rules:
            path = prefix + rule.path
            ours = path in changed
            yield MapLine(
                path=path,
                places=tuple(str(place) for place in rule.places),
                kind=rule.kind,
                part=part,
                must=bool(rule.must),
                codes=rule.codes.ours if rule.codes else {},
                overridden=ours,
                origin=profile if ours else f"x12/maps/{found.set_id}.toml",
            )


def _sections(found: Map) -> Iterator[tuple[str, Section]]:
    """Yield the loops that a set reaches, each with the canonical path of its fields."""
    levels = {found.sections[name].name: found.sections[name] for name in found.levels.values()}
    begun = [
        ("", found.sections["document"]),
        *((section.path or "", section) for section in levels.values()),
    ]
    while begun:
        prefix, section = begun.pop(0)
        yield prefix, section
        for name in section.sequence:
            if name.islower():
                inner = found.sections[name]
                entry = ".*." if inner.role else "[]."
                begun.append((f"{prefix}{inner.fills}{entry}", inner))


def _taken(rows: list[list[str]], note: Note) -> Taken:
    """Return a note as one shows it."""
    segment = rows[note.segment]
    where = Where(segment_number=note.segment + 1, segment=segment[0], element=note.element or None)
    value = segment[note.element].strip() if note.element else "*".join(segment[1:])
    return Taken(note.path, str(where), value)


def _unused(rows: list[list[str]], notes: tuple[Note, ...], set_id: str) -> Iterator[Unused]:
    """Yield the elements that no rule has read and none has asked for."""
    whole = {note.segment for note in notes if not note.element}
    read = {(note.segment, at) for note in notes for at in (note.element, *note.qualifiers)}
    fixed = _fixed(load_map(set_id)) if set_id in SETS else set()
    for number, segment in enumerate(rows):
        if number in whole or segment[0] in _FRAME:
            continue
        for at, text in enumerate(segment[1:], 1):
            if text.strip() and (number, at) not in read and (segment[0], at, text.strip()) not in fixed:
                where = Where(segment_number=number + 1, segment=segment[0], element=at)
                if not (segment[0] == "N1" and at == 1):  # the party's role
                    secret = (segment[0], at) in _ACCOUNTS
                    yield Unused(str(where), masked(text.strip()) if secret else text.strip())


def _fixed(found: Map) -> set[tuple[str, int, str]]:
    """Return the elements that always have one value when their segment is written: reading it says nothing."""
    return {
        (segment, at, value)
        for section in found.sections.values()
        for segment, elements in section.fixed.items()
        for at, value in elements.items()
    }
