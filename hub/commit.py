"""commit: write one outcome, whole, in the caller's SQL transaction.

State, event, findings, artifacts, new exchanges, acknowledgments with their control numbers: all or nothing.
Nothing here decides; decisions are in `hub.stages`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec import structs

from hub import verdicts
from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.errors import Trouble
from hub.model.exchange import MOVES, Direction, Exchange, Group, State, Transmission
from hub.model.finding import Finding, Severity
from hub.model.outcome import NewExchange, NewGroup, Outcome, OutFile, Reply, Settlement
from hub.stages import lanes
from hub.store import Tx
from hub.store.records import NewExchange as NewRow
from hub.together import Item

_log = logging.getLogger("hub.commit")

#: Sets of a file that are added by one statement: a file may have tens of thousands.
_ROWS_AT_ONCE = 500

_TOLD_BEFORE = "may have been told: it happened before the hub was restored from a backup"


class Clock(Protocol):
    """What writing a file asks of the hub."""

    def now(self) -> datetime: ...


class Needs(Clock, verdicts.Needs, Protocol):
    """What committing asks of the hub."""

    def pause_seconds(self, attempts: int, trouble: Trouble) -> float: ...


def commit_all(tx: Tx, decided: Sequence[tuple[Item, Outcome]], needs: Needs) -> None:
    """Write the outcomes of many steps; then the answers that they made due, one for each group."""
    lock = tx.lock_transmissions if isinstance(decided[0][0], Transmission) else tx.lock_exchanges
    lock([item.id for item, _ in decided])
    groups: dict[int, None] = {}
    for item, outcome in decided:
        if isinstance(item, Transmission):
            commit_transmission(tx, item, outcome, needs)
        else:
            moved = commit_exchange(tx, item, outcome, needs)
            if moved.group_id is not None and _gave_verdict(item.state, moved):
                groups[moved.group_id] = None
    for group in groups:
        close_group(tx, group, needs)


def commit_transmission(tx: Tx, transmission: Transmission, outcome: Outcome, needs: Needs) -> None:
    """Write the outcome of opening (or failing to open) a file."""
    due_at, attempts = _schedule(outcome, transmission.attempts, needs)
    tx.move_transmission(transmission.id, outcome.state, why=outcome.why, due_at=due_at, attempts=attempts)
    tx.add_findings(outcome.findings, transmission_id=transmission.id, stage="unwrap")
    for kind, data in outcome.artifacts.items():
        tx.add_event(kind, transmission_id=transmission.id, detail={"text": data.decode(errors="replace")})
    for seen in outcome.seen:
        tx.add_received_interchange(
            sender=seen.sender,
            receiver=seen.receiver,
            usage=seen.usage,
            control=seen.control,
            transmission_id=transmission.id,
            sha256=transmission.sha256,
        )
    for reply in outcome.replies:
        add_reply(tx, reply, transmission.id, needs)
    for group in outcome.groups:
        _add_group(tx, group, transmission, needs)


def commit_exchange(tx: Tx, exchange: Exchange, outcome: Outcome, needs: Needs) -> Exchange:
    """Write the outcome of one step of an exchange and return it as it now stands.

    Nothing is written when somebody moved it since the step began: what was decided is out of date, and the
    next step, if one is due, decides anew.
    """
    now = tx.exchange(exchange.id, lock=True)
    if (now.state, now.updated_at) != (exchange.state, exchange.updated_at):
        _log.warning("exchange %s is %s by now: %s is not committed", now.id, now.state, outcome.state)
        return now
    changes: dict[str, Any] = dict(outcome.changes)
    if outcome.file is not None:
        changes["envelope"] = _store_file(tx, exchange, outcome.file, needs)
    stage = exchange.state.value
    if outcome.findings or outcome.state is not exchange.state:
        tx.add_findings(outcome.findings, exchange_id=exchange.id, stage=stage)
    for kind, data in outcome.artifacts.items():
        tx.put_artifact(exchange.id, kind, data)
    changes["due_at"], changes["attempts"] = _schedule(outcome, exchange.attempts, needs)
    if exchange.state is State.COMPOSED is not outcome.state:
        tx.note_delivery(exchange.id, "")  # what became of it is known, in the same transaction
    moved = tx.move(exchange.id, outcome.state, why=outcome.why, **changes)
    if outcome.orders:
        tx.set_orders(exchange.id, (number for number in outcome.orders if number != moved.order_number))
    _write_posted(tx, moved, outcome)
    add_exchanges(tx, outcome.beside, moved.transmission_id, None)  # of no group: its set is answered once
    for new in outcome.noticed:
        add_news(tx, new)
    for settlement in outcome.settlements:
        _settle(tx, settlement, moved)
    _answer_again(tx, exchange.state, moved, needs)
    return moved


def _gave_verdict(before: State, moved: Exchange) -> bool:
    """Say whether a step gave a document its verdict: it may have been the last one of its group."""
    waiting = verdicts.open_states(moved.envelope.format)
    return before in waiting and moved.state not in waiting


def _write_posted(tx: Tx, moved: Exchange, outcome: Outcome) -> None:
    """Note which record a document became, or keep what the hub itself keeps."""
    if outcome.posted is not None:
        tx.book_posting(moved.key, moved.id, record=outcome.posted, state=moved.state.value)
    if outcome.stock is not None:
        tx.add_event("stock_kept", exchange_id=moved.id, detail={"rows": tx.keep_stock(outcome.stock)})


def _schedule(outcome: Outcome, attempts: int, needs: Needs) -> tuple[datetime | None, int]:
    """Return when the next step is due and how many tries have failed in a row."""
    if outcome.tried:
        seconds = outcome.due_in_seconds or needs.pause_seconds(attempts, outcome.trouble)
        return needs.now() + timedelta(seconds=seconds), attempts + 1
    if outcome.due_in_seconds is not None:
        return needs.now() + timedelta(seconds=outcome.due_in_seconds), 0
    return None, 0


def _add_group(tx: Tx, new: NewGroup, transmission: Transmission, needs: Needs) -> None:
    group: Group | None = None
    if new.envelope is not None:
        group = tx.add_group(
            transmission_id=transmission.id,
            partner=new.partner,
            envelope=new.envelope,
            declared_count=new.declared_count,
            findings=new.findings,
        )
    add_exchanges(tx, new.exchanges, transmission.id, group.id if group else None)
    if group is not None and not new.exchanges:
        close_group(tx, group.id, needs)


def add_exchanges(
    tx: Tx, news: Sequence[NewExchange], transmission_id: int | None, group_id: int | None
) -> None:
    """Add inbound exchanges with their payloads, their documents and what was found while splitting the file."""
    for start in range(0, len(news), _ROWS_AT_ONCE):
        some = news[start : start + _ROWS_AT_ONCE]
        added = tx.add_exchanges([_row(new, transmission_id, group_id) for new in some])
        for exchange, new in zip(added, some, strict=True):
            tx.put_artifact(exchange.id, "payload", new.payload)
            if new.canonical:
                tx.put_artifact(exchange.id, "canonical", new.canonical)
            if new.findings:
                tx.add_findings(new.findings, exchange_id=exchange.id, stage="unwrap")


def _row(new: NewExchange, transmission_id: int | None, group_id: int | None) -> NewRow:
    return {
        "partner": new.partner,
        "direction": new.direction,
        "document": new.document,
        "state": new.state,
        "envelope": new.envelope,
        "transmission_id": transmission_id,
        "group_id": group_id,
        "position": new.position,
        "number": new.number,
        "order_number": new.order_number,
        "key": new.key,
        "digest": new.digest,
        "lane": new.lane,
        "why": new.why,
    }


def add_news(tx: Tx, new: NewExchange) -> bool:
    """Begin an outbound exchange; False when the same news has one already, which is left as it is.

    What happened before the log was restored from a backup may have been told by the hub that was lost: it is held.
    """
    restored = tx.restored_at()
    doubtful = restored is not None and new.happened_at is not None and new.happened_at <= restored
    added = tx.add_exchange_once(
        partner=new.partner,
        direction=new.direction,
        document=new.document,
        state=State.HELD if doubtful else new.state,
        envelope=new.envelope,
        number=new.number,
        order_number=new.order_number,
        key=new.key,
        lane=new.lane,
        source=new.source,
        erp=new.erp,
        why=_TOLD_BEFORE if doubtful else new.why,
    )
    if added is not None and doubtful:
        hint = (
            f"if they have it, `hub cancel {added.id} --why ...`; if not, `hub release {added.id}` sends it"
        )
        finding = Finding(problems.MAY_HAVE_BEEN_SENT, f"{new.why}: {_TOLD_BEFORE}", Severity.HOLD, hint=hint)
        tx.add_findings([finding], exchange_id=added.id, stage="restore")
    return added is not None


def close_group(tx: Tx, group_id: int, needs: Needs) -> None:
    """Acknowledge a group once its last set has a verdict; the group's row is locked meanwhile."""
    group = tx.group(group_id, lock=True)
    waiting = verdicts.open_states(group.envelope.format)
    if group.acknowledged or any(
        tx.group_has(group_id, state) for state in waiting
    ):  # asked thousands of times
        return
    members = tx.exchanges_of_group(group_id)
    if not verdicts.has_verdicts(tx, group, members):
        return
    reply = verdicts.reply_to(tx, group, members, needs)
    tx.mark_group_acknowledged(group_id)
    partner = needs.partner(group.partner)
    if partner.x12.partial == "hold_all" and any(m.state is State.REJECTED for m in members):
        for member in members:
            if member.state is State.CHECKED:
                tx.move(member.id, State.REJECTED, why="its group has a rejected document, and all are held")
    if reply is not None:
        add_reply(tx, reply, group.transmission_id, needs)


