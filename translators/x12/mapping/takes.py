"""Reading one segment: the rules that concern it, as lines of Python.

The lines find the segment's elements in `e` (element 0 is its id), their count in `n`, its position in `at`,
and put what the rules want into the section's variables (see fields.py). What cannot be read is noted in
`book`. The first value of a field wins: a guide that sends the same thing twice sends the more important one
first.

Names and texts of a profile get into the lines as literals only (`repr`), never as code.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from translators.x12.mapping.fields import Constants, Lines, is_empty
from translators.x12.mapping.paths import hints, is_model, item_of, origin
from translators.x12.mapping.place import ANY, PAIRS, Place
from translators.x12.mapping.spec import Rule, Section
from translators.x12.mapping.special import READ_SEGMENT, Special
from translators.x12.mapping.values import TEXTUAL


class _Target(Struct, frozen=True):
    """Where a value goes: the test that it is still free (none for a dictionary), and how to put it there."""

    free: str
    before: str
    after: str = ""

    def put(self, value: str) -> str:
        return self.before + value + self.after


class SegmentWriter(Struct, frozen=True):
    """Writes what one section does with a segment. `here` is the expression for where the section stands."""

    section: Section
    here: str
    constants: Constants

    def lines(self, segment: str) -> Lines:
        """Return what is done with a segment; nothing when no rule wants it."""
        found = [
            (rule, place) for rule in self.section.rules for place in rule.places if place.segment == segment
        ]
        pairs = [(rule, place) for rule, place in found if place.pair]
        wild = [(rule, place) for rule, place in found if _is_wild(rule, place)]
        rest = [(rule, place) for rule, place in found if not (place.pair or _is_wild(rule, place))]
        lines: Lines = []
        for rule, place in sorted(rest, key=lambda one: _turn(*one)):
            for element in range(place.element, max(place.element, place.until if rule.many else 0) + 1):
                lines += self._single(rule, replace(place, element=element))
        if pairs:
            lines += self._pairs(segment, pairs)
        if wild:
            taken = {q for r, p in rest if p.qualifier_at == 1 for q in p.qualifiers}
            taken |= set(special.takes) if (special := self._reader_of(segment)) else set()
            lines += self._wild(wild, tuple(sorted(taken)))
        return lines + self._special(segment)

    def _reader_of(self, segment: str) -> Special | None:
        return READ_SEGMENT.get(self.section.special.get(segment, ""))

    def _special(self, segment: str) -> Lines:
        special = self._reader_of(segment)
        if special is None:
            return []
        name = special.read.__name__
        self.constants[name] = special.read
        noted = self.noted_whole(special)
        return [
            *noted,
            f"{special.fills + ' += ' if special.fills else ''}{name}(e, (at, {self.here}), book)",
        ]

    def _single(self, rule: Rule, place: Place) -> Lines:
        """Read one element. A condition or a path of several names does not save a wrong value from its finding."""
        free = self._target(rule).free
        always = bool(free) and not _is_text(rule) and _turn(rule, place) > 0
        text = f"e[{place.element}]"
        if place.component:
            text = f"component({text}, book.component, {place.component})"
        tests = [f"n > {place.element}", *([free] if free and not always else []), *_qualified(place)]
        tests.append(f"(v := {text}.strip())" if _is_text(rule) else f"(v := {text})")
        store = self._store(rule, str(place.element), always=always)
        return [f"if {' and '.join(tests)}:", *indented(store)]

    def _store(self, rule: Rule, element: str, *, always: bool = False) -> Lines:
        """Return the lines that put `v` into its place. `always`: read it also when the place is taken."""
        target = self._target(rule)
        noted = self.noted(rule, element, repr(rule.path), target.free)
        if rule.codes is not None:
            return [*noted, target.put(f"{self._table(rule)}.get(v, v)")]
        if _is_text(rule):
            return [*noted, target.put(_value(rule))]
        body = [f"k = {_value(rule)}", f"if {target.free}: {target.put('k')}"]
        read = self._tried(
            body if always else [target.put(_value(rule))],
            element,
            repr(rule.path),
            rule.must in ("read", "both"),
        )
        return [*noted, *read]

    def noted(self, rule: Rule, element: str, path: str, free: str) -> Lines:  # noqa: ARG002 - for those that note
        """Return the lines that note whence a field is read; none here, for the reader that has to be quick.

        `element` and `path` are expressions, `free` is the test that the field has no value yet.
        """
        return []

    def noted_whole(self, special: Special) -> Lines:  # noqa: ARG002 - for those that note
        """Return the lines that note that a function reads the segment."""
        return []

    def _tried(self, lines: Lines, element: str, path: str, must: bool) -> Lines:
        """Return lines that may fail, with the finding for when they do."""
        spot = f"(at, {self.here})"
        note = f"except ValueError as x: book.unreadable({spot}, e, {element}, {path}, x, must={must})"
        return ["try:", *indented(lines), note]

    def _target(self, rule: Rule) -> _Target:
        field, *below = rule.path.split(".")
        hint = hints(self.section.model)[field]
        if rule.many:
            return _Target("", f"{field}.append(", ")")
        if is_model(hint):
            local = f"{field}_{below[0]}"
            return _Target(is_empty(hints(hint)[below[0]], local), f"{local} = ")
        if origin(hint) is dict and is_model(item_of(hint)):
            return _Target("", f"fill({field}, {below[0]!r}, {below[1]!r}, ", ")")
        if origin(hint) is dict:
            return _Target("", f"{field}.setdefault({'.'.join(below)!r}, ", ")")
        return _Target(is_empty(hint, field), f"{field} = ")

    def _pairs(self, segment: str, pairs: list[tuple[Rule, Place]]) -> Lines:
        """Read the repeated pairs: a qualifier, then its value.

        A second number of the same name is kept under its own qualifier in lower case.
        """
        single = {q: rule for rule, place in pairs if not place.wild for q in place.qualifiers}
        whole = next((rule for rule, place in pairs if place.wild), None)
        body: Lines = []
        for qualifier, rule in single.items():
            free = self._target(rule).free
            store = self._store(rule, "i")
            body.append(f"{'elif' if body else 'if'} q == {qualifier!r}:")
            body += indented([f"if {free}:", *indented(store)] if free else store)
        if whole is not None:
            rest = [
                f"k = {self._name(whole)}",
                *self.noted(whole, "i", f"f'{whole.field}.{{k}}'", f"k not in {whole.field}"),
                f"if k not in {whole.field}: {whole.field}[k] = v",
                f"else: {whole.field}.setdefault(q.lower(), v)",
            ]
            body += ["else:", *indented(rest)] if body else rest
        values = [at + 1 for at in PAIRS[segment]]
        if values == [*range(values[0], values[-1] + 1, 2)]:  # one behind the other: no need to say where
            begin, step = [f"i = {values[0]}", "while i < n:"], ["    i += 2"]
        else:
            begin, step = [f"for i in [i for i in {values!r} if i < n]:"], []
        found = ["    if (v := e[i].strip()) and (q := e[i - 1].strip()):", *indented(indented(body))]
        return [*begin, *found, *step]

    def _wild(self, wild: list[tuple[Rule, Place]], taken: tuple[str, ...]) -> Lines:
        """Read an entry of a dictionary whose names are the segment's qualifiers.

        Qualifiers (`taken`) and names that a rule of their own claims are left to it.
        """
        rule = wild[0][0]
        field = rule.field
        claimed = tuple(sorted({r.name for r in self.section.rules if r.field == field and r is not rule}))
        tests = ["n > 1", "(q := e[1].strip())", *([f"q not in {taken!r}"] if taken else [])]
        found = [
            f"k = {self._name(rule)}",
            f"if k in {field}{f' or k in {claimed!r}' if claimed else ''}: k = q.lower()",
            *self._entry(rule),
            "break",
        ]
        return [
            f"if {' and '.join(tests)}:",
            f"    for i in {tuple(place.element for _, place in wild)!r}:",
            "        if n > i and (v := e[i].strip()):",
            *indented(indented(indented(found))),
        ]

    def _entry(self, rule: Rule) -> Lines:
        """Put the value in `v` under the name in `k` (a code table is one of names); a second that differs is noted."""
        field, path = rule.field, f"f'{rule.field}.{{k}}'"
        note = f"book.left_out((at, {self.here}), e[0], {path}, f'{{e[0]}} {{q}}')"
        keep = f"if {field}.setdefault(k, v) != v: {note}"
        read = (
            [keep]
            if rule.kind == "text"
            else self._tried([f"v = {_value(rule)}", keep], "i", path, must=False)
        )
        return [*self.noted(rule, "i", path, f"k not in {field}"), *read]

    def _name(self, rule: Rule) -> str:
        """Return the expression for the name that the qualifier in `q` stands for."""
        return "q.lower()" if rule.codes is None else f"{self._table(rule)}.get(q) or q.lower()"

    def _table(self, rule: Rule) -> str:
        """Return the name of a rule's code table."""
        assert rule.codes is not None
        name = f"codes_{self.section.name}_{rule.path.removesuffix('.*').replace('.', '_')}"
        self.constants[name] = rule.codes.ours
        return name


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


