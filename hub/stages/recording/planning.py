"""From a batch to its plan: records found by key or by their own fields, compared, and judged by the record type.

A finding on a record refuses that record alone. What Odoo owns is compared and never written; a record that is
finished (posted, done ...) is never written on, whatever the profile says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.erp.port.records import ModelFacts, Records, Upsert, Values
from hub.model import problems
from hub.model.documents import RecordBatch
from hub.model.documents.records import Record
from hub.model.finding import Finding, Severity, Where
from hub.model.record_types import FINISHED, RecordType
from hub.stages.recording.comparing import compare, resolve
from hub.stages.recording.fields import misfits
from hub.stages.recording.lines import Lines
from hub.stages.recording.lookups import look_up
from hub.stages.recording.plan import Action, Difference, Plan, Planned, as_text, unread


def make_plan(batch: RecordBatch, kind: RecordType, erp: Records, *, released: bool = False) -> Plan:
    """Plan a batch against Odoo as it is now; `released`: an operator lets changes under review pass."""
    facts = erp.describe(kind.model)
    faults = misfits(kind, facts, erp)
    if facts is None or faults:
        stopped = [
            Planned(label=r.label, rows=r.rows, action="refused", record=r, findings=faults[:1])
            for r in batch.records
        ]
        planned = (*stopped, *unread(batch.refused))
        return Plan(record_type=batch.record_type, model=kind.model, planned=planned, faults=faults)
    planner = _Planner(batch.records, kind, facts, erp, released=released)
    made = [planner.planned(record) for record in batch.records]
    return Plan(record_type=batch.record_type, model=kind.model, planned=(*made, *unread(batch.refused)))


class _Planner:
    """Knows of a batch what Odoo has: asked for all records at once."""

    def __init__(
        self, records: Sequence[Record], kind: RecordType, facts: ModelFacts, erp: Records, *, released: bool
    ) -> None:
        self._kind, self._facts, self._released = kind, facts, released
        self._sources = {name: kind.source(name) for name in kind.fields}
        self._answers = look_up(kind, records, erp)
        self._ids = self._found(records, erp)
        standing = [name for name in ("state", "active") if name in facts.fields]
        read = [*kind.fields, *kind.only_when, *standing]
        ids = [found[0] for found in self._ids.values() if len(found) == 1]
        self._now = erp.read(kind.model, ids, list(dict.fromkeys(read)))
        self._lines = [
            Lines(name, kind, facts, erp, records=records, answers=self._answers) for name in kind.lines
        ]

    def _found(self, records: Sequence[Record], erp: Records) -> dict[str, tuple[int, ...]]:
        """Return the ids of each record by its key: by external id, else by its own fields."""
        known = erp.known(self._kind.model, [record.key for record in records])
        found: dict[str, tuple[int, ...]] = {key: (record,) for key, record in known.items()}
        names = self._kind.find_by
        unknown = [r for r in records if r.key not in found and all(r.values.get(name) for name in names)]
        if not names or not unknown:
            return found
        rows = {r.key: tuple(r.values[name] for name in names) for r in unknown}
        natural = erp.find(self._kind.model, names, list(rows.values()), {}, archived=True)
        return found | {key: natural[row] for key, row in rows.items() if row in natural}

    def planned(self, record: Record) -> Planned:
        """Plan one record."""
        ids = self._ids.get(record.key, ())
        now = self._now.get(ids[0]) if len(ids) == 1 else None
        values, findings = resolve(record.values, self._sources, self._facts, self._answers, record.rows[0])
        differences, notes = compare(record, values, self._kind, self._facts, now)
        lines = {part.name: part.changes(record) for part in self._lines}
        differences += [d for part in lines.values() for d in part.differences]
        findings += [f for part in lines.values() for f in part.findings]
        findings += self._several(record, ids)
        if not findings and (differences or now is None):
            reviewed = [d for d in differences if d.field in self._sources and self._sources[d.field].review]
            reviewed += [d for part in lines.values() for d in part.under_review]
            findings += self._against(record, now, reviewed)
        action: Action = "change" if now is not None else "create"
        if findings:
            return self._refused(record, ids, (*findings, *notes))
        if now is not None and not differences:
            action = "nothing"
        written = {d.field for d in differences}
        columns = {
            f"{n}/.id" if self._sources[n].look_up else n: v for n, v in values.items() if n in written
        }
        return Planned(
            label=record.label,
            rows=record.rows,
            action=action,
            id=ids[0] if ids else None,
            differences=tuple(differences),
            findings=tuple(notes),
            record=record,
            upsert=Upsert(
                key=record.key,
                id=ids[0] if ids else None,
                values=columns,
                lines={name: part.upserts for name, part in lines.items() if part.upserts},
            ),
        )

    @staticmethod
    def _refused(record: Record, ids: tuple[int, ...], findings: tuple[Finding, ...]) -> Planned:
        return Planned(
            label=record.label,
            rows=record.rows,
            action="refused",
            id=ids[0] if len(ids) == 1 else None,
            findings=findings,
            record=record,
        )

    def _several(self, record: Record, ids: tuple[int, ...]) -> Iterator[Finding]:
        if len(ids) > 1:
            named = ", ".join(f"{name} {record.values[name]!r}" for name in self._kind.find_by)
            yield _hold(
                record,
                f"{len(ids)} records of {self._kind.model} have {named}: ids {', '.join(map(str, ids[:5]))}",
                "give each its own in Odoo; then release",
            )

    def _against(self, record: Record, now: Values | None, reviewed: list[Difference]) -> Iterator[Finding]:
        """Yield what speaks against making or changing a record."""
        kind = self._kind
        if now is None:
            if kind.policy == "update":
                hint = "make it in Odoo; then release"
                yield _hold(record, f"it is not in Odoo, and {kind.model} is only changed by files", hint)
            return
        if kind.policy == "create":
            hint = "change it in Odoo by hand, or let the record type change records (policy)"
            yield _hold(record, "it is in Odoo with other values, and files only make new ones", hint)
        state = as_text(now.get("state"))
        if state in FINISHED:
            yield _hold(
                record, f"it is {state} in Odoo: nothing writes on it any more", "correct it in Odoo by hand"
            )
        if now.get("active") is False and "active" not in kind.fields:
            yield _hold(
                record, "it is archived in Odoo", "unarchive it there and release, or tell the partner"
            )
        for name, allowed in kind.only_when.items():
            value = as_text(now.get(name))
            if value not in allowed and not (name == "state" and state in FINISHED):
                hint = "correct it in Odoo by hand, or set it back there; then release"
                yield _hold(
                    record, f"{name} is {value!r}, and files write only on {', '.join(allowed)}", hint
                )
        for difference in () if self._released else reviewed:
            yield _hold(
                record,
                f"{difference.field} would change from {difference.old or 'nothing'} to {difference.new}",
                "call the partner on a number that you know, then release or cancel",
                difference.field,
            )


def _hold(record: Record, message: str, hint: str, path: str = "") -> Finding:
    where = Where(row=record.rows[0], path=path)
    return Finding(problems.ERP_REFUSED, f"{record.label}: {message}", Severity.HOLD, where, hint=hint)
