"""Reading one segment: the rules that concern it, as lines of Python.

The lines find the segment's elements in `e` (element 0 is its id), their count in `n`, its position in `at`,
and put what the rules want into the section's local variables: one for each field (`quantity`), one for
each field of a group (`terms_net_days`). What cannot be read is noted in `book`. The first value of a field
wins: a guide that sends the same thing twice sends the more important one first.

Names and texts of a profile get into the lines as literals only (`repr`), never as code.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from translators.x12.mapping.fields import Constants, Lines, is_empty
from translators.x12.mapping.paths import hints, is_model, item_of, origin
from translators.x12.mapping.place import ANY, PAIRS, Place
from translators.x12.mapping.spec import Rule, Section
from translators.x12.mapping.special import READ_SEGMENT
from translators.x12.mapping.values import TEXTUAL


class _Target(Struct, frozen=True):
    """Where a value goes: the test that it is still free (none for a dictionary), and how to put it there."""

    free: str
    before: str
    after: str = ""

    def put(self, value: str) -> str:
        return self.before + value + self.after


def segment_lines(section: Section, segment: str, constants: Constants) -> Lines:
    """Return what a section does with a segment; nothing when no rule wants it."""
    here = [(rule, place) for rule in section.rules for place in rule.places if place.segment == segment]
    pairs = [(rule, place) for rule, place in here if place.pair]
    wild = [(rule, place) for rule, place in here if _is_wild(rule, place)]
    many = [(rule, place) for rule, place in here if rule.many and not place.pair]
    single = [(rule, place) for rule, place in here if not (place.pair or _is_wild(rule, place) or rule.many)]
    lines: Lines = []
    for rule, place in sorted(single, key=lambda found: _turn(*found)):
        lines += _single(section, rule, place, constants)
    for rule, place in many:
        for element in range(place.element, max(place.element, place.until) + 1):
            lines += _single(section, rule, replace(place, element=element), constants)
    if pairs:
        lines += _pairs(section, segment, pairs, constants)
    if wild:
        taken = {q for _, place in single if place.qualifier_at == 1 for q in place.qualifiers}
        lines += _wild(section, wild, tuple(sorted(taken)), constants)
    if special := READ_SEGMENT.get(section.special.get(segment, "")):
        name = special.read.__name__
        constants[name] = special.read
        lines.append(f"{special.fills + ' += ' if special.fills else ''}{name}(e, (at, here), book)")
    return lines


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


def _is_wild(rule: Rule, place: Place) -> bool:
    """Say whether the segment's qualifier is itself the name of an entry (`refs.*` = `REF[*]/02`)."""
    return place.wild and not place.pair and rule.path.endswith(".*")


def _turn(rule: Rule, place: Place) -> int:
    """Return when a value has its turn: plain ones, those of groups and composites, those with a condition."""
    if place.qualifiers and place.qualifiers != (ANY,):
        return 2
    return 1 if "." in rule.path or place.component else 0


def _target(section: Section, rule: Rule) -> _Target:
    fields = hints(section.model)
    field, *below = rule.path.split(".")
    hint = fields[field]
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


def _is_text(rule: Rule) -> bool:
    return rule.codes is not None or rule.kind in TEXTUAL


def _value(section: Section, rule: Rule, constants: Constants) -> str:
    """Return the expression that reads the text in `v`."""
    if rule.codes is not None:
        return f"{_table(section, rule, constants)}.get(v, v)"
    return _read(rule.kind)


def _read(kind: str) -> str:
    """Return the expression that reads the text in `v` as a kind of value."""
    if kind == "text":
        return "v"
    return f"{kind}_of(v)" if kind in TEXTUAL else f"{kind}_of[v]"


def _table(section: Section, rule: Rule, constants: Constants) -> str:
    """Return the name of a rule's code table."""
    name = f"codes_{section.name}_{rule.field}"
    constants[name] = rule.codes.ours if rule.codes else {}
    return name


