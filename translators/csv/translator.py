"""The CSV format behind the port: files to documents by number, documents to files, and receipts."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from hub.model.envelope import Envelope, Unwrapped, UnwrappedGroup, UnwrappedInterchange, UnwrappedSet
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import CsvSettings, Partner
from translators.csv.binding import bind, unmapped
from translators.csv.column_map import ColumnMap, column_map
from translators.csv.lots import one_lot_a_row
from translators.csv.reading import read_document
from translators.csv.receipt import HEADER, receipt_rows
from translators.csv.splitting import expand, file_row, in_file, split
from translators.csv.table import Row, Table, parse_table, write_table
from translators.csv.text import DAMAGED, decode, encode
from translators.csv.writing import unencodable, write_rows, written_columns
from translators.errors import Unwritable
from translators.maps import agreed_format, agreement, partner_address
from translators.scalars import Dialect

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
        text = decode(head, "").lstrip()
        first = text.splitlines()[0] if text else ""
        return DAMAGED not in first and not _OTHERS.match(text) and any(mark in first for mark in ",;\t|")

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:
        """Part a file into its documents by their number. Each payload stands alone, with the header row."""
        if partner is None:
            hint = "put the file into the partner's own mailbox"
            finding = Finding(problems.SENDER_UNKNOWN, "a CSV file does not name its sender", hint=hint)
            return _whole(data, Envelope(format=self.name), finding)
        envelope = Envelope(
            format=self.name,
            sender=partner_address(partner.identity.isa or partner.key),
            receiver=partner_address(partner.identity.our_isa),
        )
        document = _document_of(file, partner)
        if document is None:
            return _whole(data, envelope, _no_agreement(file, partner))
        table = _table(data, partner.csv)
        if not table.rows:
            return Unwrapped(
                interchanges=(_interchange(envelope, ()),), findings=table.torn or _nothing(table)
            )
        binding = bind(self._map(partner, document, sending=False), table.header)
        sets = split(table, binding.key, document, envelope, partner.csv)
        return Unwrapped(
            interchanges=(_interchange(envelope, sets),), findings=unmapped(binding, table.header)
        )

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
        table, has_header = _table(payload, partner.csv), partner.csv.header
        if not table.rows:
            return None, _nothing(table)
        numbers = expand(envelope.rows)
        rows = tuple(Row(file_row(row.number, numbers, header=has_header), row.cells) for row in table.rows)
        binding = bind(self._map(partner, document, sending=False), table.header)
        made, notes = read_document(binding, rows, _dialect(partner.csv))
        faults = (in_file(fault, numbers, header=has_header) for fault in (*table.findings, *table.torn))
        found = (*faults, *notes)
        return (None if any(finding.fatal for finding in found) else made), found

    def write(self, document: AnyDocument, envelope: Envelope, partner: Partner) -> bytes:
        """Write one document as a file of its own. Raises Unwritable when the map cannot carry it."""
        del envelope  # a CSV file has none
        settings = partner.csv
        mapped = self._map(partner, document.doc_type, sending=True)
        columns = written_columns(mapped)
        rows, findings = write_rows(mapped, one_lot_a_row(document), _dialect(settings))
        findings += unencodable(rows, columns, settings.encoding)
        if findings:
            raise Unwritable(findings)
        header = [column.title for column in columns] if settings.header else []
        return encode(write_table(header, rows, settings.separator), settings.encoding)

    def write_receipt(self, entries: tuple[ReceiptEntry, ...], partner: Partner) -> bytes:
        """Write what came of each document of a file: a row per finding, or one row when all is well."""
        rows = [row for entry in entries for row in receipt_rows(entry)]
        return encode(write_table(HEADER, rows, partner.csv.separator), partner.csv.encoding)

    def _map(self, partner: Partner, document: DocType, *, sending: bool) -> ColumnMap:
        """Return the partner's map. Raises ConfigError when it cannot be used."""
        return column_map(document, agreement(partner, document, sending=sending), self._folder)


def _table(data: bytes, settings: CsvSettings) -> Table:
    return parse_table(decode(data, settings.encoding), settings.separator, header=settings.header)


def _dialect(settings: CsvSettings) -> Dialect:
    return Dialect(settings.decimal, settings.date_format)


def _document_of(file: str, partner: Partner) -> DocType | None:
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
    if table.findings:
        return table.findings
    return (Finding(problems.FILE_EMPTY, "the file holds a header and no rows", Severity.WARNING),)


def _interchange(envelope: Envelope, sets: tuple[UnwrappedSet, ...]) -> UnwrappedInterchange:
    group = UnwrappedGroup(envelope=envelope, declared_count=str(len(sets)), sets=sets)
    return UnwrappedInterchange(envelope=envelope, groups=(group,) if sets else ())


def _whole(data: bytes, envelope: Envelope, finding: Finding) -> Unwrapped:
    """Return a file that cannot be told apart as one unknown document."""
    unknown = UnwrappedSet(document=DocType.UNKNOWN, envelope=envelope, payload=data, findings=(finding,))
    return Unwrapped(interchanges=(_interchange(envelope, (unknown,)),))
