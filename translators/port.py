"""The contract that every format keeps. No method raises on a partner's bytes; faults are findings."""

from __future__ import annotations

from typing import Protocol

from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope, Unwrapped
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
