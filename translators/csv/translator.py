"""The CSV format behind the port: files to documents by number, documents to files, and receipts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from msgspec import structs

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from hub.model.envelope import Envelope, Unwrapped, UnwrappedGroup, UnwrappedInterchange, UnwrappedSet
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import CsvSettings, Partner
from translators.csv.binding import Binding, bind, unmapped
from translators.csv.column_map import ColumnMap, column_map
from translators.csv.frames import can_hold, write_table, write_workbook
from translators.csv.left_out import note_left_out
from translators.csv.lots import one_lot_a_row
from translators.csv.reading import Watcher, read_document
from translators.csv.receipt import HEADER, receipt_rows
from translators.csv.records import Row
from translators.csv.splitting import as_cut, expand, gathered, groups, in_file
from translators.csv.table import Table, open_table, row_faults
from translators.csv.text import DAMAGED, can_encode, decode, encode
from translators.csv.workbook import is_workbook
from translators.csv.writing import unencodable, write_rows
from translators.errors import Unwritable
from translators.maps import agreed_format, agreement, partner_address

#: Starts of files of other formats: X12, EDIFACT, XML, JSON.
_OTHERS = re.compile(r"\s*(?:ISA[^A-Za-z0-9]|UN[AB][^A-Za-z0-9]|<|[{\[])")


class CsvTranslator:
    """CSV by column maps. `folder` holds the partners' own map files."""

    name = "csv"
    extension = "csv"

    def __init__(self, folder: Path = Path("partners")) -> None:
        self._folder = folder

    def recognises(self, head: bytes) -> bool:
        """Say whether this may be CSV: text that no other format claims, with a separator in row 1."""
        if is_workbook(io.BytesIO(head)):
            return True
        text = decode(head, "").lstrip()
        first = text.splitlines()[0] if text else ""
        return DAMAGED not in first and not _OTHERS.match(text) and any(mark in first for mark in ",;\t|")

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:
        """Part a file into its documents by their number. Each payload stands alone, with the header row."""
        if partner is None:
            hint = "put the file into the partner's own mailbox"
            finding = Finding(problems.SENDER_UNKNOWN, "a CSV file does not name its sender", hint=hint)
            return _whole(data, Envelope(format=self.name), finding)
        envelope = _envelope(partner)
        document = document_of_file(file, partner)
        if document is None:
            return _whole(data, envelope, _no_agreement(file, partner))
        table, binding = self._open(io.BytesIO(data), partner, document)
        if binding is not None and table.is_refused:
            return _whole(data, envelope, *table.findings)
        sets = tuple(
            cut.as_set(ordinal, document, envelope)
            for ordinal, cut in enumerate(gathered(table, binding) if binding else (), 1)
        )
        if binding is None or not sets:
            found = binding.findings if binding is not None else ()
            return Unwrapped(interchanges=(_interchange(envelope, ()),), findings=found or _nothing(table))
        notes = (
            *table.findings,
            *unmapped(binding, table.header),
            *note_left_out(table.left_out, table.like_data),
        )
        return Unwrapped(interchanges=(_interchange(envelope, sets),), findings=notes)

    def documents(
        self, stream: BinaryIO, document: DocType, partner: Partner
    ) -> Iterator[tuple[AnyDocument | None, tuple[Finding, ...]]]:
        """Read a file of any size one document after the other; memory holds one of them.

        The rows of a document have to stand together. `stream` can be rewound.
        """
        table, binding = self._open(stream, partner, document)
        if binding is None:
            yield None, _nothing(table)
            return
        settings, empty = binding.map.settings(partner.csv), True
        for rows in groups(table, binding):
            empty = False
            yield _read_rows(binding, table, rows, settings, None)
        if empty:
            yield None, _nothing(table)

    def check(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[Finding, ...]:
        """Read the document and return every finding: for CSV the map is the whole guideline."""
        return self.read(payload, envelope, document, partner)[1]

    def read(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
        """Make a document of a payload. Rows in findings are rows of the file that it was taken from."""
        if partner is None or document not in DOCUMENTS:
            message = f"{document.value} cannot be read from CSV"
            return None, (Finding(problems.NO_AGREEMENT, message, hint="agree on it in the profile"),)
        return self.watched(payload, envelope, document, partner, None)

    def watched(
        self,
        payload: bytes,
        envelope: Envelope,
        document: DocType,
        partner: Partner,
        watch: Watcher | None,
    ) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
        """Read a payload as `read` does, and tell `watch` of each cell that is read."""
        mapped = self.map_of(partner, document, sending=False)
        settings = mapped.settings(partner.csv)
        numbers = expand(envelope.rows)
        table = open_table(
            io.BytesIO(payload), as_cut(settings) if numbers else settings, is_fixed=mapped.is_fixed
        )
        rows = tuple(in_file(row, numbers, header=bool(table.header)) for row in table.rows)
        if not rows:
            return None, _nothing(table)
        return _read_rows(bind(mapped, table.header, settings), table, rows, settings, watch)

    def write(self, document: AnyDocument, envelope: Envelope, partner: Partner) -> bytes:
        """Write one document as a file of its own. Raises Unwritable when the map cannot carry it."""
        del envelope  # a CSV file has none
        mapped = self.map_of(partner, document.doc_type, sending=True)
        settings = mapped.settings(partner.csv)
        written = write_rows(mapped, one_lot_a_row(document), settings)
        fits = can_hold if partner.csv.workbook else partial(can_encode, declared=settings.encoding)
        findings = (*written.findings, *unencodable(written, fits))
        if findings:
            raise Unwritable(findings)
        if mapped.is_fixed:
            return encode("".join(f"{line}\r\n" for (line,) in written.rows), settings.encoding)
        return _as_file(written.header, written.rows, partner.csv, settings)

    def write_receipt(
        self, entries: tuple[ReceiptEntry, ...], partner: Partner, envelope: Envelope | None = None
    ) -> bytes:
        """Write what came of each document of a file: a row per finding, or one row when all is well."""
        del envelope  # a CSV file names neither sender nor moment
        rows = [row for entry in entries for row in receipt_rows(entry)]
        return _as_file(HEADER, rows, partner.csv, partner.csv)

    def map_of(self, partner: Partner, document: DocType, *, sending: bool) -> ColumnMap:
        """Return the partner's map. Raises ConfigError when it cannot be used."""
        return column_map(document, agreement(partner, document, sending=sending), self._folder)

    def _open(self, stream: BinaryIO, partner: Partner, document: DocType) -> tuple[Table, Binding | None]:
        """Open a whole file, and bind its map to it; no binding when there is nothing to read."""
        mapped = self.map_of(partner, document, sending=False)
        table = open_table(stream, mapped.settings(partner.csv), is_fixed=mapped.is_fixed)
        empty = any(fault.fatal for fault in table.findings) and not table.header
        return table, None if empty else bind(mapped, table.header, table.settings)


def _as_file(
    header: Sequence[str], rows: Iterable[Sequence[str]], agreed: CsvSettings, dialect: CsvSettings
) -> bytes:
    """Return rows as the file that is agreed: a workbook, or text in its dialect."""
    if agreed.workbook:
        return write_workbook(header, rows, dialect.sheet)
    return encode(write_table(header, rows, dialect.separator or ","), dialect.encoding)


def _read_rows(
    binding: Binding, table: Table, rows: tuple[Row, ...], settings: CsvSettings, watch: Watcher | None
) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Make a document of its rows. With bad_rows = "hold" what is wrong with a row holds it."""
    hold = settings.bad_rows == "hold"
    judged = [(row, _judged(row, table.header, hold=hold)) for row in rows]
    kept = tuple(row for row, faults in judged if not (hold and faults))
    made, notes = read_document(binding, kept, hold=hold, watch=watch) if kept else (None, ())
    found = (*table.findings, *(fault for _, faults in judged for fault in faults), *notes)
    return (None if any(finding.fatal for finding in found) else made), found


def _judged(row: Row, header: tuple[str, ...], *, hold: bool) -> tuple[Finding, ...]:
    """Return what is wrong with a row whatever the map. What may have torn the file is an error, whatever is agreed."""
    faults = tuple(row_faults(row, header))
    severity = Severity.HOLD if hold else Severity.ERROR
    return (*row.faults, *(structs.replace(fault, severity=severity) for fault in faults))


def _envelope(partner: Partner) -> Envelope:
    return Envelope(
        format=CsvTranslator.name,
        sender=partner_address(partner.identity.isa or partner.key),
        receiver=partner_address(partner.identity.our_isa),
    )


def document_of_file(file: str, partner: Partner) -> DocType | None:
    """Tell the document by the file's name (`match`), or because only one kind is agreed as CSV."""
    agreed = {d: entry for d, entry in partner.receive.items() if agreed_format(partner, entry) == "csv"}
    name = PurePosixPath(file).name.casefold()
    for document, entry in agreed.items():
        if entry.match and fnmatch(name, entry.match.casefold()):
            return document
    return next(iter(agreed)) if len(agreed) == 1 else None


def _no_agreement(file: str, partner: Partner) -> Finding:
    patterns = [
        f"{document.value} {entry.match}" for document, entry in partner.receive.items() if entry.match
    ]
    return Finding(
        problems.NO_AGREEMENT,
        f"the name tells no agreed CSV document ({'; '.join(patterns) or 'no match is set'})",
        where=Where(file=file),
        hint="rename the file, or set receive.<document>.match in the partner's profile",
    )


def _nothing(table: Table) -> tuple[Finding, ...]:
    """Say that there are no rows: an empty file is a fault, a header alone is a day without documents."""
    if table.is_refused:
        return table.findings
    empty = Finding(problems.FILE_EMPTY, "the file holds a header and no rows", Severity.WARNING)
    return (*table.findings, empty)


def _interchange(envelope: Envelope, sets: tuple[UnwrappedSet, ...]) -> UnwrappedInterchange:
    group = UnwrappedGroup(envelope=envelope, declared_count=str(len(sets)), sets=sets)
    return UnwrappedInterchange(envelope=envelope, groups=(group,) if sets else ())


def _whole(data: bytes, envelope: Envelope, *findings: Finding) -> Unwrapped:
    """Return a file that cannot be told apart as one unknown document."""
    unknown = UnwrappedSet(document=DocType.UNKNOWN, envelope=envelope, payload=data, findings=findings)
    return Unwrapped(interchanges=(_interchange(envelope, (unknown,)),))
