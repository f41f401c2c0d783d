"""Bytes to pieces: where each envelope and each transaction set of a file begins and ends.

No loop over characters: one regular expression an interchange finds its envelope segments, `str.split` cuts a set.
Inside an interchange, an envelope segment counts only at the start of a segment, so "ISA" in the data is data. Pieces
lie side by side without gaps: put together they are the file (a property test holds this).

A file is scanned as Latin-1, where one character is one byte, so that positions are byte offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hub.model.envelope import Delimiters
from translators.x12.isa import Isa, find_isa, read_isa

BLANKS = " \t\r\n\0\x1a"


class Piece(NamedTuple):
    """A run of bytes of a file: `kind` is junk, ISA, IEA, GS, GE, TA1, set, SE (without its ST) or stray.

    A set runs from ST through SE; `closed` is false when its SE is missing. Each piece owns the line ends
    behind it. `isa` is set on ISA pieces only.
    """

    kind: str
    start: int
    stop: int
    closed: bool = True
    isa: Isa | None = None


def scan(text: str) -> Iterator[Piece]:
    """Cut a file (as Latin-1 text) into pieces."""
    at = 0
    while at < len(text):
        begin = find_isa(text, at)
        if begin < 0:
            break
        if begin > at:
            yield Piece("junk", at, begin)
        isa = read_isa(text, begin)
        yield Piece("ISA", begin, isa.stop, isa=isa)
        at = isa.stop
        if isa.readable:
            for piece in _interchange(text, at, isa.delimiters):
                yield piece
                at = piece.stop
    if at < len(text):
        yield Piece("junk", at, len(text))


def _interchange(text: str, begin: int, delimiters: Delimiters) -> Iterator[Piece]:
    """Cut one interchange, from behind its ISA through its IEA, or to where the next ISA begins."""
    at = begin
    opened = -1  # start of a set whose SE has not come yet
    pattern = _envelope_pattern(delimiters.element, delimiters.segment)
    end = _limit(text, begin, delimiters)
    for match in pattern.finditer(text, text.rfind(delimiters.segment, 0, begin), end):
        start, tag = match.start(1), match.group(1)
        if start < at:
            continue
        if opened >= 0 and tag == "SE":
            at = _behind(text, start, end, delimiters.segment)
            yield Piece("set", opened, at)
            opened = -1
            continue
        if opened >= 0:
            yield Piece("set", opened, start, closed=False)
            opened, at = -1, start
        if start > at:
            yield Piece("stray", at, start)
            at = start
        if tag == "ST":
            opened = start
            continue
        at = _behind(text, start, end, delimiters.segment)
        yield Piece(tag, start, at)
        if tag == "IEA":
            return
    if opened >= 0:
        yield Piece("set", opened, end, closed=False)
    elif at < end:
        yield Piece("stray", at, end)


def _limit(text: str, begin: int, delimiters: Delimiters) -> int:
    """Return where an interchange must end: where the next ISA begins when that comes before its IEA.

    Looks in growing windows, so that a file of many short interchanges costs no more than its length.
    """
    trailer = _trailer_pattern(delimiters.element, delimiters.segment)
    size = 4096
    while True:
        end = min(len(text), begin + size)
        following = _next_interchange(text, begin, end, delimiters.segment)
        if following >= 0 and not trailer.search(text, begin - 1, following):
            return following
        if following >= 0 or end == len(text) or trailer.search(text, begin - 1, end):
            return len(text)
        size *= 4


def _next_interchange(text: str, begin: int, end: int, terminator: str) -> int:
    """Return where the next ISA begins at the start of a segment or of a line, or -1."""
    at = find_isa(text, begin, end)
    while at >= 0:
        before = (
            text[max(begin, at - 80) : at].rstrip(" \t\0")[-1:] if text[at - 1] in " \t\0" else text[at - 1]
        )
        if before == terminator or before in "\r\n":
            return at
        at = find_isa(text, at + 3, end)
    return -1


@lru_cache(maxsize=64)
def _trailer_pattern(element: str, terminator: str) -> re.Pattern[str]:
    """Return the pattern of an IEA at the start of a segment."""
    return re.compile(rf"{re.escape(terminator)}[ \t\r\n\0]*IEA{re.escape(element)}")


@lru_cache(maxsize=64)
def _envelope_pattern(element: str, terminator: str) -> re.Pattern[str]:
    """Return the pattern of an envelope segment's id at the start of a segment."""
    e, t = re.escape(element), re.escape(terminator)
    return re.compile(rf"{t}[ \t\r\n\0]*(GS|GE|ST|SE|IEA|TA1){e}")


def _behind(text: str, start: int, limit: int, terminator: str) -> int:
    """Return the position behind the segment that starts at `start`, its terminator and line end."""
    at = text.find(terminator, start, limit)
    if at < 0:
        return limit
    at += 1
    while at < limit and text[at] in "\r\n":
        at += 1
    return at


def decode(payload: bytes, delimiters: Delimiters) -> str:
    """Return a payload as text: UTF-8 where it is that, else Latin-1. Never fails."""
    if payload.isascii():
        return payload.decode("ascii")
    if (
        max("".join((delimiters.element, delimiters.segment, delimiters.component, delimiters.repetition)))
        < "\x80"
    ):
        try:
            return payload.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return payload.decode("latin-1")


def segments(text: str, delimiters: Delimiters) -> list[str]:
    """Cut a set's text into segments without their terminators and line ends."""
    terminator = delimiters.segment
    if terminator in "\r\n":
        lines = (part.strip(BLANKS) for part in text.split(terminator))
        return [line for line in lines if line]
    if delimiters.suffix:
        text = text.replace(terminator + delimiters.suffix, terminator)
    found = text.split(terminator)
    if "\n" in text or "\r" in text or terminator + " " in text:
        found = [part.strip("\r\n").lstrip(" \t") for part in found]
    if not found[-1].strip(BLANKS):
        found.pop()
    return found


def printable(text: str, delimiters: Delimiters) -> bool:
    """Say whether a set holds no control character but its terminators and line ends. Errs to False."""
    text = text.rstrip(BLANKS).replace(delimiters.segment + delimiters.suffix, "")
    separators = delimiters.element + delimiters.component + delimiters.repetition
    return text.isprintable() if separators.isprintable() else False
