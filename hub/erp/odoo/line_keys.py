"""External ids of records and lines, and the way back from a line to the partner's line number.

`edi_hub.<key>` names a record; `edi_hub.<key>_l<slug>` one of its lines. The slug holds the partner's line
number: letters and digits as they are, every other byte as `_` and two hex digits, so that it can be read
back (an external id may hold no blank, and a dot ends its module). A number that comes twice gets `-2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MODULE = "edi_hub"

_CHARGE = "_l-charge-"  # no slug holds a hyphen but before a repeat's number
_ESCAPED = re.compile(r"(?:_[0-9a-f]{2})+")
_LINE = re.compile(r"_l((?:[A-Za-z0-9]|_[0-9a-f]{2})*)(?:-\d+)?$")


def external_id(key: str) -> str:
    """Return the external id of the record of a key."""
    return f"{MODULE}.{key}"


def line_ids(key: str, numbers: Iterable[str]) -> list[str]:
    """Return the external ids of lines with these numbers, distinct also where numbers repeat."""
    seen: dict[str, int] = {}
    made = []
    for number in numbers:
        count = seen[number] = seen.get(number, 0) + 1
        again = f"-{count}" if count > 1 else ""
        made.append(f"{MODULE}.{key}_l{_slug(number)}{again}")
    return made


def charge_ids(key: str, count: int) -> list[str]:
    """Return the external ids of so many lines that are allowances and charges: they have no number."""
    return [f"{MODULE}.{key}{_CHARGE}{n}" for n in range(1, count + 1)]


def is_charge(line_id: str) -> bool:
    """Say whether a line's external id is that of an allowance or a charge."""
    head, mark, ordinal = line_id.rpartition(_CHARGE)
    return bool(mark) and head.startswith(f"{MODULE}.") and ordinal.isdigit()


def line_number(line_id: str) -> str:
    """Return the partner's line number in a line's external id, "" when the line is not one of ours.

    `line_id` must be that of a line, never of a record. No slug holds `_l`, so the last one divides.
    """
    match = _LINE.search(line_id) if line_id.startswith(f"{MODULE}.") else None
    return _unslug(match.group(1)) if match else ""


def _slug(number: str) -> str:
    return "".join(
        c if c.isascii() and c.isalnum() else "".join(f"_{b:02x}" for b in c.encode()) for c in number
    )


def _unslug(slug: str) -> str:
    def decoded(match: re.Match[str]) -> str:
        return bytes.fromhex(match.group(0).replace("_", "")).decode(errors="replace")

    return _ESCAPED.sub(decoded, slug)
