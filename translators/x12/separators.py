"""Which separators an interchange is written with: those of its envelope, or others where these occur in the data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from hub.model import problems
from hub.model.envelope import Delimiters, Envelope
from hub.model.finding import Finding, Where
from translators.errors import Unwritable
from translators.x12.characters import codec_of
from translators.x12.isa import REPETITION_FROM

ROLES = ("element", "component", "repetition", "segment")

#: What others use, best first. The last of each role are control characters, which no data that we write holds: so
#: there is always a choice.
_USUAL = {
    "element": "*|+!\x1d",
    "component": ">:<\\\x1f",
    "repetition": "^!`\x1e",
    "segment": "~!'\x1c",
}
_LINE_ENDS = ("", "\n", "\r", "\r\n")


def interchange_version(envelope: Envelope) -> str:
    """Return ISA12: as the envelope says, else derived from the release (004010 gives 00401)."""
    for candidate in (envelope.version, envelope.release[:5]):
        if len(candidate) == 5 and candidate.isascii() and candidate.isdecimal():
            return candidate
    return "00401"


def can_separate(envelope: Envelope, encoding: str = "") -> bool:
    """Say whether an interchange can be written with the separators of an envelope, in an encoding."""
    return not _useless(separators_of(envelope), encoding)


def separators_of(envelope: Envelope) -> Delimiters:
    """Return the separators of an envelope, that for repetition only where the version knows it."""
    given = envelope.delimiters
    repetition = (given.repetition or "^") if interchange_version(envelope) >= REPETITION_FROM else ""
    suffix = "" if given.segment == "\n" or given.segment + given.suffix == "\r\r" else given.suffix
    return replace(given, repetition=repetition, suffix=suffix)


def refuse_clash(used: Delimiters, encoding: str = "") -> None:
    """Raise `Unwritable` when separators cannot separate."""
    if not _useless(used, encoding):
        return
    signs = " ".join(
        repr(getattr(used, role)) for role in ROLES if getattr(used, role) or role != "repetition"
    )
    message = f"the separators {signs} are not four different signs"
    if used.suffix not in _LINE_ENDS:
        message = f"{used.suffix!r} cannot stand behind each segment: it is no line end"
    hint = "change them under [x12] in the partner's profile"
    raise Unwritable((Finding(problems.ENVELOPE_DELIMITERS, message, where=Where(segment="ISA"), hint=hint),))


def chosen(used: Delimiters, occurring: Iterable[str], encoding: str = "") -> Delimiters:
    """Return separators that do not occur in the data: each as it was where it can stay, else a usual one."""
    bad = set(occurring) | set(_useless(used, encoding))
    kept: dict[str, str] = {}
    for role in ROLES:
        sign = getattr(used, role)
        if sign not in bad and sign not in kept.values():
            kept[role] = sign
    for role in ROLES:
        if role not in kept and (getattr(used, role) or role != "repetition"):
            taken = bad | set(kept.values())
            kept[role] = next(s for s in _USUAL[role] if s not in taken and _has(s, used, encoding))
    suffix = used.suffix if used.suffix in _LINE_ENDS else ""
    return Delimiters(kept["element"], kept["component"], kept.get("repetition", ""), kept["segment"], suffix)


def file_codec(used: Delimiters, encoding: str = "") -> str:
    """Return the codec to write in: that of an encoding that X12 can be written in, else UTF-8.

    Without an encoding, separators such as 0x85 or 0xA7 are one byte, as the machines write them that use such: the
    file is in Latin-1 then.
    """
    codec = codec_of(encoding) if encoding else None
    if codec:
        return codec
    highest = max(used.element + used.component + used.repetition + used.segment, default="")
    return "latin-1" if "\x80" <= highest <= "\xff" else "utf-8"


@lru_cache(maxsize=64)
def _useless(used: Delimiters, encoding: str) -> tuple[str, ...]:
    """Return the signs that cannot separate: what data is made of, no single character, or the same twice."""
    signs = [used.element, used.component, used.segment, *([used.repetition] if used.repetition else [])]
    bad = [
        s for s in signs if len(s) != 1 or s.isalnum() or s in " -.\0\t\x1a" or not _has(s, used, encoding)
    ]
    bad += [s for s in signs if s in "\r\n" and s != used.segment]
    bad += [s for at, s in enumerate(signs) if s in signs[:at]]
    return (*bad, *[used.suffix] * (used.suffix not in _LINE_ENDS))


def _has(sign: str, used: Delimiters, encoding: str) -> bool:
    try:
        return bool(sign.encode(file_codec(used, encoding)))
    except UnicodeEncodeError:
        return False
