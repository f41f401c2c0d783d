"""Carry a plan out, and tell what came of each record: what Odoo refuses refuses that record alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct, structs

from hub.erp.port.records import Records
from hub.model import problems
from hub.model.documents.records import Record
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding, Severity, Where
from hub.model.record_types import RecordType
from hub.stages.recording.plan import Plan, Planned, Tally, tally

#: Returns the bytes of a file that the partner sent under a name; None while it has not come.
FindFile = Callable[[str], bytes | None]


def carry_out(plan: Plan, kind: RecordType, erp: Records, find_file: FindFile) -> tuple[Planned, ...]:
    """Write what a plan would make and change, then keep the attachments; return what came of each record."""
    writing = [at for at, one in enumerate(plan.planned) if one.upsert and one.action in {"create", "change"}]
    upserts = [upsert for at in writing if (upsert := plan.planned[at].upsert) is not None]
    done = list(plan.planned)
    for at, answer in zip(writing, erp.apply(plan.model, upserts), strict=True):
        one = done[at]
        done[at] = _refused(one, answer.refusal) if answer.refusal else structs.replace(one, id=answer.id)
    attached = kind.attachment
    if not (attached.column or attached.own):
        return tuple(done)
    return tuple(_attach(one, plan.model, erp, find_file) for one in done)


def _refused(one: Planned, reason: str) -> Planned:
    finding = Finding(
        problems.ERP_REFUSED,
        f"{one.label}: Odoo refuses it: {reason}",
        Severity.HOLD,
        Where(row=one.rows[0]),
        hint="correct it in Odoo, or have the partner correct it; then release",
    )
    return structs.replace(one, action="refused", differences=(), findings=(*one.findings, finding))


def _attach(one: Planned, model: str, erp: Records, find_file: FindFile) -> Planned:
    """Keep the files of a record that is in Odoo: the same file under the same date is kept once."""
    record = one.record
    if record is None or one.id is None or one.action == "refused":
        return one
    place, note = ErpRecord(model, one.id), f"expires {record.expires}" if record.expires else ""
    if record.own:
        _keep(erp, place, record, (f"{record.label}.csv".replace("/", "-"), record.own.encode(), note))
    if not record.file:
        return one
    data = find_file(record.file)
    if data is None:
        return structs.replace(one, findings=(*one.findings, _missing(record)))
    _keep(erp, place, record, (record.file, data, note))
    return one


def _keep(erp: Records, place: ErpRecord, record: Record, file: tuple[str, bytes, str]) -> None:
    name, data, note = file
    mark = hashlib.sha256(b"\x1f".join((name.encode(), note.encode(), data))).hexdigest()[:16]
    erp.attach(place, f"{record.key}_file_{mark}", name, data, note)


def _missing(record: Record) -> Finding:
    return Finding(
        problems.FIELD_MISSING,
        f"{record.label}: the file {record.file[:80]!r} that it names has not come",
        Severity.HOLD,
        Where(row=record.rows[0], path="attachment"),
        value=record.file[:80],
        hint="ask the partner for the file; when it is there, release",
    )


class RecordOutcome(Struct, frozen=True, kw_only=True):
    """What came of one record, as it is stored and printed. `changes`: field, old and new value."""

    label: str
    rows: tuple[int, ...]
    action: str
    id: int | None
    changes: tuple[tuple[str, str, str], ...]
    findings: tuple[Finding, ...]


class BatchOutcome(Struct, frozen=True, kw_only=True):
    """What came of a batch, as it is stored with its exchange (artifact `records`) and printed as JSON."""

    record_type: str
    model: str
    tally: Tally
    records: tuple[RecordOutcome, ...]


def outcome_of(plan: Plan, planned: Sequence[Planned]) -> BatchOutcome:
    """Return what is kept of a plan, or of what came of it."""
    records = tuple(
        RecordOutcome(
            label=one.label,
            rows=one.rows,
            action=one.action,
            id=one.id,
            changes=tuple((d.field, d.old, d.new) for d in one.differences),
            findings=one.findings,
        )
        for one in planned
    )
    return BatchOutcome(record_type=plan.record_type, model=plan.model, tally=tally(planned), records=records)


def as_json(outcome: BatchOutcome) -> bytes:
    """Return an outcome as JSON fit for people."""
    return msgspec.json.format(msgspec.json.encode(outcome), indent=2)
