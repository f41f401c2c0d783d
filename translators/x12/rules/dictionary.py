"""Dictionaries: what X12 says of segments, elements and their order, as values.

`source` reads them from files; their format is described in dictionaries/README.md.
"""

from __future__ import annotations

from msgspec import Struct


class Element(Struct, frozen=True):
    """A simple data element. `kind`: AN ID R DT TM B or N0, N2 ...; lengths in characters."""

    number: str
    name: str
    kind: str
    least: int
    most: int
    codes: frozenset[str] | None = None  # None: any value


class Use(Struct, frozen=True):
    """One position of a segment or composite. `parts` are the components when it is a composite."""

    element: Element
    mandatory: bool = False
    repeats: int = 1
    parts: tuple[Use, ...] = ()
    used: bool = True  # false: an implementation guide forbids it


class Note(Struct, frozen=True):
    """A syntax note: `kind` P R E C L over 1-based positions."""

    kind: str
    positions: tuple[int, ...]

    def __str__(self) -> str:
        return self.kind + "".join(f"{p:02d}" for p in self.positions)


class Segment(Struct, frozen=True):
    """A segment's elements. `open`: X12 has more trailing elements than are described."""

    id: str
    name: str
    uses: tuple[Use, ...]
    notes: tuple[Note, ...] = ()
    open: bool = False

    @property
    def described(self) -> bool:
        """Say whether any element is described; if not, content is not checked."""
        return bool(self.uses)


class When(Struct, frozen=True):
    """What tells one of several entries of the same segment id: the codes in one of its elements."""

    element: int
    codes: frozenset[str]
    component: int = 0  # 0: the whole element

    def __str__(self) -> str:
        at = f"{self.element:02d}" + (f"-{self.component}" if self.component else "")
        codes = "|".join(sorted(self.codes))
        return f"[{codes}]" if at == "01" else f"[{at}={codes}]"


class Entry(Struct, frozen=True):
    """A segment or a loop in a structure. `most` 0 means no limit; `inner` is empty for a segment.

    `id` is the segment's id or the loop's name, as AK303 reports it. `key` names the description of the segment where
    it is not the general one of its id (`NM1-1000A`). A `free` entry may stand before or after the one above it.
    """

    id: str
    mandatory: bool
    most: int
    inner: tuple[Entry, ...] = ()
    key: str = ""
    when: When | None = None
    free: bool = False

    @property
    def described_by(self) -> str:
        """Return the key of the segment's description."""
        return self.key or self.id


class Way(Struct, frozen=True):
    """How a total is made up: how often a segment stands (`element` 0), or the sum of one of its elements."""

    segment: str
    element: int = 0

    def __str__(self) -> str:
        return f"sum {self.segment}{self.element:02d}" if self.element else f"count {self.segment}"


class Total(Struct, frozen=True):
    """An element that says how much there is in its set; of several ways of counting it any may be meant."""

    segment: str
    element: int
    ways: tuple[Way, ...]

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the ids of the segments that it is about: its own, and those that it counts or sums."""
        return (self.segment, *(way.segment for way in self.ways))

    def __str__(self) -> str:
        return f"{self.segment}{self.element:02d} = {' | '.join(map(str, self.ways))}"


class TransactionSet(Struct, frozen=True):
    """One transaction set's order of segments."""

    id: str
    group: str  # GS01
    name: str
    entries: tuple[Entry, ...]
    complete: bool = False  # nothing that X12 allows is left out: other segments are errors, not gaps
    totals: tuple[Total, ...] = ()


class Dictionary(Struct, frozen=True):
    """All that is described of one release."""

    release: str
    segments: dict[str, Segment]  # by key: the id, or id and place (NM1-1000A)
    sets: dict[str, TransactionSet]
    known: frozenset[str]  # every segment id that X12 has
