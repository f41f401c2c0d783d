"""Reading one segment: the rules that concern it, compiled to a few setters.

A setter takes a segment's elements (element 0 is its id), puts what the rules want into the draft, and
notes what it cannot read. The first value of a field wins: a guide that sends the same thing twice sends
the more important one first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from translators.x12.mapping.findings import Reading
from translators.x12.mapping.place import ANY, PAIRS, Place
from translators.x12.mapping.spec import Codes, Rule, Section
from translators.x12.mapping.special import READ_SEGMENT
from translators.x12.mapping.values import KINDS

Draft = dict[str, Any]
Setter = Callable[[list[str], Draft, Reading], None]


class _Field(Struct, frozen=True):
    """One value to take from a segment."""

    element: int
    read: Callable[[str], Any]
    parents: tuple[str, ...]
    key: str
    path: str
    must: bool
    place: Place


def setters_for(section: Section, segment: str) -> tuple[Setter, ...]:
    """Return the setters of all rules of a section that read this segment."""
    here = [(rule, place) for rule in section.rules for place in rule.places if place.segment == segment]
    pairs = [(rule, place) for rule, place in here if place.pair]
    wild = [(rule, place) for rule, place in here if _is_wild(rule, place)]
    many = [(rule, place) for rule, place in here if rule.many]
    fields = [
        _field(rule, place) for rule, place in here if not (place.pair or _is_wild(rule, place) or rule.many)
    ]
    setters = _field_setters(fields)
    setters += [_many_setter(rule, place) for rule, place in many]
    if pairs:
        setters.append(_pair_setter(segment, pairs))
    if wild:
        setters.append(_wild_setter(wild, fields, section))
    if segment in section.special and section.special[segment] in READ_SEGMENT:
        setters.append(READ_SEGMENT[section.special[segment]])
    return tuple(setters)


def _is_wild(rule: Rule, place: Place) -> bool:
    """Say whether the segment's qualifier is itself the name of an entry (`refs.*` = `REF[*]/02`)."""
    return place.wild and not place.pair and rule.path.endswith(".*")


def _field(rule: Rule, place: Place) -> _Field:
    *parents, key = rule.path.split(".")
    read = KINDS[rule.kind].read
    if rule.codes is not None:
        read = _decoder(rule.codes)
    return _Field(place.element, read, tuple(parents), key, rule.path, rule.must in ("read", "both"), place)


def _decoder(codes: Codes) -> Callable[[str], str]:
    """Return a reader of codes; one that the table lacks stays as it is."""
    ours = codes.ours

    def read(text: str) -> str:
        code = text.strip()
        return ours.get(code, code)

    return read


def _take(segment: list[str], draft: Draft, notes: Reading, field: _Field, text: str) -> None:
    """Put one element's value into the draft."""
    if field.place.component:
        parts = text.split(notes.component) if notes.component else [text]
        text = parts[field.place.component - 1] if field.place.component <= len(parts) else ""
    if not text or text.isspace():
        return
    try:
        value = field.read(text)
    except ValueError as error:
        notes.invalid(segment, field.element, field.path, str(error), must=field.must)
        return
    for parent in field.parents:
        draft = draft.setdefault(parent, {})
    draft.setdefault(field.key, value)


def _field_setters(fields: list[_Field]) -> list[Setter]:
    """Return setters for single values: those without a condition, and those that ask for a qualifier."""
    plain = [f for f in fields if not f.place.qualifiers or f.place.qualifiers == (ANY,)]
    asking = [f for f in fields if f not in plain]
    setters: list[Setter] = []
    if plain:
        setters.append(_plain_setter(plain))
    if asking:
        setters.append(_asking_setter(asking))
    return setters


def _plain_setter(fields: list[_Field]) -> Setter:
    quick = tuple((f.element, f.key, f.read, f) for f in fields if not (f.parents or f.place.component))
    slow = tuple(f for f in fields if f.parents or f.place.component)

    def read(segment: list[str], draft: Draft, notes: Reading) -> None:
        size = len(segment)
        for element, key, convert, field in quick:
            if element < size and (text := segment[element]) and key not in draft:
                try:
                    if (value := convert(text)) != "":
                        draft[key] = value
                except ValueError as error:
                    if not text.isspace():
                        notes.invalid(segment, element, field.path, str(error), must=field.must)
        for field in slow:
            if field.element < size and (text := segment[field.element]):
                _take(segment, draft, notes, field, text)

    return read


