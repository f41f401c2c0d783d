"""Read Odoo's plain values: numbers, days, instants, references; and write them back as an import's text.

Odoo says False for every empty field, counts money and quantities as floats, and stores instants in UTC.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

#: A plain value as Odoo sends it: text, number, `[id, name]`, or False for none.
Plain = Any

#: So many places of a price are read: one that was agreed on per thousand has three more than others.
PRICE_PLACES = 9

_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)


def text(value: Plain) -> str:
    """Return a text field; False is empty."""
    return str(value) if value else ""


def number(value: Plain, places: int = 6) -> Decimal:
    """Return a float of Odoo as a decimal as people write it: no trailing zero, no exponent."""
    exact = round(Decimal(repr(float(value or 0))), places).normalize()
    return (
        exact
        if exact.as_tuple().exponent != 0 and exact != exact.to_integral()
        else exact.quantize(Decimal(1))
    )


def day(value: Plain, zone: tzinfo = UTC) -> date | None:
    """Return the day of a date field, or the day that a datetime field (UTC) falls on in a zone."""
    if not value:
        return None
    if len(str(value)) > len("2026-12-01"):
        return instant(value).astimezone(zone).date()
    return date.fromisoformat(str(value))


def instant(value: Plain) -> datetime:
    """Return a datetime field as an aware instant in UTC."""
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def ref_id(value: Plain) -> int:
    """Return the id of a many2one value (`[id, name]` or False); 0 when empty."""
    return int(value[0]) if value else 0


def ref_name(value: Plain) -> str:
    """Return the display name of a many2one value."""
    return str(value[1]) if value else ""


def plain(value: Plain) -> str:
    """Return the text of an HTML field, one line a paragraph."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text(value)))).strip()


def noon(value: date | None) -> str:
    """Return a day as Odoo's datetime text: noon UTC is that same day in nearly every zone."""
    return f"{value.isoformat()} 12:00:00" if value else ""


def stamp(value: datetime) -> str:
    """Return an instant as Odoo's datetime text, cut to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def plain_number(value: Decimal) -> str:
    """Return a decimal without exponent: 1E+1 is no number to an import."""
    return format(value, "f")