def _store(
    section: Section, rule: Rule, element: str, constants: Constants, *, always: bool = False
) -> Lines:
    """Return the lines that put `v` into its place. `always`: read it also when the place is taken."""
    target = _target(section, rule)
    value = _value(section, rule, constants)
    if _is_text(rule):
        return [target.put(value)]
    body = [f"k = {value}", f"if {target.free}: {target.put('k')}"] if always else [target.put(value)]
    must = rule.must in ("read", "both")
    return [
        "try:",
        *indented(body),
        f"except ValueError as x: book.unreadable((at, here), e, {element}, {rule.path!r}, x, must={must})",
    ]


def _single(section: Section, rule: Rule, place: Place, constants: Constants) -> Lines:
    """Read one element. A condition or a path of several names does not save a wrong value from its finding."""
    free = _target(section, rule).free
    always = bool(free) and not _is_text(rule) and _turn(rule, place) > 0
    text = f"e[{place.element}]"
    if place.component:
        text = f"component({text}, book.component, {place.component})"
    tests = [f"n > {place.element}", *([free] if free and not always else []), *_qualified(place)]
    tests.append(f"(v := {text}.strip())" if _is_text(rule) else f"(v := {text})")
    return [
        f"if {' and '.join(tests)}:",
        *indented(_store(section, rule, str(place.element), constants, always=always)),
    ]


def _qualified(place: Place) -> Lines:
    """Return the tests that the segment's qualifier is one that the place accepts."""
    if place.accepts(ANY):
        return []
    there = [f"n > {place.qualifier_at}"] if place.qualifier_at > place.element else []
    return [*there, f"e[{place.qualifier_at}].strip() in {place.qualifiers!r}"]


def _pairs(section: Section, segment: str, pairs: list[tuple[Rule, Place]], constants: Constants) -> Lines:
    """Read the repeated pairs: a qualifier, then its value.

    A second number of the same name is kept under its own qualifier in lower case.
    """
    single = {q: rule for rule, place in pairs if not place.wild for q in place.qualifiers}
    whole = next((rule for rule, place in pairs if place.wild), None)
    body: Lines = []
    for qualifier, rule in single.items():
        free = _target(section, rule).free
        body.append(f"{'elif' if body else 'if'} q == {qualifier!r}:")
        store = _store(section, rule, "i", constants)
        body += indented([f"if {free}:", *indented(store)] if free else store)
    if whole is not None:
        rest = [
            f"k = {_table(section, whole, constants)}.get(q) or q.lower()",
            f"if k not in {whole.field}: {whole.field}[k] = v",
            f"else: {whole.field}.setdefault(q.lower(), v)",
        ]
        body += ["else:", *indented(rest)] if body else rest
    return [
        f"i = {PAIRS[segment][0] + 1}",
        "while i < n:",
        "    if (v := e[i].strip()) and (q := e[i - 1].strip()):",
        *indented(indented(body)),
        "    i += 2",
    ]


def _wild(
    section: Section, wild: list[tuple[Rule, Place]], taken: tuple[str, ...], constants: Constants
) -> Lines:
    """Read an entry of a dictionary whose names are the segment's qualifiers.

    Qualifiers (`taken`) and names that a rule of their own claims are left to it.
    """
    rule = wild[0][0]
    into = rule.field
    claimed = tuple(sorted({r.name for r in section.rules if r.field == into and r is not rule}))
    tests = ["n > 1", "(q := e[1].strip())", *([f"q not in {taken!r}"] if taken else [])]
    found = [
        f"k = {_table(section, rule, constants)}.get(q) or q.lower()",
        f"if k in {into}{f' or k in {claimed!r}' if claimed else ''}: k = q.lower()",
        *_entry(rule),
        "break",
    ]
    return [
        f"if {' and '.join(tests)}:",
        f"    for i in {tuple(place.element for _, place in wild)!r}:",
        "        if n > i and (v := e[i].strip()):",
        *indented(indented(indented(found))),
    ]


def _entry(rule: Rule) -> Lines:
    """Put the value in `v` under the name in `k`."""
    into = rule.field
    keep = f"if {into}.setdefault(k, v) != v: book.left_out((at, here), e[0], f'{into}.{{k}}', f'{{e[0]}} {{q}}')"
    if rule.kind == "text":
        return [keep]
    return [
        "try:",
        f"    v = {_read(rule.kind)}",
        f"    {keep}",
        f"except ValueError as x: book.unreadable((at, here), e, i, f'{into}.{{k}}', x, must=False)",
    ]