def _asking_setter(fields: list[_Field]) -> Setter:
    rows = tuple((f.place.qualifier_at, f.element, f) for f in fields)

    def read(segment: list[str], draft: Draft, notes: Reading) -> None:
        size = len(segment)
        for at, element, field in rows:
            if element < size and (text := segment[element]):
                qualifier = segment[at].strip() if at < size else ""
                if field.place.accepts(qualifier):
                    _take(segment, draft, notes, field, text)

    return read


def _many_setter(rule: Rule, place: Place) -> Setter:
    """Return the setter of a list of values: each element of the range, from every such segment."""
    convert = KINDS[rule.kind].read
    first, last, key = place.element, max(place.element, place.until), rule.path
    must = rule.must in ("read", "both")

    def read(segment: list[str], draft: Draft, notes: Reading) -> None:
        qualifier = segment[place.qualifier_at].strip() if place.qualifier_at < len(segment) else ""
        if not place.accepts(qualifier):
            return
        for element in range(first, min(last + 1, len(segment))):
            if (text := segment[element]) and not text.isspace():
                try:
                    draft.setdefault(key, []).append(convert(text))
                except ValueError as error:
                    notes.invalid(segment, element, key, str(error), must=must)

    return read


def _pair_setter(segment_id: str, pairs: list[tuple[Rule, Place]]) -> Setter:
    """Return the setter of the repeated pairs: a qualifier, then its value.

    A second number of the same name is kept under its own qualifier in lower case.
    """
    start = PAIRS[segment_id][0]
    whole = next(((r, p) for r, p in pairs if p.wild), None)
    single = {
        qualifier: tuple(rule.path.split("."))
        for rule, place in pairs
        if not place.wild
        for qualifier in place.qualifiers
    }
    into = whole[0].field if whole else ""
    names = whole[0].codes.ours if whole and whole[0].codes else {}

    def read(segment: list[str], draft: Draft, notes: Reading) -> None:  # noqa: ARG001 - a setter's signature
        for position in range(start, len(segment) - 1, 2):
            value = segment[position + 1].strip()
            qualifier = segment[position].strip()
            if not (value and qualifier):
                continue
            if qualifier in single:
                *parents, key = single[qualifier]
                target = draft
                for parent in parents:
                    target = target.setdefault(parent, {})
                target.setdefault(key, value)
            elif into:
                target = draft.setdefault(into, {})
                name = names.get(qualifier) or qualifier.lower()
                target.setdefault(qualifier.lower() if name in target else name, value)

    return read


def _wild_setter(wild: list[tuple[Rule, Place]], fields: list[_Field], section: Section) -> Setter:
    """Return the setter of a dictionary whose names are the segment's qualifiers.

    Qualifiers and names that a rule of their own claims are left to it.
    """
    rule = wild[0][0]
    into, convert = rule.field, KINDS[rule.kind].read
    names = rule.codes.ours if rule.codes else {}
    elements = tuple(place.element for _, place in wild)
    taken = {q for f in fields if f.place.qualifier_at == 1 for q in f.place.qualifiers}
    claimed = {r.name for r in section.rules if r.field == into and r is not rule}

    def read(segment: list[str], draft: Draft, notes: Reading) -> None:
        qualifier = segment[1].strip() if len(segment) > 1 else ""
        element = next((e for e in elements if e < len(segment) and segment[e].strip()), 0)
        if not qualifier or not element or qualifier in taken:
            return
        name = names.get(qualifier) or qualifier.lower()
        entries = draft.setdefault(into, {})
        if name in claimed or name in entries:
            name = qualifier.lower()
        try:
            value = convert(segment[element])
        except ValueError as error:
            notes.invalid(segment, element, f"{into}.{name}", str(error))
            return
        if entries.setdefault(name, value) != value:
            notes.left_out(segment, f"{into}.{name}", f"a second {segment[0]} {qualifier} was left out")

    return read
