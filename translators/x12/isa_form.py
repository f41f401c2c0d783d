"""What an ISA must be: the names and widths of its elements, their values, and the findings where it is not so.

Findings know neither file nor offset: whoever reads the file does.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

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
PLACE = Where(segment_number=1, segment="ISA")

WRAPPED_HINT = "the file looks wrapped into lines: set wrapped = true under [x12] in the partner's profile"

_ADDRESSES = (5, 6, 7, 8)
_VERSION = re.compile(r"[0-9]{5}")
_QUALIFIER = re.compile(r"[A-Za-z0-9 \t]*")  # whatever else stands in one, no list of qualifiers can hold
#: X12's lists for ISA01 and ISA03. That for ISA05 and ISA07 grows, and partners have codes of their own: any will do.
_QUALIFIERS = {1: frozenset(f"{code:02d}" for code in range(9)), 3: frozenset({"00", "01"})}


def is_version(value: str) -> bool:
    """Say whether a trimmed ISA12 is a version: five digits."""
    return _VERSION.fullmatch(value) is not None


def width_findings(elements: tuple[str, ...]) -> tuple[Finding, ...]:
    """Name each element that has not its width. An address that is too long cannot be answered: an error.

    Its blanks do not count for that: a file that has one too many says who sent it all the same.
    """
    wrong = [at for at, width in enumerate(WIDTHS, start=1) if len(elements[at]) != width]
    wrapped = any("\r" in e or "\n" in e for e in elements)
    hint = "fill ISA elements with blanks to their fixed width"
    lost = {at for at in _ADDRESSES if len(elements[at].strip(" \t")) > WIDTHS[at - 1]}
    return tuple(
        Finding(
            problems.ISA_WIDTH,
            f"ISA{at:02d} ({NAMES[at - 1]}) has {len(elements[at])} characters; it must have {WIDTHS[at - 1]}",
            Severity.ERROR if at in lost else Severity.WARNING,
            replace(PLACE, element=at),
            _shown(elements, at),
            WRAPPED_HINT if wrapped else hint,
        )
        for at in wrong
    )


def delimiter_findings(delimiters: Delimiters) -> tuple[Finding, ...]:
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
                where=replace(PLACE, element=element, path=role),
                value=sign,
                hint="choose four different separators that do not occur in the data",
            )
        )
    return tuple(faults)


def value_findings(elements: tuple[str, ...], *, unused: bool) -> tuple[Finding, ...]:
    """Check the values of an ISA that matter to somebody."""
    bare = [element.strip(" \t") for element in elements]
    checks = (
        (1, bare[1] in _QUALIFIERS[1], _qualifier(bare[1]), "00, or another code from 01 to 08"),
        (3, bare[3] in _QUALIFIERS[3], _qualifier(bare[3]), "00, or 01 for a password"),
        (5, _is_pair(bare[5]), _qualifier(bare[5]), "two letters or digits such as ZZ or 01"),
        (6, bool(bare[6]), Severity.ERROR, "the sender's id"),
        (7, _is_pair(bare[7]), _qualifier(bare[7]), "two letters or digits such as ZZ or 01"),
        (8, bool(bare[8]), Severity.ERROR, "the receiver's id"),
        (9, len(elements[9]) == 6 and is_date(elements[9]), Severity.WARNING, "YYMMDD"),
        (10, len(elements[10]) == 4 and is_time(elements[10]), Severity.WARNING, "HHMM"),
        (11, not unused, Severity.WARNING, "a repetition separator from version 00402 on"),
        (12, is_version(bare[12]), Severity.WARNING, "five digits such as 00401"),
        (13, _control(elements[13]), Severity.ERROR, "nine digits from 000000001"),
        (14, bare[14] in {"0", "1"}, Severity.WARNING, "0 or 1"),
        (15, bare[15] in {"P", "T", "I"}, Severity.ERROR, "P, T or I"),
    )
    return tuple(
        Finding(
            problems.ISA_INVALID,
            f"ISA{at:02d} ({NAMES[at - 1]}) {_shown(elements, at)!r} is not valid",
            severity,
            replace(PLACE, element=at),
            _shown(elements, at),
            f"write {wanted}",
        )
        for at, good, severity, wanted in checks
        if not good
    )


def _shown(elements: tuple[str, ...], at: int) -> str:
    """Return an element as a finding shows it: no secret, and nothing behind one that may be the rest of it."""
    doubtful = at in SECRET or (at - 1 in SECRET and len(elements[at]) > WIDTHS[at - 1])
    return "" if doubtful else elements[at]


def _is_pair(qualifier: str) -> bool:
    return len(qualifier) == 2 and _QUALIFIER.fullmatch(qualifier) is not None


def _qualifier(value: str) -> Severity:
    """Return how bad a wrong qualifier is: an unknown one may be meant so, one of other signs is no qualifier."""
    return Severity.WARNING if _QUALIFIER.fullmatch(value) else Severity.ERROR


def _control(value: str) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", value.strip(" ")) is not None and int(value) > 0
