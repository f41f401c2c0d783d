"""send: put the stored bytes before the partner.

composed -> sent         a functional acknowledgment is owed: its clock starts
composed -> delivered    nothing is owed back (acknowledgments, CSV, XML)
composed -> acknowledged sent again after the partner had accepted it
stays                    the partner's server is down or busy: tried again by itself
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from msgspec import Struct

from hub.model.documents import DocType
from hub.model.errors import Retryable
from hub.model.exchange import Exchange, State
from hub.model.outcome import Outcome
from hub.model.partner import Partner
from hub.stages.recording import sending as recording
from hub.transports.port import Mailbox
from translators.port import Translator

#: Documents that nobody acknowledges: acknowledgments themselves (domain A2, no ack loops).
_NEVER_ACKNOWLEDGED = frozenset({DocType.FUNCTIONAL_ACK, DocType.TECHNICAL_ACK, DocType.RECEIPT})

#: Short names for files, as people say them.
_SHORT = {DocType.FUNCTIONAL_ACK: "997", DocType.TECHNICAL_ACK: "TA1"}


class Outgoing(Struct, frozen=True):
    """A file to be put before a partner, and what is known of it.

    `begun` is the name under which an earlier try may have put it there ("": none did); `accepted` says that the
    partner has accepted these bytes before.
    """

    data: bytes
    begun: str
    accepted: bool


class Needs(Protocol):
    """What sending asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def translator(self, name: str) -> Translator: ...
    def mailbox(self, partner: Partner) -> Mailbox: ...
    def outgoing(self, exchange: Exchange) -> Outgoing: ...
    def now(self) -> datetime: ...
    def note_delivery(self, exchange: Exchange, name: str) -> None: ...


def send(exchange: Exchange, needs: Needs) -> Outcome:
    """Deliver one composed file; its bytes never change, however often it is sent."""
    partner = needs.partner(exchange.partner)
    if partner.status == "paused":
        return Outcome(state=State.COMPOSED, why=f"{partner.name} is paused", due_in_seconds=60)
    outgoing = needs.outgoing(exchange)
    try:
        name = needs.mailbox(partner).deliver(
            file_name(exchange, partner, extension_of(exchange, partner, needs.translator)),
            outgoing.data,
            begun=outgoing.begun,
            note=partial(needs.note_delivery, exchange),
        )
    except Retryable as fault:
        if fault.wait_seconds is not None:  # nobody was asked: the pipeline puts off all who would
            raise
        return Outcome(state=State.COMPOSED, why=str(fault), tried=True, trouble=fault.trouble)
    if outgoing.accepted:  # sent again for a partner that lost it: their yes stands
        return Outcome(state=State.ACKNOWLEDGED, why=f"again as {name}; accepted before")
    owed = exchange.envelope.format == "x12" and exchange.document not in _NEVER_ACKNOWLEDGED
    seconds = partner.ack_due_seconds
    deadline = needs.now() + timedelta(seconds=seconds) if owed and seconds else None
    return Outcome(
        state=State.SENT if owed else State.DELIVERED,
        why=f"as {name}",
        changes={"deadline_at": deadline},
    )


def extension_of(exchange: Exchange, partner: Partner, translator: Callable[[str], Translator]) -> str:
    """Return the extension of an outgoing file; a flat file may be agreed as an Excel workbook."""
    form = exchange.envelope.format
    if form == "csv" and partner.csv.workbook and exchange.document is not DocType.RECORDS:
        return "xlsx"
    return translator(form).extension


def file_name(exchange: Exchange, partner: Partner, extension: str) -> str:
    """Return the name of an outgoing file by the profile's pattern, safe on any file system."""
    envelope = exchange.envelope
    kind = partner.records.get(envelope.set_id) if exchange.document is DocType.RECORDS else None
    name = (
        recording.file_name(exchange, kind, extension)
        if kind
        else partner.transport.name.format(
            document=_SHORT.get(exchange.document) or envelope.set_id or exchange.document.value,
            number=exchange.number,
            control=envelope.interchange_control or exchange.id,
            ext=extension,
        )
    )
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip(".-") or f"{exchange.id}.{extension}"