def _is_wild(rule: Rule, place: Place) -> bool:
    """Say whether the segment's qualifier is itself the name of an entry (`refs.*` = `REF[*]/02`)."""
    return place.wild and not place.pair and rule.path.endswith(".*")


def _turn(rule: Rule, place: Place) -> int:
    """Return when a value has its turn: plain ones, those of groups and composites, those with a condition, lists."""
    if rule.many:
        return 3
    if place.qualifiers and place.qualifiers != (ANY,):
        return 2
    return 1 if "." in rule.path or place.component else 0


def _is_text(rule: Rule) -> bool:
    return rule.codes is not None or rule.kind in TEXTUAL


def _value(rule: Rule) -> str:
    """Return the expression that reads the text in `v` as a rule's kind of value."""
    if rule.kind == "text":
        return "v"
    return f"{rule.kind}_of(v)" if rule.kind in TEXTUAL else f"{rule.kind}_of[v]"


def _qualified(place: Place) -> Lines:
    """Return the tests that the segment's qualifier is one that the place accepts."""
    if place.accepts(ANY):
        return []
    there = [f"n > {place.qualifier_at}"] if place.qualifier_at > place.element else []
    test = f"== {place.qualifiers[0]!r}" if len(place.qualifiers) == 1 else f"in {place.qualifiers!r}"
    return [*there, f"e[{place.qualifier_at}].strip() {test}"]
