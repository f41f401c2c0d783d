"""The envelope segments of pyx12's maps: ISA, GS, GE, TA1 and IEA, described as our own segments are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from translators.x12.isa import NAMES, WIDTHS
from translators.x12.rules.dictionary import Element, Segment, Use

_GS = (
    Element("479", "Functional identifier", "ID", 2, 2),
    Element("142", "Group sender", "AN", 2, 15),
    Element("124", "Group receiver", "AN", 2, 15),
    Element("373", "Date", "DT", 8, 8),
    Element("337", "Time", "TM", 4, 8),
    Element("28", "Group control number", "N0", 1, 9),
    Element("455", "Responsible agency", "ID", 1, 2),
    Element("480", "Release", "AN", 1, 12),
)
_COUNT_GROUPS = Element("I16", "Number of groups", "N0", 1, 5)
_COUNT_SETS = Element("97", "Number of sets", "N0", 1, 6)
_TA1 = (
    Element("I17", "Verdict", "ID", 1, 1),
    Element("I18", "Reason", "ID", 3, 3),
)


def envelope_elements() -> Iterator[Element]:
    """Yield the data elements of all envelope segments."""
    yield from isa_elements()
    yield from (*_GS, *_TA1, _COUNT_GROUPS, _COUNT_SETS)


def isa_elements() -> tuple[Element, ...]:
    """Return ISA01 to ISA16; their numbers are names of pyx12's own kind."""
    kinds = {9: "DT", 10: "TM", 13: "N0"}
    return tuple(
        Element(f"ISA{at:02d}", name, kinds.get(at, "AN"), width, width)
        for at, (name, width) in enumerate(zip(NAMES, WIDTHS, strict=True), start=1)
    )


def interchange_header(version: str) -> Segment:
    """Return ISA; pyx12 takes the version of a map from the codes of its ISA12."""
    uses = list(_uses(isa_elements()))
    isa12 = uses[11].element
    uses[11] = Use(Element(isa12.number, isa12.name, "AN", 5, 5, frozenset({version})), mandatory=True)
    return Segment("ISA", "Interchange header", tuple(uses))


def group_header() -> Segment:
    """Return GS."""
    return Segment("GS", "Group header", _uses(_GS))


def group_trailer() -> Segment:
    """Return GE."""
    return Segment("GE", "Group trailer", _uses((_COUNT_SETS, _GS[5])))


def acknowledgment() -> Segment:
    """Return TA1."""
    isa = isa_elements()
    return Segment("TA1", "Acknowledgment", _uses((isa[12], isa[8], isa[9], *_TA1)))


def interchange_trailer() -> Segment:
    """Return IEA."""
    return Segment("IEA", "Interchange trailer", _uses((_COUNT_GROUPS, isa_elements()[12])))


def _uses(elements: Iterable[Element]) -> tuple[Use, ...]:
    return tuple(Use(element, mandatory=True) for element in elements)
