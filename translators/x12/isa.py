"""The ISA: the one fixed-width segment, from which the separators of an interchange are read.

X12.5: "ISA", then 16 elements of fixed width, so that the element separator stands at byte 4, the component
separator at 105 and the segment terminator at 106. Collapsed ISAs (blanks lost) occur; they are read by counting
separators, and reported. ISA11 is a repetition separator from release 00402, before that the letter U.
"""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct

from hub.model import problems
from hub.model.envelope import Delimiters
from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.values import is_date, is_time

#: Widths of ISA01 to ISA16.
WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
NAMES = (
    "authorization qualifier", "authorization", "security qualifier", "security", "sender qualifier", "sender id",
    "receiver qualifier", "receiver id", "date", "time", "repetition separator or standard", "version",
    "control number", "acknowledgment requested", "usage indicator", "component separator",
)  # fmt: skip
SECRET = (2, 4)  # ISA02 and ISA04 are never shown
REPETITION_FROM = "00402"
LONGEST = 400  # no ISA, however malformed, is longer

_MASK = "x"  # a letter: never a separator
_LEGIBLE = re.compile(r"[^ ~\r\n]")
_START = re.compile(r"ISA(?=([^A-Za-z0-9 \r\n])[^\r\n]{0,2}\1)")


class Isa(Struct, frozen=True):
    """One ISA as read. `elements[0]` is "ISA"; values as written, with their blanks."""

    elements: tuple[str, ...]
    delimiters: Delimiters
    start: int
    stop: int  # behind the terminator and its line end
    readable: bool = True  # false: the separators are not known, nothing inside can be found
    findings: tuple[Finding, ...] = ()

    def __getitem__(self, position: int) -> str:
        """Return an element trimmed, or "" when it is not there."""
        return self.elements[position].strip(" ") if position < len(self.elements) else ""

    @property
    def prepared_at(self) -> datetime | None:
        """Return ISA09 and ISA10 as the sender's local time, or None when they are no date and time."""
        if not (is_date(self[9]) and is_time(self[10]) and len(self[9]) == 6):
            return None
        year = int(self[9][:2])
        century = 1900 if year >= 70 else 2000
        month, day, hour, minute = int(self[9][2:4]), int(self[9][4:]), int(self[10][:2]), int(self[10][2:4])
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

    Length and separators stay, blanks too. In an ISA whose separators do not stand where they must, elements are
    counted. Any other text is returned as it is.
    """
    if not text.startswith("ISA") or len(text) < 5:
        return text
    separator = text[3]
    at = 3
    for position, width in enumerate(WIDTHS[: max(SECRET)], start=1):
        begin = at + 1
        fixed = text[begin + width : begin + width + 1] == separator
        found = begin + width if fixed else text.find(separator, begin)
        at = found if found >= 0 else len(text)
        if position in SECRET:
            text = text[:begin] + _LEGIBLE.sub(_MASK, text[begin:at]) + text[at:]
    return text


def read_isa(text: str, start: int) -> Isa:
    """Read the ISA at `start` of a file. Never fails; faults are in `findings`."""
    separator = text[start + 3]
    fixed = _fixed(text, start, separator)
    if fixed is not None:
        return fixed
    positions = _separators(text, start, separator)
    following = _START.search(text, start + 3, start + LONGEST)
    if (
        following
        and positions[-1] > following.start()
        and _fixed(text, following.start(), following.group(1))
    ):
        return _truncated(text, start, separator, following.start())
    if len(positions) < 16 or positions[15] + 2 >= len(text):
        return _truncated(text, start, separator, len(text) if len(text) - start < LONGEST else start + 3)
    last = positions[15]
    return _finish(text, start, last + 1, last + 2, _width_findings(text, start, positions))


def _fixed(text: str, start: int, separator: str) -> Isa | None:
    """Read an ISA whose separators all stand where they must; None for any other."""
    at = start + 3
    for width in WIDTHS:
        if text[at : at + 1] != separator:
            return None
        at += width + 1
    return _finish(text, start, at - 1, at, ()) if at < len(text) else None


def _separators(text: str, start: int, separator: str) -> list[int]:
    found: list[int] = []
    at = start + 3
    while len(found) < 16 and 0 <= at < start + LONGEST:
        found.append(at)
        at = text.find(separator, at + 1)
    return found


def _finish(
    text: str, start: int, component_at: int, terminator_at: int, findings: tuple[Finding, ...]
) -> Isa:
    """Make the value when the last two separators are known by position."""
    elements = tuple(text[start : component_at + 1].split(text[start + 3]))
    version = elements[12].strip(" ")
    repetition = elements[11].strip(" ") if version >= REPETITION_FROM else ""
    unused = repetition.isalnum() or len(repetition) != 1
    stop = terminator_at + 1
    while stop < len(text) and text[stop] in "\r\n":
        stop += 1
    delimiters = Delimiters(
        element=text[start + 3],
        component=text[component_at],
        repetition="" if unused else repetition,
        segment=text[terminator_at],
        suffix=text[terminator_at + 1 : stop]
        if text[terminator_at + 1 : stop] in {"\r", "\n", "\r\n"}
        else "",
    )
    clash = _delimiter_findings(delimiters, start)
    values = _value_findings(elements, start, unused=unused and version >= REPETITION_FROM)
    return Isa(elements, delimiters, start, stop, not clash, (*findings, *clash, *values))


def _truncated(text: str, start: int, separator: str, stop: int) -> Isa:
    """Make the value of an ISA that ends too early."""
    elements = tuple(text[start : min(stop, start + LONGEST)].split(separator)[:17])
    count = len(elements) - 1
    finding = Finding(
        problems.ISA_TRUNCATED,
        f"the ISA breaks off: {count} of 16 elements and no terminator were found",
        where=Where(offset=start, segment_number=1, segment="ISA"),
        hint="the file was cut off or is not X12; send it again",
    )
    return Isa(elements, Delimiters(element=separator), start, stop, readable=False, findings=(finding,))


def _width_findings(text: str, start: int, positions: list[int]) -> tuple[Finding, ...]:
    """Name the first element of a variable-width ISA that has not its width, and each address that is too long."""
    values = text[start : positions[15] + 2].split(text[start + 3])
    wrong = [at for at, width in enumerate(WIDTHS, start=1) if len(values[at]) != width]
    too_long = [at for at in (5, 6, 7, 8) if len(values[at]) > WIDTHS[at - 1]]  # nobody could answer them
    return tuple(
        Finding(
            problems.ISA_WIDTH,
            f"ISA{at:02d} ({NAMES[at - 1]}) has {len(values[at])} characters; it must have {WIDTHS[at - 1]}",
            Severity.ERROR if at in too_long else Severity.WARNING,
            Where(offset=start, segment_number=1, segment="ISA", element=at),
            "" if at in SECRET else values[at],
            "fill ISA elements with blanks to their fixed width",
        )
        for at in sorted({*wrong[:1], *too_long})
    )


def _delimiter_findings(delimiters: Delimiters, start: int) -> tuple[Finding, ...]:
    """Refuse separators that cannot separate: letters, digits, blanks, or the same one twice."""
    faults: list[Finding] = []
    seen: dict[str, str] = {}
    roles = [("element", None), ("component", 16), ("repetition", 11), ("segment", None)]
    for role, element in roles:
        sign: str = getattr(delimiters, role)
        if not sign and role == "repetition":
            continue
        twice = seen.get(sign)
        letter = sign.isalnum() and (sign.isascii() or role == "segment")
        if not (letter or sign == " " or twice):
            seen[sign] = role
            continue
        reason = f"the same as the {twice} separator" if twice else "not a separator"
        faults.append(
            Finding(
                problems.ENVELOPE_DELIMITERS,
                f"the {role} separator {sign!r} is {reason}",
                where=Where(offset=start, segment_number=1, segment="ISA", element=element, path=role),
                value=sign,
                hint="choose four different separators that do not occur in the data",
            )
        )
    return tuple(faults)


def _value_findings(elements: tuple[str, ...], start: int, *, unused: bool) -> tuple[Finding, ...]:
    """Check the values of an ISA that matter to somebody."""
    checks = (
        (5, len(elements[5].strip(" ")) == 2, Severity.WARNING, "two characters such as ZZ or 01"),
        (6, bool(elements[6].strip(" ")), Severity.ERROR, "the sender's id"),
        (7, len(elements[7].strip(" ")) == 2, Severity.WARNING, "two characters such as ZZ or 01"),
        (8, bool(elements[8].strip(" ")), Severity.ERROR, "the receiver's id"),
        (9, len(elements[9]) == 6 and is_date(elements[9]), Severity.WARNING, "YYMMDD"),
        (10, len(elements[10]) == 4 and is_time(elements[10]), Severity.WARNING, "HHMM"),
        (11, not unused, Severity.WARNING, "a repetition separator from version 00402 on"),
        (
            12,
            re.fullmatch(r"[0-9]{5}", elements[12].strip(" ")) is not None,
            Severity.ERROR,
            "five digits such as 00401",
        ),
        (13, _control(elements[13]), Severity.ERROR, "nine digits from 000000001"),
        (14, elements[14].strip(" ") in {"0", "1"}, Severity.WARNING, "0 or 1"),
        (15, elements[15].strip(" ") in {"P", "T", "I"}, Severity.ERROR, "P, T or I"),
    )
    return tuple(
        Finding(
            problems.ISA_INVALID,
            f"ISA{at:02d} ({NAMES[at - 1]}) {elements[at]!r} is not valid",
            severity,
            Where(offset=start, segment_number=1, segment="ISA", element=at),
            elements[at],
            f"write {wanted}",
        )
        for at, good, severity, wanted in checks
        if not good
    )


def _control(value: str) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", value.strip(" ")) is not None and int(value) > 0
