"""What a file of records would do: read by its record type and compared with Odoo as it is now; nothing is written.

The same code reads, plans and counts as in production.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, structs

from hub.erp.port.records import ModelFacts, Records
from hub.model.envelope import Envelope, UnwrappedSet
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.model.record_types import RecordType, record_type_for
from hub.stages.recording.carrying import RecordOutcome, outcome_of
from hub.stages.recording.plan import Plan, Planned, Tally, tally, unread
from hub.stages.recording.planning import make_plan
from hub.stages.recording.sending import misfit, read_records
from translators.records.sources import decode_part
from translators.records.translator import RecordsTranslator


class RecordTrial(Struct, frozen=True, kw_only=True):
    """What would become of one file. `findings` are about the file as a whole."""

    file: str
    partner: str
    record_type: str
    model: str
    compared: bool  # with Odoo; else only read
    tally: Tally
    records: tuple[RecordOutcome, ...]
    findings: tuple[Finding, ...] = ()


def try_records(
    data: bytes, name: str, partner: Partner, *, wanted: str, folder: Path, erp: Records | None
) -> RecordTrial:
    """Try a file as if `partner` had sent it; `wanted` is the record type, empty: by the file's name.

    Without `erp` it is only read. Raises ConfigError where there is no such record type.
    """
    chosen = wanted or record_type_for(partner.records, name)
    kind = partner.records.get(chosen)
    if kind is None or kind.direction != "in":
        known = ", ".join(key for key, one in partner.records.items() if one.direction == "in") or "none"
        raise ConfigError(
            f"{name}: {partner.key} has no record type for it; name one with --type (known: {known})"
        )
    kind = structs.replace(kind, match="*")
    partner = structs.replace(partner, records={chosen: kind})
    translator = RecordsTranslator(folder)
    opened = translator.unwrap(data, name, partner)
    sets = [part for one in opened.interchanges for group in one.groups for part in group.sets]
    findings = tuple(finding for part in sets for finding in part.findings)
    planned: list[Planned] = []
    whole = not any(f.fatal for f in findings)
    for part in sets:
        plan = _planned(part, translator, partner, erp) if whole else _refused(part, kind)
        planned += plan.planned
        findings += plan.faults
    told = outcome_of(Plan(record_type=chosen, model=kind.model, planned=()), planned)
    return RecordTrial(
        file=name,
        partner=partner.key,
        record_type=chosen,
        model=kind.model,
        compared=erp is not None,
        tally=tally(planned),
        records=told.records,
        findings=tuple(dict.fromkeys(findings)),
    )


def _planned(
    part: UnwrappedSet, translator: RecordsTranslator, partner: Partner, erp: Records | None
) -> Plan:
    name = part.envelope.set_id
    kind = partner.records[name]
    batch = translator.read_part(part.payload, part.envelope, partner)
    if erp is not None:
        return make_plan(batch, kind, erp)
    read = [Planned(label=r.label, rows=r.rows, action="read", record=r) for r in batch.records]
    return Plan(record_type=name, model=kind.model, planned=(*read, *unread(batch.refused)))


def _refused(part: UnwrappedSet, kind: RecordType) -> Plan:
    """Return the rows of a file that is refused as a whole: they are counted too."""
    numbers = tuple(row.number for row in decode_part(part.payload).rows)
    planned = (Planned(label="the whole file", rows=numbers, action="refused"),) if numbers else ()
    return Plan(record_type=part.envelope.set_id, model=kind.model, planned=planned)


def preview(partner: Partner, name: str, folder: Path, erp: Records) -> bytes:
    """Return the file that a partner would get of a record type now, all of its domain.

    Raises ConfigError where there is no such record type, or it does not fit this Odoo.
    """
    kind = partner.records.get(name)
    if kind is None or kind.direction != "out":
        known = ", ".join(key for key, one in partner.records.items() if one.direction == "out") or "none"
        raise ConfigError(f"{partner.key} has no record type {name!r} that goes out (known: {known})")
    if (unfit := misfit(kind, erp)) is not None:
        raise ConfigError(f"[records.{name}]: {unfit}")
    batch, _ = read_records(kind, name, erp)
    return RecordsTranslator(folder).write(batch, Envelope(format="records", set_id=name), partner)


def fields_of(model: str, erp: Records) -> ModelFacts:
    """Return the fields of a model; raise ConfigError when Odoo has none of that name for this user."""
    found = erp.describe(model)
    if found is None:
        raise ConfigError(
            f"Odoo has no model {model!r} for this user: install its module, or grant the right"
        )
    return found
