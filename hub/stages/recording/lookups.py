"""The records of Odoo that cells name: all of a batch in a few questions, and a finding for each that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from hub.erp.port.records import Records
from hub.model import problems
from hub.model.documents.records import Record
from hub.model.finding import Finding, Severity, Where
from hub.model.record_types import FieldSource, RecordType, as_source


class Question(Struct, frozen=True):
    """What a cell is looked up by: a model, a field of it, and conditions."""

    model: str
    by: str
    within: tuple[tuple[str, str], ...]


Answers = dict[tuple[Question, str], tuple[int, ...]]


def question(source: FieldSource) -> Question:
    """Return what a field's cells are looked up by."""
    return Question(source.look_up, source.by, tuple(sorted(source.within.items())))


def look_up(kind: RecordType, records: Iterable[Record], erp: Records) -> Answers:
    """Return the ids that each named value leads to."""
    wanted: dict[Question, dict[str, None]] = {}
    for source, text in _named(kind, records):
        wanted.setdefault(question(source), {})[text] = None
    found: Answers = {}
    for asked, texts in wanted.items():
        found |= {(asked, text): ids for text, ids in _ask(asked, list(texts), erp).items()}
    return found


def _ask(asked: Question, texts: list[str], erp: Records) -> dict[str, tuple[int, ...]]:
    if asked.by == "external_id":
        return {name: (record,) for name, record in erp.named(asked.model, texts).items()}
    rows = erp.find(asked.model, (asked.by,), [(text,) for text in texts], dict(asked.within))
    return {text: ids for (text,), ids in rows.items()}


def _named(kind: RecordType, records: Iterable[Record]) -> Iterator[tuple[FieldSource, str]]:
    own = {name: source for name in kind.fields if (source := kind.source(name)).look_up}
    below = {
        name: {key: source for key, w in lines.fields.items() if (source := as_source(w)).look_up}
        for name, lines in kind.lines.items()
    }
    for record in records:
        yield from ((own[name], text) for name, text in record.values.items() if name in own and text)
        for name, lines in record.lines.items():
            for line in lines:
                named = below[name]
                yield from ((named[key], text) for key, text in line.values.items() if key in named and text)


def found_one(
    source: FieldSource, text: str, answers: Answers, row: int, field: str
) -> tuple[str, Finding | None]:
    """Return the id that a cell leads to as text, or the finding that says why it leads nowhere."""
    ids = answers.get((question(source), text), ())
    if len(ids) == 1:
        return str(ids[0]), None
    shown = "this" if source.secret else repr(text[:60])
    what = f"no {source.look_up}" if not ids else f"{len(ids)} records of {source.look_up}"
    verb = "has" if not ids else "have"
    hint = (
        "make it in Odoo, or mend the code; then release"
        if not ids
        else "give each its own in Odoo; then release"
    )
    finding = Finding(
        problems.CODE_UNKNOWN,
        f"{what} {verb} {source.by} {shown}",
        Severity.HOLD,
        Where(row=row, column=source.column, path=field),
        value="" if source.secret else text[:80],
        hint=hint,
    )
    return "", finding
