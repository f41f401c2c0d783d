"""What a receiver says of a document after it was read (X12 824)."""

from __future__ import annotations

from typing import ClassVar

from msgspec import field

from hub.model.documents.base import Document
from hub.model.documents.kinds import DocType
from hub.model.documents.parts import Value


class AdvisedError(Value, frozen=True, kw_only=True):
    """One error in an advised document (X12 TED)."""

    code: str = ""  # TED01 (data element 647)
    text: str = ""  # TED02
    segment: str = ""  # TED03
    position: int | None = None  # TED04: of the segment, ST is 1
    element: int | None = None  # TED05
    value: str = ""  # TED07: the bad value


class AdvisedDocument(Value, frozen=True, kw_only=True):
    """What is said of one document (X12 OTI)."""

    verdict: str  # OTI01: accepted TA | with_errors TE | with_changes TC | rejected TR | else the code
    number: str  # OTI03: its own number
    number_kind: str = ""  # OTI02 (data element 128)
    group_control: str = ""  # OTI08: its GS06
    set_control: str = ""  # OTI09: its ST02
    set_id: str = ""  # OTI10: its ST01
    refs: dict[str, str] = field(default_factory=dict)
    errors: tuple[AdvisedError, ...] = ()


class ApplicationAdvice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="application_advice"):
    """A receiver accepts or rejects documents for what they say, after their syntax was accepted (X12 824).

    `number` is BGN02.
    """

    doc_type: ClassVar[DocType] = DocType.APPLICATION_ADVICE

    answers: tuple[AdvisedDocument, ...] = ()
