"""The rules for a guideline (`must`, `codes`, `max`, `forbid`): can any document of that kind fulfil it at all?

Each place is held against our dictionary of the X12 set and release that were agreed. What no value and no document can
fulfil is an error. Where the dictionary is guide-sized, X12 may have more than it describes: that is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hub.model.documents import DocType
from hub.model.partner import Receive, Send
from hub.profiles.described import (
    LOOK,
    DescribedSet,
    Verdict,
    describe,
    judge_beyond,
    judge_values,
    no_segment,
)
from hub.profiles.fault import Fault
from hub.toml.checking import clip
from hub.toml.positions import KeyPath
from translators.x12.sets import sets_of, sets_written

if TYPE_CHECKING:  # the engine is imported when there is a guideline to judge
    from translators.x12.rules.dictionary import Use
    from translators.x12.rules.grammar import State
    from translators.x12.rules.guideline import Spot

_PLACES = 'write places like "PO106", "REF04-2", "N1[ST]04", "REF[DP]" or "PO1/PID05"'
_NUMBERS = 'write a whole number from 1: of an element its most characters ("BEG03" = 10), of a segment its most times'
_VALUES = 'write the values that may stand there, like "EA|CA"'


class _Line(NamedTuple):
    """One line of a guideline: its table, what stands left and right, and where it stands."""

    table: str
    place: str
    values: str
    limit: int
    path: KeyPath
    make: Callable[[], object]


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


def _judged_by_all(line: _Line, spot: Spot, sets: tuple[str, ...], release: str) -> Verdict | None:
    """Return why a line cannot be held by any document of any of the sets that may come; the usual one's reason."""
    described = [found for set_id in sets if (found := describe(set_id, release))]
    verdicts = [_judged(line, spot, found) for found in described]
    return verdicts[0] if verdicts and all(verdicts) else None


def _judged(line: _Line, spot: Spot, described: DescribedSet) -> Verdict | None:
    """Return why a line cannot be held by any document of a set, None when it can."""
    from translators.x12.rules.guideline import concerns

    places = [(s, segment) for s, segment in described.places if concerns(spot, s.segment, s.path)]
    look = LOOK.format(set=described.id, segment=spot.segment, release=described.release)
    where = f"{described.id} {described.release}"
    if not places:
        inside = f" inside {'/'.join(spot.loops)}" if spot.loops else ""
        return no_segment(line.place, spot.segment, described, inside=inside)
    segments = [segment for _, segment in places if segment.described]
    uses = [segment.uses[spot.element - 1] for segment in segments if 0 < spot.element <= len(segment.uses)]
    if spot.element and segments and not uses:
        return judge_beyond(line.place, segments, where, look)
    heads = [segment.uses[0] for segment in segments]
    return (
        judge_values(sorted(spot.codes), heads, f"{spot.segment}01", look)
        or _content(line, spot, uses, look)
        or _forbidden(line, spot, [state for state, _ in places], uses)
    )


def _content(line: _Line, spot: Spot, uses: list[Use], look: str) -> Verdict | None:
    """Judge the values and the length that a line wants of an element."""
    if spot.component:
        uses = [u.parts[spot.component - 1] for u in uses if spot.component <= len(u.parts)]
    if line.table == "max" and uses and all(line.limit < use.element.least for use in uses if not use.parts):
        least = min(use.element.least for use in uses)
        return Verdict(
            f'"{clip(line.place)}" has at least {least} characters, the maximum is {line.limit}', look
        )
    wanted = [value.strip() for value in line.values.split("|") if value.strip()]
    return judge_values(wanted, uses, line.place, look)


def _forbidden(line: _Line, spot: Spot, states: list[State], uses: list[Use]) -> Verdict | None:
    """Say that X12 demands what the partner forbids. Of a loop's own segments only the elements are judged."""
    if line.table != "forbid" or spot.codes:
        return None
    demanded = (
        bool(uses) and not spot.component and all(use.mandatory for use in uses)
        if spot.element
        else any(state.entry.mandatory and not state.path for state in states)
    )
    hint = "take it off the list: no document could do without it"
    return Verdict(f'"{clip(line.place)}" is mandatory in X12', hint) if demanded else None
