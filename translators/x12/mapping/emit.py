"""Writing one segment: the rules that concern it, compiled to an emitter.

Only the first place of a rule is written. A value that X12 can't carry and a mandatory field that is empty
are noted, never raised from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from hub.model import problems
from hub.model.finding import Finding
from translators.x12.mapping.findings import unwritable
from translators.x12.mapping.place import ANY, PAIRS, Place
from translators.x12.mapping.spec import Rule, Section
from translators.x12.mapping.special import WRITE_SEGMENT, Part
from translators.x12.mapping.values import KINDS

#: What a field of a document may hold: text, a number, a date.
Value: TypeAlias = Any
Segments = list[list[str]]

#: What a segment holds of a note: NTE02 80 characters, MSG01 264.
_LONGEST_NOTE, _OTHER_NOTES = 264, {"NTE": 80}
_LONGEST_CODE = 3  # a name as short as this may be a code that no table has


class Writing:
    """What one writing notes down: findings, and where in the document it stands."""

    __slots__ = ("component", "findings", "prefix")

    def __init__(self, component: str) -> None:
        self.component = component
        self.findings: list[Finding] = []
        self.prefix = ""

    def text(self, rule: Rule, value: Value) -> str:
        """Return a value as element text; note one that can't be written."""
        if value is None or value == "":
            return ""
        try:
            return _undivided(_encode(rule, value), rule.places[0], self.component)
        except ValueError as error:
            path = self.prefix + rule.path
            message = f"{path} {value!s:.60} {error}"
            self.findings.append(
                unwritable(problems.FIELD_INVALID, message, rule.places[0], path, str(value))
            )
            return ""

    def require(self, rule: Rule, value: Value) -> None:
        """Note a mandatory field that is empty."""
        if (value is None or value == "") and rule.must in ("write", "both"):
            path = self.prefix + rule.path
            message = f"{path} is empty and the set can't do without it"
            self.findings.append(unwritable(problems.FIELD_MISSING, message, rule.places[0], path))


def _undivided(text: str, place: Place, component: str) -> str:
    """Return a text that is one component where it is to stand in one; raise ValueError for any other."""
    if place.component and component in text:
        raise ValueError(
            f"holds {component!r}, which divides the components of {place.segment}{place.element:02d}"
        )
    return text


Emit = Callable[[Part, Writing], Segments]


def segment_emit(section: Section, segment: str) -> Emit:
    """Return the emitter of one segment id: instances by qualifier, wild entries, own function."""
    here = [rule for rule in section.rules if rule.places[0].segment == segment]
    wild = [rule for rule in here if rule.path.endswith(".*") and not rule.places[0].pair]
    many = [rule for rule in here if rule.many]
    rest = [rule for rule in here if rule not in wild and rule not in many]
    fixed = section.fixed.get(segment, {})
    emits = [_instance_emit(section, segment, rules, fixed) for rules in _instances(rest)]
    emits += [_many_emit(rule) for rule in many] + [_wild_emit(section, rule) for rule in wild]
    special = WRITE_SEGMENT.get(section.special.get(segment, ""))

    def emit(part: Part, notes: Writing) -> Segments:
        made: Segments = []
        for each in emits:
            made += each(part, notes)
        return made if special is None else special(part, made)

    return emit


def _instances(rules: list[Rule]) -> list[list[Rule]]:
    """Group rules by the segment they write: those with the same qualifier share one.

    A qualifier that is not the first element makes segments of its own only where rules ask for different ones:
    weight and volume are two MEA (`MEA[02=WT]/03`, `MEA[02=VOL]/03`), a carrier is one TD5 (`TD5[02=2]/03`, `TD5/04`).
    """
    inner: dict[int, set[str]] = {}
    for place in (rule.places[0] for rule in rules):
        if place.qualifier_at > 1 and place.qualifiers:
            inner.setdefault(place.qualifier_at, set()).add(place.qualifiers[0])
    groups: dict[str, list[Rule]] = {}
    for rule in rules:
        place = rule.places[0]
        own = place.qualifiers and len(inner.get(place.qualifier_at, ())) > 1
        groups.setdefault(
            f"{place.qualifier_at}={place.qualifiers[0]}" if own else place.instance, []
        ).append(rule)
    return list(groups.values())


def _instance_emit(section: Section, segment: str, rules: list[Rule], fixed: dict[int, str]) -> Emit:
    single = [rule for rule in rules if not rule.places[0].pair]
    paired = sorted((r for r in rules if r.places[0].pair), key=lambda r: not r.places[0].wild)
    pairs = [_pairs(section, rule) for rule in paired]

    def emit(part: Part, notes: Writing) -> Segments:
        elements: dict[int, str] = {}
        for rule in single:
            value = value_at(part, rule.path)
            notes.require(rule, value)
            if text := notes.text(rule, value):
                _put(elements, rule.places[0], text, notes.component)
        if pairs:
            found = [pair for each in pairs for pair in each(part, notes)]
            _put_pairs(elements, segment, found)
        if not elements:
            return []
        elements = {**fixed, **elements}
        return [[segment, *(elements.get(at, "") for at in range(1, max(elements) + 1))]]

    return emit


