"""Does a record type fit the Odoo that it is for: are its fields there, may they be written, do the types agree?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hub.erp.port.records import FieldFacts, ModelFacts, Records
from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from hub.model.record_types import FieldSource, RecordType, as_source

#: What each type of field can be filled from.
_FITS: Mapping[str, frozenset[str]] = {
    "integer": frozenset({"integer"}),
    "float": frozenset({"decimal", "integer"}),
    "monetary": frozenset({"decimal", "integer"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"datetime"}),
    "boolean": frozenset({"boolean"}),
}
_NEVER = frozenset(
    {"binary", "one2many", "many2many", "reference", "many2one_reference", "json", "properties"}
)


def misfits(kind: RecordType, facts: ModelFacts | None, records: Records) -> tuple[Finding, ...]:
    """Return why nothing of a record type can be written to this Odoo; none when all fits."""
    if facts is None:
        hint = "install the module that brings it, or give the service user the right to it"
        return (_misfit(f"Odoo has no model {kind.model} for this user", "", hint),)
    found = list(_of_fields({name: kind.source(name) for name in kind.fields}, facts))
    found += [
        _misfit(f"{facts.model} has no field {name!r}", name, "mend only_when in the record type")
        for name in kind.only_when
        if name not in facts.fields
    ]
    for name, lines in kind.lines.items():
        field = facts.fields.get(name)
        below = records.describe(field.relation) if field and field.type == "one2many" else None
        if below is None:
            found.append(_misfit(f"{facts.model} has no lines {name!r}", name, "name a one2many field"))
            continue
        found += _of_fields({key: as_source(written) for key, written in lines.fields.items()}, below)
    return tuple(found)


def _of_fields(sources: Mapping[str, FieldSource], facts: ModelFacts) -> Iterator[Finding]:
    for name, source in sources.items():
        field = facts.fields.get(name)
        if field is None:
            hint = "is its module installed? `hub records fields MODEL` lists what there is"
            yield _misfit(f"{facts.model} has no field {name!r}", name, hint)
        elif why := _unfit(field, source):
            yield _misfit(f"{facts.model}.{name} {why}", name, "mend the field map of the record type")


def _unfit(field: FieldFacts, source: FieldSource) -> str:
    if field.type in _NEVER:
        return f"is a {field.type}, which no cell can fill"
    if field.readonly:
        return "is read-only: Odoo works it out"
    if field.type == "many2one" and not source.look_up:
        return f'names a {field.relation}: say how it is found, look_up = "{field.relation}", by = ...'
    if source.look_up and field.type != "many2one":
        return f"is a {field.type}, and names no other record"
    if source.look_up and source.look_up != field.relation:
        return f"names a {field.relation}, not a {source.look_up}"
    fitting = _FITS.get(field.type)
    if fitting and not source.look_up and source.type not in fitting:
        return f'is a {field.type}: write type = "{min(fitting)}"'
    return ""


def _misfit(message: str, path: str, hint: str) -> Finding:
    return Finding(problems.ERP_MISSING, message, Severity.HOLD, Where(path=path), hint=hint)
