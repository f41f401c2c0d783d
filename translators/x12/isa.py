"""The ISA: the one fixed-width segment, from which the separators of an interchange are read.

X12.5: "ISA", then 16 elements of fixed width, so that the element separator stands at byte 4, the component
separator at 105 and the segment terminator at 106. Collapsed ISAs (blanks lost, or tabs in their place) occur; they are
read by counting separators, and each element that has not its width is reported. ISA11 is a repetition separator
from release 00402, before that the letter U.

An ISA is read from text in which one character is one byte (Latin-1), or from text that was decoded already. In the
first a separator may be a character of several bytes (UTF-8), so an `Isa` holds its separators twice: as characters,
and as they stand in that text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from hub.model import problems
from hub.model.envelope import Delimiters
from hub.model.finding import Finding
from translators.x12.isa_form import (
    NAMES,
    PLACE,
    REPETITION_FROM,
    SECRET,
    WIDTHS,
    WRAPPED_HINT,
    delimiter_findings,
    is_version,
    value_findings,
    width_findings,
)
from translators.x12.rules.values import is_date, is_time

__all__ = [
    "LONGEST", "NAMES", "REPETITION_FROM", "SECRET", "WIDTHS", "WRAPPED_HINT",
    "Isa", "find_isa", "is_fixed", "line_end", "mask_isa", "read_isa",
]  # fmt: skip

LONGEST = 400  # no ISA, however malformed, is longer

_MASK = "x"  # a letter: never a separator
_LEGIBLE = re.compile(r"[^ ~\r\n]")
#: The letters, a separator (one character, or the bytes of one in UTF-8), ISA01, the same separator.
_START = re.compile(r"ISA(?=([\xc2-\xf4][\x80-\xbf]{1,3}|[^A-Za-z0-9 \r\n])[^\r\n]{0,2}\1)")


class Isa(Struct, frozen=True):
    """One ISA as read. `elements[0]` is "ISA"; values as written, with their blanks.

    Findings know neither file nor offset: the caller does.
    """

    elements: tuple[str, ...]
    delimiters: Delimiters
    signs: Delimiters  # the same as they stand in the text that was read: several characters for one of UTF-8
    size: int  # characters, through the terminator and its line end
    readable: bool = True  # false: the separators are not known, nothing inside can be found
    findings: tuple[Finding, ...] = ()

    def __getitem__(self, position: int) -> str:
        """Return an element trimmed, or "" when it is not there."""
        return self.elements[position].strip(" \t") if position < len(self.elements) else ""

    @property
    def prepared_at(self) -> datetime | None:
        """Return ISA09 and ISA10 as the sender's local time, or None when they are no date and time."""
        date, time = self[9], self[10]
        if not (is_date(date) and is_time(time) and len(date) == 6):
            return None
        year = int(date[:2])
        century = 1900 if year >= 70 else 2000
        month, day, hour, minute = int(date[2:4]), int(date[4:]), int(time[:2]), int(time[2:4])
        try:
            return datetime(century + year, month, day, hour, minute)  # noqa: DTZ001 - the sender's own clock, no zone
        except ValueError:
            return None


def find_isa(text: str, begin: int, end: int | None = None) -> int:
    """Return where the next ISA begins, or -1; whether it stands in data is for the caller to know."""
    match = _START.search(text, begin, len(text) if end is None else end)
    return match.start() if match else -1


def mask_isa(text: str) -> str:
    """Return a text that begins with an ISA with ISA02 and ISA04 made unreadable: what is shown is what leaks.

    Length and separators stay, blanks too. Where all separators stand where they must, one that stands in a secret is
    of it, and hidden with it. In any other ISA elements are counted; what may be of a secret by its width is hidden
    too, but for the separators in it. Any other text is returned as it is.
    """
    if not text.startswith("ISA") or len(text) < 5:
        return text
    separator = _utf8(text, 3)
    if _fixed(text, separator) >= 0:
        for at in SECRET:
            begin = 3 + at * len(separator) + sum(WIDTHS[: at - 1])
            text = _masked(text, begin, begin + WIDTHS[at - 1])
        return text
    for begin, end in _secrets(text, separator):
        text = _masked(text, begin, end, separator)
    return text


def _masked(text: str, begin: int, end: int, separator: str = "") -> str:
    """Mask what stands between two places, without the separators when one is given."""
    parts = text[begin:end].split(separator) if separator else [text[begin:end]]
    return text[:begin] + separator.join(_LEGIBLE.sub(_MASK, part) for part in parts) + text[end:]


def _secrets(text: str, separator: str) -> set[tuple[int, int]]:
    """Return where ISA02 and ISA04 may stand in an ISA whose separators are not all in their places."""
    found: set[tuple[int, int]] = set()
    begins = {3 + len(separator)}
    for position, width in enumerate(WIDTHS[: max(SECRET)], start=1):
        spans = {(begin, end) for begin in begins for end in _ends(text, begin, width, separator)}
        found |= spans if position in SECRET else set()
        begins = {end + len(separator) for _, end in spans}
    return found


