"""The story of a received acknowledgment: what it says of a file of ours, with our own segments pointed at.

The acknowledgment (TA1, 997, 999 or 824) names control numbers, segment numbers and codes; the original has what
stands there. Nothing here raises on either file: what does not fit together is a remark.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from msgspec import Struct

from hub.model import problems
from hub.model.acks import ReceivedAdvice, ReceivedGroupAck, ReceivedSetAck, ReceivedTechnicalAck
from hub.model.documents import DocType
from hub.model.envelope import UnwrappedGroup, UnwrappedInterchange, UnwrappedSet
from hub.model.finding import Finding, Where
from translators.x12.acks.advice import read_application_advice
from translators.x12.acks.codes import isa_element
from translators.x12.acks.explanation import Explanation, Mark, Part
from translators.x12.acks.pointing import original, own_number, point, point_at_envelope, span
from translators.x12.acks.reader import read_functional_ack, read_technical_ack
from translators.x12.acks.words import ADVICE_WORDS, VERDICT_WORDS
from translators.x12.annotate import AnnotatedSegment
from translators.x12.characters import Characters
from translators.x12.envelopes import unwrap
from translators.x12.isa import NAMES, mask_isa
from translators.x12.scan import scan
from translators.x12.tokens import BLANKS


class _Group(Struct, frozen=True):
    """A group of the original, with its GS and GE as they stand there, and its sets by ST02 without leading zeros."""

    found: UnwrappedGroup
    rows: Sequence[AnnotatedSegment]
    sets: Mapping[str, UnwrappedSet]


class _File(Struct, frozen=True):
    """The original, opened."""

    interchanges: Sequence[UnwrappedInterchange]
    groups: Sequence[_Group]


def explain_ack(ack_bytes: bytes, original_bytes: bytes) -> Explanation:
    """Explain a received file of TA1, 997, 999 or 824 against the file of ours that it may answer. Never raises."""
    ours, acks = _open(original_bytes), unwrap(ack_bytes, "").interchanges
    if not ours.interchanges:
        return Explanation(kind="", remarks=("the original is no X12 file: no ISA segment was found in it",))
    if not acks:
        return Explanation(kind="", remarks=("the acknowledgment is no X12 file: no ISA segment was found",))
    kinds: list[str] = []
    parts: list[Part] = []
    remarks: list[str] = []
    for interchange in acks:
        technical = [read_technical_ack(elements) for elements in interchange.technical_acks]
        kinds += ["TA1"] * len(technical)
        parts += [_technical(ack, ours.interchanges) for ack in technical]
        for one in (s for g in interchange.groups for s in g.sets):
            told = _told(one, ours)
            if told is not None:
                kinds.append(one.envelope.set_id)
                parts += told[0]
                remarks += [f.line() for f in told[1]]
    if not kinds:
        return Explanation(kind="", remarks=("the file holds no TA1, 997, 999 or 824",))
    remarks += _strangers(acks, ours.interchanges, parts)
    return Explanation(
        kind=" and ".join(dict.fromkeys(kinds)), parts=tuple(parts), remarks=tuple(dict.fromkeys(remarks))
    )


def _open(data: bytes) -> _File:
    """Open the original. Its groups stand in the order of their GS, each with the GE that follows it."""
    rows: list[list[AnnotatedSegment]] = []
    terminator = "~"
    for piece in scan(Characters(io.BytesIO(data))):
        terminator = piece.isa.signs.segment if piece.isa else terminator
        shown = AnnotatedSegment(0, piece.text.strip(BLANKS).removesuffix(terminator).rstrip(BLANKS))
        if piece.kind == "GS":
            rows.append([shown])
        elif piece.kind == "GE" and rows:
            rows[-1].append(shown)
    interchanges = unwrap(data, "").interchanges
    groups = [g for i in interchanges for g in i.groups]
    paired = zip_longest(groups, rows[: len(groups)], fillvalue=())
    return _File(interchanges, [_indexed(g, r) for g, r in paired if isinstance(g, UnwrappedGroup)])


def _indexed(group: UnwrappedGroup, rows: Sequence[AnnotatedSegment]) -> _Group:
    """Return a group with its sets by number; of two with one number the first counts."""
    return _Group(group, rows, {_bare(s.envelope.set_control): s for s in reversed(group.sets)})


def _told(one: UnwrappedSet, ours: _File) -> tuple[list[Part], tuple[Finding, ...]] | None:
    """Return what one set says and what is wrong with it itself; None when it is no acknowledgment."""
    if one.document is DocType.FUNCTIONAL_ACK:
        acks, findings = read_functional_ack(one.payload, one.envelope)
        return [part for ack in acks for part in _group(ack, ours.groups)], findings
    if one.document is DocType.APPLICATION_ADVICE:
        advices, findings = read_application_advice(one.payload, one.envelope)
        numbers = {own_number(s): s for g in reversed(ours.groups) for s in reversed(g.found.sets)}
        return [_document(advice, _advised(advice, ours.groups, numbers)) for advice in advices], findings
    return None


def _technical(ack: ReceivedTechnicalAck, ours: Sequence[UnwrappedInterchange]) -> Part:
    """Return the part of an interchange; its fault is marked in our ISA, passwords made unreadable."""
    found = next((i for i in ours if _same(i.envelope.interchange_control, ack.control)), None)
    marks: tuple[Mark, ...] = ()
    remarks: tuple[str, ...] = ()
    if found is None:
        remarks = (_not_ours("ISA13", ack.control, [i.envelope.interchange_control for i in ours]),)
    elif ack.code not in {"", "000"}:
        delimiters, position = found.envelope.delimiters, isa_element(ack.code)
        text = mask_isa(found.isa.decode("latin-1")).rstrip("\r\n").removesuffix(delimiters.segment)
        where = Where(segment="ISA", element=position)
        begin, end = span(text, where, delimiters)
        told = ack.message.partition(": ")[2]
        finding = Finding(problems.ACK_REJECTED, told, where=where, hint=ack.hint)
        name = NAMES[position - 1] if position else ""
        marks = (Mark(finding=finding, text=text, begin=begin, end=end, name=name),)
    return Part(
        subject=f"interchange {ack.control}",
        verdict=ack.verdict,
        words=_verdict_words(ack.verdict),
        known=found is not None,
        marks=marks,
        remarks=remarks,
    )


def _group(ack: ReceivedGroupAck, groups: Sequence[_Group]) -> list[Part]:
    """Return the part of a group and one for each set that the acknowledgment names."""
    called = f"{ack.functional_id} {ack.control}"
    ours = next((g for g in groups if _is_group(g.found, ack.functional_id, ack.control)), None)
    marks: tuple[Mark, ...] = tuple(Mark(finding=f) for f in ack.findings)
    remark = ""
    if ours is None:
        have = [f"{g.found.envelope.functional_id} {g.found.envelope.group_control}" for g in groups]
        remark = _not_ours("group", called, have)
    else:
        delimiters = ours.found.envelope.delimiters
        marks = tuple(point_at_envelope(f, ours.rows, delimiters) for f in ack.findings)
        if _number(ack.received) not in {None, len(ours.found.sets)}:
            remark = (
                f"they received {ack.received} sets of this group; the original has {len(ours.found.sets)}"
            )
    counts = f" ({ack.received} received, {ack.accepted or '?'} accepted)" if ack.received else ""
    head = Part(
        subject=f"group {called}",
        verdict=ack.verdict,
        words=_verdict_words(ack.verdict) + counts,
        known=ours is not None,
        marks=marks,
        remarks=(remark,) if remark else (),
    )
    return [head, *(_set(one, ours) for one in ack.sets)]


def _set(ack: ReceivedSetAck, group: _Group | None) -> Part:
    found = group.sets.get(_bare(ack.control)) if group else None
    ours = original(found) if found and ack.findings else None
    remark = ""
    if group and found is None:
        remark = _not_ours("ST02", ack.control, [s.envelope.set_control for s in group.found.sets[:6]])
    elif found and found.envelope.set_id != ack.set_id:
        remark = f"they call it {ack.set_id}; it is {found.envelope.set_id}"
    number = own_number(found) if found else ""
    return Part(
        subject=f"set {ack.set_id} {ack.control}" + (f" ({number})" if number else ""),
        verdict=ack.verdict,
        words=_verdict_words(ack.verdict),
        depth=1,
        known=found is not None,
        marks=tuple(point(f, ours) for f in ack.findings),
        remarks=(remark,) if remark else (),
    )


def _document(advice: ReceivedAdvice, found: UnwrappedSet | None) -> Part:
    """Return the part of a document that an 824 speaks of."""
    ours = original(found) if found else None
    what = f"{advice.number_kind} {advice.number}".strip()
    there = f"group {advice.group_control or '?'}, set {advice.set_control or '?'}"
    known = f" (set {ours.found.envelope.set_id} {ours.found.envelope.set_control})" if ours else ""
    return Part(
        subject=f"document {what}{known}",
        verdict=advice.verdict,
        words=ADVICE_WORDS.get(advice.code, f"no verdict that X12 knows: {advice.code!r}"),
        known=ours is not None,
        marks=tuple(point(f, ours) for f in advice.findings),
        remarks=() if ours else (f"the original has no document {what} and nothing in {there}",),
    )


def _advised(
    advice: ReceivedAdvice, groups: Sequence[_Group], numbers: Mapping[str, UnwrappedSet]
) -> UnwrappedSet | None:
    """Return the set that an 824 means: by its control numbers, else by the document's own number."""
    if advice.group_control and advice.set_control:
        for group in groups:
            found = group.sets.get(_bare(advice.set_control))
            if found and _same(group.found.envelope.group_control, advice.group_control):
                return found
    return numbers.get(advice.number) if advice.number else None


