"""Which values of a segment are private, and what stands in their place: by the table scrub.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from hub.model.envelope import Delimiters
from translators.x12.rules.dictionary import Element, Segment, Use
from translators.x12.rules.values import is_real
from translators.x12.tools.disguise import Disguise

Way = Callable[[str], str]  # from a value to what stands in its place

_DATE = re.compile(r"\d{8}|\d{6}")
_SHORT = (
    3  # characters; in elements that no dictionary describes, shorter values are taken for codes and stay
)


class Plan(Struct, frozen=True):
    """The file scrub.toml."""

    keep: frozenset[str]
    names: frozenset[str]
    codes: frozenset[str]
    dates: frozenset[str]
    envelope: Mapping[str, Mapping[str, list[int]]]


@cache
def plan() -> Plan:
    """Return what is private."""
    found = tomllib.loads(Path(__file__).with_name("scrub.toml").read_text("utf-8"))
    table = {key: frozenset(found[key].split()) for key in ("keep", "text_codes", "names", "codes", "dates")}
    keep = table["keep"] | table["text_codes"]
    return Plan(keep, table["names"], table["codes"], table["dates"], found["envelope"])


class Ways:
    """How the elements of segments are changed, worked out once for each description.

    `numbers`: quantities, prices, amounts and measures are changed, too.
    """

    def __init__(self, disguise: Disguise, delimiters: Delimiters, *, numbers: bool) -> None:
        self.disguise, self.delimiters, self.numbers = disguise, delimiters, numbers
        self._known: dict[int, tuple[Segment, list[Way | None]]] = {}  # by the identity of the description

    def change(self, elements: list[str], described: Segment | None) -> list[str]:
        """Return the elements of a segment with other values."""
        ways = self._of(described) if described else []
        changed = list(elements)
        for at, way in enumerate(ways, start=1):
            if at >= len(elements):
                break
            if way and elements[at]:
                changed[at] = way(elements[at])
        for at in range(len(ways) + 1, len(elements)):
            changed[at] = self._unknown(elements[at])
        for at in (
            plan().envelope.get(elements[0], {}).get("number", ())
        ):  # ST02 and SE02, texts in dictionaries
            if at < len(elements):
                changed[at] = self.disguise.number(elements[at])
        return changed

    def _of(self, described: Segment) -> list[Way | None]:
        known = self._known.get(id(described))
        if known is None:
            known = self._known[id(described)] = described, [self._use(use) for use in described.uses]
        return known[1]

    def _unknown(self, value: str) -> str:
        return value if len(value) < _SHORT else self.disguise.text(value)

    def _use(self, use: Use) -> Way | None:
        """Return how one element is changed, None when it stays."""
        parts = [self._simple(part.element) for part in use.parts]
        way: Way | None = (
            (lambda value: self._composite(value, parts)) if parts else self._simple(use.element)
        )
        repetition = self.delimiters.repetition
        if way is None or use.repeats == 1 or not repetition:
            return way
        one = way
        return lambda value: repetition.join(one(part) if part else "" for part in value.split(repetition))

    def _composite(self, value: str, ways: list[Way | None]) -> str:
        component = self.delimiters.component
        parts = value.split(component) if component else [value]
        for at, part in enumerate(parts):
            way = ways[at] if at < len(ways) else self.disguise.text
            parts[at] = way(part) if way and part else part
        return component.join(parts)

    def _simple(self, element: Element) -> Way | None:
        """Return how the values of a data element are changed, None when they stay."""
        known, hidden = plan(), self.disguise
        kept = element.number in known.keep or element.codes is not None or element.kind == "TM"
        if kept or (element.kind == "ID" and element.number not in known.codes):
            return None
        if element.kind == "DT":
            return hidden.date
        if element.number in known.dates:
            return lambda value: _DATE.sub(lambda match: hidden.date(match.group()), value)
        if element.kind == "R" or element.kind[0] == "N":
            return self._number if self.numbers or element.number in known.names else self._no_number
        return hidden.text

    def _number(self, value: str) -> str:
        return self.disguise.number(value) if is_real(value) else self.disguise.text(value)

    def _no_number(self, value: str) -> str:
        """Leave a number; what stands in its place and is none may be anything."""
        return value if is_real(value) else self.disguise.text(value)