def _answer_again(tx: Tx, before: State, moved: Exchange, needs: Needs) -> None:
    """Tell what became of records that waited, or went back, when the receipt of their file was written."""
    if moved.group_id is None or moved.envelope.format != "records" or moved.state is State.DEAD:
        return
    if not _gave_verdict(before, moved):
        return
    group = tx.group(moved.group_id, lock=True)
    if group.acknowledged and (reply := verdicts.reply_to(tx, group, [moved], needs)) is not None:
        add_reply(tx, reply, group.transmission_id, needs)


def add_reply(tx: Tx, reply: Reply, transmission_id: int, needs: Clock) -> Exchange:
    """Write an answer of ours, its control numbers drawn here, and note what it answers."""
    added = tx.add_exchange(
        partner=reply.partner,
        direction=Direction.OUT,
        document=reply.document,
        state=State.COMPOSED,
        envelope=structs.replace(reply.file.envelope, set_id=reply.kind),
        transmission_id=transmission_id,
        number=reply.number,
        order_number=reply.order_number,
        lane=lanes.sending(reply.partner),
        why=f"{reply.kind} for T{transmission_id}",
    )
    if reply.canonical:
        tx.put_artifact(added.id, "canonical", reply.canonical)
    envelope = _store_file(tx, added, reply.file, needs)
    functional_id = "FA" if reply.document is DocType.FUNCTIONAL_ACK else envelope.functional_id
    envelope = structs.replace(envelope, set_id=reply.kind, functional_id=functional_id)
    moved = tx.move(added.id, State.COMPOSED, why=added.why, envelope=envelope)
    for answer in reply.answers or (None,):  # an answer to an envelope alone answers no exchange
        tx.add_acknowledgment(
            kind=reply.kind,
            direction=Direction.OUT,
            exchange_id=answer.exchange_id if answer else None,
            ack_exchange_id=added.id,
            transmission_id=transmission_id,
            verdict=answer.verdict if answer else reply.verdict,
            detail=answer.detail if answer else "",
        )
    return moved


