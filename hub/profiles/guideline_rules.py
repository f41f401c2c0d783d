"""The rules for a guideline (`must`, `codes`, `max`, `forbid`): can any document of that kind fulfil it at all?

Each place is held against our dictionary of the X12 set and release that were agreed. What no value and no document can
fulfil is an error. Where the dictionary is guide-sized, X12 may have more than it describes: that is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from hub.model.documents import DocType
from hub.model.finding import Severity
from hub.model.partner import Receive, Send
from hub.profiles.fault import Fault
from hub.toml.checking import clip
from hub.toml.positions import KeyPath
from translators.x12.sets import sets_of, sets_written

if TYPE_CHECKING:  # the engine is imported when there is a guideline to judge
    from translators.x12.rules.dictionary import Element, Segment, Use
    from translators.x12.rules.grammar import State
    from translators.x12.rules.guideline import Spot

_PLACES = 'write places like "PO106", "REF04-2", "N1[ST]04", "REF[DP]" or "PO1/PID05"'
_NUMBERS = 'write a whole number from 1: of an element its most characters ("BEG03" = 10), of a segment its most times'
_VALUES = 'write the values that may stand there, like "EA|CA"'
_LOOK = "`hub x12 dictionary {set} {segment} --release {release}` shows what there is"


class _Line(NamedTuple):
    """One line of a guideline: its table, what stands left and right, and where it stands."""

    table: str
    place: str
    values: str
    limit: int
    path: KeyPath
    make: Callable[[], object]


class _Set(NamedTuple):
    """What our dictionary says of a set: each place where a segment may stand, with its description."""

    id: str
    release: str
    complete: bool
    places: tuple[tuple[State, Segment], ...]


class _Verdict(NamedTuple):
    """Why a line cannot be held."""

    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR


def guideline_faults(
    document: DocType, agreement: Receive | Send, path: KeyPath, release: str
) -> Iterator[Fault]:
    """Yield the faults of each line by itself, all at once; `release` is the one agreed for the document."""
    from translators.x12.rules.guideline import parse_spot

    sets = sets_written(document, agreement.set) if isinstance(agreement, Send) else sets_of(document)
    for line in _lines(agreement, path):
        try:
            line.make()
        except ValueError as error:
            hint = _NUMBERS if line.table == "max" and line.limit < 1 else _PLACES
            yield Fault(line.path, clip(str(error), 200), hint, line.place)
            continue
        if line.table == "codes" and not line.values.strip("| "):
            yield Fault(line.path, f'"{clip(line.place)}" may have no value at all', _VALUES, line.place)
            continue
        verdict = _judged_by_all(line, parse_spot(line.place), sets, release)
        if verdict:
            yield Fault(line.path, verdict.message, verdict.hint, line.place, severity=verdict.severity)


def _lines(agreement: Receive | Send, path: KeyPath) -> Iterator[_Line]:
    from translators.x12.rules.guideline import guideline

    for key, value in agreement.must.items():
        yield _Line("must", key, value, 0, (*path, "must", key), partial(guideline, {key: value}))
    for key, value in agreement.codes.items():
        yield _Line("codes", key, value, 0, (*path, "codes", key), partial(guideline, {}, {key: value}))
    for key, limit in agreement.max.items():
        yield _Line("max", key, "", limit, (*path, "max", key), partial(guideline, {}, {}, {key: limit}))
    for at, key in enumerate(agreement.forbid):
        yield _Line("forbid", key, "", 0, (*path, "forbid", at), partial(guideline, {}, {}, {}, (key,)))


@lru_cache(maxsize=64)
def _described(set_id: str, release: str) -> _Set | None:
    """Return a set as our dictionary of the nearest release has it, None when it has none."""
    from translators.x12.rules.grammar import compile_set
    from translators.x12.rules.source import load, nearest_release

    for name in dict.fromkeys((nearest_release(release), nearest_release(release[:6]))):
        dictionary = load(name)
        if set_id in dictionary.sets:
            states = compile_set(dictionary.sets[set_id]).states
            known: Mapping[str, Segment] = dictionary.segments
            places = tuple((state, known[state.key]) for state in states if state.key in known)
            return _Set(set_id, name, dictionary.sets[set_id].complete, places)
    return None


def _judged_by_all(line: _Line, spot: Spot, sets: tuple[str, ...], release: str) -> _Verdict | None:
    """Return why a line cannot be held by any document of any of the sets that may come; the usual one's reason."""
    described = [found for set_id in sets if (found := _described(set_id, release))]
    verdicts = [_judged(line, spot, found) for found in described]
    return verdicts[0] if verdicts and all(verdicts) else None


