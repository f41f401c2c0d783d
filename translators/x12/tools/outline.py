"""The structure of a set as lines: its segments and loops in order, indented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from translators.x12.rules.dictionary import Dictionary, Entry


class Outlined(Struct, frozen=True):
    """One line of a structure. `most` 0 means no limit."""

    depth: int
    segment: str  # its id, or the loop's name
    name: str
    mandatory: bool
    most: int
    loop: bool = False
    qualifier: str = ""  # the codes that tell it from others of its id: [ST|BT]
    key: str = ""  # of the segment's description


def outline(dictionary: Dictionary, set_id: str) -> Iterator[Outlined]:
    """Yield the lines of a set. Raises KeyError for a set that is not described."""
    yield from _lines(dictionary, dictionary.sets[set_id].entries, 0)


def _lines(dictionary: Dictionary, entries: Iterable[Entry], depth: int) -> Iterator[Outlined]:
    for entry in entries:
        if entry.inner:
            yield Outlined(depth, entry.id, "", entry.mandatory, entry.most, loop=True)
            yield from _lines(dictionary, entry.inner, depth + 1)
        else:
            name, qualifier = dictionary.segments[entry.described_by].name, str(entry.when or "")
            yield Outlined(
                depth,
                entry.id,
                name,
                entry.mandatory,
                entry.most,
                qualifier=qualifier,
                key=entry.described_by,
            )
