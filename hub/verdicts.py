"""verdicts: when every document of a received group has its verdict, and the answer that follows from them.

A document has its verdict when it was checked, and its answer never waits for Odoo. A batch of records has none
before Odoo took or refused each of them: its receipt says what became of each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hub.model import problems
from hub.model.exchange import Exchange, Group, State
from hub.model.finding import Finding
from hub.model.outcome import Reply
from hub.model.partner import Partner
from hub.stages.acknowledge import answer_file, answer_group
from hub.stages.recording.answering import RecordsVerdict, answer_records
from hub.stages.recording.carrying import BatchOutcome
from hub.store import Tx
from translators.port import Acknowledger, Receipting

#: The one state in which a document has no verdict yet; what was found there is what its verdict rests on.
_JUDGED_FROM = State.UNWRAPPED
#: The states in which a batch of records is still on its way to Odoo.
_ON_THE_WAY = frozenset({State.UNWRAPPED, State.CHECKED, State.TRANSLATED, State.IN_DOUBT})


class Needs(Protocol):
    """What answering a group asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def acknowledger(self) -> Acknowledger: ...
    def receipting(self, name: str) -> Receipting: ...


def open_states(format: str) -> frozenset[State]:  # noqa: A002 - the envelope's word
    """Return the states in which something of a format has no verdict yet."""
    return _ON_THE_WAY if format == "records" else frozenset({_JUDGED_FROM})


def has_verdicts(tx: Tx, group: Group, members: Sequence[Exchange]) -> bool:
    """Say whether all of a group have their verdict. One that crashed before has none, and is not called good."""
    waiting = open_states(group.envelope.format)
    return all(
        member.state not in waiting if member.state is not State.DEAD else _died_judged(tx, group, member)
        for member in members
    )


def reply_to(tx: Tx, group: Group, members: Sequence[Exchange], needs: Needs) -> Reply | None:
    """Return what answers these members of a group, None where nothing is due."""
    partner, format_ = needs.partner(group.partner), group.envelope.format
    if format_ == "records":
        verdicts = [_of_records(tx, member) for member in members]
        return answer_records(group, verdicts, partner, needs.receipting(format_))
    judged = [(member, _verdict_findings(tx, member)) for member in members]
    if format_ == "x12":
        findings = tuple(tx.findings(group_id=group.id))
        return answer_group(group, findings, judged, partner, needs.acknowledger())
    return answer_file(group, judged, partner, needs.receipting(format_))


def _of_records(tx: Tx, member: Exchange) -> RecordsVerdict:
    """Return what is known of a batch: what Odoo made of each record, or why nothing of it was written."""
    kept = tx.artifact(member.id, "records") if member.state in {State.POSTED, State.HELD} else None
    return RecordsVerdict(
        exchange=member,
        findings=tuple(dict.fromkeys(tx.findings(exchange_id=member.id))),
        came=msgspec.json.decode(kept, type=BatchOutcome) if kept is not None else None,
    )


def _died_judged(tx: Tx, group: Group, member: Exchange) -> bool:
    return group.envelope.format != "records" and _was_judged(tx, member)


def _was_judged(tx: Tx, member: Exchange) -> bool:
    verdicts = {State.CHECKED, State.REJECTED}
    return any(
        e.from_state == _JUDGED_FROM and e.to_state in verdicts for e in tx.events(exchange_id=member.id)
    )


def _verdict_findings(tx: Tx, member: Exchange) -> tuple[Finding, ...]:
    """Return what a document's verdict rests on; one that an operator ended unjudged is rejected."""
    findings = tuple(tx.findings(exchange_id=member.id, stage=_JUDGED_FROM.value))
    if member.state is State.CANCELLED and not _was_judged(tx, member):
        message = "it was not processed"
        findings += (Finding(problem=problems.SET_SEGMENTS, message=message, hint="send it again"),)
    return findings
