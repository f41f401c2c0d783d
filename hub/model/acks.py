"""Acknowledgment verdicts, both ways: what we answer to a group, and what partners answer to us."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.finding import Finding


class Verdict(StrEnum):
    """A verdict on a transaction set (AK501), a group (AK901) or an interchange (TA104)."""

    ACCEPTED = "A"
    ACCEPTED_WITH_ERRORS = "E"
    PARTLY = "P"  # groups only
    REJECTED = "R"


class SetVerdict(Struct, frozen=True, kw_only=True):
    """Our verdict on one received transaction set, from its stored findings."""

    envelope: Envelope
    findings: tuple[Finding, ...] = ()
    document: DocType = DocType.UNKNOWN
    number: str = ""  # the document's own number, for the context of a 999; empty where it was not read


class GroupVerdict(Struct, frozen=True, kw_only=True):
    """Our verdict on one received functional group: the input from which the 997 is written."""

    envelope: Envelope
    declared_count: str = ""  # GE01 as sent
    findings: tuple[Finding, ...] = ()
    sets: tuple[SetVerdict, ...] = ()
    hold_all: bool = False  # the agreement: one rejected set rejects its whole group


class ReceivedSetAck(Struct, frozen=True, kw_only=True):
    """What a partner's 997/999 says of one of our transaction sets (AK2..AK5)."""

    set_id: str  # AK201
    control: str  # AK202 = our ST02
    verdict: str  # AK501
    findings: tuple[Finding, ...] = ()  # AK3/AK4/AK5 in plain words, `where` in our document


class ReceivedGroupAck(Struct, frozen=True, kw_only=True):
    """What a partner's 997/999 says of one of our groups (AK1..AK9). No `sets`: it speaks for them all."""

    functional_id: str  # AK101
    control: str  # AK102 = our GS06
    verdict: str  # AK901
    received: str = ""  # AK903, as they wrote it
    accepted: str = ""  # AK904
    sets: tuple[ReceivedSetAck, ...] = ()
    findings: tuple[Finding, ...] = ()


class ReceivedTechnicalAck(Struct, frozen=True, kw_only=True):
    """What a partner's TA1 says of one of our interchanges."""

    control: str  # TA101 = our ISA13
    verdict: str  # TA104: A, E, R
    code: str  # TA105
    message: str = ""
    hint: str = ""


class ReceivedAdvice(Struct, frozen=True, kw_only=True):
    """What a partner's 824 says of one of our documents (an OTI loop)."""

    code: str  # OTI01, e.g. TR
    verdict: Verdict  # accepted with change counts as accepted with errors noted
    number_kind: str  # OTI02, e.g. IV
    number: str  # OTI03: our document's own number
    group_control: str = ""  # OTI08 = our GS06
    set_control: str = ""  # OTI09 = our ST02
    set_id: str = ""  # OTI10 = our ST01
    findings: tuple[Finding, ...] = ()  # TED in plain words, `where` in our document


class EarlierAnswer(Struct, frozen=True, kw_only=True):
    """What a partner answered before to a document of ours."""

    kind: str  # TA1 | 997 | 999 | 824
    verdict: str  # A, E, P, R, or what they wrote


class DocumentVerdict(Struct, frozen=True, kw_only=True):
    """What we decided about one received document after its 997: the input from which the 824 is written."""

    document: DocType
    number: str  # the document's own number; empty when it has none that can be read
    order_number: str = ""  # the order it belongs to
    envelope: Envelope  # of the document as received
    code: Literal["TA", "TE", "TR"] = "TR"  # accepted, accepted with errors, rejected
    reason: str = ""  # in an operator's words
    findings: tuple[Finding, ...] = ()
    our_name: str = ""


class ReceiptEntry(Struct, frozen=True, kw_only=True):
    """What came of one document or record of a CSV or XML file: one entry of the receipt that answers it."""

    number: str  # the document's own number; empty when it could not be read
    document: DocType = DocType.UNKNOWN
    status: Literal["accepted", "rejected", "held"] = "accepted"
    note: str = ""  # in words, where there is more to say than the findings
    findings: tuple[Finding, ...] = ()
