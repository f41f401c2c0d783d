"""The contract that every format keeps. No method raises on a partner's bytes; faults are findings."""

from __future__ import annotations

from typing import Protocol

from hub.model.acks import (
    DocumentVerdict,
    GroupVerdict,
    ReceiptEntry,
    ReceivedAdvice,
    ReceivedGroupAck,
    ReceivedTechnicalAck,
    Verdict,
)
from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope, Unwrapped, UnwrappedInterchange
from hub.model.finding import Finding
from hub.model.partner import Partner


class Translator(Protocol):
    """One format."""

    name: str  # x12 | csv | xml
    extension: str  # of the files we write, without the dot

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that starts with `head` (up to 4 kB) is of this format."""

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:
        """Open all envelopes of a file. `partner` is the mailbox's owner, when there is one."""

    def check(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[Finding, ...]:
        """Hold one document against its dictionary and the partner's guideline."""

    def read(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
        """Make a canonical document of a checked payload."""

    def write(self, document: AnyDocument, envelope: Envelope, partner: Partner) -> bytes:
        """Write one document as a complete file. Control numbers and addresses come in the envelope.

        Raises `translators.errors.Unwritable` (with findings) when the document cannot be written for this
        partner: a mandatory field is missing, a separator stands in the data and has no replacement.
        """


class Acknowledger(Protocol):
    """What only X12 has: acknowledgments of envelopes and groups, both ways."""

    def verdicts(self, verdict: GroupVerdict) -> tuple[Verdict, ...]:
        """Return the verdict on each set of a group, in its order."""

    def technical_verdict(self, interchange: UnwrappedInterchange, refusals: tuple[Finding, ...]) -> Verdict:
        """Return the verdict on an interchange: accepted, with errors noted, or rejected."""

    def notes_on_repeat(self, before: bytes, after: bytes) -> tuple[Finding, ...]:
        """Return what an interchange says other than an earlier one with its control number: a note each."""

    def write_technical_ack(
        self,
        interchange: UnwrappedInterchange,
        refusals: tuple[Finding, ...],
        envelope: Envelope,
        partner: Partner | None = None,
    ) -> bytes:
        """Write an interchange that carries one TA1 about `interchange`; no refusals: it says accepted."""

    def write_functional_ack(self, verdict: GroupVerdict, envelope: Envelope, partner: Partner) -> bytes:
        """Write an interchange that carries one 997 (or 999) about a received group."""

    def read_functional_ack(
        self, payload: bytes, envelope: Envelope
    ) -> tuple[tuple[ReceivedGroupAck, ...], tuple[Finding, ...]]:
        """Read a 997 or 999 that answers something of ours."""

    def read_technical_ack(self, payload: bytes, envelope: Envelope) -> ReceivedTechnicalAck:
        """Read one TA1 segment."""

    def write_application_advice(
        self, advice: DocumentVerdict, envelope: Envelope, partner: Partner
    ) -> bytes:
        """Write an interchange that carries one 824 about one received document."""

    def read_application_advice(
        self, payload: bytes, envelope: Envelope
    ) -> tuple[tuple[ReceivedAdvice, ...], tuple[Finding, ...]]:
        """Read an 824 that answers something of ours."""


class Receipting(Protocol):
    """What formats without functional acknowledgments have: a plain answer to each file."""

    def write_receipt(
        self, entries: tuple[ReceiptEntry, ...], partner: Partner, envelope: Envelope | None = None
    ) -> bytes:
        """Write what came of each document of a file. `envelope` is the answer's: its dialect, its moment."""
