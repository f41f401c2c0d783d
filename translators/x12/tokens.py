"""The text of a transaction set, or of a run of whole segments of one: its encoding, its segments, its signs.

No loop over characters: `str.split` cuts a set. What is cut here was found by `scan`, which cuts whole files.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from hub.model.envelope import Delimiters

BLANKS = " \t\r\n\0\x1a"
#: Segments with binary content, and how many elements stand before it; the last of them is its length in bytes.
BINARY = {"BIN": 1, "BDS": 2}

_ODD = (
    " ",
    *BINARY,
)  # how segments begin that are not to be cut at any terminator, or hold more than they should

_STRAY = re.compile("[\udc80-\udcff]+")  # how Python marks bytes that are no UTF-8


def decode(payload: bytes, delimiters: Delimiters) -> str:
    """Return the text of a set, or of whole segments of one. Never fails.

    UTF-8 is read as such; each byte that is of none is a character of Latin-1. So what stands in one segment says
    nothing of another, and a set reads the same in one piece and in any runs of whole segments. Two exceptions:

    - The content of a binary segment is UTF-8 as a whole or Latin-1 as a whole: its length counts its bytes.
    - Where separators of elements or segments beyond ASCII are single bytes, all is Latin-1: every segment has them.
    """
    if payload.isascii():
        return payload.decode("ascii")
    beyond = [sign for sign in (delimiters.element, delimiters.segment) if not sign.isascii()]
    if beyond and not any(sign.encode() in payload for sign in beyond):
        latin = payload.decode("latin-1")
        if any(sign in latin for sign in beyond):
            return latin
    if not any(tag.encode() in payload for tag in BINARY):
        return _mixed(payload)
    raw = _around_binary(payload.decode("latin-1"), _as_bytes(delimiters), in_bytes=True)
    texts = (_text(part.encode("latin-1"), binary=at % 2 == 1) for at, part in enumerate(raw))
    return "".join(text + delimiters.segment * (at % 2) for at, text in enumerate(texts))


def _text(raw: bytes, *, binary: bool) -> str:
    if not binary:
        return _mixed(raw)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _as_bytes(delimiters: Delimiters) -> Delimiters:
    """Return separators as they stand in bytes that are read as Latin-1: several characters for one of UTF-8."""
    element, segment = (sign.encode().decode("latin-1") for sign in (delimiters.element, delimiters.segment))
    return replace(delimiters, element=element, segment=segment)


def _mixed(raw: bytes) -> str:
    """Read UTF-8, and as Latin-1 each byte that is of none."""
    return _STRAY.sub(_latin, raw.decode("utf-8", "surrogateescape"))


def _latin(stray: re.Match[str]) -> str:
    return stray[0].encode("ascii", "surrogateescape").decode("latin-1")


class Cut(NamedTuple):
    """A text in segments, without their terminators and line ends. `plain` as the function of that name says."""

    segments: list[str]
    plain: bool


def cut(text: str, delimiters: Delimiters) -> Cut:
    """Cut a set's text into segments.

    A binary segment is one segment, whatever its content holds; where its length is wrong it ends at a terminator.
    """
    quick = _quick_cut(text, delimiters)
    if quick is not None:
        return Cut(quick, plain=True)
    found: list[str] = []
    for at, part in enumerate(_around_binary(text, delimiters)):
        found += [part] if at % 2 else _cut(part, delimiters)
    return Cut(found, plain(text, delimiters))


def segments(text: str, delimiters: Delimiters) -> list[str]:
    """Return a set's segments."""
    return cut(text, delimiters).segments


def _quick_cut(text: str, delimiters: Delimiters) -> list[str] | None:
    """Cut what nearly every set is: plain ASCII, every terminator followed by the same line end. None for any other."""
    end = delimiters.segment + delimiters.suffix
    if not text.isascii() or not end.isascii() or delimiters.segment in "\r\n":
        return None
    found = text.split(end)
    ends = text.encode("ascii").translate(None, _content(delimiters))  # and whatever else is no content
    if found.pop() or ends != end.encode("ascii") * len(found):
        return None
    return None if text.startswith(_ODD) or _odd_start(end).search(text) else found


def _cut(text: str, delimiters: Delimiters) -> list[str]:
    """Cut a text without binary segments, whatever stands between its segments."""
    terminator = delimiters.segment
    if terminator in "\r\n":
        lines = (part.strip(BLANKS) for part in text.split(terminator))
        return [line for line in lines if line]
    found = [part.strip("\r\n").lstrip(BLANKS) for part in text.split(terminator)]
    if not found[-1].strip(BLANKS):
        found.pop()
    return found


