"""The part of a document that fits on a screen: its beginning, and every place where something was found.

A document is read as a stream, so one of 100 MB costs a moment and never its size in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from typing import BinaryIO

from msgspec import Struct

MOST_LINES = 200  # from the beginning, and as many places further down
MOST_LINE_BYTES = 2_000

_CHUNK_BYTES = 1 << 20
_BLANKS = b" \t\r\n\0\x1a"


class Excerpt(Struct, frozen=True):
    """Numbered lines (from 1, gaps where lines are left out), and how many the document has."""

    lines: tuple[tuple[int, bytes], ...]
    total: int

    @property
    def left_out(self) -> int:
        """Return how many lines are not shown."""
        return self.total - len(self.lines)


def excerpt(
    source: BinaryIO,
    ending: bytes,
    wanted: Collection[int] = (),
    *,
    blanks: bool = True,
    begin: bytes = b"",
) -> Excerpt:
    """Return the first lines of a stream and the `wanted` ones (line numbers) further down.

    `ending` is the one byte that ends a line or segment. Empty lines count, as findings count them; only where
    segments end with a line end they do not (`blanks` false). Long lines are cut. `begin` stands before what
    the stream still holds.
    """
    further = frozenset(sorted(n for n in wanted if n > MOST_LINES)[:MOST_LINES])
    kept, number = [], 0
    pieces = _pieces(begin, source, ending)
    for number, piece in enumerate(pieces if blanks else filter(_filled, pieces), start=1):
        if number <= MOST_LINES or number in further:
            kept.append((number, piece))
    return Excerpt(tuple(kept), number)


def _pieces(begin: bytes, source: BinaryIO, ending: bytes) -> Iterator[bytes]:
    """Yield what stands between the endings; a blank rest behind the last one is nothing."""
    rest = b""
    for chunk in chain([begin], iter(lambda: source.read(_CHUNK_BYTES), b"")):
        *whole, last = (rest + chunk).split(ending)
        for piece in whole:
            yield _cut(piece)
        rest = last[: MOST_LINE_BYTES + 1]
    if rest.strip(_BLANKS):
        yield _cut(rest)


def _filled(piece: bytes) -> bool:
    return bool(piece.strip(_BLANKS))


def _cut(piece: bytes) -> bytes:
    return piece if len(piece) <= MOST_LINE_BYTES else piece[:MOST_LINE_BYTES] + b" ..."
