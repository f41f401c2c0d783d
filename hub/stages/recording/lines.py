"""The lines of records against what Odoo has: made, changed, or left. Lines that a file no longer has are left, too."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from hub.erp.port.records import ModelFacts, Records, UpsertLine
from hub.model.documents.records import Record, RecordLine, line_key
from hub.model.finding import Finding
from hub.model.record_types import RecordType, as_source
from hub.stages.recording.comparing import difference, resolve
from hub.stages.recording.lookups import Answers
from hub.stages.recording.plan import Difference, masked


class LineChanges(Struct, frozen=True):
    """What would become of the lines of one record."""

    upserts: tuple[UpsertLine, ...]
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    under_review: tuple[Difference, ...] = ()  # those of fields whose change an operator has to release


class Lines:
    """One field of lines, over all records of a batch."""

    def __init__(
        self,
        name: str,
        kind: RecordType,
        facts: ModelFacts,
        erp: Records,
        *,
        records: Sequence[Record],
        answers: Answers,
    ) -> None:
        below = erp.describe(facts.fields[name].relation)
        assert below is not None, "a record type with lines that Odoo does not have is refused before"
        self.name, self._facts, self._answers = name, below, answers
        self._sources = {key: as_source(written) for key, written in kind.lines[name].fields.items()}
        keys = [line_key(r.key, name, line.key) for r in records for line in r.lines.get(name, ())]
        self._known = erp.known(below.model, keys)
        self._now = erp.read(below.model, list(self._known.values()), list(self._sources))

    def changes(self, record: Record) -> LineChanges:
        """Compare the lines of one record."""
        upserts: list[UpsertLine] = []
        differences: list[Difference] = []
        findings: list[Finding] = []
        reviewed: list[Difference] = []
        for line in record.lines.get(self.name, ()):
            values, faults = resolve(line.values, self._sources, self._facts, self._answers, line.row)
            findings += faults
            changed = self._changed(record, line, values)
            if changed:
                columns = {d.field: values[d.field] for d in changed}
                key = line_key(record.key, self.name, line.key)
                named = {f"{n}/.id" if self._sources[n].look_up else n: v for n, v in columns.items()}
                upserts.append(UpsertLine(key=key, values=named))
                secret = any(self._sources[d.field].secret for d in changed)  # a key may be the secret itself
                at = f"{self.name}[{masked(line.key, secret=secret)}]"
                told = [structs.replace(d, field=f"{at}.{d.field}") for d in changed]
                differences += told
                reviewed += [t for t, d in zip(told, changed, strict=True) if self._sources[d.field].review]
        return LineChanges(tuple(upserts), tuple(differences), tuple(findings), tuple(reviewed))

    def _changed(self, record: Record, line: RecordLine, values: dict[str, str]) -> list[Difference]:
        known = self._known.get(line_key(record.key, self.name, line.key))
        now = self._now.get(known) if known else None
        each = (
            difference(
                self._facts.fields[name], new, line.values[name], now, secret=self._sources[name].secret
            )
            for name, new in values.items()
        )
        return [one for one in each if one is not None]