def plain(text: str, delimiters: Delimiters) -> bool:
    """Say whether a set holds neither control characters nor digits of other scripts. Errs to False.

    Separators and the line ends behind terminators do not count.
    """
    ends = text.count(delimiters.segment + delimiters.suffix)
    if any(text.count(sign) != ends for sign in delimiters.suffix):
        return False
    odd = set(text).difference(_signs(delimiters), delimiters.suffix)
    return all(c.isprintable() and (c < "\x80" or not c.isdecimal()) for c in odd)


def divided(text: str, delimiters: Delimiters) -> bool:
    """Say whether separators of components or repetitions occur in a text."""
    return any(sign and sign in text for sign in (delimiters.component, delimiters.repetition))


def _signs(delimiters: Delimiters) -> str:
    return delimiters.element + delimiters.component + delimiters.repetition + delimiters.segment


@lru_cache(maxsize=64)
def _content(delimiters: Delimiters) -> bytes:
    """Return the characters of ASCII that segments are made of: neither terminators nor control characters."""
    printable = "".join(map(chr, range(32, 127)))
    ends = delimiters.segment + delimiters.suffix
    return "".join(sign for sign in printable + _signs(delimiters) if sign not in ends).encode()


@lru_cache(maxsize=64)
def _odd_start(end: str) -> re.Pattern[str]:
    """Return the pattern of a segment that cannot be told by its terminators, or is to be trimmed."""
    return re.compile(f"{re.escape(end)}(?:{'|'.join(_ODD)})")


def binary_content(text: str, start: int, element: str) -> tuple[int, int] | None:
    """Return where the content of the binary segment at `start` begins and how long it says it is.

    None when it is no binary segment, or says no length.
    """
    before = BINARY.get(text[start : start + 3], 0)
    parts = text[start : start + 64].split(element, before + 1)
    size = parts[before] if before and len(parts) == before + 2 else ""
    if not (size.isascii() and size.isdecimal()):
        return None
    return start + sum(map(len, parts[:-1])) + (before + 1) * len(element), int(size)


def _around_binary(text: str, delimiters: Delimiters, *, in_bytes: bool = False) -> list[str]:
    """Cut a text into what stands around binary segments of the right length, and those: every second part is one.

    `in_bytes`: each character is one byte.
    """
    parts, done, terminator = [], 0, delimiters.segment
    ends = _BinaryEnds(text, terminator, in_bytes=in_bytes)
    for match in _binary_start(delimiters.element, terminator).finditer(text):
        start = match.start(1)
        content = binary_content(text, start, delimiters.element) if start >= done else None
        end = ends.find(*content) if content else -1
        if end >= 0:
            parts += [text[done:start], text[start:end]]
            done = end + len(terminator)
    return [*parts, text[done:]]


class _BinaryEnds:
    """Finds where binary contents end, from the first to the last, in time for the text once, whatever they say."""

    def __init__(self, text: str, terminator: str, *, in_bytes: bool) -> None:
        self._text, self._terminator = text, terminator
        self._raw = b"" if in_bytes or text.isascii() else text.encode()
        self._raw_terminator = terminator.encode()
        self._at = self._raw_at = 0  # the same place, in characters and in bytes

    def find(self, begin: int, size: int) -> int:
        """Return where a content ends, or -1 when no terminator stands there. In UTF-8 its length counts bytes.

        `begin` never goes back.
        """
        if self._text.startswith(self._terminator, begin + size):
            return begin + size
        if not self._raw:
            return -1
        self._raw_at += len(self._text[self._at : begin].encode())
        self._at = begin
        end = self._raw_at + size
        if not self._raw.startswith(self._raw_terminator, end):
            return -1
        return begin + len(self._raw[self._raw_at : end].decode())


def blanks_between(terminator: str) -> str:
    """Return the signs that may stand between segments, for a class of a pattern: never the terminator itself."""
    return "".join(c for c in " \t\r\n\0" if c != terminator)


@lru_cache(maxsize=64)
def _binary_start(element: str, terminator: str) -> re.Pattern[str]:
    """Return the pattern of a binary segment's id at the start of a segment."""
    t, e = re.escape(terminator), re.escape(element)
    return re.compile(rf"(?:\A|{t})[{blanks_between(terminator)}]*(BIN|BDS){e}")
