"""Reading a set: each section of a map as one generated Python function.

A section's function stands at the segment that opens it (`at`), holds the section's fields in local variables,
goes over the segments (`rows`) up to one that a section around it knows and it does not, makes the part of
the document and puts it into `into`. It returns the position of its last segment. An inner section is a
call. A segment that nobody knows is passed over. Nothing raises on data.
"""

from __future__ import annotations

from msgspec import Struct

from translators.x12.mapping.fields import (
    Constants,
    Lines,
    beginning,
    filled,
    is_empty,
    part_lines,
    scalars,
    variables,
)
from translators.x12.mapping.paths import hints
from translators.x12.mapping.spec import Map, Section
from translators.x12.mapping.special import READ_SECTION
from translators.x12.mapping.takes import SegmentWriter, indented


class Source(Struct, frozen=True):
    """The functions of a set, `document(rows, book)` the last of them, and what they refer to by name."""

    text: str
    constants: Constants


def reader_source(found: Map, segments: type[SegmentWriter] = SegmentWriter) -> Source:
    """Write the functions that read a set; `segments` writes what is done with each segment."""
    writer = _Writer(found, segments)
    writer.document()
    return Source("\n\n\n".join(writer.functions) + "\n", writer.constants)


class _Writer:
    """Writes the functions of one set, inner ones first."""

    def __init__(self, found: Map, segments: type[SegmentWriter]) -> None:
        self.map, self._segments = found, segments
        self.functions: list[str] = []
        self.constants: Constants = {}

    def document(self) -> None:
        """Write the function of the set itself."""
        section = self.map.sections["document"]
        fills = filled(self.map, section)
        levels = [("s == 'HL'", self._levels(section))] if self.map.levels else []
        self._function(
            "document(rows, book)",
            "at = -1",
            *beginning(section, fills),
            *self._walk(section, "", frozenset(), levels),
            *self._demand(section, "1"),
            *part_lines(section, fills, self.constants),
            "return part",
        )

    def _section(self, section: Section, name: str, outer: frozenset[str]) -> None:
        """Write the function of a loop, or of an HL level. One that is a single segment need not go further."""
        fills = filled(self.map, section)
        single = not self._known(section)
        self._function(
            f"{name}(rows, at, book, here, into)",
            "began = at",
            *self._role(section),
            *beginning(section, fills),
            *self._opener(section),
            *([] if single else self._walk(section, name, outer)),
            *_number(section),
            *([] if section.role else self._demand(section, "began")),
            *part_lines(section, fills, self.constants),
            self._exit(section),
            "return at" if single else "return at - 1",
        )

    def _merged(self, section: Section, outer: frozenset[str]) -> str:
        """Write the function of a level that fills the fields of the set itself; return the call.

        It takes the set's variables and gives them back.
        """
        fills = filled(self.map, section)
        given, back = ", ".join(variables(section, fills)), ", ".join(scalars(section, fills))
        self._function(
            f"{section.name}(rows, at, book, {given})",
            *self._opener(section),
            *self._walk(section, section.name, outer),
            f"return at - 1, {back}",
        )
        return f"at, {back} = {section.name}(rows, at, book, {given})"

    def _function(self, signature: str, *lines: str) -> None:
        self.functions.append("\n".join([f"def {signature}:", *indented(list(lines))]))

    def _here(self, section: Section) -> str:
        """Return the expression for where in the document a section stands (see findings.Here)."""
        if not section.fills:
            return "()"
        return f"(here, {section.fills!r}, {'role' if section.role else 'into'})"

    def _role(self, section: Section) -> Lines:
        if section.role is None:
            return []
        self.constants["codes_role"] = section.role.codes.ours if section.role.codes else {}
        return ["role = role_of(rows[at], codes_role)"]

    def _exit(self, section: Section) -> str:
        """Give the part to the section around it."""
        if section.role is not None:
            return "keep_party(into, role, part, (began, here), book)"
        if section.starts == "HL":
            return "into.part = part"
        if not section.reading:
            return "into.append(part)"
        after = READ_SECTION[section.reading]
        self.constants[after.__name__] = after
        return f"into.append({after.__name__}(part))"

    def _opener(self, section: Section) -> Lines:
        """Read the segment that opens the section."""
        lines = self._read(section, section.starts)
        return ["e = rows[at]", *lines] if lines else []

    def _walk(
        self, section: Section, name: str, outer: frozenset[str], first: list[tuple[str, Lines]] | None = None
    ) -> Lines:
        """Go over the segments. Loops are asked for first: a set has most of them."""
        known = self._known(section)
        branches = list(first or ())
        for starts, loop in reversed(self._loops(section).items()):
            called = f"{name}_{loop.name}" if name else loop.name
            self._section(loop, called, outer.union(known))
            call = f"at = {called}(rows, at, book, {self._here(section)}, {loop.fills})"
            branches.append((f"s == {starts!r}", [*self._read(section, starts), call]))
        if ends := outer.difference(known):
            self.constants[f"ends_{name}"] = ends
            branches.append((f"s in ends_{name}", ["break"]))
        own = (segment for segment in known if segment not in self._loops(section))
        found = ((segment, self._read(section, segment)) for segment in own)
        branches += [(f"s == {segment!r}", lines) for segment, lines in found if lines]
        return [
            "size = len(rows)",
            "while (at := at + 1) < size:",
            "    e = rows[at]",
            "    s = e[0]",
            *indented(_choice(branches)),
        ]

    def _read(self, section: Section, segment: str) -> Lines:
        """Read a segment."""
        lines = self._segments(section, self._here(section), self.constants).lines(segment)
        return ["n = len(e)", *lines] if lines else []

    def _loops(self, section: Section) -> dict[str, Section]:
        """Return the inner sections by the segment that opens each."""
        inner = (self.map.sections[name] for name in section.sequence if name.islower())
        return {loop.starts: loop for loop in inner}

    def _known(self, section: Section) -> dict[str, None]:
        """Return the segments that belong into a section, in the order of the map."""
        names = [name for name in section.sequence if not name.islower()]
        names += [place.segment for rule in section.rules for place in rule.places]
        names = [name for name in names if name != section.starts]
        levels = ["HL"] if section.name == "document" and self.map.levels else []
        return dict.fromkeys([*names, *self._loops(section), *levels])

    def _levels(self, section: Section) -> Lines:
        """Open an HL level by its code; one of a kind that the map does not have is passed over."""
        known = frozenset(self._known(section))
        codes: dict[str, list[str]] = {}
        for code, name in self.map.levels.items():
            codes.setdefault(name, []).append(code)
        branches: list[tuple[str, Lines]] = []
        for name, theirs in codes.items():
            level = self.map.sections[name]
            if level.merges:
                call = self._merged(level, known)
            else:
                self._section(level, name, known)
                call = f"at = {name}(rows, at, book, (), level)"
            test = " or ".join(f"s == {code!r}" for code in theirs)
            branches.append((test, [call]))
        return ["level = book.level(e, at)", "s = level.code", *_choice(branches[::-1])]

    def _demand(self, section: Section, at: str) -> Lines:
        """Note mandatory fields that were not found."""
        lines: Lines = []
        for rule in section.rules:
            if rule.must in ("read", "both"):
                place = f"place_{section.name}_{rule.field}"
                self.constants[place] = rule.places[0]
                test = is_empty(hints(section.model)[rule.field], rule.field)
                lines.append(f"if {test}: book.absent(({at}, {self._here(section)}), {place}, {rule.path!r})")
        return lines


def _number(section: Section) -> Lines:
    """Give a part without a number its ordinal."""
    return [f"if not {section.ordinal}: {section.ordinal} = str(len(into) + 1)"] if section.ordinal else []


def _choice(branches: list[tuple[str, Lines]]) -> Lines:
    """Return an if with its elifs."""
    return [
        line
        for at, (test, lines) in enumerate(branches)
        for line in (f"{'elif' if at else 'if'} {test}:", *indented(lines))
    ]
