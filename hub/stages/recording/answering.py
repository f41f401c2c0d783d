"""The receipt of a file of records: what became of it, and each row that was refused or waits, with the reason.

It is written when Odoo has taken or refused every record. A batch that waited for an operator gets a further receipt
once it is decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal

from msgspec import Struct, structs

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.exchange import Exchange, Group, State
from hub.model.finding import Finding, Severity
from hub.model.outcome import Answered, OutFile, Reply
from hub.model.partner import Partner
from hub.stages.addresses import answering_envelope
from hub.stages.recording.carrying import BatchOutcome, RecordOutcome
from translators.port import Receipting

Status = Literal["accepted", "rejected", "held"]

#: What became of a batch of which nothing was written, where its findings do not say it.
_NOTHING_WRITTEN = {
    State.TESTED: "read, and nothing of it written: a test",
    State.CANCELLED: "ended by us: nothing more of it is written",
}


class RecordsVerdict(Struct, frozen=True, kw_only=True):
    """One batch as it stands. `came` is what Odoo made of each record; None: nothing was asked of Odoo."""

    exchange: Exchange
    findings: tuple[Finding, ...] = ()
    came: BatchOutcome | None = None


def answer_records(
    group: Group, verdicts: Sequence[RecordsVerdict], partner: Partner, translator: Receipting
) -> Reply:
    """Return the receipt of these batches of a file."""
    entries = tuple(entry for verdict in verdicts for entry in entries_of(verdict))

    envelope = structs.replace(answering_envelope(group.envelope), set_id=group.envelope.set_id)

    def render(numbered: Envelope) -> bytes:
        return translator.write_receipt(entries, partner, numbered)

    return Reply(
        kind="receipt",
        partner=partner.key,
        document=DocType.RECEIPT,
        file=OutFile(envelope=envelope, render=render),
        answers=tuple(Answered(exchange_id=v.exchange.id, verdict=_letter(v)) for v in verdicts),
        number=entries[0].number if entries else "",
    )


def entries_of(verdict: RecordsVerdict) -> Iterator[ReceiptEntry]:
    """Yield the batch as a whole, then each record of it about which there is something to say."""
    exchange, came = verdict.exchange, verdict.came
    entry = partial(ReceiptEntry, document=DocType.RECORDS, number=exchange.number)
    if exchange.state is State.REJECTED or (exchange.state is State.HELD and came is None):
        status: Status = "rejected" if exchange.state is State.REJECTED else "held"
        yield entry(status=status, findings=verdict.findings, note=exchange.why)
        return
    if came is None:
        ended = exchange.state is State.CANCELLED
        note = _NOTHING_WRITTEN.get(exchange.state, "read; each row is answered once it is written")
        yield entry(status="rejected" if ended else "accepted", note=note)
        yield from (entry(status=_of_finding(f), findings=(f,)) for f in verdict.findings)
        return
    yield entry(status="accepted", note=str(came.tally))
    of_records = {finding for record in came.records for finding in record.findings}
    of_file = (f for f in verdict.findings if not _costs_a_row(f) and f not in of_records)
    yield from (entry(status="accepted", findings=(finding,)) for finding in of_file)
    for record in came.records:
        if record.findings or record.action == "refused":
            yield entry(status=_of_record(record, exchange), findings=_at_its_row(record))


def _of_finding(finding: Finding) -> Status:
    return "rejected" if _costs_a_row(finding) else "accepted"


def _costs_a_row(finding: Finding) -> bool:
    """Say whether a finding kept a row from being written; the others are about the file as a whole."""
    return finding.severity is not Severity.NOTE and finding.problem != problems.COLUMN_MISSING


def _of_record(record: RecordOutcome, exchange: Exchange) -> Status:
    waits = any(finding.severity is Severity.HOLD for finding in record.findings)
    if waits and exchange.state is State.HELD:
        return "held"
    return "rejected" if record.action == "refused" else "accepted"


def _at_its_row(record: RecordOutcome) -> tuple[Finding, ...]:
    """Return the findings of a record, each with a row of the file."""
    row = record.rows[0] if record.rows else None
    return tuple(
        f if f.where.row is not None else structs.replace(f, where=structs.replace(f.where, row=row))
        for f in record.findings
    )


def _letter(verdict: RecordsVerdict) -> str:
    """Return the verdict on a batch for the ledger of acknowledgments."""
    status = {entry.status for entry in entries_of(verdict)}
    return "A" if status == {"accepted"} else "P" if "accepted" in status else "R"
