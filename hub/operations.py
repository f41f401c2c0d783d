"""operations: what an operator may do to an exchange or a file, each with a name in the audit trail.

release   after a hold: go on, and do not ask again what a person has decided
redrive   run again from the archived bytes; outbound: write anew from Odoo, under new control numbers
resend    put the stored bytes before the partner again: same bytes, same control numbers
reject    give a held document back to the partner, with a reason; by its profile an 855, 865 or 824 tells them
cancel    end it, with a reason
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from hub.model import problems
from hub.model.documents import DocType
from hub.model.errors import Undeliverable
from hub.model.exchange import MOVES, Direction, Exchange, State, Transmission, row_number
from hub.stages import lanes
from hub.store import Store, Tx

RESENDABLE = frozenset({State.SENT, State.DELIVERED, State.ACKNOWLEDGED, State.REFUSED, State.OVERDUE})
#: Outbound documents that are written anew: after mending, or when the partner refused the bytes.
_RECOMPOSABLE = frozenset({State.DEAD, State.HELD, State.REFUSED})
_REDRIVABLE_IN = frozenset(
    {State.DEAD, State.HELD, State.REJECTED, State.ORPHAN, State.TESTED, State.DUPLICATE}
)

#: A received document in these states is in Odoo, or goes there by itself.
_GOES_ON = frozenset({State.TRANSLATED, State.IN_DOUBT, State.POSTED})


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """Raised when an operation does not fit the state; the message says what would."""


class Done(Struct, frozen=True):
    """What an operation did."""

    what: str
    lane: str = ""  # the lane that has work now


#: Answers a rejected document (855, 865, 824) in the transaction of its decision; says how the partner hears of it.
Advise = Callable[[Tx, Exchange, str], str]


class Operations:
    """The operator's actions on one store. `actor` is who asks: a login name, or `cli:name`.

    Without `advise`, which needs the partners' profiles, nothing can be rejected.
    """

    def __init__(self, store: Store, advise: Advise | None = None) -> None:
        self._store, self._advise = store, advise

    def release(self, reference: str, actor: str, why: str = "") -> Done:
        """Release a held exchange or a quarantined interchange or file (`42`, `T7`)."""
        with self._store.begin() as tx:
            if is_transmission(reference):
                return self._reopen(tx, _transmission(tx, reference), "released", actor, why)
            exchange = _exchange(tx, reference)
            problem = {f.problem for f in tx.findings(exchange_id=exchange.id)}
            if exchange.state is State.QUARANTINED:
                return self._let_through(tx, exchange, "released", actor, why)
            changeable = exchange.document in {DocType.PURCHASE_ORDER, DocType.ORDER_CHANGE}
            if exchange.state is State.HELD and problems.LOOKS_LIKE_CHANGE in problem and not changeable:
                raise Refused(
                    f"exchange {exchange.id} looks like a change of what we have, and is never posted twice; "
                    f"change the record in Odoo by hand, then use `hub cancel {exchange.id} --why ...`"
                )
            if exchange.state is not State.HELD:
                raise Refused(f"exchange {exchange.id} is {exchange.state}, not held; {_advice(exchange)}")
            outbound = exchange.direction is Direction.OUT
            state = State.NOTICED if outbound else State.CHECKED
            tx.move(
                exchange.id, state, why=why or "released", actor=actor, released=True, attempts=0, due_at=None
            )
            return Done(f"exchange {exchange.id} goes on from {state}", exchange.lane)

    def redrive(self, reference: str, actor: str, why: str = "") -> Done:
        """Run an exchange or a file again from what was stored."""
        with self._store.begin() as tx:
            if is_transmission(reference):
                return self._reopen(tx, _transmission(tx, reference), "redrive", actor, why)
            exchange = _exchange(tx, reference)
            if exchange.state is State.QUARANTINED:
                return self._let_through(tx, exchange, "redrive", actor, why)
            state, lane = _restart(tx, exchange)
            tx.move(
                exchange.id,
                state,
                why=why or "redriven",
                actor=actor,
                attempts=0,
                due_at=None,
                lane=lane,
                released=False,  # what was waived was another content
            )
            return Done(f"exchange {exchange.id} starts again from {state}", lane)

    def resend(self, reference: str, actor: str, why: str = "") -> Done:
        """Send the stored bytes of an outbound exchange again."""
        with self._store.begin() as tx:
            exchange = _exchange(tx, reference)
            if exchange.direction is not Direction.OUT or exchange.state not in RESENDABLE:
                raise Refused(
                    f"exchange {exchange.id} is {exchange.direction} and {exchange.state}; "
                    f"only what was sent can be sent again; {_advice(exchange)}"
                )
            try:
                tx.artifact(exchange.id, "sent")
            except Undeliverable as fault:
                raise Refused(f"exchange {exchange.id} cannot go out again: {fault}") from fault
            tx.move(
                exchange.id, State.COMPOSED, why=why or "sent again", actor=actor, attempts=0, due_at=None
            )
            return Done(f"exchange {exchange.id} goes out again with the same bytes", exchange.lane)

    def reject(self, reference: str, actor: str, why: str) -> Done:
        """Give a held document back to the partner, who has to send another; they read the reason in our answer."""
        if not why.strip():
            raise Refused("say why, for the partner reads it: --why TEXT")
        with self._store.begin() as tx:
            exchange = _exchange(tx, reference)
            if not rejectable(exchange):
                raise Refused(
                    f"exchange {exchange.id} is {exchange.direction} and {exchange.state}; "
                    f"only a held document of theirs can be rejected; {_advice(exchange)}"
                )
            _refuse_part(tx, exchange)
            if self._advise is None:
                raise Refused("the partners' profiles are not at hand, and they say what answer is owed")
            told = self._advise(tx, exchange, why)
            tx.move(exchange.id, State.REJECTED, why=why, actor=actor, attempts=0, due_at=None)
            return Done(f"exchange {exchange.id} is rejected: {told}", lanes.sending(exchange.partner))

    def cancel(self, reference: str, actor: str, why: str) -> Done:
        """End an exchange that waits for somebody; the reason is kept."""
        if not why.strip():
            raise Refused("say why, for those who read the log later: --why TEXT")
        with self._store.begin() as tx:
            if is_transmission(reference):
                transmission = _transmission(tx, reference)
                if transmission.state is not State.QUARANTINED:
                    raise Refused(
                        f"file {reference} is {transmission.state}; only a quarantined one can be ended"
                    )
                tx.move_transmission(transmission.id, State.CANCELLED, why=why, actor=actor)
                return Done(f"file T{transmission.id} is cancelled")
            exchange = _exchange(tx, reference)
            if State.CANCELLED not in MOVES[exchange.state]:
                raise Refused(f"exchange {exchange.id} is {exchange.state} and can't be cancelled")
            tx.move(exchange.id, State.CANCELLED, why=why, actor=actor, deadline_at=None)
            return Done(f"exchange {exchange.id} is cancelled")

    @staticmethod
    def _reopen(tx: Tx, transmission: Transmission, verb: str, actor: str, why: str) -> Done:
        if transmission.state not in {State.QUARANTINED, State.DEAD, State.DUPLICATE}:
            raise Refused(
                f"file T{transmission.id} is {transmission.state}; its documents have numbers of their own"
            )
        if not transmission.sha256:
            raise Refused(f"file T{transmission.id} was never read; ask the partner to send it again")
        tx.move_transmission(transmission.id, State.RECEIVED, why=why or verb, actor=actor, attempts=0)
        return Done(f"file T{transmission.id} is opened again", lanes.opening(transmission.partner))

    def _let_through(self, tx: Tx, exchange: Exchange, channel: str, actor: str, why: str) -> Done:
        """Open a quarantined interchange again, as a file of its own cut from the one that it came in."""
        payload = tx.artifact(exchange.id, "payload")
        assert payload is not None, "a quarantined interchange keeps its bytes"
        added = tx.add_transmission(
            partner=exchange.partner,
            channel=channel,
            name=f"exchange-{exchange.id}",
            sha256=self._store.archive.put(payload),
            size=len(payload),
        )
        tx.move(
            exchange.id, State.CANCELLED, why=f"{why or channel}: opened again as T{added.id}", actor=actor
        )
        return Done(f"exchange {exchange.id} is opened again as T{added.id}", lanes.opening(exchange.partner))


def is_transmission(reference: str) -> bool:
    """Say whether `T7` names a file; a bare number names an exchange."""
    return reference[:1] in {"T", "t"}


def rejectable(exchange: Exchange) -> bool:
    """Say whether an exchange can be given back to the partner: a decision is open, and it is theirs to mend."""
    return exchange.direction is Direction.IN and exchange.state is State.HELD


def redrivable(exchange: Exchange) -> bool:
    """Say whether an exchange can be run again."""
    if exchange.direction is Direction.OUT:
        written_by_us = exchange.source is not None
        return exchange.state is State.DEAD or (exchange.state in _RECOMPOSABLE and written_by_us)
    known = exchange.document is not DocType.UNKNOWN
    return exchange.state is State.IN_DOUBT or (known and exchange.state in _REDRIVABLE_IN)


def _refuse_part(tx: Tx, exchange: Exchange) -> None:
    """Raise Refused where a part of a document is to be given back, and another part is not: an 824 is on all of it."""
    kept = [str(e.id) for e in tx.exchanges_beside(exchange) if e.state in _GOES_ON]
    if kept:
        raise Refused(
            f"exchange {exchange.id} is one store of an order whose others went on (exchange {', '.join(kept)}), "
            f"and an 824 would give back all of it; use `hub cancel {exchange.id} --why ...` and tell them yourself"
        )


def _restart(tx: Tx, exchange: Exchange) -> tuple[State, str]:
    """Return where a redriven exchange starts again, and in which lane."""
    if not redrivable(exchange):
        raise Refused(f"exchange {exchange.id} is {exchange.state}; {_advice(exchange)}")
    if exchange.direction is Direction.IN:
        if exchange.state is State.IN_DOUBT:
            return State.IN_DOUBT, exchange.lane
        return State.UNWRAPPED, lanes.opening(exchange.partner)
    died_sending = exchange.state is State.DEAD and _fell_from(tx, exchange) == State.COMPOSED
    if exchange.source is None or died_sending:
        return State.COMPOSED, exchange.lane  # the bytes are good; only their sending failed
    return State.NOTICED, lanes.composing(exchange.partner, exchange.document)  # with new control numbers


def _fell_from(tx: Tx, exchange: Exchange) -> str | None:
    """Return the state in which a dead exchange died."""
    told = reversed(tx.events(exchange_id=exchange.id))
    return next((event.from_state for event in told if event.to_state == State.DEAD), None)


def _advice(exchange: Exchange) -> str:
    """Return what can be done with an exchange in its state, in a few words."""
    if exchange.direction is Direction.OUT and exchange.state in RESENDABLE:
        anew = f", or `hub redrive {exchange.id}` to write it anew" if redrivable(exchange) else ""
        return f"use `hub resend {exchange.id}`{anew}"
    if exchange.state is State.HELD:
        return f"use `hub release {exchange.id}`, or `hub redrive {exchange.id}` after mending"
    if redrivable(exchange):
        return f"use `hub redrive {exchange.id}`"
    return "nothing is left to do"


def _exchange(tx: Tx, reference: str) -> Exchange:
    try:
        return tx.exchange(row_number(reference) or 0)
    except LookupError:
        raise Refused(f"there is no exchange {reference!r}; `hub log` lists them") from None


def _transmission(tx: Tx, reference: str) -> Transmission:
    try:
        return tx.transmission(row_number(reference[1:]) or 0)
    except LookupError:
        raise Refused(f"there is no file {reference!r}; `hub log --files` lists them") from None
