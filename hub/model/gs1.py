"""GS1 numbers: check digits, and the SSCC-18 that labels a logistic unit.

An SSCC is an extension digit, the company's GS1 prefix, a serial number that fills it up to 17 digits, and a check
digit. Source: GS1 General Specifications, SSCC and the check digit of modulo 10.
"""

from __future__ import annotations

import re

#: A GS1 company prefix, as GS1 gives it out.
PREFIX = re.compile(r"[0-9]{6,12}")
#: What stands on a label, with or without the application identifier 00.
SSCC = re.compile(r"(?:00)?[0-9]{18}")

_BODY = 17


def check_digit(digits: str) -> str:
    """Return the check digit of a number without it: weights 3 and 1 from the right, modulo 10."""
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def sscc(prefix: str, serial: int, extension: str = "0") -> str:
    """Return an SSCC-18; raise ValueError when the prefix is none or leaves no room for the serial number."""
    if not PREFIX.fullmatch(prefix):
        raise ValueError(f"{prefix!r} is no GS1 company prefix (6 to 12 digits)")
    room = _BODY - len(extension) - len(prefix)
    if not 0 <= serial < 10**room:
        raise ValueError(f"{serial} has no room in an SSCC behind the prefix {prefix}")
    body = f"{extension}{prefix}{serial:0{room}d}"
    return body + check_digit(body)
