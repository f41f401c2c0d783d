"""The text of a transaction set, or of a run of whole segments of one: its encoding, its segments, its signs.

No loop over characters: `str.split` cuts a set. What is cut here was found by `scan`, which cuts whole files.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hub.model.envelope import Delimiters

BLANKS = " \t\r\n\0\x1a"
#: Segments with binary content, and how many elements stand before it; the last of them is its length in bytes.
BINARY = {"BIN": 1, "BDS": 2}


def decode(payload: bytes, delimiters: Delimiters) -> str:
    """Return a payload as text: UTF-8 where it is that and has its separators so, else Latin-1. Never fails."""
    if payload.isascii():
        return payload.decode("ascii")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("latin-1")
    signs = delimiters.segment + delimiters.element + delimiters.component + delimiters.repetition
    beyond = [sign for sign in signs if not sign.isascii()]
    if any(sign in text for sign in beyond):
        return text
    latin = payload.decode("latin-1")
    return latin if any(sign in latin for sign in beyond) else text


def segments(text: str, delimiters: Delimiters) -> list[str]:
    """Cut a set's text into segments without their terminators and line ends.

    A binary segment is one segment, whatever its content holds; where its length is wrong it ends at a terminator.
    """
    if "BIN" in text or "BDS" in text:
        parts = _around_binary(text, delimiters)
        if len(parts) > 1:
            return [
                s for at, part in enumerate(parts) for s in ([part] if at % 2 else _cut(part, delimiters))
            ]
    return _cut(text, delimiters)


def _cut(text: str, delimiters: Delimiters) -> list[str]:
    """Cut a text without binary segments."""
    terminator = delimiters.segment
    if terminator in "\r\n":
        lines = (part.strip(BLANKS) for part in text.split(terminator))
        return [line for line in lines if line]
    if delimiters.suffix:
        text = text.replace(terminator + delimiters.suffix, terminator)
    found = text.split(terminator)
    if any(blank in text for blank in ("\n", "\r", "\t", "\0", terminator + " ")):
        found = [part.strip("\r\n").lstrip(BLANKS) for part in found]
    if not found[-1].strip(BLANKS):
        found.pop()
    return found


def printable(text: str, delimiters: Delimiters) -> bool:
    """Say whether a set holds no control character but its terminators and line ends. Errs to False."""
    text = text.rstrip(BLANKS).replace(delimiters.segment + delimiters.suffix, "")
    separators = delimiters.element + delimiters.component + delimiters.repetition
    return text.isprintable() if separators.isprintable() else False


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


def _around_binary(text: str, delimiters: Delimiters) -> list[str]:
    """Cut a text into what stands around binary segments of the right length, and those: every second part is one."""
    parts, done, terminator = [], 0, delimiters.segment
    for match in _binary_start(delimiters.element, terminator).finditer(text):
        start = match.start(1)
        content = binary_content(text, start, delimiters.element) if start >= done else None
        end = _binary_end(text, *content, terminator) if content else -1
        if end >= 0:
            parts += [text[done:start], text[start:end]]
            done = end + len(terminator)
    return [*parts, text[done:]]


def _binary_end(text: str, begin: int, size: int, terminator: str) -> int:
    """Return where a content ends, or -1 when no terminator stands there. In UTF-8 its length counts bytes."""
    if text.startswith(terminator, begin + size):
        return begin + size
    content = text[begin : begin + size]
    if content.isascii():
        return -1
    end = begin + len(content.encode()[:size].decode(errors="ignore"))
    return end if text.startswith(terminator, end) else -1


def blanks_between(terminator: str) -> str:
    """Return the signs that may stand between segments, for a class of a pattern: never the terminator itself."""
    return "".join(c for c in " \t\r\n\0" if c != terminator)


@lru_cache(maxsize=64)
def _binary_start(element: str, terminator: str) -> re.Pattern[str]:
    """Return the pattern of a binary segment's id at the start of a segment."""
    t, e = re.escape(terminator), re.escape(element)
    return re.compile(rf"(?:\A|{t})[{blanks_between(terminator)}]*(BIN|BDS){e}")
