"""One cell to the plain text of a value: numbers, days and instants in the partner's dialect, codes in ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from hub.model import problems
from hub.model.documents.records import MASK
from hub.model.finding import Finding, Where
from hub.model.record_types import FieldSource
from translators.crosswalk import Crosswalk
from translators.paths import Kind
from translators.scalars import Dialect, hint_for, parse


class Context(Struct, frozen=True):
    """How a partner writes values: marks and forms, the zone of their clocks, their tables of codes by path."""

    dialect: Dialect
    zone: ZoneInfo
    crosswalks: Mapping[str, Crosswalk]


class Unreadable(ValueError):  # noqa: N818 - named for the cell, not for the fault
    """Raised for a cell that means nothing; the text says why, `hint` how to write it."""

    def __init__(self, why: str, hint: str = "", problem: str = problems.FIELD_INVALID) -> None:
        super().__init__(why)
        self.hint, self.problem = hint, problem


def read_cell(cell: str, source: FieldSource, context: Context) -> str | None:
    """Return a cell's value as plain text; "" to empty the field, None to leave it alone.

    Raises Unreadable for a cell that cannot be used.
    """
    text = source.value or cell or source.default
    if not text:
        if source.required:
            raise Unreadable("is empty, and must not be", "fill it in", problems.FIELD_MISSING)
        return "" if source.empty == "clear" else None
    return _typed(_in_our_codes(text, source, context), source, context)


def fault(error: Unreadable, cell: str, source: FieldSource, row: int, field: str) -> Finding:
    """Return the finding for a cell; the value of a secret is not in it."""
    shown = MASK if source.secret and cell else cell[:80]
    quoted = f"{shown[:60]!r} " if shown else ""
    where = Where(row=row, column=source.column, path=field)
    return Finding(error.problem, f"{quoted}{error}", where=where, value=shown, hint=error.hint)


def _in_our_codes(text: str, source: FieldSource, context: Context) -> str:
    if source.codes:
        if text not in source.codes:
            known = ", ".join(sorted(source.codes)[:9])
            raise Unreadable("is no code that we agreed on", f"known: {known}", problems.CODE_UNKNOWN)
        text = source.codes[text]
    if source.crosswalk:
        table = context.crosswalks[source.crosswalk]
        entry = table.to_ours(text)
        if entry is None:
            near = ", ".join(table.nearest(text))
            meant = f"did you mean {near}? " if near else ""
            hint = f"{meant}else add it to {source.crosswalk}"
            raise Unreadable(f"is not in {source.crosswalk}", hint, problems.CODE_UNKNOWN)
        text = entry.ours
    return text


def _typed(text: str, source: FieldSource, context: Context) -> str:
    match source.type:
        case "decimal":
            return _decimal(text, source, context)
        case "integer":
            return str(_parsed(text, Kind.INTEGER, context.dialect))
        case "date":
            form = source.format or context.dialect.date_format
            day = text[:10] if text[10:11] == "T" else text  # xs:dateTime: the sender's local day counts
            value = _parsed(day, Kind.DATE, structs.replace(context.dialect, date_format=form))
            assert isinstance(value, dt.date)
            return value.isoformat()
        case "datetime":
            return _instant(text, source.format, context.zone)
        case "boolean":
            return "true" if _parsed(text, Kind.FLAG, context.dialect) else "false"
        case _:
            return text


def _parsed(text: str, kind: Kind, dialect: Dialect) -> object:
    try:
        return parse(text, kind, dialect)
    except ValueError as error:
        raise Unreadable(str(error), hint_for(kind, dialect)) from None


def _decimal(text: str, source: FieldSource, context: Context) -> str:
    value = _parsed(text, Kind.DECIMAL, context.dialect)
    assert isinstance(value, Decimal)
    if source.factor:
        value = round(value * Decimal(source.factor), 6)
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") or "0" if "." in plain else plain


def _instant(text: str, form: str, zone: ZoneInfo) -> str:
    """Return an instant in UTC; a time without a zone is one of the record type's zone."""
    try:
        value = dt.datetime.strptime(text, form) if form else dt.datetime.fromisoformat(text)  # noqa: DTZ007 - see below
        aware = value if value.tzinfo else value.replace(tzinfo=zone)
        return aware.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        example = dt.datetime(2026, 12, 31, 14, 30).strftime(form or "%Y-%m-%d %H:%M:%S")  # noqa: DTZ001 - only words
        raise Unreadable("is no date with a time in the agreed form", f"write {example}") from None
