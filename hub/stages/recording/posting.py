"""A batch of records on its way: checked into a state of its own, and brought to Odoo.

checked    -> translated   read; rows that cannot be used were told with the receipt, and are counted
checked    -> tested       a partner in testing: nothing is written
translated -> posted       each record is made, changed or as it is already
translated -> held         some are refused by Odoo or by the record type: the others are written. A release tries
                           those again, and takes what is refused then as said
"""

from __future__ import annotations

from typing import Protocol

import msgspec
from msgspec import structs

from hub.erp.port import ErpGateway
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, RecordBatch
from hub.model.documents.records import MASK, RecordLine
from hub.model.exchange import Exchange, State, posting_key
from hub.model.finding import Finding, Severity
from hub.model.outcome import Outcome
from hub.model.partner import Partner
from hub.stages.recording.carrying import as_json, carry_out, outcome_of
from hub.stages.recording.plan import Planned, masked, tally
from hub.stages.recording.planning import make_plan
from translators.port import Translator

#: Findings of one exchange that are stored one by one; the artifact `records` has all of them.
MOST_FINDINGS = 200


class Needs(Protocol):
    """What posting records asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def erp(self) -> ErpGateway: ...
    def translator(self, name: str) -> Translator: ...
    def payload(self, exchange: Exchange) -> bytes: ...
    def file_named(self, partner: str, name: str) -> bytes | None: ...


def translate_records(
    exchange: Exchange, batch: RecordBatch, partner: Partner, findings: tuple[Finding, ...]
) -> Outcome:
    """Take a batch that could be read; what it would do is Odoo's to say, and asked when it is posted.

    Every file is new, also one whose bytes came before: records are compared, and what is there already changes
    nothing.
    """
    testing = partner.status == "testing"
    why = f"{partner.name} is still in testing: nothing is written" if testing else ""
    return Outcome(
        state=State.TESTED if testing else State.TRANSLATED,
        why=why,
        findings=findings,
        changes={
            "number": batch.number,
            "key": posting_key(partner.key, DocType.RECORDS, batch.number, str(exchange.id)),
        },
        artifacts={"canonical": msgspec.json.format(msgspec.json.encode(_masked(batch, partner)), indent=2)},
    )


def post_records(exchange: Exchange, batch: AnyDocument, needs: Needs) -> Outcome:
    """Write a batch to Odoo, as often as it takes: what is there already is left as it is."""
    assert isinstance(batch, RecordBatch)
    partner, erp = needs.partner(exchange.partner), needs.erp().records
    kind = partner.records.get(batch.record_type)
    if kind is None:
        return _gone(batch.record_type, partner)
    if kind.secrets:  # what is kept of the batch for people is masked; the rows themselves are not
        read, findings = needs.translator("records").read(
            needs.payload(exchange), exchange.envelope, exchange.document, partner
        )
        if not isinstance(read, RecordBatch):
            return Outcome(state=State.HELD, why=findings[0].line(), findings=findings)
        batch = read
    plan = make_plan(batch, kind, erp, released=exchange.released)
    if plan.faults and not exchange.released:
        return Outcome(state=State.HELD, why=plan.faults[0].line(), findings=plan.faults)
    done = carry_out(plan, kind, erp, lambda name: needs.file_named(partner.key, name))
    artifacts = {"records": as_json(outcome_of(plan, done))}
    findings = _told(done, released=exchange.released)
    waiting = [f for f in findings if f.severity is Severity.HOLD]
    why = str(tally(done)) + (f"; {waiting[0].line()}" if waiting else "")
    state = State.HELD if waiting else State.POSTED
    return Outcome(state=state, why=why, findings=findings[:MOST_FINDINGS], artifacts=artifacts)


def _masked(batch: RecordBatch, partner: Partner) -> RecordBatch:
    """Return a batch as it is kept for people to look at."""
    secrets = partner.records[batch.record_type].secrets
    if not secrets:
        return batch
    records = tuple(
        structs.replace(
            record,
            own="",
            values={name: masked(text, secret=name in secrets) for name, text in record.values.items()},
            lines={field: _masked_lines(field, part, secrets) for field, part in record.lines.items()},
        )
        for record in batch.records
    )
    return structs.replace(batch, records=records)


def _masked_lines(
    field: str, lines: tuple[RecordLine, ...], secrets: frozenset[str]
) -> tuple[RecordLine, ...]:
    """Mask the secrets of lines, and their keys: a key may be the secret itself."""
    return tuple(
        structs.replace(
            line,
            key=MASK if any(f"{field}.{name}" in secrets for name in line.values) else line.key,
            values={
                name: masked(text, secret=f"{field}.{name}" in secrets) for name, text in line.values.items()
            },
        )
        for line in lines
    )


def _told(done: tuple[Planned, ...], *, released: bool) -> tuple[Finding, ...]:
    """Return what to tell of the records; what could not be read was told when it was checked."""
    found = [finding for one in done if one.record is not None for finding in one.findings]
    if not released:
        return tuple(found)
    hold, warning = Severity.HOLD, Severity.WARNING
    return tuple(structs.replace(f, severity=warning) if f.severity is hold else f for f in found)


def _gone(name: str, partner: Partner) -> Outcome:
    finding = Finding(
        problem=problems.NO_AGREEMENT,
        severity=Severity.HOLD,
        message=f"the profile of {partner.name} has no [records.{name}] any more",
        hint=f"mend partners/{partner.key}.toml and release, or cancel it",
    )
    return Outcome(state=State.HELD, why=finding.message, findings=(finding,))
