"""What the store gives back beside the values of `hub.model.exchange`, and the faults it raises."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from msgspec import Struct

from hub.model.documents import DocType
from hub.model.envelope import Address, Envelope
from hub.model.exchange import Direction, ErpRecord, State


class NotFound(LookupError):  # noqa: N818 - named for what happened; a page answers it with 404
    """Raised when a row is asked for by an id that the log does not have."""


class IllegalMove(ValueError):  # noqa: N818 - named for what happened
    """Raised when a move is not in `hub.model.exchange.MOVES`; nothing was changed."""


class LeaseLost(RuntimeError):  # noqa: N818 - named for what happened
    """Raised when a worker's lease on a lane was taken over; its transaction must not commit."""


class Event(Struct, frozen=True, kw_only=True):
    """One line of the story, never changed or deleted. `from_state`/`to_state` are empty but for moves."""

    id: int
    at: datetime  # UTC
    what: str  # created | moved | stayed | any word of the caller's
    actor: str
    exchange_id: int | None = None
    transmission_id: int | None = None
    from_state: str = ""
    to_state: str = ""
    why: str = ""
    detail: dict[str, Any] = {}


class Artifact(Struct, frozen=True, kw_only=True):
    """Bytes that belong to an exchange: payload, canonical, sent, posted ... They lie in the archive."""

    id: int
    exchange_id: int
    kind: str
    sha256: str
    size: int  # bytes
    media_type: str
    at: datetime  # UTC
    removed_at: datetime | None = None  # UTC, by retention: only the row is left


class Acknowledgment(Struct, frozen=True, kw_only=True):
    """An acknowledgment of an exchange (or of a transmission of which nothing could be unwrapped).

    `direction` is the acknowledgment's own: out = we answered, in = the partner answered.
    """

    id: int
    kind: str  # TA1 | 997 | 999 | receipt | 855 ...
    direction: Direction
    exchange_id: int | None
    ack_exchange_id: int | None  # the exchange that is (or carries) the acknowledgment
    transmission_id: int | None
    verdict: str
    detail: str
    at: datetime  # UTC


class ReceivedInterchange(Struct, frozen=True, kw_only=True):
    """One interchange that came in, by what makes it unique (domain: sender, receiver, usage, ISA13)."""

    id: int
    sender: Address
    receiver: Address
    usage: str
    control: str
    transmission_id: int
    sha256: str
    at: datetime  # UTC


class ControlUse(Struct, frozen=True, kw_only=True):
    """A control number that was given out. `round` counts how often its scope had wrapped before."""

    scope: str
    number: int
    round: int
    exchange_id: int | None
    purpose: str
    at: datetime  # UTC


class Advanced(Struct, frozen=True, kw_only=True):
    """How far the numbers of a scope were moved on; the next one to be given out is after `now`."""

    scope: str
    before: int
    now: int


class Hold(Struct, frozen=True, kw_only=True):
    """A legal hold on a partner, an order (of one partner, or of all), or an exchange."""

    id: int
    partner: str
    order_number: str
    exchange_id: int | None
    why: str
    actor: str
    at: datetime  # UTC
    ended_at: datetime | None = None  # UTC
    ended_by: str = ""


class RowPayload(Struct, frozen=True, kw_only=True):
    """A small payload in the row of its artifact, clear or sealed."""

    id: int  # of the artifact
    sha256: str  # of the clear bytes
    size: int  # of the clear bytes
    body: bytes


class PayloadOwner(Struct, frozen=True, kw_only=True):
    """A row that names a payload: an exchange's artifact of a kind, or a file as picked up."""

    exchange_id: int | None
    transmission_id: int | None
    partner: str
    kind: str
    at: datetime  # UTC


class Posting(Struct, frozen=True, kw_only=True):
    """The once-only ledger's line of one business document."""

    key: str
    exchange_id: int  # the exchange that claimed it first
    digest: str  # of the canonical content that was posted
    record: ErpRecord | None
    state: str  # claimed, or what the caller says
    at: datetime  # UTC, the last change


class Lease(Struct, frozen=True, kw_only=True):
    """The right to step a lane's work. A higher `fence` means that somebody else has it now."""

    lane: str
    owner: str
    fence: int
    expires_at: datetime  # UTC


class LogQuery(Struct, frozen=True, kw_only=True):
    """A search in the translation log. What is left out does not narrow."""

    partner: str | None = None
    document: DocType | None = None
    # Part of a document, order, Odoo record or control number; case does not matter. One or two characters, and zeros
    # alone, are the whole number of a document or order.
    number: str = ""
    state: State | None = None
    states: tuple[State, ...] = ()
    direction: Direction | None = None
    since: datetime | None = None  # created at or after, UTC
    until: datetime | None = None  # created before, UTC
    text: str = (
        ""  # part of a number, a reason, a finding's message or a file's name; very short ones as above
    )
    limit: int = 50
    oldest_first: bool = False  # else newest first
    tried: bool = False  # only those that are tried again, or wait for somebody who is away
    before_id: int | None = None  # the next page starts below the last id of this one


class Changes(TypedDict, total=False):
    """What a move may change besides the state and its reason."""

    partner: str
    document: DocType
    envelope: Envelope
    number: str
    order_number: str
    key: str
    digest: str
    lane: str
    attempts: int
    released: bool
    erp: ErpRecord | None
    source: ErpRecord | None
    due_at: datetime | None
    deadline_at: datetime | None


class NewExchange(TypedDict):
    """What an exchange is made of; only the first five must be given."""

    partner: str
    direction: Direction
    document: DocType
    state: State
    envelope: Envelope
    transmission_id: NotRequired[int | None]
    group_id: NotRequired[int | None]
    position: NotRequired[int]
    number: NotRequired[str]
    order_number: NotRequired[str]
    key: NotRequired[str]
    digest: NotRequired[str]
    lane: NotRequired[str]
    source: NotRequired[ErpRecord | None]
    erp: NotRequired[ErpRecord | None]
    why: NotRequired[str]
    due_at: NotRequired[datetime | None]
    deadline_at: NotRequired[datetime | None]