def _put(elements: dict[int, str], place: Place, text: str, component: str) -> None:
    """Put a value at its place, with the qualifier that belongs to it."""
    if place.component:
        parts = elements.get(place.element, "").split(component)
        parts += [""] * (place.component - len(parts))
        parts[place.component - 1] = text
        text = component.join(parts)
    elements[place.element] = text
    if place.qualifiers and place.qualifiers[0] != ANY:
        elements[place.qualifier_at] = place.qualifiers[0]


def _pairs(section: Section, rule: Rule) -> Callable[[Part, Writing], list[tuple[str, str]]]:
    """Return what gives the (qualifier, value) pairs that a rule writes."""
    place = rule.places[0]
    plain = Rule(path=rule.path, places=rule.places, kind="text")
    entries = _entries(section, rule)

    def found(part: Part, notes: Writing) -> list[tuple[str, str]]:
        if place.wild:
            names = value_at(part, rule.field)
            return [(q, notes.text(plain, value)) for q, value in entries(names)] if names else []
        value = value_at(part, rule.path)
        notes.require(rule, value)
        return [(place.qualifiers[0], notes.text(plain, value))] if value else []

    return found


def _put_pairs(elements: dict[int, str], segment: str, pairs: list[tuple[str, str]]) -> None:
    """Put pairs into the segment, as many as it has room for."""
    for at, (qualifier, value) in zip(PAIRS[segment], pairs, strict=False):
        elements[at], elements[at + 1] = qualifier, value


def _entries(section: Section, rule: Rule) -> Callable[[dict[str, Value]], list[tuple[str, Value]]]:
    """Return what gives (qualifier, value) of a dictionary's entries, the names of the table first.

    Names that a rule of their own writes are left to it; names that have no code concern other formats.
    """
    theirs = rule.codes.theirs if rule.codes else {}
    claimed = {other.name for other in section.rules if other.field == rule.field and other is not rule}
    here = [p for r in section.rules for p in r.places if p.segment == rule.places[0].segment]
    taken = {q for place in here if place.qualifier_at == 1 for q in place.qualifiers} - {ANY}

    def found(names: dict[str, Value]) -> list[tuple[str, Value]]:
        rows: list[tuple[str, Value]] = []
        for name in sorted(names, key=lambda n: n not in theirs) if len(names) > 1 else names:
            qualifier = theirs.get(name) or (name.upper() if looks_like_code(name) else "")
            if qualifier and name not in claimed and qualifier not in taken and names[name] != "":
                rows.append((qualifier, names[name]))
        return rows

    return found


def _wild_emit(section: Section, rule: Rule) -> Emit:
    place = rule.places[0]
    plain = Rule(path=rule.path, places=rule.places, kind=rule.kind)
    entries = _entries(section, rule)

    def emit(part: Part, notes: Writing) -> Segments:
        made: Segments = []
        names = value_at(part, rule.field)
        for qualifier, value in entries(names) if names else ():
            if text := notes.text(plain, value):
                made.append([place.segment, qualifier, *[""] * (place.element - 2), text])
        return made

    return emit


def _many_emit(rule: Rule) -> Emit:
    """Return the emitter of a list: as many segments as it takes, each with the elements of the range."""
    place = rule.places[0]
    size = max(1, place.until - place.element + 1)
    longest = _OTHER_NOTES.get(place.segment, _LONGEST_NOTE)

    def emit(part: Part, notes: Writing) -> Segments:
        texts = [
            line for value in getattr(part, rule.path) for line in _lines(notes.text(rule, value), longest)
        ]
        made: Segments = []
        for at in range(0, len(texts), size):
            elements = [""] * (place.element - 1) + texts[at : at + size]
            if place.qualifiers and place.qualifiers[0] != ANY:
                elements[place.qualifier_at - 1] = place.qualifiers[0]
            made.append([place.segment, *elements])
        return made

    return emit


def _lines(text: str, longest: int) -> list[str]:
    """Return a text in pieces that a segment can hold, one at least for each line."""
    return [
        line[at : at + longest].strip()
        for line in text.splitlines()
        for at in range(0, len(line), longest)
        if line[at : at + longest].strip()
    ]


def _encode(rule: Rule, value: Value) -> str:
    if rule.codes is None:
        return KINDS[rule.kind].write(value)
    code = rule.codes.theirs.get(value)
    if code is not None:
        return code
    if looks_like_code(str(value)) and str(value) == str(value).upper():
        return str(value)
    raise ValueError("has no X12 code")


def looks_like_code(name: str) -> bool:
    return name.isascii() and name.isalnum() and len(name) <= _LONGEST_CODE


def value_at(part: Part, path: str) -> Value:
    """Return what stands at a path below a part of a document, None where a part on the way is absent."""
    if "." not in path:
        return getattr(part, path)
    for name in path.split("."):
        part = part.get(name) if isinstance(part, dict) else getattr(part, name, None)
        if part is None:
            return None
    return part
