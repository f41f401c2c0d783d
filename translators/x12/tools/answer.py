"""The acknowledgments that we would send for a file: TA1, 997 or 999, from a check of the file alone.

Clock and control numbers come in, so the same file and options give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from msgspec import Struct

from hub.model import problems
from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.envelope import Envelope, UnwrappedGroup, UnwrappedInterchange
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.due import owes_technical
from translators.x12.events import (
    GroupBegins,
    GroupEnds,
    InterchangeBegins,
    InterchangeEnds,
    SetBegins,
    SetEnds,
    SetText,
    TechnicalAck,
)
from translators.x12.sets import peek_number
from translators.x12.tools.reading import Rules, judged
from translators.x12.tools.verdict import is_described

ACKNOWLEDGMENTS = "FA"  # GS01 of groups that are never acknowledged: it would never end
_BEGINNING = 4_096  # bytes of a set that hold its number


class Answer(Struct, frozen=True):
    """One acknowledgment as a whole interchange."""

    kind: str  # TA1 | 997 | 999
    data: bytes
    verdict: str = ""  # A E P R on the sets of a group, one letter each; of a TA1 on the interchange


class Numbers(Struct, frozen=True):
    """The clock and the first control number; each interchange takes the next one."""

    at: datetime = datetime(2025, 1, 1, 12, 0)  # noqa: DTZ001 - a local clock, as ISA09 and ISA10 have it
    control: int = 1


#: The same on any day.
FIXED = Numbers()


def answers(
    source: BinaryIO, file: str, rules: Rules, partner: Partner, numbers: Numbers = FIXED
) -> Iterator[Answer]:
    """Yield what would go back for each interchange of a file: its TA1 where one is due, then one for each group.

    `partner` says which kind, with which details and when, under [x12]. A set that has no dictionary is unsupported.
    """
    desk = _Desk(rules, partner, numbers)
    for event in judged(source, file, rules):
        match event:
            case SetBegins():
                desk.set, desk.beginning = event, b""
            case SetText():
                desk.take(event)
            case SetEnds():
                desk.end_set(event)
            case InterchangeBegins():
                desk.begin_interchange(event)
            case GroupBegins():
                desk.group, desk.sets = event, []
            case GroupEnds():
                desk.end_group(event)
            case TechnicalAck():
                desk.technical.append(event.elements)
            case InterchangeEnds():
                yield from desk.end_interchange(event)
            case _:
                pass


class _Desk:
    """The interchange that is open, and what will be said of its groups."""

    def __init__(self, rules: Rules, partner: Partner, numbers: Numbers) -> None:
        self.rules, self.partner, self.numbers = rules, partner, numbers
        self.acknowledger = X12Acknowledger()
        self.written = 0
        self.begins: InterchangeBegins
        self.group: GroupBegins
        self.set: SetBegins
        self.beginning = b""  # of the set that is open, in whole runs
        self.sets: list[SetVerdict] = []
        self.held: list[UnwrappedGroup] = []  # groups of any kind, without what they hold
        self.groups: list[GroupVerdict] = []
        self.technical: list[tuple[str, ...]] = []

    def begin_interchange(self, event: InterchangeBegins) -> None:
        self.begins, self.held, self.groups, self.technical = event, [], [], []

    def take(self, event: SetText) -> None:
        if len(self.beginning) < _BEGINNING:
            self.beginning += event.data

    def end_set(self, event: SetEnds) -> None:
        envelope, found = self.set.envelope, event.findings
        if not is_described(envelope, self.rules) and not any(f.fatal for f in found):
            message = f"the set {envelope.set_id} is not one that we know"
            fault = Finding(
                problems.SET_UNSUPPORTED, message, value=envelope.set_id, hint="agree on it first"
            )
            found += (fault,)
        document = self.set.document
        number = peek_number(self.beginning, envelope) if found else ""  # the context of a fault
        self.sets.append(SetVerdict(envelope=envelope, findings=found, document=document, number=number))

    def end_group(self, event: GroupEnds) -> None:
        self.held.append(UnwrappedGroup(envelope=self.group.envelope))
        if self.group.envelope.functional_id != ACKNOWLEDGMENTS:
            self.groups.append(
                GroupVerdict(
                    envelope=self.group.envelope,
                    declared_count=event.declared_count,
                    findings=self.group.findings + event.findings,
                    sets=tuple(self.sets),
                    hold_all=self.partner.x12.partial == "hold_all",
                )
            )

    def end_interchange(self, event: InterchangeEnds) -> Iterator[Answer]:
        interchange = UnwrappedInterchange(
            envelope=self.begins.envelope,
            groups=tuple(self.held),
            findings=self.begins.findings + event.findings,
            technical_acks=tuple(self.technical),
            isa=self.begins.isa,
        )
        refusals = interchange.findings if interchange.refused else ()
        if owes_technical(interchange, refusals, self.partner.x12.technical_ack):
            envelope = self._back(interchange.envelope)
            data = self.acknowledger.write_technical_ack(interchange, (), envelope, self.partner)
            yield Answer("TA1", data, self.acknowledger.technical_verdict(interchange, ()))
        if interchange.refused or self.partner.x12.functional_ack == "none":
            return
        for group in self.groups:
            data = self.acknowledger.write_functional_ack(group, self._back(group.envelope), self.partner)
            verdicts = "".join(self.acknowledger.verdicts(group))
            yield Answer(self.partner.x12.functional_ack, data, verdicts)

    def _back(self, received: Envelope) -> Envelope:
        """Return an envelope turned round, with the next control number."""
        control = str(self.numbers.control + self.written)
        self.written += 1
        return Envelope(
            format="x12",
            sender=received.receiver,
            receiver=received.sender,
            interchange_control=control,
            usage=received.usage,
            version=received.version,
            delimiters=received.delimiters,
            prepared_at=self.numbers.at,
            group_sender=received.group_receiver or received.receiver.id,
            group_receiver=received.group_sender or received.sender.id,
            group_control=control,
            release=received.release,
            set_control="0001",
        )