def _judged(line: _Line, spot: Spot, described: _Set) -> _Verdict | None:
    """Return why a line cannot be held by any document of a set, None when it can."""
    from translators.x12.rules.guideline import concerns

    places = [(s, segment) for s, segment in described.places if concerns(spot, s.segment, s.path)]
    look = _LOOK.format(set=described.id, segment=spot.segment, release=described.release)
    where = f"{described.id} {described.release}"
    if not places:
        inside = f" inside {'/'.join(spot.loops)}" if spot.loops else ""
        weight = Severity.ERROR if described.complete else Severity.WARNING
        hint = f"`hub x12 dictionary {described.id} --release {described.release}` shows where segments stand"
        return _Verdict(f'"{clip(line.place)}": no {spot.segment} stands{inside} in {where}', hint, weight)
    segments = [segment for _, segment in places if segment.described]
    uses = [segment.uses[spot.element - 1] for segment in segments if 0 < spot.element <= len(segment.uses)]
    if spot.element and segments and not uses:
        return _beyond(line, segments, where, look)
    heads = [segment.uses[0] for segment in segments]
    return (
        _values(sorted(spot.codes), heads, f"{spot.segment}01", look)
        or _content(line, spot, uses, look)
        or _forbidden(line, spot, [state for state, _ in places], uses)
    )


def _beyond(line: _Line, segments: list[Segment], where: str, look: str) -> _Verdict:
    """Return that a segment has no such element, or none that we know of."""
    most = max(len(segment.uses) for segment in segments)
    if any(segment.open for segment in segments):
        message = f'"{clip(line.place)}": of {segments[0].id} we describe {most} elements in {where}'
        return _Verdict(message, f"{look}; X12 has more of them", Severity.WARNING)
    return _Verdict(f'"{clip(line.place)}": {segments[0].id} has {most} elements in {where}', look)


def _content(line: _Line, spot: Spot, uses: list[Use], look: str) -> _Verdict | None:
    """Judge the values and the length that a line wants of an element."""
    if spot.component:
        uses = [u.parts[spot.component - 1] for u in uses if spot.component <= len(u.parts)]
    if line.table == "max" and uses and all(line.limit < use.element.least for use in uses if not use.parts):
        least = min(use.element.least for use in uses)
        return _Verdict(
            f'"{clip(line.place)}" has at least {least} characters, the maximum is {line.limit}', look
        )
    wanted = [value.strip() for value in line.values.split("|") if value.strip()]
    return _values(wanted, uses, line.place, look)


def _values(wanted: list[str], uses: list[Use], place: str, look: str) -> _Verdict | None:
    """Say which of the values can never stand in an element."""
    simple = [use.element for use in uses if not use.parts]
    if not simple or len(simple) < len(uses):
        return None
    wrong = [value for value in wanted if not any(_fits(element, value) for element in simple)]
    if not wrong:
        return None
    one, values = simple[0], ", ".join(f'"{clip(value)}"' for value in wrong)
    shape = f"{one.name} is {one.kind} {one.least}/{one.most}"
    return _Verdict(f'{values} cannot stand in "{clip(place)}": {shape}', look)


def _fits(element: Element, value: str) -> bool:
    """Say whether a value has the type and length of an element, and is one of its codes where they are listed."""
    from translators.x12.rules.values import is_date, is_time, real, whole

    least, most = element.least, element.most
    if element.kind == "R":
        return real(value, least, most)
    if element.kind[0] == "N":
        return whole(value, least, most)
    if not least <= len(value) <= most:
        return False
    if element.kind in {"DT", "TM"}:
        return is_date(value) if element.kind == "DT" else is_time(value)
    return element.codes is None or value in element.codes


def _forbidden(line: _Line, spot: Spot, states: list[State], uses: list[Use]) -> _Verdict | None:
    """Say that X12 demands what the partner forbids. Of a loop's own segments only the elements are judged."""
    if line.table != "forbid" or spot.codes:
        return None
    demanded = (
        bool(uses) and not spot.component and all(use.mandatory for use in uses)
        if spot.element
        else any(state.entry.mandatory and not state.path for state in states)
    )
    hint = "take it off the list: no document could do without it"
    return _Verdict(f'"{clip(line.place)}" is mandatory in X12', hint) if demanded else None
