"""Values of X12 elements: text to Python and back, by kind.

A reader raises ValueError with the words for the finding; a writer does the same for a value that X12
cannot carry. Nothing here knows where the value stands.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct

#: X12 type R: digits with an optional minus sign, decimal point and exponent. No thousands separator. 30 characters is
#: twice what any element of a number may have; no trade needs an exponent beyond 30.
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:E(-?[0-9]{1,4}))?")
_LONGEST_NUMBER = 30


def read_decimal(text: str) -> Decimal:
    """Return an X12 number (type R) as a Decimal."""
    if text.isdigit() and text.isascii() and len(text) <= _LONGEST_NUMBER:
        return Decimal(text)
    text = text.strip()
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if match is None:
        raise ValueError("is not a number")
    if not match[1]:
        return Decimal(text)
    if abs(int(match[1])) > _LONGEST_NUMBER:
        raise ValueError("has an exponent beyond all measure")
    return Decimal(format(Decimal(text), "f"))


def read_cents(text: str) -> Decimal:
    """Return an X12 number with two implied decimals (type N2): 12500 is 125.00."""
    value = read_decimal(text)
    if "." in text:  # a frequent slip: the sender wrote the point, which says what he means
        return value
    return value.scaleb(-2)


def read_integer(text: str) -> int:
    """Return an X12 whole number (type N0)."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not (text.isascii() and text.removeprefix("-").isdigit()):
        raise ValueError("is not a whole number")
    return int(text)


def read_date(text: str) -> dt.date:
    """Return a date written CCYYMMDD, or YYMMDD as releases before 004010 have it (50-99 is 19xx)."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) in (6, 8)):
        raise ValueError("is not a date (CCYYMMDD)")
    if len(text) == 6:
        text = ("19" if text >= "50" else "20") + text
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def read_time(text: str) -> dt.time:
    """Return a time written HHMM or HHMMSS (decimal seconds are dropped)."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and 4 <= len(text) <= 8):
        raise ValueError("is not a time (HHMM)")
    try:
        return dt.time(int(text[:2]), int(text[2:4]), int(text[4:6] or 0))
    except ValueError:
        raise ValueError("is not a time of day") from None


def write_decimal(value: Decimal) -> str:
    """Return a number without exponent and without trailing zeros."""
    if not value.is_finite():
        raise ValueError("is not a finite number")
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-", "-0") else text


def write_cents(value: Decimal) -> str:
    """Return an amount with two implied decimals."""
    text = write_decimal(value)
    whole, _, part = text.partition(".")
    if len(part) > 2:
        raise ValueError("has more than the two decimals that X12 has for it (type N2)")
    sign = "-" if whole.startswith("-") else ""
    digits = (whole.removeprefix("-") + part.ljust(2, "0")).lstrip("0")
    return sign + digits if digits else "0"


def _write_time(value: dt.time) -> str:
    return value.strftime("%H%M%S" if value.second else "%H%M")


#: What a scanner shows before an SSCC-18, and code GM of element 88 asks for: the application identifier.
SSCC_IDENTIFIER, SSCC_DIGITS = "00", 18


def read_sscc(text: str) -> str:
    """Return a label without the application identifier that MAN with GM carries (20 digits: 00 and the SSCC-18)."""
    label = text.strip()
    marked = len(label) == SSCC_DIGITS + len(SSCC_IDENTIFIER) and label.startswith(SSCC_IDENTIFIER)
    return label[len(SSCC_IDENTIFIER) :] if marked and label.isdecimal() else label


def write_sscc(label: str) -> str:
    """Return a label as MAN with GM carries it: an SSCC-18 gets its application identifier."""
    bare = label.strip()
    return SSCC_IDENTIFIER + bare if len(bare) == SSCC_DIGITS and bare.isdecimal() else bare


#: Element 875, what is done with an item: these codes say that it will not come again.
_DELETED = frozenset({"002", "024"})


def read_flag(text: str) -> bool:
    """Return a yes or a no (element 1073)."""
    if (answer := text.strip().upper()) not in ("Y", "N"):
        raise ValueError("is neither Y nor N")
    return answer == "Y"


def read_deleted(text: str) -> bool:
    """Say whether a maintenance code (element 875) takes an item away."""
    return text.strip() in _DELETED


class Kind(Struct, frozen=True):
    """How one kind of value is read from and written to an element."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


KINDS: dict[str, Kind] = {
    "text": Kind(str.strip, str.strip),
    "sscc": Kind(read_sscc, write_sscc),
    "decimal": Kind(read_decimal, write_decimal),
    "cents": Kind(read_cents, write_cents),
    "integer": Kind(read_integer, str),
    "date": Kind(read_date, lambda value: value.strftime("%Y%m%d")),
    "time": Kind(read_time, _write_time),
    "flag": Kind(read_flag, lambda value: "Y" if value else ""),
    "deleted": Kind(read_deleted, lambda value: "002" if value else ""),
}

#: The kinds whose values are texts: every text can be read, and the empty one is no value.
TEXTUAL = frozenset({"text", "sscc"})

_MOST_KEPT, _LONGEST_KEPT = 16_384, 16


class Memo(dict[str, Any]):
    """The values of texts that were read before: the same dates, quantities and prices come again and again.

    `memo[text]` reads a text that is new, and raises ValueError as its reader does. It starts anew when it is
    full, so that no file can fill the memory.
    """

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:  # noqa: ANN401 - a value of any kind
        value = self._read(text)
        if len(text) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[text] = value
        return value


DATES = Memo(read_date)
DECIMALS = Memo(read_decimal)
