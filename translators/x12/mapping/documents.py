"""X12 sets to canonical documents and back, by the maps in maps/ and a profile's single lines over them.

`read_document` takes the segments ST to SE of one set, split into elements; `write_document` gives those
between ST and SE. The envelopes, the dictionary check and the bytes are not its business. A map is compiled
once for each set and profile; then reading is a walk over the segments with one dictionary look-up each.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from msgspec.structs import replace

from hub.model.documents import (
    DOCUMENTS,
    AnyDocument,
    Charge,
    DocType,
    Invoice,
    InvoiceLine,
    OrderAcknowledgment,
    PurchaseOrder,
    ShipNotice,
)
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Partner, Receive, Send
from translators.errors import Unwritable
from translators.x12.mapping.emit import Segments, Writing
from translators.x12.mapping.findings import Reading
from translators.x12.mapping.paths import is_known_path, known_paths
from translators.x12.mapping.place import Place, parse_place
from translators.x12.mapping.read import Reader, compile_reader, finish, walk
from translators.x12.mapping.ship_notice import STRUCTURES, assemble, structure_of, write_levels
from translators.x12.mapping.spec import SETS, Overrides, load_map, overridden_map
from translators.x12.mapping.write import Writer, compile_writer

__all__ = [
    "SETS",
    "Place",
    "check_override",
    "is_known_path",
    "known_paths",
    "parse_place",
    "read_document",
    "write_document",
]


def read_document(
    segments: list[list[str]], document: DocType, envelope: Envelope, partner: Partner | None
) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Make a canonical document of one set's segments (ST to SE; element 0 is the segment's id).

    Never raises on data. The document is None when a mandatory field is missing or cannot be read; the
    findings say which. A profile's map line that cannot be used raises ConfigError.
    """
    agreed = partner.receive.get(document) if partner is not None else None
    reader = _reader(document, _lines(partner, agreed, document))
    notes = Reading(envelope.delimiters.component)
    draft = walk(reader, segments, notes)
    counts = (draft.get("line_count"), _count(segments, "CTT"))
    notes.prefix = ""
    complete = finish(reader, draft, notes, 2)
    if document is DocType.SHIP_NOTICE:
        assemble(draft, notes)
    if notes.missing or not complete:
        return None, tuple(notes.findings)
    found: AnyDocument = DOCUMENTS[document](**draft)
    _check_totals(found, counts[1], notes)
    return found, tuple(notes.findings)


def write_document(document: AnyDocument, envelope: Envelope, partner: Partner | None) -> list[list[str]]:
    """Return a document's segments between ST and SE, in the order of the standard.

    Raises Unwritable with all findings when a mandatory field is empty or a value can't be written.
    """
    agreed = partner.send.get(document.doc_type) if partner is not None else None
    writers = _writers(document.doc_type, _lines(partner, agreed, document.doc_type))
    notes = Writing(envelope.delimiters.component)
    if isinstance(document, ShipNotice):
        made = _write_notice(document, writers, notes, agreed.structure if agreed else "")
    else:
        made = writers["document"].write(document, notes)
    if notes.findings:
        raise Unwritable(tuple(notes.findings))
    return made


def check_override(document: DocType, path: str, place: str) -> None:
    """Raise ValueError, saying what is wrong, when a profile's map line can't be used."""
    try:
        overridden_map(document, ((path, place),))
    except ConfigError as error:
        raise ValueError(str(error)) from None


@lru_cache(maxsize=256)
def _reader(document: DocType, lines: Overrides) -> Reader:
    return compile_reader(overridden_map(document, lines) if lines else load_map(document))


@lru_cache(maxsize=256)
def _writers(document: DocType, lines: Overrides) -> dict[str, Writer]:
    return compile_writer(overridden_map(document, lines) if lines else load_map(document))


def _lines(partner: Partner | None, agreed: Receive | Send | None, document: DocType) -> Overrides:
    """Return a profile's map lines, proved to be usable; ConfigError names the key of one that is not."""
    if partner is None or agreed is None:
        return ()
    key = f"{partner.key}.toml: {'receive' if isinstance(agreed, Receive) else 'send'}.{document}"
    if agreed.map_file:
        raise ConfigError(f"{key}.map_file: X12 has its maps already; write single lines under {key}.map")
    found = tuple(agreed.map.items())
    try:
        overridden_map(document, found)
    except ConfigError as error:
        raise ConfigError(f"{key}.{error}") from None
    return found


def _write_notice(notice: ShipNotice, writers: dict[str, Writer], notes: Writing, wanted: str) -> Segments:
    structure = structure_of(notice, wanted)
    head = writers["document"].write(replace(notice, structure=STRUCTURES[structure]), notes)
    return head + write_levels(notice, writers, notes, structure)


def _count(segments: list[list[str]], name: str) -> int | None:
    """Return element 01 of the last such segment as a number, when it is one."""
    text = next((s[1] for s in reversed(segments) if len(s) > 1 and s[0] == name), "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _check_totals(document: AnyDocument, counted: int | None, notes: Reading) -> None:
    """Note a CTT01 or TDS01 that does not agree with the lines."""
    match document:
        case ShipNotice():
            items = sum(level.code == "I" for level in notes.levels)
            # The standard counts HL segments; about as many guides count items.
            lines, unit = items if counted == items else len(notes.levels), "HL levels"
        case PurchaseOrder() | OrderAcknowledgment() | Invoice():
            lines, unit = len(document.lines), "lines"
    if counted is not None and counted != lines:
        notes.mismatch(f"CTT01 says {counted} {unit} and there are {lines}", "CTT", "line_count")
    if isinstance(document, Invoice) and document.lines:
        worked = invoice_total(document)
        if abs(worked - document.total) >= Decimal("0.01"):
            notes.mismatch(f"TDS01 says {document.total} and the lines make {worked}", "TDS", "total")


def invoice_total(invoice: Invoice) -> Decimal:
    """Return what an invoice's lines, charges and taxes add up to, rounded to cents."""
    total = sum((_line_total(line) for line in invoice.lines), Decimal(0))
    total += _charges(invoice.charges) + sum((tax.amount for tax in invoice.taxes), Decimal(0))
    return round(total, 2)


def _line_total(line: InvoiceLine) -> Decimal:
    taxes = sum((tax.amount for tax in line.taxes), Decimal(0))
    return line.quantity * line.price + _charges(line.charges) + taxes


def _charges(charges: tuple[Charge, ...]) -> Decimal:
    """Return the sum of charges less allowances; other kinds (SAC01 N) are for information."""
    signs = {"charge": 1, "allowance": -1}
    return sum((signs.get(c.kind, 0) * (c.amount or Decimal(0)) for c in charges), Decimal(0))
