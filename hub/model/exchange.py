"""The journey of one document: its states, the legal moves, and the row that the log keeps of it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hub.model.documents import DocType
from hub.model.envelope import Envelope


class Direction(StrEnum):
    """Seen from us."""

    IN = "in"
    OUT = "out"


class State(StrEnum):
    """Where an exchange stands; the first four, DEAD and CANCELLED are for transmissions too."""

    # transmissions: one file as picked up
    RECEIVED = "received"  # archived, not yet opened
    OPENED = "opened"  # its exchanges stand on their own now
    QUARANTINED = "quarantined"  # nothing in it could be routed; an operator looks
    DUPLICATE = "duplicate"  # the same bytes, or a business document that we have: nothing more is done

    # inbound exchanges
    UNWRAPPED = "unwrapped"
    CHECKED = "checked"  # valid; its verdict is in the acknowledgment
    TRANSLATED = "translated"  # a canonical document, every code known
    POSTED = "posted"  # in Odoo, once
    TESTED = "tested"  # a test document (ISA15 = T or a partner in testing): never posted
    MATCHED = "matched"  # an acknowledgment that found what it answers
    ORPHAN = "orphan"  # an acknowledgment for nothing that we sent

    # outbound exchanges
    NOTICED = "noticed"  # something happened in Odoo that the partner must hear of
    COMPOSED = "composed"  # the bytes and their control numbers are stored
    SENT = "sent"  # on the partner's side; the acknowledgment's clock runs
    DELIVERED = "delivered"  # sent, and no acknowledgment is owed (acknowledgments, CSV)
    ACKNOWLEDGED = "acknowledged"  # the partner's 997 accepts it
    REFUSED = "refused"  # the partner's TA1 or 997 rejects it

    # ends that somebody owns
    REJECTED = "rejected"  # the partner's move: their document is bad, our 997 or 824 said so
    HELD = "held"  # our operator's move: a business exception
    IN_DOUBT = "in_doubt"  # the hub's move: did Odoo take it?
    DEAD = "dead"  # a technician's move: a technical failure, tries used up
    OVERDUE = "overdue"  # ours, by phone: no acknowledgment in the agreed time
    CANCELLED = "cancelled"  # an operator ended it, with a reason


S = State

#: The legal moves. A step that stays in its state (a retry) is always legal.
MOVES: dict[State, frozenset[State]] = {
    S.RECEIVED: frozenset({S.OPENED, S.QUARANTINED, S.DUPLICATE, S.DEAD}),
    S.OPENED: frozenset({S.RECEIVED}),
    S.QUARANTINED: frozenset({S.RECEIVED, S.CANCELLED}),  # a file, or one interchange of a file
    S.DUPLICATE: frozenset({S.RECEIVED, S.UNWRAPPED}),
    S.UNWRAPPED: frozenset({S.CHECKED, S.REJECTED, S.MATCHED, S.ORPHAN, S.DEAD, S.HELD}),
    S.CHECKED: frozenset({S.TRANSLATED, S.HELD, S.TESTED, S.DUPLICATE, S.REJECTED, S.DEAD}),
    S.TRANSLATED: frozenset({S.POSTED, S.HELD, S.IN_DOUBT, S.DEAD, S.DUPLICATE}),
    S.POSTED: frozenset(),
    S.TESTED: frozenset({S.UNWRAPPED}),
    S.MATCHED: frozenset({S.UNWRAPPED}),
    S.ORPHAN: frozenset({S.UNWRAPPED, S.CANCELLED}),
    S.NOTICED: frozenset({S.COMPOSED, S.HELD, S.DEAD, S.CANCELLED}),
    # their answer may come before we know that it was sent: killed in between, or a resend that waits
    S.COMPOSED: frozenset({S.SENT, S.DELIVERED, S.ACKNOWLEDGED, S.REFUSED, S.DEAD, S.CANCELLED}),
    S.SENT: frozenset({S.ACKNOWLEDGED, S.REFUSED, S.OVERDUE, S.COMPOSED}),
    S.DELIVERED: frozenset({S.COMPOSED, S.ACKNOWLEDGED, S.REFUSED}),
    S.ACKNOWLEDGED: frozenset({S.COMPOSED, S.REFUSED}),
    S.REFUSED: frozenset({S.COMPOSED, S.NOTICED, S.ACKNOWLEDGED, S.CANCELLED}),
    S.REJECTED: frozenset({S.UNWRAPPED, S.CANCELLED}),
    S.HELD: frozenset({S.CHECKED, S.TRANSLATED, S.NOTICED, S.UNWRAPPED, S.REJECTED, S.CANCELLED}),
    S.IN_DOUBT: frozenset({S.POSTED, S.TRANSLATED, S.HELD, S.DEAD, S.DUPLICATE}),
    S.DEAD: frozenset({S.UNWRAPPED, S.TRANSLATED, S.NOTICED, S.COMPOSED, S.RECEIVED, S.CANCELLED}),
    S.OVERDUE: frozenset({S.COMPOSED, S.ACKNOWLEDGED, S.REFUSED, S.CANCELLED}),
    S.CANCELLED: frozenset(),
}

#: Whose move it is in the states that wait for somebody.
OWNERS: dict[State, str] = {
    S.REJECTED: "partner",
    S.HELD: "operator",
    S.QUARANTINED: "operator",
    S.ORPHAN: "operator",
    S.REFUSED: "operator",
    S.IN_DOUBT: "hub",
    S.DEAD: "technician",
    S.OVERDUE: "us, by phone",
}


#: In these states a stage asks Odoo or the partner. A lane has to do with one of them: when it is away, all that would
#: ask wait together.
ASKING = frozenset({State.TRANSLATED, State.IN_DOUBT, State.NOTICED, State.COMPOSED})


class ErpRecord(Struct, frozen=True, omit_defaults=True):
    """A record in Odoo: model, database id, and the name a person knows it by (S00042)."""

    model: str
    id: int
    name: str = ""
    state: str = ""


class Transmission(Struct, frozen=True, kw_only=True):
    """One file as picked up. Instants are UTC."""

    id: int
    partner: str  # the owner of the mailbox it came from
    channel: str  # embedded | sftp | folder | redrive
    name: str  # the file's name, as the partner wrote it
    sha256: str
    size: int  # bytes
    state: State
    why: str = ""
    attempts: int = 0
    received_at: datetime
    due_at: datetime | None = None
    removed_at: datetime | None = None  # by retention: only the row is left


class Group(Struct, frozen=True, kw_only=True):
    """One received functional group; acknowledged once, when each of its exchanges has a verdict."""

    id: int
    transmission_id: int
    partner: str
    envelope: Envelope
    declared_count: str
    acknowledged: bool


class Exchange(Struct, frozen=True, kw_only=True):
    """One document's journey: the row of the translation log. Instants are UTC."""

    id: int
    partner: str
    direction: Direction
    document: DocType
    state: State
    why: str = ""
    transmission_id: int | None = None
    group_id: int | None = None
    position: int = 0  # ordinal in its transmission, from 1
    envelope: Envelope
    number: str = ""  # the document's own number
    order_number: str = ""  # the order it belongs to, in the partner's words
    key: str = ""  # business key inbound (posting ledger), source key outbound
    digest: str = ""  # of the canonical content, to tell a repeat from a change
    lane: str = ""
    attempts: int = 0
    released: bool = False  # an operator released it: holds that ask for a decision are waived
    erp: ErpRecord | None = None  # inbound: what was posted; outbound: the order that it belongs to
    source: ErpRecord | None = None  # outbound: the Odoo record whose event we tell
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None = None  # not stepped before
    deadline_at: datetime | None = None  # the acknowledgment is owed by then


#: SQLite and PostgreSQL keep a row's number in 8 bytes.
_LONGEST_NUMBER = 18  # digits


def row_number(text: str) -> int | None:
    """Return a number of the log as people write it, or None when no row can have it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def posting_key(partner: str, document: DocType, number: str, release: str = "") -> str:
    """Return the once-only key of a business document, fit to be the name of an Odoo external id.

    Readable first, then a digest: two numbers that differ only in characters an external id can't hold
    must not meet (the name of an `ir.model.data` row must not contain a dot and should stay short).
    """
    raw = "\x1f".join((partner, document.value, number, release))
    slug = re.sub(r"[^A-Za-z0-9]+", "_", f"{partner}_{document.value}_{number}").strip("_").lower()
    return f"{slug[:80]}_{hashlib.sha256(raw.encode()).hexdigest()[:12]}"
