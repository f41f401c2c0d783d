"""X12 sets to canonical documents and back, by the maps in maps/ and a profile's single lines over them.

`read_document` takes the segments ST to SE of one set, split into elements; `write_document` gives those
between ST and SE. The envelopes, the dictionary check and the bytes are not its business. A map is compiled
once for each set and profile, to functions that go over the segments once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from msgspec.structs import replace

from hub.model.currencies import rounded, smallest
from hub.model.documents import STRUCTURES, AnyDocument, DocType, Invoice, ShipNotice
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Partner, Receive, Send
from hub.model.signs import signed, upright, worth_of
from translators.errors import Unwritable
from translators.price_bases import default_bases
from translators.x12.mapping.emit import Segments, Writing
from translators.x12.mapping.findings import Reading
from translators.x12.mapping.generate import reader_source
from translators.x12.mapping.read import Reader, compile_reader
from translators.x12.mapping.ship_levels import write_levels
from translators.x12.mapping.ship_notice import assemble
from translators.x12.mapping.spec import SETS, Overrides, load_map, overridden_map
from translators.x12.mapping.warehouse import unfolded
from translators.x12.mapping.write import Writer, compile_writer
from translators.x12.sets import CARRIED, doctype, set_of, sets_of

_CENT = Decimal("0.01")


def read_document(
    segments: list[list[str]], document: DocType, envelope: Envelope, partner: Partner | None
) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Make a canonical document of one set's segments (ST to SE; element 0 is the segment's id).

    Of several sets that carry such a document, the envelope names the one that this is. Never raises on data: the
    document is None when a mandatory field is missing or cannot be read; the findings say which. A profile's map line
    that cannot be used raises ConfigError.
    """
    set_id, lines = lines_of(document, envelope, partner)
    return read_with(_reader(set_id, lines), Reading(envelope.delimiters.component), segments, set_id)[:2]


def lines_of(document: DocType, envelope: Envelope, partner: Partner | None) -> tuple[str, Overrides]:
    """Return the set by whose map a document is read, and the partner's lines; ConfigError for a bad one."""
    agreed = partner.receive.get(document) if partner is not None else None
    set_id = _mapped(envelope, document)
    return set_id, _lines(partner, agreed, set_id)


def read_with(
    read: Reader, book: Reading, segments: list[list[str]], set_id: str
) -> tuple[AnyDocument | None, tuple[Finding, ...], Sequence[int]]:
    """Read a set by a compiled reader. The last that is returned are the segments of the file (from 0) as read."""
    rows = segments if all(segments) else [segment or [""] for segment in segments]
    places: Sequence[int] = range(len(rows))
    if unfold := load_map(set_id).unfold:
        rows, places = unfolded(rows, *unfold)
    found = read(rows, book)
    if isinstance(found, ShipNotice):
        found = assemble(found, book)
    if book.missing:
        return None, _told(book, places), places
    if isinstance(found, Invoice):
        _check_total(found, book)
    return _of_kind(found, set_id), _told(book, places), places


def write_document(document: AnyDocument, envelope: Envelope, partner: Partner | None) -> list[list[str]]:
    """Return a document's segments between ST and SE, in the order of the standard.

    Raises Unwritable with all findings when a mandatory field is empty or a value can't be written.
    """
    agreed = partner.send.get(document.doc_type) if partner is not None else None
    set_id = _mapped(envelope, document.doc_type, getattr(document, "kind", ""))
    writers = _writers(set_id, _lines(partner, agreed, set_id))
    notes = Writing(envelope.delimiters.component)
    if isinstance(document, ShipNotice):
        made = _write_notice(document, writers, notes, agreed.structure if agreed else "")
    else:
        made = writers["document"].write(document, notes)
    if notes.findings:
        raise Unwritable(tuple(notes.findings))
    since = load_map(set_id).since
    return [row for row in made if since.get(row[0], "") <= envelope.release] if since else made


