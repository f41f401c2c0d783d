"""unwrap: open a transmission and set each document in it on its own way.

received -> opened        one exchange per document; a TA1 where the interchange or the agreement asks for it
received -> quarantined   nothing in the file can be opened

An interchange that may not be used (bad envelope, unknown sender, repeated control number) becomes one
exchange of its own, `rejected` or `quarantined`, and never holds up its neighbours in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from msgspec import structs

from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Address, Unwrapped, UnwrappedGroup, UnwrappedInterchange, UnwrappedSet
from hub.model.exchange import Direction, State, Transmission
from hub.model.finding import Finding, Severity, Where
from hub.model.outcome import NewExchange, NewGroup, Outcome, Reply, SeenInterchange
from hub.model.partner import Partner
from hub.model.record_types import kept_for, record_type_for
from hub.stages import lanes
from hub.stages.acknowledge import answer_interchange
from hub.stages.addresses import Company, routing_faults
from translators.port import Acknowledger, Translator

#: Acknowledgments: nothing is ever sent back for them.
ACKS = frozenset({DocType.FUNCTIONAL_ACK, DocType.TECHNICAL_ACK})
#: Documents that answer something of ours and are matched with it. An 824 is acknowledged like any other document.
ANSWERS = ACKS | {DocType.APPLICATION_ADVICE}


class Needs(Protocol):
    """What opening a file asks of the hub."""

    def transmission_bytes(self, transmission: Transmission) -> bytes: ...
    def partner(self, key: str) -> Partner: ...
    def partners(self) -> Mapping[str, Partner]: ...
    def company(self) -> Company: ...
    def translator(self, name: str) -> Translator: ...
    def acknowledger(self) -> Acknowledger: ...
    def recognise(self, head: bytes) -> Translator | None: ...
    def seen_interchange(
        self, sender: Address, receiver: Address, usage: str, control: str, window: timedelta
    ) -> Transmission | None: ...


def unwrap(transmission: Transmission, needs: Needs) -> Outcome:
    """Open one archived file."""
    data = needs.transmission_bytes(transmission)
    partner = needs.partner(transmission.partner)
    if kept := kept_for(partner.records, transmission.name):
        return Outcome(state=State.OPENED, why=f"kept for the {kept} that name it")
    found = _open(data, transmission.name, partner, needs)
    if isinstance(found, Finding):
        return Outcome(state=State.QUARANTINED, why=found.message, findings=(found,))
    unwrapped = found
    if unwrapped.note and not unwrapped.interchanges:
        return Outcome(state=State.OPENED, why=unwrapped.note)
    if not unwrapped.interchanges:
        why = unwrapped.findings[0].message if unwrapped.findings else "no document was found in it"
        return Outcome(state=State.QUARANTINED, why=why, findings=unwrapped.findings)
    return _Opening(transmission, partner, needs).outcome(unwrapped)


def _open(data: bytes, name: str, partner: Partner, needs: Needs) -> Unwrapped | Finding:
    if record_type_for(partner.records, name):
        return needs.translator("records").unwrap(data, name, partner)
    translator = needs.recognise(data[:4096])
    speaks_csv = partner.format == "csv" or any(r.format == "csv" for r in partner.receive.values())
    if translator is None and speaks_csv:
        translator = needs.translator("csv")
    if translator is None:
        return _unrecognised(data, name)
    return translator.unwrap(data, name, partner)


def _unrecognised(data: bytes, name: str) -> Finding:
    head = data[:4096]
    if b"\0" in head:
        problem, message = problems.FILE_BINARY, "it is a binary file"
    elif head.lstrip().startswith((b"ST", b"GS")):
        problem, message = (
            problems.FILE_UNREADABLE,
            "it begins inside an interchange: there is no ISA before it",
        )
    else:
        problem, message = problems.FILE_UNREADABLE, "it is neither X12 nor XML, and no CSV is agreed"
    before, isa, _secret = head[:40].partition(b"ISA")  # behind a broken ISA may stand a password
    return Finding(
        problem=problem,
        message=message,
        where=Where(file=name, offset=0),
        value=(before + isa).decode("latin-1").encode("unicode_escape").decode(),
        hint="look at it with `hub raw`; ask the partner what it is",
    )


class _Opening:
    """The opening of one file: counts positions, gathers groups, replies and seen control numbers."""

    def __init__(self, transmission: Transmission, partner: Partner, needs: Needs) -> None:
        self._transmission, self._partner = transmission, partner
        self._needs = needs
        self._position = 0
        self._ends: dict[int, int | None] = {}  # where each interchange ends, by where it begins
        self._controls: set[tuple[Address, str, str]] = set()
        self._groups: list[NewGroup] = []
        self._replies: list[Reply] = []
        self._seen: list[SeenInterchange] = []

    def outcome(self, unwrapped: Unwrapped) -> Outcome:
        """Return the outcome of the whole file."""
        starts = [i.offset for i in unwrapped.interchanges]
        for interchange, end in zip(unwrapped.interchanges, [*starts[1:], None], strict=True):
            self._ends[interchange.offset] = end
            self._interchange(interchange)
        documents = sum(len(g.exchanges) for g in self._groups)
        findings = unwrapped.findings + tuple(
            f for i in unwrapped.interchanges for f in i.findings if documents == 0
        )
        return Outcome(
            state=State.OPENED if documents else State.QUARANTINED,
            why=f"{documents} document{'s' if documents > 1 else ''}"
            if documents
            else "it holds no document",
            findings=findings,
            groups=tuple(self._groups),
            replies=tuple(self._replies),
            seen=tuple(self._seen),
        )

    def _interchange(self, interchange: UnwrappedInterchange) -> None:
        refusals = self._refusals(interchange)
        reply = answer_interchange(interchange, refusals, self._partner, self._needs.acknowledger())
        if reply is not None:
            self._replies.append(reply)
        if refusals:
            refused = self._refused(interchange, refusals)
            self._groups.append(NewGroup(partner=self._partner.key, exchanges=(refused,)))
            return
        if interchange.envelope.format == "x12":
            envelope = interchange.envelope
            self._controls.add((envelope.sender, envelope.usage, envelope.interchange_control))
            self._seen.append(
                SeenInterchange(
                    sender=envelope.sender,
                    receiver=envelope.receiver,
                    usage=envelope.usage,
                    control=envelope.interchange_control,
                )
            )
        for segment in interchange.technical_acks:
            ack = self._ta1(interchange, segment)
            self._groups.append(NewGroup(partner=self._partner.key, exchanges=(ack,)))
        self._groups.extend(self._group(group) for group in interchange.groups)

    def _refusals(self, interchange: UnwrappedInterchange) -> tuple[Finding, ...]:
        """Return why nothing in the interchange may be used; envelope notes ride along."""
        if interchange.refused:
            return interchange.findings
        envelope = interchange.envelope
        if envelope.format != "x12":
            return ()
        faults = (
            routing_faults(envelope, self._partner, self._needs.partners(), self._needs.company())
            or self._repeated(interchange)
            or self._mismatched(interchange)
        )
        return (*interchange.findings, *faults) if faults else ()

    def _mismatched(self, interchange: UnwrappedInterchange) -> tuple[Finding, ...]:
        """Return that IEA02 is not ISA13 where the profile refuses that (TA105 001); lost zeros are only noted."""
        if self._partner.x12.iea_mismatch == "note" or self._transmission.channel == "released":
            return ()
        control = interchange.envelope.interchange_control.lstrip("0")
        return tuple(
            structs.replace(f, severity=Severity.ERROR)
            for f in interchange.findings
            if f.problem == problems.IEA_CONTROL and f.value.lstrip("0") != control
        )

    def _repeated(self, interchange: UnwrappedInterchange) -> tuple[Finding, ...]:
        """Return a finding when this control number was used before by the same sender (TA105 025)."""
        envelope = interchange.envelope
        if self._transmission.channel == "released":  # an operator has looked, and let it through
            return ()
        twice = (envelope.sender, envelope.usage, envelope.interchange_control) in self._controls
        earlier = self._needs.seen_interchange(
            envelope.sender,
            envelope.receiver,
            envelope.usage,
            envelope.interchange_control,
            timedelta(days=self._partner.x12.duplicate_days),
        )
        if not twice and (earlier is None or earlier.sha256 == self._transmission.sha256):
            return ()
        before, notes = "earlier in this file", tuple[Finding, ...]()
        if earlier is not None and not twice:
            before, notes = f"in T{earlier.id} ({earlier.name})", self._compared(earlier, interchange)
        return (
            Finding(
                problem=problems.ISA_DUPLICATE,
                message=f"control number {envelope.interchange_control} came {before}, with other content",
                where=Where(segment="ISA", element=13, offset=interchange.offset),
                value=envelope.interchange_control,
                hint="the notes say what differs; `hub release` lets it through, or ask for a new number",
            ),
            *notes,
        )

    def _compared(self, earlier: Transmission, interchange: UnwrappedInterchange) -> tuple[Finding, ...]:
        """Return what differs from the earlier file; of a file of many interchanges all that it does not share."""
        return self._needs.acknowledger().notes_on_repeat(
            self._needs.transmission_bytes(earlier), self._bytes(interchange)
        )

    def _bytes(self, interchange: UnwrappedInterchange) -> bytes:
        data = self._needs.transmission_bytes(self._transmission)
        return data[interchange.offset : self._ends[interchange.offset]]

    def _refused(self, interchange: UnwrappedInterchange, findings: tuple[Finding, ...]) -> NewExchange:
        state = State.REJECTED if interchange.refused else State.QUARANTINED
        fatal = next(f for f in findings if f.fatal)
        return NewExchange(
            partner=self._partner.key,
            direction=Direction.IN,
            document=DocType.UNKNOWN,
            state=state,
            envelope=interchange.envelope,
            lane=lanes.opening(self._partner.key),
            payload=self._bytes(interchange),
            position=self._next(),
            why=fatal.line(),
            findings=findings,
        )

    def _ta1(self, interchange: UnwrappedInterchange, segment: tuple[str, ...]) -> NewExchange:
        return NewExchange(
            partner=self._partner.key,
            direction=Direction.IN,
            document=DocType.TECHNICAL_ACK,
            state=State.UNWRAPPED,
            envelope=structs.replace(interchange.envelope, set_id="TA1"),
            lane=lanes.opening(self._partner.key),
            payload=interchange.envelope.delimiters.element.join(segment).encode(),
            position=self._next(),
            number=segment[1] if len(segment) > 1 else "",
        )

    def _group(self, group: UnwrappedGroup) -> NewGroup:
        answer = not group.sets or any(s.document not in ACKS for s in group.sets)
        return NewGroup(
            partner=self._partner.key,
            envelope=group.envelope if answer and group.envelope.functional_id != "FA" else None,
            declared_count=group.declared_count,
            findings=group.findings,
            exchanges=tuple(self._exchange(s, group.findings) for s in group.sets),
        )

    def _exchange(self, found: UnwrappedSet, group_faults: tuple[Finding, ...]) -> NewExchange:
        inherited = tuple(f for f in group_faults if f.severity is Severity.ERROR)
        return NewExchange(
            partner=self._partner.key,
            direction=Direction.IN,
            document=found.document,
            state=State.UNWRAPPED,
            envelope=found.envelope,
            lane=lanes.opening(self._partner.key),
            payload=found.payload,
            position=self._next(),
            findings=(*found.findings, *inherited),
        )

    def _next(self) -> int:
        self._position += 1
        return self._position
