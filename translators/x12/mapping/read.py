"""Reading: a map's generated functions made to run, and the few functions that they call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import structs

from hub.model.documents import AnyDocument, Party
from translators.x12.mapping.findings import Reading, Spot
from translators.x12.mapping.generate import reader_source
from translators.x12.mapping.spec import Map
from translators.x12.mapping.takes import SegmentWriter
from translators.x12.mapping.values import KINDS, TEXTUAL, Memo

#: Makes the document of a set's segments; `Reading.missing` says whether it may be used.
Reader = Callable[[list[list[str]], Reading], AnyDocument]


def compile_reader(found: Map, segments: type[SegmentWriter] = SegmentWriter) -> Reader:
    """Return the reader of a whole set. No segment may be an empty list."""
    source = reader_source(found, segments)
    names: dict[str, Any] = {**SHARED, **source.constants}
    exec(compile(source.text, f"<x12 map {found.set_id}>", "exec"), names)  # noqa: S102 - our own source, of our maps
    reader: Reader = names["document"]
    return reader


def role_of(segment: list[str], codes: dict[str, str]) -> str:
    """Return our word for the role of a party (N101), or the code in lower case."""
    code = segment[1].strip() if len(segment) > 1 else ""
    return codes.get(code) or code.lower() or "unknown"


def keep_party(parties: dict[str, Party], role: str, party: Party, spot: Spot, book: Reading) -> None:
    """Keep a party under its role; of two alike, the first. What a profile's lines found for it elsewhere wins."""
    if role not in book.roles:
        book.roles.add(role)
        parties[role] = structs.replace(party, **_found(parties[role])) if role in parties else party
    elif parties[role] != party:
        book.left_out(spot, "N1", f"parties.{role}", role)


def _found(party: Party) -> dict[str, Any]:
    return {name: value for name, value in structs.asdict(party).items() if value}


def fill(parties: dict[str, Party], role: str, field: str, value: str) -> None:
    """Put a value into a party that has none there: a profile's line like `parties.buyer.contact`."""
    party = parties.setdefault(role, Party())
    if not getattr(party, field):
        parties[role] = structs.replace(party, **{field: value})


def component(text: str, separator: str, position: int) -> str:
    """Return a part of a composite element, empty when it has not so many."""
    parts = text.split(separator) if separator else [text]
    return parts[position - 1].strip() if position <= len(parts) else ""


#: `decimal_of[text]`, `date_of[text]` ...; kinds of text that are read by a function have it: `sscc_of(text)`.
SHARED: dict[str, Any] = {
    "role_of": role_of,
    "keep_party": keep_party,
    "fill": fill,
    "component": component,
    **{f"{name}_of": kind.read if name in TEXTUAL else Memo(kind.read) for name, kind in KINDS.items()},
}
