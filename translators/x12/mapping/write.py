"""Writing: sections of a map compiled to writers, which make segments in the standard's order.

What cannot be written is noted; the caller raises `Unwritable` with all of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from hub.model import problems
from translators.x12.mapping.emit import Emit, Segments, Writing, looks_like_code, segment_emit, value_at
from translators.x12.mapping.findings import unwritable
from translators.x12.mapping.spec import Map, Rule, Section
from translators.x12.mapping.special import ONLY, WRITE_SECTION, Part


class Writer(Struct):
    """A compiled section: one emitter for each entry of its sequence."""

    section: Section
    emits: tuple[Emit, ...]

    def write(self, part: Part, notes: Writing) -> Segments:
        """Return the section's segments, without those that open and close it where these are not mapped."""
        if self.section.writing:
            part = WRITE_SECTION[self.section.writing](part)
        made: Segments = []
        for emit in self.emits:
            made += emit(part, notes)
        return made


def compile_writer(found: Map) -> dict[str, Writer]:
    """Return the writers of a set's sections by name; `document` is the set itself."""
    made: dict[str, Writer] = {}
    for name in ("document", *found.levels.values()):
        _writer(found, name, made)
    return made


def _writer(found: Map, name: str, made: dict[str, Writer]) -> Writer:
    if name in made:
        return made[name]
    section = found.sections[name]
    inner = {n: _writer(found, n, made) for n in section.sequence if n.islower()}
    mapped = {rule.places[0].segment for rule in section.rules} | section.special.keys()
    emits = [
        _inner_emit(inner[entry]) if entry in inner else segment_emit(section, entry)
        for entry in section.sequence
        if entry in inner or entry in mapped
    ]
    openers = {w.section.starts for w in inner.values()}
    patches = tuple(rule for rule in section.rules if rule.places[0].segment in openers)
    made[name] = Writer(section, (_patched(tuple(emits), patches),) if patches else tuple(emits))
    return made[name]


def _inner_emit(writer: Writer) -> Emit:
    """Return the emitter of an inner section: each of its parts, or each party under its role."""
    section = writer.section
    only = ONLY[section.only] if section.only else None

    def emit(part: Part, notes: Writing) -> Segments:
        outer = notes.prefix
        made: Segments = []
        inside = getattr(part, section.fills)
        rows: Iterable[tuple[object, Part]] = inside.items() if section.role else enumerate(inside)
        for key, value in rows:
            if only is not None and not only(value):
                continue
            notes.prefix = f"{outer}{section.fills}" + (f".{key}." if section.role else f"[{key}].")
            segments = writer.write(value, notes)
            if section.role is not None:
                segments = _with_role(section.role, str(key), segments, notes)
            made += segments
        notes.prefix = outer
        return made

    return emit


def _with_role(rule: Rule, role: str, segments: Segments, notes: Writing) -> Segments:
    """Put a party's role into its N1. N103 without N104, and the other way round, are not allowed."""
    codes = rule.codes.theirs if rule.codes else {}
    code = codes.get(role) or (role.upper() if looks_like_code(role) else "")
    if not code:
        return []  # a role that X12 has no code for concerns other formats
    if not segments or segments[0][0] != "N1":
        notes.findings.append(
            unwritable(
                problems.FIELD_MISSING,
                f"{notes.prefix}name and id are empty",
                rule.places[0],
                notes.prefix + "name",
            )
        )
        return []
    first = segments[0]
    first[1] = code
    if len(first) == 5 and not first[3]:
        first[3] = "92"  # a code that the buyer assigned
    elif len(first) == 4:
        del first[3]
    return segments


def _patched(emits: tuple[Emit, ...], rules: tuple[Rule, ...]) -> Emit:
    """Return one emitter that also fills elements of segments that inner sections write (`N1[ST]/04`)."""

    def emit(part: Part, notes: Writing) -> Segments:
        made = [segment for each in emits for segment in each(part, notes)]
        for rule in rules:
            value = value_at(part, rule.path)
            notes.require(rule, value)
            if text := notes.text(rule, value):
                _patch(made, rule, text, notes)
        return made

    return emit


def _patch(made: Segments, rule: Rule, text: str, notes: Writing) -> None:
    place = rule.places[0]
    at = place.qualifier_at
    same = (segment for segment in made if segment[0] == place.segment)
    target = next((s for s in same if place.accepts(s[at] if at < len(s) else "")), None)
    if target is None:
        message = f"{rule.path} goes to {place}, and there is no such segment"
        notes.findings.append(unwritable(problems.FIELD_INVALID, message, place, rule.path, text))
        return
    target += [""] * (place.element + 1 - len(target))
    target[place.element] = text
