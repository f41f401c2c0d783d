"""Where a column of a map stands, as maps and profiles write it.

PO Number            by its title           #3          the third column
#31-38               characters 31 to 38    #31+8       eight characters from the 31st
#31-38.2             its last two digits are decimals (as for "#3.2")
L:#4                 the fourth column of the rows whose tag is L, where a file has several kinds of row
"""

from __future__ import annotations

import re

from msgspec import Struct

_PLACE = re.compile(r"#(?P<first>\d{1,5})(?:(?P<mark>[-+])(?P<second>\d{1,5}))?(?:\.(?P<implied>\d{1,2}))?")


class Place(Struct, frozen=True, kw_only=True):
    """One way to find a column: a title, a position from 1, or characters (`start` counts from 0, `stop` is behind)."""

    title: str = ""
    position: int | None = None
    start: int | None = None
    stop: int = 0
    implied: int | None = None  # digits behind a decimal mark that is not written

    @property
    def width(self) -> int:
        """Return the characters of a range; 0 for any other place."""
        return self.stop - self.start if self.start is not None else 0

    def __str__(self) -> str:
        if self.start is not None:
            return f"#{self.start + 1}-{self.stop}"
        return self.title or f"#{self.position}"


def parse_place(written: str) -> Place:
    """Read a place. Raises ValueError when a range is none."""
    match = _PLACE.fullmatch(written)
    if match is None:
        return Place(title=written)
    first, implied = int(match["first"]), int(match["implied"]) if match["implied"] else None
    if first == 0:
        raise ValueError(f"{written!r}: columns and characters count from 1")
    if match["second"] is None:
        return Place(position=first, implied=implied)
    second = int(match["second"])
    stop = second if match["mark"] == "-" else first - 1 + second
    if stop < first:
        raise ValueError(f"{written!r} ends before it begins")
    return Place(start=first - 1, stop=stop, implied=implied)


def split_tag(written: str, *, tagged: bool) -> tuple[str, str]:
    """Part `L:#4` into the tag of its row and its place; a map whose rows are all alike knows no tags."""
    tag, colon, place = written.partition(":")
    return (tag.strip(), place.strip()) if tagged and colon else ("", written)