def _ends(text: str, begin: int, width: int, separator: str) -> set[int]:
    """Return where an element may end: at the next separator, and where it has its width and a qualifier follows.

    What the text is too short to show counts as if it stood there.
    """
    counted, fixed = text.find(separator, begin), begin + width
    following = fixed + len(separator) + 2
    fits = all(text.startswith(separator, at) or at >= len(text) for at in (fixed, following))
    return {counted if counted >= 0 else len(text)} | ({min(fixed, len(text))} if fits else set())


def read_isa(text: str, *, decoded: bool = False) -> Isa:
    """Read the ISA at the beginning of a text. Never fails; faults are in `findings`.

    The text must hold the ISA and what follows up to LONGEST + 8 characters; a shorter one is the end of the file.
    `decoded` is false while the characters of the text are bytes.
    """
    sign = _one if decoded else _utf8
    separator = sign(text, 3)
    last = _fixed(text, separator)
    if last >= 0:
        return _finish(text, separator, last, sign, fixed=True)
    positions = _separators(text, separator)
    following = _START.search(text, 3, LONGEST)
    if following and positions[-1] > following.start():
        begin = following.start()
        if _fixed(text[begin:], following.group(1)) >= 0:
            return _truncated(text, separator, begin)
    if len(positions) < 16 or positions[15] + len(separator) + 1 >= len(text):
        return _truncated(text, separator, len(text) if len(text) < LONGEST else 3)
    return _finish(text, separator, positions[15] + len(separator), sign, fixed=False)


def is_fixed(text: str) -> bool:
    """Say whether a text begins with an ISA whose separators all stand where they must."""
    return _fixed(text, _utf8(text, 3)) >= 0


def _one(text: str, at: int) -> str:
    return text[at : at + 1]


def _utf8(text: str, at: int) -> str:
    """Return the bytes of one character: those of UTF-8 where they are that, else a single one."""
    size = 1 + (text[at : at + 1] >= "\xc2") + (text[at : at + 1] >= "\xe0") + (text[at : at + 1] >= "\xf0")
    if size > 1 and len(_legible(text[at : at + size])) == 1:
        return text[at : at + size]
    return text[at : at + 1]


def _legible(raw: str) -> str:
    """Return bytes-as-characters as the text that they are in UTF-8, else as they are."""
    if raw.isascii():
        return raw
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return raw


def _fixed(text: str, separator: str) -> int:
    """Return where ISA16 stands when all separators stand where they must, else -1."""
    at, step = 3, len(separator)
    for width in WIDTHS:
        if not text.startswith(separator, at):
            return -1
        at += step + width
    return at - 1 if at < len(text) else -1


def _separators(text: str, separator: str) -> list[int]:
    found: list[int] = []
    at = 3
    while len(found) < 16 and 0 <= at < LONGEST:
        found.append(at)
        at = text.find(separator, at + len(separator))
    return found


def _finish(
    text: str, separator: str, component_at: int, sign: Callable[[str, int], str], *, fixed: bool
) -> Isa:
    """Make the value when the places of the last two separators are known."""
    legible = str if sign is _one or text.isascii() else _legible
    component = sign(text, component_at)
    terminator = sign(text, component_at + len(component))
    stop = component_at + len(component) + len(terminator)
    suffix = line_end(text, stop, terminator)
    elements = tuple(map(legible, text[: component_at + len(component)].split(separator)))
    version, repetition = elements[12].strip(" \t"), elements[11].strip(" \t")
    strange = not is_version(version)  # it tells nothing, so ISA11 speaks for itself
    expected = not strange and version >= REPETITION_FROM
    used = repetition if (expected or strange) and len(repetition) == 1 and not repetition.isalnum() else ""
    raw = used if used.isascii() or sign is _one else text.split(separator, 12)[11].strip(" \t")
    signs = Delimiters(separator, component, raw, terminator, suffix)
    delimiters = Delimiters(legible(separator), legible(component), used, legible(terminator), suffix)
    findings = (
        *(() if fixed else width_findings(elements)),
        *(clash := delimiter_findings(delimiters)),
        *value_findings(elements, unused=expected and not used),
    )
    return Isa(elements, delimiters, signs, stop + len(suffix), not clash, findings)


def line_end(text: str, at: int, terminator: str) -> str:
    """Return the one line end that stands behind a terminator: "", CR, LF or CRLF.

    Where LF is the terminator, another LF is an empty line and no part of it; the same holds for CR.
    """
    found = text[at : at + 2]
    if terminator == "\n":
        return ""
    if terminator == "\r":
        return "\n" if found[:1] == "\n" else ""
    return found if found == "\r\n" else found[:1] if found[:1] in {"\r", "\n"} else ""


def _truncated(text: str, separator: str, stop: int) -> Isa:
    """Make the value of an ISA that ends too early."""
    elements = tuple(text[: min(stop, LONGEST)].split(separator)[:17])
    count = len(elements) - 1
    finding = Finding(
        problems.ISA_TRUNCATED,
        f"the ISA breaks off: {count} of 16 elements and no terminator were found",
        where=PLACE,
        hint="the file was cut off or is not X12; send it again",
    )
    signs = Delimiters(element=separator)
    return Isa(elements, signs, signs, stop, readable=False, findings=(finding,))