def _store_file(tx: Tx, exchange: Exchange, file: OutFile, needs: Clock) -> Envelope:
    """Draw the control numbers, write the file, store its bytes; return the numbered envelope."""
    envelope = structs.replace(file.envelope, prepared_at=needs.now().replace(tzinfo=None))
    if envelope.format == "x12":
        pair = f"{envelope.sender}>{envelope.receiver}"
        interchange, group = tx.next_control(f"isa:{pair}"), tx.next_control(f"gs:{pair}")
        tx.record_control(f"isa:{pair}", interchange, exchange.id, exchange.document.value)
        envelope = structs.replace(
            envelope,
            interchange_control=f"{interchange:09d}",
            group_control=str(group),
            set_control="0001",
        )
    tx.put_artifact(exchange.id, "sent", file.render(envelope))
    return envelope


def _settle(tx: Tx, settlement: Settlement, ack: Exchange) -> None:
    tx.add_acknowledgment(
        kind=settlement.kind,
        direction=Direction.IN,
        exchange_id=settlement.exchange_id,
        ack_exchange_id=ack.id,
        verdict=settlement.verdict,
        detail=settlement.why,
    )
    if settlement.findings:
        tx.add_findings(settlement.findings, exchange_id=settlement.exchange_id, stage="acknowledgment")
    now = tx.exchange(settlement.exchange_id, lock=True)
    if settlement.state in MOVES[now.state]:  # else it is only recorded: a repeat, or one that was ended
        tx.move(settlement.exchange_id, settlement.state, why=settlement.why, deadline_at=None)
