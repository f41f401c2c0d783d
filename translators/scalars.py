"""Single values as text: numbers, dates and times in a partner's dialect, strictly, both ways.

Nothing here guesses. `1,234` may be a thousand or a bit more than one: it is refused, not chosen.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from translators.paths import Kind

#: More digits than any price or quantity has; a longer number is a fault, or an attack.
MAX_DIGITS = 30


class Dialect(Struct, frozen=True):
    """How a partner writes numbers and dates."""

    decimal: str = "."
    date_format: str = "%Y-%m-%d"  # as in strptime


ISO = Dialect()


def parse(text: str, kind: Kind, dialect: Dialect = ISO) -> object:
    """Make a value of trimmed, non-empty text. Raises ValueError with the fault in plain words."""
    match kind:
        case Kind.DECIMAL:
            return _decimal(text, dialect.decimal)
        case Kind.INTEGER:
            return _integer(text)
        case Kind.DATE:
            return dt.date(*_date(text, dialect.date_format))
        case Kind.TIME:
            return _time(text)
        case Kind.TEXTS:
            return [line.strip() for line in text.splitlines() if line.strip()]
        case _:
            return text


def render(value: object, dialect: Dialect = ISO) -> str:
    """Write a value as text; None is empty. Raises ValueError for a number that is not finite."""
    match value:
        case None:
            return ""
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} is not a number that can be written")
            return format(value, "f").replace(".", dialect.decimal)
        case dt.date():
            return value.strftime(dialect.date_format)
        case dt.time():
            return value.isoformat()
        case tuple():
            return "\n".join(str(item) for item in value)
        case _:
            return str(value)


def hint_for(kind: Kind, dialect: Dialect = ISO) -> str:
    """Say how a value of this kind is to be written."""
    match kind:
        case Kind.DECIMAL:
            return (
                f"write digits with one decimal mark, such as 1234{dialect.decimal}50, and no currency sign"
            )
        case Kind.INTEGER:
            return "write digits only"
        case Kind.DATE:
            return f"write 31 December 2026 as {dt.date(2026, 12, 31).strftime(dialect.date_format)}"
        case Kind.TIME:
            return "write half past two as 14:30"
        case _:
            return ""


@lru_cache(maxsize=4)
def _number_patterns(decimal: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of a plain number, and of one whose grouping leaves no doubt."""
    point, group = re.escape(decimal), re.escape("," if decimal == "." else ".")
    plain = re.compile(rf"[+-]?(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)")
    grouped = re.compile(rf"[+-]?[0-9]{{1,3}}(?:{group}[0-9]{{3}})+{point}[0-9]+")
    return plain, grouped


def _decimal(text: str, decimal: str) -> Decimal:
    """Read a number; thousands may be grouped only where a decimal mark follows (1.234,50)."""
    plain, grouped = _number_patterns(decimal)
    if len(text) > MAX_DIGITS:
        raise ValueError(f"is longer than {MAX_DIGITS} characters, which no number is")
    if grouped.fullmatch(text):
        text = text.replace("," if decimal == "." else ".", "")
    elif not plain.fullmatch(text):
        raise ValueError(f"is not a number with {decimal!r} as its decimal mark")
    return Decimal(text.replace(decimal, "."))


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise ValueError("is not a whole number")
    return int(text)


@lru_cache(maxsize=4096)
def _date(text: str, date_format: str) -> tuple[int, int, int]:
    """Read a calendar date. Cached: a file repeats a few dates thousands of times."""
    try:
        year, month, day = time.strptime(text, date_format)[:3]
        dt.date(year, month, day)
    except (ValueError, OverflowError):
        raise ValueError("is not a date in the agreed form") from None
    return year, month, day


def _time(text: str) -> dt.time:
    """Read a local time of day, hh:mm or hh:mm:ss."""
    try:
        return dt.time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise ValueError("is not a time written as hh:mm or hh:mm:ss") from None