def source(set_id: str) -> str:
    """Return the Python that reads a set by its map as it stands in the package, to be read by people."""
    return reader_source(load_map(set_id)).text


def check_override(document: DocType, path: str, place: str) -> None:
    """Raise ValueError, saying what is wrong, when a profile's map line can't be used in each set of a document."""
    try:
        for set_id in sets_of(document):
            if set_id in SETS:
                overridden_map(set_id, ((path, place),))
    except ConfigError as error:
        raise ValueError(str(error)) from None


def _mapped(envelope: Envelope, document: DocType, kind: str = "") -> str:
    """Return the set by whose map to go: the envelope's, or the usual one where it names none of this document."""
    return set_of(document, kind) if doctype(envelope.set_id) is not document else envelope.set_id


def _told(book: Reading, places: Sequence[int]) -> tuple[Finding, ...]:
    """Return what was noted, with each segment's number in the file; `places` has it by the number as read."""

    def placed(found: Finding) -> Finding:
        number = found.where.segment_number or 0
        if not 0 < number <= len(places):
            return found
        return replace(found, where=replace(found.where, segment_number=places[number - 1] + 1))

    return tuple(placed(found) for found in book.findings)


def _of_kind(found: AnyDocument, set_id: str) -> AnyDocument:
    """Return the document with its `kind`, where the set alone says it (940 ship, 943 receive)."""
    return replace(found, kind=CARRIED[set_id].kind) if CARRIED[set_id].kind else found


@lru_cache(maxsize=256)
def _reader(set_id: str, lines: Overrides) -> Reader:
    return compile_reader(overridden_map(set_id, lines) if lines else load_map(set_id))


@lru_cache(maxsize=256)
def _writers(set_id: str, lines: Overrides) -> dict[str, Writer]:
    return compile_writer(overridden_map(set_id, lines) if lines else load_map(set_id))


def _lines(partner: Partner | None, agreed: Receive | Send | None, set_id: str) -> Overrides:
    """Return a profile's map lines, proved to be usable; ConfigError names the key of one that is not."""
    if partner is None or agreed is None or not (agreed.map or agreed.map_file):
        return ()
    key = f"{partner.key}.toml: {'receive' if isinstance(agreed, Receive) else 'send'}.{doctype(set_id)}"
    if agreed.map_file:
        raise ConfigError(f"{key}.map_file: X12 has its maps already; write single lines under {key}.map")
    found = tuple(agreed.map.items())
    try:
        overridden_map(set_id, found)
    except ConfigError as error:
        raise ConfigError(f"{key}.{error}") from None
    return found


def _write_notice(notice: ShipNotice, writers: dict[str, Writer], notes: Writing, wanted: str) -> Segments:
    structure = notice.shape(wanted)
    head = writers["document"].write(replace(notice, structure=STRUCTURES[structure]), notes)
    return head + write_levels(notice, writers, notes, structure)


def _check_total(invoice: Invoice, book: Reading) -> None:
    """Note a TDS01 that does not agree with the lines. (The dictionary check counts them for CTT01.)

    Whether a credit's amounts are negative is each sender's own matter. TDS01 has hundredths (N2): of a currency with
    smaller units it can't tell more.
    """
    meant = upright(invoice)
    worked = invoice_total(meant)
    if any(line.price_basis not in {"", *default_bases().one} for line in invoice.lines):
        return  # the crosswalk says what those prices are for; whoever books it adds them up
    if invoice.lines and abs(worked - meant.total) >= max(_CENT, smallest(invoice.currency)):
        book.mismatch(f"TDS01 says {invoice.total} and the lines make {worked}", "TDS", "total")


def invoice_total(invoice: Invoice) -> Decimal:
    """Return what an invoice's lines, charges and taxes add up to, in the smallest units of its currency."""
    total = sum(map(signed, invoice.charges), Decimal(0)) + sum((t.amount for t in invoice.taxes), Decimal(0))
    total += sum(map(worth_of, invoice.lines), Decimal(0))
    return rounded(total, invoice.currency)
