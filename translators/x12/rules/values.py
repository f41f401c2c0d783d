"""The tests of single values: dates, times and numbers, as both the accept path and the explain path use them."""

from __future__ import annotations

import re
from functools import lru_cache

_REAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(E-?[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]+")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@lru_cache(maxsize=4096)
def is_date(text: str) -> bool:
    """Say whether a text is a calendar day, CCYYMMDD or YYMMDD."""
    if len(text) not in (6, 8) or not (text.isascii() and text.isdecimal()):
        return False
    year, month, day = int(text[:-4]), int(text[-4:-2]), int(text[-2:])
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0 or len(text) == 6)
    return leap or (month, day) != (2, 29)


@lru_cache(maxsize=4096)
def is_time(text: str) -> bool:
    """Say whether a text is a time of day: HHMM, HHMMSS, HHMMSSD or HHMMSSDD."""
    if len(text) not in (4, 6, 7, 8) or not (text.isascii() and text.isdecimal()):
        return False
    return text[:2] < "24" and text[2:4] < "60" and (len(text) == 4 or text[4:6] < "60")


def is_real(text: str) -> bool:
    """Say whether a text is a decimal number (type R)."""
    return _REAL.fullmatch(text) is not None


def is_whole(text: str) -> bool:
    """Say whether a text is a whole number (types N0 to N9)."""
    return _WHOLE.fullmatch(text) is not None


def digits(text: str) -> int:
    """Return the length of a number as X12 counts it: without signs, decimal point and the E of an exponent."""
    return len(text) - text.count("-") - text.count(".") - text.count("E")


def real(text: str, least: int, most: int) -> bool:
    """Say whether a text is a decimal number of a fitting length."""
    return least <= digits(text) <= most and is_real(text)


def whole(text: str, least: int, most: int) -> bool:
    """Say whether a text is a whole number of a fitting length."""
    return least <= digits(text) <= most and is_whole(text)
