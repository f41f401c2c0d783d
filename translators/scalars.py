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
    date_format: str = "%Y-%m-%d"  # as in strptime; others that are read follow after |
    thousands: str = ""  # the agreed mark; without one a grouped number needs its decimal mark (1.234,50)
    signs: str = "leading"  # leading | trailing (12-) | overpunched (the last digit carries it, as in COBOL)
    implied: int | None = None  # digits behind a decimal mark that is not written


ISO = Dialect()

_WHOLE = re.compile(r"[+-]?[0-9]+")
#: The last digit of an overpunched number, 0 to 9: with a plus, with a minus.
_PLUS, _MINUS = "{ABCDEFGHI", "}JKLMNOPQR"


def parse(text: str, kind: Kind, dialect: Dialect = ISO) -> object:
    """Make a value of trimmed, non-empty text. Raises ValueError with the fault in plain words."""
    match kind:
        case Kind.DECIMAL:
            return _decimal(_signed(text, dialect.signs), dialect)
        case Kind.INTEGER:
            return _integer(text)
        case Kind.DATE:
            return dt.date(*_date(text, dialect.date_format))
        case Kind.TIME:
            return _time(text)
        case Kind.FLAG:
            return _flag(text)
        case Kind.TEXTS:
            return [line.strip() for line in text.splitlines() if line.strip()]
        case _:
            return text


def render(value: object, dialect: Dialect = ISO) -> str:
    """Write a value as text; None is empty. Raises ValueError for a number that is not finite."""
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} is not a number that can be written")
            return _written(value, dialect)
        case dt.date():
            return value.strftime(dialect.date_format.partition("|")[0])
        case dt.time():
            return value.isoformat()
        case tuple():
            return "\n".join(str(item) for item in value)
        case _:
            return str(value)


#: What people and programs write for yes and no: English, German, Dutch, Scandinavian, French, Spanish and Italian
#: words, the cross of a form, and what databases export.
_YES = frozenset(["yes", "y", "true", "t", "1", "on", "x", "ja", "j", "oui", "si", "sí", "sì"])
_NO = frozenset(["no", "n", "false", "f", "0", "off", "nein", "nee", "nei", "nej", "non"])


def _flag(text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise ValueError("is neither yes nor no")
    return word in _YES


def hint_for(kind: Kind, dialect: Dialect = ISO) -> str:
    """Say how a value of this kind is to be written."""
    match kind:
        case Kind.DECIMAL:
            if dialect.implied is not None:
                return f"write digits without a decimal mark; the last {dialect.implied} are decimals"
            return (
                f"write digits with one decimal mark, such as 1234{dialect.decimal}50, and no currency sign"
            )
        case Kind.INTEGER:
            return "write digits only"
        case Kind.DATE:
            form = dialect.date_format.partition("|")[0]
            return f"write 31 December 2026 as {dt.date(2026, 12, 31).strftime(form)}"
        case Kind.FLAG:
            return "write yes or no (true, 1, x, ja ... and false, 0, nein ... are read too)"
        case Kind.TIME:
            return "write half past two as 14:30"
        case _:
            return ""


@lru_cache(maxsize=16)
def _number_patterns(decimal: str, thousands: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of a plain number, and of one whose grouping leaves no doubt."""
    point, group = re.escape(decimal), re.escape(thousands or ("," if decimal == "." else "."))
    plain = re.compile(rf"[+-]?(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)")
    decimals = rf"(?:{point}[0-9]*)?" if thousands else rf"{point}[0-9]+"
    grouped = re.compile(rf"[+-]?[0-9]{{1,3}}(?:{group}[0-9]{{3}})+{decimals}")
    return plain, grouped


def _decimal(text: str, dialect: Dialect) -> Decimal:
    """Read a number. Without an agreed mark, thousands may be grouped only where a decimal mark follows (1.234,50)."""
    decimal = dialect.decimal
    plain, grouped = _number_patterns(decimal, dialect.thousands)
    if len(text) > MAX_DIGITS:
        raise ValueError(f"is longer than {MAX_DIGITS} characters, which no number is")
    if dialect.implied is not None:
        if not _WHOLE.fullmatch(text):
            raise ValueError(f"is not a number of digits alone, the last {dialect.implied} of them decimals")
        return Decimal(text).scaleb(-dialect.implied)
    if grouped.fullmatch(text):
        text = text.replace(dialect.thousands or ("," if decimal == "." else "."), "")
    elif not plain.fullmatch(text):
        raise ValueError(f"is not a number with {decimal!r} as its decimal mark")
    return Decimal(text.replace(decimal, "."))


def _signed(text: str, signs: str) -> str:
    """Return a number with its sign in front, wherever the agreement has it."""
    if signs == "trailing" and text[-1] in "+-" and text[0] not in "+-":
        return text[-1] + text[:-1].rstrip()
    if signs == "overpunched":
        for sign, marks in (("", _PLUS), ("-", _MINUS)):
            if text[-1] in marks:
                return f"{sign}{text[:-1]}{marks.index(text[-1])}"
    return text


def _written(value: Decimal, dialect: Dialect) -> str:
    """Write a finite number. Raises ValueError when it has more decimals than the agreed place holds."""
    if dialect.implied is None:
        text = format(abs(value), "f").replace(".", dialect.decimal)
    else:
        scaled = abs(value).scaleb(dialect.implied)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {dialect.implied} decimals")
        text = format(scaled.to_integral_value(), "f")
    negative = value.is_signed()
    if dialect.signs == "overpunched":
        return text[:-1] + (_MINUS if negative else _PLUS)[int(text[-1])]
    if dialect.signs == "trailing":
        return text + ("-" if negative else "")
    return ("-" if negative else "") + text


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise ValueError("is not a whole number")
    return int(text)


@lru_cache(maxsize=4096)
def _date(text: str, date_format: str) -> tuple[int, int, int]:
    """Read a calendar date. Cached: a file repeats a few dates thousands of times."""
    try:
        return _day(text, date_format)
    except (ValueError, OverflowError):
        raise ValueError("is not a date in the agreed form") from None


def _day(text: str, date_format: str) -> tuple[int, int, int]:
    """Read a date by the first of several forms (parted by |) that fits. Raises ValueError when none does."""
    form, _, others = date_format.partition("|")
    try:
        year, month, day = time.strptime(text, form)[:3]
        dt.date(year, month, day)
    except ValueError:
        if not others:
            raise
        return _day(text, others)
    return year, month, day


def _time(text: str) -> dt.time:
    """Read a local time of day, hh:mm or hh:mm:ss."""
    try:
        return dt.time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise ValueError("is not a time written as hh:mm or hh:mm:ss") from None
