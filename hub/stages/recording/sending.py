"""A file of records on its way out: read from Odoo when it is due, written in the partner's form, stored, sent.

noticed -> composed     the bytes are stored, and how far they reach by Odoo's clock
noticed -> cancelled    there is nothing to tell, and the record type sends no empty files
noticed -> held         the profile has no such record type (any more), or it does not fit this Odoo
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from hub.erp.port import ErpGateway
from hub.erp.port.records import Records, Values
from hub.model import problems
from hub.model.documents import DocType, Record, RecordBatch
from hub.model.envelope import Envelope
from hub.model.errors import Retryable
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity
from hub.model.outcome import NewExchange, Outcome, OutFile
from hub.model.partner import Partner
from hub.model.record_types import RecordType, unreadable_model
from hub.stages import lanes
from hub.stages.addresses import Company, our_address, their_address
from hub.stages.recording.plan import as_text, shown
from hub.stages.watch import OVERLAP
from translators.port import Translator


class Told(Struct, frozen=True, kw_only=True):
    """How far a file reaches: kept with its exchange (artifact `records`), read when the next is due."""

    rows: int
    until: dt.datetime  # Odoo's clock when the reading began
    edge: tuple[tuple[int, str], ...] = ()  # id and write_date of what changed shortly before: not told again


class Needs(Protocol):
    """What composing a file of records asks of the hub."""

    def erp(self) -> ErpGateway: ...
    def translator(self, name: str) -> Translator: ...
    def now(self) -> dt.datetime: ...
    def told_before(self, exchange: Exchange) -> bytes | None: ...


def file_due(partner: Partner, record_type: str, due: dt.datetime, company: Company) -> NewExchange:
    """Return the exchange of a file of records that is due at an instant, once for that instant."""
    shown_due = due.astimezone(ZoneInfo(partner.records[record_type].zone))
    return NewExchange(
        partner=partner.key,
        direction=Direction.OUT,
        document=DocType.RECORDS,
        state=State.NOTICED,
        envelope=Envelope(
            format="records",
            sender=our_address(partner, company),
            receiver=their_address(partner),
            set_id=record_type,
        ),
        lane=lanes.composing(partner.key, DocType.RECORDS),
        number=record_type,
        key=f"records:{partner.key}:{record_type}:{due.isoformat()}",
        why=f"due at {shown_due:%Y-%m-%d %H:%M}",
        source=ErpRecord(partner.records[record_type].model, int(due.timestamp()), record_type, "due"),
    )


def compose_records(exchange: Exchange, partner: Partner, needs: Needs) -> Outcome:
    """Compose one file that is due."""
    name = exchange.envelope.set_id
    kind = partner.records.get(name)
    if kind is None or kind.direction != "out":
        message = f"the profile of {partner.name} has no [records.{name}] that goes out"
        return _held(message, f"mend partners/{partner.key}.toml and redrive it, or cancel it")
    try:
        unfit = misfit(kind, needs.erp().records)
        if unfit is not None:
            return _held(unfit, "mend the record type and redrive it")
        return _composed(exchange, kind, partner, needs)
    except Retryable as fault:
        if fault.wait_seconds is not None:  # nobody was asked: the pipeline puts off all who would
            raise
        return Outcome(state=State.NOTICED, why=str(fault), tried=True, trouble=fault.trouble)


def misfit(kind: RecordType, erp: Records) -> str | None:
    """Return why a record type that goes out does not fit this Odoo; None when it does."""
    for path in kind.fields:
        model = kind.model
        for step in path.split("."):
            if why := unreadable_model(model):
                return f"{path}: {model} is never read by files: {why}"
            facts = erp.describe(model)
            if facts is None:
                return f"Odoo has no model {model} for this user"
            field = facts.fields.get(step)
            if field is None:
                return f"{model} has no field {step!r}"
            model = field.relation
    return None


def _composed(exchange: Exchange, kind: RecordType, partner: Partner, needs: Needs) -> Outcome:
    erp = needs.erp()
    before = needs.told_before(exchange) if kind.changed else None
    last = msgspec.json.decode(before, type=Told) if before else None
    until = erp.now() or needs.now()
    batch, rows = read_records(kind, exchange.envelope.set_id, erp.records, last)
    if not rows and kind.when_empty == "skip":
        return Outcome(
            state=State.CANCELLED, why="nothing to tell" + (" since the last file" if last else "")
        )
    data = needs.translator("records").write(batch, exchange.envelope, partner)
    early, late = _stamp(until - OVERLAP), _stamp(until)  # of the running second there may be more to tell
    edge = tuple((_id(row), when) for row in rows if early <= (when := _changed(row)) < late)
    told = Told(rows=len(rows), until=until, edge=edge if kind.changed else ())
    return Outcome(
        state=State.COMPOSED,
        why=f"{len(rows)} record{'s' if len(rows) != 1 else ''}",
        artifacts={"records": msgspec.json.encode(told)},
        file=OutFile(envelope=exchange.envelope, render=lambda _: data),
    )


def read_records(
    kind: RecordType, name: str, erp: Records, last: Told | None = None
) -> tuple[RecordBatch, list[Values]]:
    """Return what is to be told, as a batch and as it is in the ERP; after `last` only what changed since."""
    rows = list(_rows(kind, erp, last))
    records = tuple(_record(ordinal, row, kind) for ordinal, row in enumerate(rows, 1))
    return RecordBatch(number=name, record_type=name, records=records, types=_types(kind, erp)), rows


def _rows(kind: RecordType, erp: Records, last: Told | None) -> Iterator[Values]:
    """Yield the records that are to be told: all of the domain, or what changed since the last file."""
    domain: list[Any] = json.loads(kind.domain) if kind.domain else []
    if last is not None:
        domain = [*domain, ["write_date", ">=", _stamp(last.until - OVERLAP)]]
    seen = set(last.edge) if last else set()
    for page in erp.pages(kind.model, domain, [*kind.fields, "id", "write_date"], kind.order):
        yield from (row for row in page if (_id(row), _changed(row)) not in seen)


def _record(ordinal: int, row: Values, kind: RecordType) -> Record:
    values = {name: shown(row.get(name)) for name in kind.fields}
    return Record(key=str(_id(row)), label=str(_id(row)), rows=(ordinal,), values=values)


def _types(kind: RecordType, erp: Records) -> dict[str, str]:
    """Return what kind of value each column has."""
    found: dict[str, str] = {}
    for path in kind.fields:
        *steps, last = path.split(".")
        model = kind.model
        for step in steps:
            facts = erp.describe(model)
            model = facts.fields[step].relation if facts else ""
        facts = erp.describe(model)
        found[path] = facts.fields[last].type if facts else ""
    return found


def _id(row: Values) -> int:
    return int(as_text(row["id"]))


def _changed(row: Values) -> str:
    return as_text(row["write_date"])


def _stamp(instant: dt.datetime) -> str:
    """Return an instant as Odoo compares it."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _held(message: str, hint: str) -> Outcome:
    finding = Finding(problems.NO_AGREEMENT, message, Severity.HOLD, hint=hint)
    return Outcome(state=State.HELD, why=message, findings=(finding,))


def file_name(exchange: Exchange, kind: RecordType, extension: str) -> str:
    """Return the name of a file by the record type's pattern; day and time are those at which it was due."""
    local = exchange.created_at.astimezone(ZoneInfo(kind.zone))
    return kind.name.format(
        record=exchange.envelope.set_id,
        date=local.strftime("%Y%m%d"),
        time=local.strftime("%H%M%S"),
        ext="xml" if kind.format == "xml" else extension,
    )
