"""Values between the wire, Python and SQLite, field type by field type, with Odoo's words when one does not fit.

Stored: booleans as 0/1, dates as `YYYY-MM-DD`, datetimes in UTC as `YYYY-MM-DD HH:MM:SS[.ffffff]` (text, so that
they sort), many2one as the id, what is not set as NULL. On the wire "not set" is `false`, as everywhere in Odoo,
and datetimes are cut to seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

from hub.erp.practice.errors import BadValue
from hub.erp.practice.schema import Field
from hub.erp.practice.wire import Json

DATE = "%Y-%m-%d"
DATETIME = "%Y-%m-%d %H:%M:%S"


def stamp(moment: datetime) -> str:
    """Return a UTC moment as stored in write_date and create_date: with microseconds."""
    return moment.strftime(DATETIME + ".%f")


def _number(value: Json) -> float:
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        raise BadValue(f"could not convert string to float: {value!r}") from None
    if not math.isfinite(number):
        raise BadValue(f"could not use {value!r} as a number")
    return number


def _integer(value: Json) -> int:
    try:
        number = int(value or 0)
    except (TypeError, ValueError, OverflowError):
        raise BadValue(f"invalid literal for int() with base 10: {value!r}") from None
    if abs(number) > 2**53:
        raise BadValue(f"integer out of range: {value!r}")
    return number


def _parsed(value: Json, form: str) -> datetime:
    try:
        return datetime.strptime(value, form)  # noqa: DTZ007 - Odoo's datetimes are UTC without saying so
    except (TypeError, ValueError):
        raise BadValue(f"time data {value!r} does not match format {form!r}") from None


def _date(value: Json) -> str:
    return _parsed(value[:10] if isinstance(value, str) else value, DATE).strftime(DATE)


def moment(value: Json) -> str:
    """Return a datetime as stored; a date alone is midnight, as in Odoo."""
    form = DATE if isinstance(value, str) and len(value) == 10 else DATETIME
    return _parsed(value, form).strftime(DATETIME)


def _text(value: Json) -> str:
    if isinstance(value, (dict, list)):
        raise BadValue(f"text expected, got {type(value).__name__}")
    return str(value).replace("\x00", "")


def reference(value: Json) -> int:
    """Return the id of a many2one value: an id, or a pair as `read` gives it."""
    if isinstance(value, (list, tuple)) and value:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(f"an id is expected, got {value!r}")
    return value


STORE: dict[str, Callable[[Json], Json]] = {
    "char": _text,
    "text": _text,
    "html": _text,
    "binary": _text,
    "integer": _integer,
    "float": _number,
    "monetary": _number,
    "date": _date,
    "datetime": moment,
    "many2one": reference,
}


def to_store(model: str, field: Field, value: Json) -> Json:
    """Return a wire value as stored in a column; raise BadValue when it cannot be one."""
    if field.type == "boolean":
        return int(bool(value))
    if field.type in {"integer", "float", "monetary"}:
        return STORE[field.type](value)
    if value is None or value is False:
        return None
    if field.type == "selection":
        if value not in [choice for choice, _ in field.selection]:
            raise BadValue(f"Wrong value for {model}.{field.name}: {value!r}")
        return value
    return STORE[field.type](value)


def to_wire(field: Field, value: Json) -> Json:
    """Return a stored value as Odoo shows it (many2one pairs are made by the reader)."""
    if field.type == "boolean":
        return bool(value)
    if field.type in {"integer", "float", "monetary"}:
        return value or (0 if field.type == "integer" else 0.0)
    if value is None:
        return False
    return value[:19] if field.type == "datetime" else value
