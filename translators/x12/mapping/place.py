"""The path language of X12 maps: where a value stands in a transaction set.

| text | meaning |
|---|---|
| `BEG/03` | element 03 of the BEG segment |
| `REF[DP]/02` | element 02 of the REF whose element 01 is DP |
| `N1[BT\\|BY]/04` | the same for either code; the first one is written |
| `CUR[*]/02` | whatever stands in element 01 |
| `TD5[02=2]/03` | element 03 of the TD5 whose element 02 is 2 |
| `N3/01..02` | elements 01 to 02, for a list |
| `REF/04-2` | component 2 of the composite element 04 |
| `PO1[BO]` | the value behind the qualifier BO in the repeated pairs (PO106/07, PO108/09 ...) |
"""

from __future__ import annotations

import re

from msgspec import Struct

#: Where the qualifiers of a segment's (qualifier, value) pairs stand, each with its value behind it (X12 004010; 005010
#: has the same).
PAIRS: dict[str, tuple[int, ...]] = {
    "PO1": tuple(range(6, 26, 2)),
    "POC": tuple(range(8, 28, 2)),
    "IT1": tuple(range(6, 26, 2)),
    "LIN": tuple(range(2, 32, 2)),
    "ACK": tuple(range(7, 27, 2)),
    "SLN": tuple(range(9, 29, 2)),
    "PER": (3, 5, 7),
    "G68": (5, 7),
    "G17": (5, 7),
    "W01": (4, 6, 15),
    "W04": (4, 6, 14),
    "W07": (4, 6, 10),
    "W12": (7, 17, 21),
}

ANY = "*"

_SEGMENT = r"(?P<segment>[A-Z][A-Z0-9]{1,2})"
_QUALIFIER = r"(?:\[(?:(?P<at>\d{1,2})=)?(?P<qualifier>[^\[\]=/]+)\])?"
_ELEMENT = r"(?:/(?P<element>\d{1,2})(?:\.\.(?P<until>\d{1,2}))?(?:-(?P<component>\d{1,2}))?)?"
_PLACE = re.compile(_SEGMENT + _QUALIFIER + _ELEMENT)


class Place(Struct, frozen=True, kw_only=True):
    """Where a value stands. Positions count from 1; 0 means: does not apply."""

    segment: str
    qualifiers: tuple[str, ...] = ()  # accepted on reading (`*` = any); the first is written
    qualifier_at: int = 1  # the element that holds the qualifier
    element: int = 0  # 0: the value behind the qualifier in the repeated pairs
    until: int = 0  # the last element of a range
    component: int = 0

    @property
    def pair(self) -> bool:
        """Say whether the value stands in the segment's repeated pairs."""
        return self.element == 0

    @property
    def instance(self) -> str:
        """Return the qualifier that makes this one of several segments of the same id, or empty."""
        if self.pair or self.qualifier_at != 1 or not self.qualifiers:
            return ""
        return self.qualifiers[0]

    @property
    def wild(self) -> bool:
        """Say whether the qualifier itself is a name (`REF[*]/02` for `refs.*`)."""
        return self.qualifiers == (ANY,)

    def accepts(self, qualifier: str) -> bool:
        """Say whether a segment with this qualifier holds the value."""
        return not self.qualifiers or qualifier in self.qualifiers or ANY in self.qualifiers

    def __str__(self) -> str:
        at = "" if self.pair or self.qualifier_at == 1 else f"{self.qualifier_at:02d}="
        qualifier = f"[{at}{'|'.join(self.qualifiers)}]" if self.qualifiers else ""
        until = f"..{self.until:02d}" if self.until else ""
        component = f"-{self.component}" if self.component else ""
        element = "" if self.pair else f"/{self.element:02d}{until}{component}"
        return self.segment + qualifier + element


def parse_place(text: str) -> Place:
    """Return the place that `text` names; raise ValueError, saying what is wrong, when it names none."""
    match = _PLACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no place in an X12 set; write it like BEG/03, REF[DP]/02 or PO1[BO]")
    place = Place(
        segment=match["segment"],
        qualifiers=tuple(q.strip() for q in (match["qualifier"] or "").split("|") if q.strip()),
        qualifier_at=int(match["at"] or 1),
        element=int(match["element"] or 0),
        until=int(match["until"] or 0),
        component=int(match["component"] or 0),
    )
    _refuse_nonsense(place, text, has_element=match["element"] is not None)
    return place


def _refuse_nonsense(place: Place, text: str, *, has_element: bool) -> None:
    """Raise ValueError for a place that is well written and cannot exist."""
    if has_element and place.element == 0:
        raise ValueError(f"{text!r}: elements count from 01")
    if place.until and place.until < place.element:
        raise ValueError(f"{text!r}: the range ends before it begins")
    if not place.pair:
        return
    if place.segment not in PAIRS:
        raise ValueError(f"{text!r} names no element; write it like {text.strip()}/02")
    if not place.qualifiers:
        raise ValueError(
            f"{text!r} names neither an element ({place.segment}/02) nor a qualifier ({place.segment}[BP])"
        )
