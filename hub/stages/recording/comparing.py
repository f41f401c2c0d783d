"""The values of one record or line against what Odoo has: names become ids, and only what differs is left."""

from __future__ import annotations

from collections.abc import Mapping

from hub.erp.port.records import FieldFacts, ModelFacts, Values
from hub.model import problems
from hub.model.documents.records import Record
from hub.model.finding import Finding, Severity, Where
from hub.model.record_types import FieldSource, RecordType
from hub.stages.recording.lookups import Answers, found_one
from hub.stages.recording.plan import Difference, masked, same, shown


def resolve(
    values: Mapping[str, str],
    sources: Mapping[str, FieldSource],
    facts: ModelFacts,
    answers: Answers,
    row: int,
) -> tuple[dict[str, str], list[Finding]]:
    """Return the values with ids in place of names and choices in Odoo's words, and what leads nowhere."""
    resolved: dict[str, str] = {}
    findings: list[Finding] = []
    for name, text in values.items():
        source, field = sources[name], facts.fields[name]
        if source.look_up and text:
            resolved[name], fault = found_one(source, text, answers, row, name)
        else:
            resolved[name], fault = _chosen(text, source, field, row)
        findings += [fault] if fault else []
    return resolved, findings


def _chosen(text: str, source: FieldSource, field: FieldFacts, row: int) -> tuple[str, Finding | None]:
    """Return the value of a selection, which may be written by its label."""
    if not field.choices or not text or text in field.choices:
        return text, None
    by_label = {label.casefold(): value for value, label in field.choices.items()}
    if text.casefold() in by_label:
        return by_label[text.casefold()], None
    hint = f"known: {', '.join(list(field.choices)[:12])}; give their code = ours in `codes`"
    where = Where(row=row, column=source.column, path=field.name)
    message = f"{text[:60]!r} is no choice of {field.name}"
    return text, Finding(problems.CODE_UNKNOWN, message, Severity.HOLD, where, text[:80], hint)


def compare(
    record: Record, values: Mapping[str, str], kind: RecordType, facts: ModelFacts, now: Values | None
) -> tuple[list[Difference], list[Finding]]:
    """Return what would change, and a note for each field of Odoo's own that the file says otherwise of."""
    differences: list[Difference] = []
    notes: list[Finding] = []
    for name, new in values.items():
        source = kind.source(name)
        one = difference(facts.fields[name], new, record.values[name], now, secret=source.secret)
        if one is None:
            continue
        if kind.owned_by_odoo(name):
            notes.append(_not_theirs(record, one, source))
        else:
            differences.append(one)
    return differences, notes


def difference(
    field: FieldFacts, new: str, written: str, now: Values | None, *, secret: bool
) -> Difference | None:
    """Return how a field would change; None when it has the value already. `written`: as the file has it."""
    if now is None:
        return Difference(field.name, "", masked(written, secret=secret)) if new else None
    if same(new, now.get(field.name), field):
        return None
    old = masked(shown(now.get(field.name)), secret=secret)
    return Difference(field.name, old, masked(written, secret=secret))


def _not_theirs(record: Record, one: Difference, source: FieldSource) -> Finding:
    return Finding(
        problems.NOT_THEIRS,
        f"{record.label}: Odoo owns {one.field} and has {one.old or 'nothing'!r}, the file says {one.new!r}",
        Severity.WARNING,
        Where(row=record.rows[0], column=source.column, path=one.field),
        value=one.new[:80],
        hint="it was not written; tell the partner, or give the field to them (owner)",
    )
