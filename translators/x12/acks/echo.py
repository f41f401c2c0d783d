"""What an acknowledgment repeats of the partner's own words: AK1, AK2, and the bad values in AK404.

An acknowledgment must be valid itself, whatever stands in the headers that it answers to, and must not name what was
never sent. So a header's element is repeated as it came where it can stand there by its type and length, else:

- AK101 (GS01): the group that the sets belong to by their ST01, which is what the partner meant; ZZ, which no group is
  called, where they tell nothing. AK905 1 says that GS01 is at fault, and AK102 which group it is.
- AK201, AK202 (ST01, ST02): the set has no AK2 through AK5. AK9 counts it: it was received, and not accepted. No AK905
  is about single sets. But an ST02 that is only too short is repeated: the partner finds its set by nothing else, and
  gets a number as short as its own.
- AK103 (GS08) and AK203 (ST03), which need not be there, are left out.

Separators of the interchange cannot stand there either: the writer would make blanks of them, another name.
"""

from __future__ import annotations

import re

from hub.model.acks import GroupVerdict
from hub.model.envelope import Delimiters, Envelope
from translators.x12.sets import GROUPS

LONGEST_COPY = 99  # AK404, element 724
GUIDES_FROM = "005010"  # AK2 of a 997 has an AK203 from here on; that of a 999 always has
_LONGEST_CONTROL = 9  # element 329, of four characters or more
_NO_GROUP = "ZZ"
_NOT_BASIC = re.compile(r"[^A-Z0-9a-z!\"&'()+,\-./;?= %@\[\]_{}\\<>#$*:|^~`]")
_STANDARD = Delimiters(repetition="^")  # what is written where the partner's own separators cannot be


def group_header(group: GroupVerdict, kind: str) -> list[str]:
    """Return the AK1 of a 997 or 999 on a group; only a 999 says GS08."""
    header = group.envelope
    row = ["AK1", _functional_id(group), number_as_sent(header.group_control, "0", 9)]
    return [*row, header.release] if kind == "999" and _fits(header.release, 12, header) else row


def _functional_id(group: GroupVerdict) -> str:
    """Return AK101: GS01 where it has two letters or digits, else what it ought to be."""
    received = group.envelope.functional_id
    if is_id(received, 2):
        return received
    known = (GROUPS[s.envelope.set_id] for s in group.sets if s.envelope.set_id in GROUPS)
    return next(known, _NO_GROUP)


def set_header(header: Envelope, kind: str, release: str) -> list[str]:
    """Return the AK2 of a set in a 997 or 999 of a release, AK203 included; nothing where the set cannot be named."""
    if not (is_id(header.set_id, 3) and _fits(header.set_control, _LONGEST_CONTROL, header)):
        return []
    row = ["AK2", header.set_id, header.set_control]
    guided = kind == "999" or release >= GUIDES_FROM
    return [*row, header.set_guide] if guided and _fits(header.set_guide, 35, header) else row


def number_as_sent(value: str, otherwise: str, digits: int) -> str:
    """Return a count or group number as sent, when it can stand in a number element."""
    return value if value.isascii() and value.isdecimal() and len(value) <= digits else otherwise


def copied(value: str) -> str:
    """Return a bad value as AK404 may carry it: at most 99 characters, none that is not basic, no blanks at the end.

    Separators are the writer's matter, which knows them.
    """
    return _NOT_BASIC.sub("", value)[:LONGEST_COPY].rstrip()


def is_id(value: str, size: int) -> bool:
    """Say whether a value can be an id of a group or set: so many letters and digits."""
    return len(value) == size and value.isascii() and value.isalnum()


def _fits(value: str, most: int, header: Envelope) -> bool:
    """Say whether a text can be repeated as it came."""
    if not 1 <= len(value) <= most or _NOT_BASIC.search(value) or value != value.strip(" "):
        return False
    return not any(sign and sign in value for d in (header.delimiters, _STANDARD) for sign in _signs(d))


def _signs(delimiters: Delimiters) -> tuple[str, ...]:
    return delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment
