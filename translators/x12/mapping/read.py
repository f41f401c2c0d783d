"""Reading: sections of a map compiled to readers, and the walk over one set's segments.

A draft is the dictionary of keyword arguments of the part of the document that is being read. Groups
(`terms.net_days`) and parties stay drafts until their section closes. Nothing here raises on data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from translators.x12.mapping.findings import Reading
from translators.x12.mapping.paths import Hint, hints, is_model, item_of, origin
from translators.x12.mapping.setters import Draft, Setter, setters_for
from translators.x12.mapping.spec import Map, Rule, Section
from translators.x12.mapping.special import READ_SECTION


class Step(Struct, frozen=True):
    """What one segment does in a section: run setters, and perhaps open an inner section."""

    setters: tuple[Setter, ...] = ()
    opens: Reader | None = None
    levels: dict[str, Reader] | None = None  # HL: by HL03


class Reader(Struct):
    """A compiled section."""

    section: Section
    steps: dict[str, Step]
    own: tuple[Setter, ...]  # for the segment that opens the section
    groups: tuple[tuple[str, Any], ...]  # fields that are parts of their own: terms, carriage
    keyed: tuple[tuple[str, Any], ...]  # dictionaries of parts: parties
    lists: frozenset[str]
    must: tuple[tuple[str, Rule], ...]
    after: Callable[[Draft, Reading, int], None] | None


class Level(Struct):
    """One HL of an 856, not yet put into the tree."""

    id: str  # HL01
    parent: str  # HL02
    code: str  # HL03
    draft: Draft
    number: int  # of its HL segment, ST = 1


class _Open(Struct):
    """An open section on the stack."""

    reader: Reader
    draft: Draft
    prefix: str
    number: int  # of the segment that opened it
    level: Level | None = None


def compile_reader(found: Map) -> Reader:
    """Return the reader of a whole set."""
    made: dict[str, Reader] = {}
    root = _reader(found, "document", made)
    if found.levels:
        levels = {code: _reader(found, name, made) for code, name in found.levels.items()}
        root.steps["HL"] = Step(levels=levels)
    return root


def _reader(found: Map, name: str, made: dict[str, Reader]) -> Reader:
    if name in made:
        return made[name]
    section = found.sections[name]
    inner = [_reader(found, n, made) for n in section.sequence if n.islower()]
    known = {n for n in section.sequence if not n.islower()}
    known |= {place.segment for rule in section.rules for place in rule.places}
    steps = {segment: Step(setters_for(section, segment)) for segment in known - {section.starts}}
    steps |= {r.section.starts: Step(setters_for(section, r.section.starts), r) for r in inner}
    fields: dict[str, Hint] = hints(section.model)
    made[name] = Reader(
        section=section,
        steps=steps,
        own=setters_for(section, section.starts),
        groups=tuple((n, h) for n, h in fields.items() if is_model(h)),
        keyed=tuple((n, item_of(h)) for n, h in fields.items() if origin(h) is dict and is_model(item_of(h))),
        lists=frozenset(n for n, h in fields.items() if origin(h) is tuple),
        must=tuple((rule.field, rule) for rule in section.rules if rule.must in ("read", "both")),
        after=READ_SECTION[section.reading] if section.reading else None,
    )
    return made[name]


def walk(root: Reader, segments: Iterable[list[str]], notes: Reading) -> Draft:
    """Read all segments of a set (ST to SE) and return the draft of the document.

    A segment that the open section does not know closes it, when an outer one knows it; a segment that
    nobody knows is passed over.
    """
    stack: list[_Open] = []
    root_draft: Draft = {}
    now = _Open(root, root_draft, "", 1)
    for number, segment in enumerate(segments, 1):
        if not segment:
            continue
        step = now.reader.steps.get(segment[0])
        if step is None:
            if not any(segment[0] in above.reader.steps for above in stack):
                continue
            now, step = _back(now, stack, segment[0], notes)
        notes.number, notes.prefix = number, now.prefix
        for setter in step.setters:
            setter(segment, now.draft, notes)
        if step.opens is None and step.levels is None:
            continue
        inner = _enter(step, now, segment, notes)
        if inner is not None:
            stack.append(now)
            now = inner
            notes.prefix = now.prefix
            for setter in now.reader.own:
                setter(segment, now.draft, notes)
    _back(now, stack, "", notes)
    return root_draft


def _back(now: _Open, stack: list[_Open], segment: str, notes: Reading) -> tuple[_Open, Step]:
    """Close sections until one knows the segment; all of them for the empty name."""
    step = now.reader.steps.get(segment)
    while step is None and stack:
        _leave(now, stack[-1], notes)
        now = stack.pop()
        step = now.reader.steps.get(segment)
    return now, step or Step()


def _enter(step: Step, outer: _Open, segment: list[str], notes: Reading) -> _Open | None:
    """Return the inner section that a segment opens."""
    if step.levels is not None:
        return _enter_level(step.levels, outer, segment, notes)
    reader = step.opens
    assert reader is not None
    section = reader.section
    if section.role is None:
        ordinal = len(outer.draft.get(section.fills, ()))
        return _Open(reader, {}, f"{outer.prefix}{section.fills}[{ordinal}].", notes.number)
    code = segment[1].strip() if len(segment) > 1 else ""
    codes = section.role.codes
    role = (codes.ours.get(code) if codes else None) or code.lower() or "unknown"
    return _Open(reader, {"role": role}, f"{outer.prefix}{section.fills}.{role}.", notes.number)


def _enter_level(levels: dict[str, Reader], outer: _Open, segment: list[str], notes: Reading) -> _Open | None:
    """Open an HL level; one of a kind that the map does not have is passed over."""
    elements = [*segment, "", "", "", ""]
    level = Level(elements[1].strip(), elements[2].strip(), elements[3].strip(), {}, notes.number)
    reader = levels.get(level.code)
    notes.levels.append(level)
    if reader is None:
        return None
    if reader.section.merges:
        level.draft = outer.draft
        return _Open(reader, outer.draft, "", notes.number, level)
    count = notes.counts.get(level.code, 0)
    notes.counts[level.code] = count + 1
    return _Open(reader, level.draft, f"{reader.section.fills}[{count}].", notes.number, level)


def _leave(inner: _Open, outer: _Open, notes: Reading) -> None:
    """Close a section and give what it read to the one around it."""
    section = inner.reader.section
    if section.merges:
        return
    notes.prefix = inner.prefix
    if inner.level is not None:
        finish(inner.reader, inner.draft, notes, inner.number)
        return
    role = inner.draft.pop("role", None) if section.role is not None else None
    if role is not None:
        notes.number = inner.number
        _settle(inner.reader, inner.draft)
        _leave_party(role, inner.draft, outer.draft.setdefault(section.fills, {}), notes)
        return
    parts = outer.draft.setdefault(section.fills, [])
    complete = finish(inner.reader, inner.draft, notes, inner.number, len(parts))
    parts.append(section.model(**inner.draft) if complete else None)


def _leave_party(role: str, draft: Draft, parties: dict[str, Draft], notes: Reading) -> None:
    """Keep a party, with what a profile's lines found for it elsewhere; of two alike, the first."""
    if role not in notes.roles:
        notes.roles.add(role)
        parties[role] = {**draft, **parties.get(role, {})}
    elif parties[role] != draft:
        notes.left_out(["N1"], "", f"a second {role} was left out")


def finish(reader: Reader, draft: Draft, notes: Reading, number: int, ordinal: int = 0) -> bool:
    """Turn a draft's groups and lists into values; say whether every mandatory field is there."""
    if reader.after is not None:
        reader.after(draft, notes, ordinal)
    complete = True
    for name, rule in reader.must:
        if name not in draft:
            notes.absent(rule.places[0], rule.path, number)
            complete = False
    _settle(reader, draft)
    return complete


def _settle(reader: Reader, draft: Draft) -> None:
    """Make values of the drafts inside a draft."""
    for name, model in reader.groups:
        if name in draft:
            draft[name] = model(**draft[name])
    for name, model in reader.keyed:
        if name in draft:
            draft[name] = {key: model(**part) for key, part in draft[name].items()}
    for name in reader.lists:
        if name in draft:
            draft[name] = tuple(part for part in draft[name] if part is not None)