def _strangers(
    acks: Sequence[UnwrappedInterchange], originals: Sequence[UnwrappedInterchange], parts: Sequence[Part]
) -> list[str]:
    """Say whether the acknowledgment is of another file, or of other people."""
    remarks = []
    if parts and not any(part.known for part in parts):
        remarks.append("it does not answer this file")
    sent = dict.fromkeys((i.envelope.sender, i.envelope.receiver) for i in originals)
    for envelope in (i.envelope for i in acks):
        if (envelope.receiver, envelope.sender) not in sent:
            went = ", ".join(f"{sender} to {receiver}" for sender, receiver in sent)
            remarks.append(f"it went from {envelope.sender} to {envelope.receiver}, the original from {went}")
    return remarks


def _is_group(group: UnwrappedGroup, functional_id: str, control: str) -> bool:
    return group.envelope.functional_id == functional_id and _same(group.envelope.group_control, control)


def _same(one: str, other: str) -> bool:
    """Compare control numbers; partners lose leading zeros."""
    return _bare(one) == _bare(other)


def _bare(control: str) -> str:
    return control.lstrip("0")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _verdict_words(verdict: str) -> str:
    return VERDICT_WORDS.get(verdict, f"no verdict that X12 knows: {verdict!r}")


def _not_ours(what: str, theirs: str, ours: Sequence[str]) -> str:
    shown = ", ".join(ours[:5]) + (", ..." if len(ours) > 5 else "")
    return f"it answers {what} {theirs}; the original has {shown or 'none'}"
