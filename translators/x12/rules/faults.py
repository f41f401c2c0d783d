"""What is wrong with one value, and when a syntax note is broken: the words, without the place."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from hub.model import problems
from translators.x12.rules.dictionary import Element, Note
from translators.x12.rules.values import digits, is_date, is_real, is_time, is_whole

SHOWN = 40  # characters of a bad value in a message


class Fault(NamedTuple):
    """A problem code, what to say behind the element's name, and what to do."""

    problem: str
    message: str
    hint: str = ""


def value_fault(element: Element, value: str) -> Fault | None:
    """Return what is wrong with a value that is there: its code, its characters, its length, else its meaning."""
    if element.codes is not None:
        if value in element.codes:
            return None
        listed = ", ".join(sorted(element.codes)[:12])
        message = f"{value[:SHOWN]!r} is not a code of element {element.number}"
        return Fault(problems.ELEMENT_CODE, message, f"use {listed}")
    kind = element.kind
    numeric = kind == "R" or kind[0] == "N"
    if numeric and not (is_real(value) if kind == "R" else is_whole(value)):
        what = "a number" if kind == "R" else "a whole number"
        message = f"{value[:SHOWN]!r} is not {what}"
        return Fault(problems.ELEMENT_CHARACTER, message, "digits only, no separators for thousands")
    size = digits(value) if numeric else len(value)
    if size < element.least:
        message = f"{value!r} has a length of {size}; at least {element.least} is wanted"
        return Fault(problems.ELEMENT_SHORT, message)
    if size > element.most:
        message = f"{value[:SHOWN]!r} has a length of {size}; at most {element.most} is allowed"
        return Fault(problems.ELEMENT_LONG, message)
    if kind == "DT" and not is_date(value):
        form = "CCYYMMDD" if element.least == 8 else "YYMMDD"
        return Fault(problems.ELEMENT_DATE, f"{value!r} is not a date", f"write {form}")
    if kind == "TM" and not is_time(value):
        return Fault(problems.ELEMENT_TIME, f"{value!r} is not a time", "write HHMM or HHMMSS, 24 hours")
    return None


def broken(note: Note, there: Collection[int]) -> bool:
    """Say whether a syntax note is broken when of its positions only those in `there` are filled."""
    if note.kind == "P":
        return 0 < len(there) < len(note.positions)
    if note.kind == "R":
        return not there
    if note.kind == "E":
        return len(there) > 1
    first = note.positions[0] in there
    return first and (len(there) < len(note.positions) if note.kind == "C" else len(there) == 1)


def reason(note: Note, segment: str) -> str:
    """Return why an element that is missing is needed."""
    names = [f"{segment}{p:02d}" for p in note.positions]
    if note.kind == "P":
        return f"{' and '.join(names)} go together"
    if note.kind == "R":
        return f"at least one of {', '.join(names)} is needed"
    return f"{names[0]} needs it" if note.kind == "C" else f"{names[0]} needs one of {', '.join(names[1:])}"
