"""What a map says, and what it did with one sample: shapes that are the same in every format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec
from msgspec import Struct

from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope
from hub.model.finding import Finding
from hub.model.partner import Partner

_INDEX = re.compile(r"\[\d+\]")
#: Fields that hold bank accounts.
_ACCOUNTS = frozenset({"payer_account", "payee_account", "account"})


class MapLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a map: where a canonical field stands in a format."""

    path: str  # of the canonical document, e.g. lines[].price
    places: tuple[str, ...]  # the first one is written, all are read; none: it only has a default
    kind: str = ""  # text, decimal, date ...
    part: str = ""  # which part of the file it concerns: a set or loop, a kind of row, a map
    must: bool = False
    default: str = ""
    codes: dict[str, str] = {}  # that are translated on the way: theirs = ours
    overridden: bool = False  # by the partner's profile
    origin: str = ""  # the file that says so


class Taken(Struct, frozen=True):
    """One value that was read: the field that it went to, where it stood, and the text as it stood there.

    Of a bank account only the last four characters are shown, as in the documents.
    """

    path: str
    place: str
    value: str

    def __post_init__(self) -> None:
        if self.path.rpartition(".")[2] in _ACCOUNTS:
            msgspec.structs.force_setattr(self, "value", masked(self.value))


def masked(account: str) -> str:
    """Return a bank account with its last four characters alone; nothing of a short one."""
    return f"XXXX{account[-4:]}" if len(account) > 4 else "XXXX"


class Unused(Struct, frozen=True):
    """One value that stands in the file and went nowhere."""

    place: str
    value: str


class Trace(Struct, frozen=True, kw_only=True):
    """What became of one document of a sample. `empty` are the fields that the map has and the document has not."""

    document: DocType
    number: str = ""
    taken: tuple[Taken, ...] = ()
    unused: tuple[Unused, ...] = ()
    empty: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class Tracer(Protocol):
    """What tells of a format's maps."""

    def lines(self, document: DocType, partner: Partner | None, *, sending: bool) -> tuple[MapLine, ...]:
        """Return the map by which a document is read (or written), with the partner's lines in it.

        Raises ConfigError when the partner's map cannot be used. None for a document that the format has no map for.
        """

    def trace(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, Trace]:
        """Read one document as the translator does, and say what came from where."""


def plain(path: str) -> str:
    """Return a canonical path without its ordinals, as maps write it: lines[2].price is lines[].price."""
    return _INDEX.sub("[]", path)


def empty_fields(lines: Iterable[MapLine], taken: Iterable[Taken]) -> tuple[str, ...]:
    """Return the fields for which a map has a place and into which nothing came, in the order of the map."""
    filled = {plain(one.path) for one in taken}
    return tuple(
        dict.fromkeys(line.path for line in lines if line.places and not _is_filled(line.path, filled))
    )


def _is_filled(path: str, filled: set[str]) -> bool:
    """Say whether a field is among the filled ones; `refs.*` is by any entry, charges[0].amount by any charge's."""
    wanted = plain(path)
    if "*" not in wanted:
        return wanted in filled
    pattern = re.compile(re.escape(wanted).replace(r"\*", r"[^.]+"))
    return any(pattern.fullmatch(one) for one in filled)


def lines_for(lines: Iterable[MapLine], field: str) -> Iterator[MapLine]:
    """Yield the lines that a canonical field comes from: its own, those of what it holds, or of an entry's `*`."""
    wanted = plain(field).rstrip(".")
    for line in lines:
        own = plain(line.path)
        pattern = re.escape(own).replace(r"\*", r"[^.\[]+")
        below = own.startswith((f"{wanted}.", f"{wanted}[]"))
        if own == wanted or below or re.fullmatch(pattern, wanted):
            yield line
