"""A partner's demands beyond X12: {"PO106": "UP"}: PO106 must be there, and be UP, in each PO1.

An empty value means: it must be there, whatever it is. A segment that does not occur at all is a fault too.
Several values are divided by "|": {"BEG01": "00|05"}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from hub.model import problems
from hub.model.finding import Finding, Where

PLACE = re.compile(r"([A-Z][A-Z0-9]{1,2})([0-9]{2})")


def requirement_findings(parts: Sequence[Sequence[str]], must: Mapping[str, str]) -> Iterator[Finding]:
    """Hold a set against a partner's demands; keys that are no place (BEG03) are left to the profile's lint."""
    for key, wanted in must.items():
        match = PLACE.fullmatch(key)
        if match is None:
            continue
        segment, element = match.group(1), int(match.group(2))
        occurred = False
        for number, elements in enumerate(parts, start=1):
            if elements[0] == segment:
                occurred = True
                yield from _one(elements, number, element, wanted)
        if not occurred:
            where = Where(segment_number=len(parts), segment=segment)
            message = f"the segment {segment} is missing; the agreement demands {key}"
            yield Finding(problems.SEGMENT_MISSING, message, where=where, hint=_hint(key, wanted))


def _one(elements: Sequence[str], number: int, element: int, wanted: str) -> Iterator[Finding]:
    key = f"{elements[0]}{element:02d}"
    value = elements[element] if element < len(elements) else ""
    where = Where(segment_number=number, segment=elements[0], element=element)
    if not value:
        message = f"{key} is missing; the agreement demands it"
        yield Finding(problems.ELEMENT_MISSING, message, where=where, hint=_hint(key, wanted))
    elif wanted and value not in wanted.split("|"):
        message = f"{key} is {value[:40]!r}; the agreement demands {wanted}"
        yield Finding(problems.ELEMENT_CODE, message, where=where, value=value, hint=_hint(key, wanted))


def _hint(key: str, wanted: str) -> str:
    return f"{key} must be {wanted.replace('|', ' or ')}" if wanted else f"fill {key}"
