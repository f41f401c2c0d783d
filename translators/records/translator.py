"""Records behind the port of the formats: a file to parts of a record type, a part to a batch of records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import AnyDocument, DocType, RecordBatch
from hub.model.envelope import Envelope, Unwrapped, UnwrappedGroup, UnwrappedInterchange, UnwrappedSet
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Severity
from hub.model.partner import Partner
from hub.model.record_types import RecordType, as_source, record_type_for
from translators.crosswalk import Crosswalk
from translators.csv.frames import write_table
from translators.csv.receipt import HEADER, receipt_rows
from translators.csv.text import encode_whole
from translators.maps import partner_address
from translators.records.cells import Context
from translators.records.reading import parts, read_batch
from translators.records.sources import (
    SourceTable,
    column_faults,
    decode_part,
    dialect_of,
    encode_part,
    open_source,
    secret_cells,
)
from translators.records.writing import write_file
from translators.scalars import Dialect

#: Faults of single rows that are told of a file that is refused whole.
MOST_FAULTS = 200


class RecordsTranslator:
    """Files of record types. `folder` holds the partners' crosswalks."""

    name = "records"
    extension = "csv"

    def __init__(self, folder: Path = Path("partners")) -> None:
        self._folder = folder

    def recognises(self, head: bytes) -> bool:
        """Say no: the name of a file tells that it is of a record type, never its first bytes."""
        del head
        return False

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:
        """Part a file into batches of at most `batch` records; rows of one record stay together."""
        name = record_type_for(partner.records, file) if partner else ""
        if partner is None or not name:
            finding = Finding(problems.NO_AGREEMENT, "its name tells no record type", hint="see `match`")
            return Unwrapped(findings=(finding,))
        kind = partner.records[name]
        envelope = Envelope(
            format=self.name,
            sender=partner_address(partner.identity.isa or partner.key),
            receiver=partner_address(partner.identity.our_isa),
            set_id=name,
        )
        table = open_source(data, kind, partner.csv)
        table = structs.replace(table, secret=secret_cells(table, kind))
        faults = (*table.findings, *column_faults(table, kind))
        whole = kind.bad_rows == "refuse_file" or any(f.fatal for f in faults)
        tables = [table] if whole else list(parts(table, kind))
        sets = tuple(_part(part, envelope, n, faults if n == 1 else ()) for n, part in enumerate(tables, 1))
        if whole and not any(f.fatal for f in faults):
            sets = self._all_or_none(table, kind, envelope, partner, faults)
        group = UnwrappedGroup(envelope=envelope, declared_count=str(len(sets)), sets=sets)
        return Unwrapped(interchanges=(UnwrappedInterchange(envelope=envelope, groups=(group,)),))

    def _all_or_none(
        self,
        table: SourceTable,
        kind: RecordType,
        envelope: Envelope,
        partner: Partner,
        faults: tuple[Finding, ...],
    ) -> tuple[UnwrappedSet, ...]:
        """Return the parts of a file that is wanted whole, or one part with the faults of all its rows."""
        batch = read_batch(
            table, kind, self._context(kind, partner), partner=partner.key, name=envelope.set_id
        )
        bad = tuple(finding for part in batch.refused for finding in part.findings)
        if bad:
            return (_part(table, envelope, 1, (*faults, *bad[:MOST_FAULTS], *_further(bad))),)
        tables = parts(table, kind)
        return tuple(_part(part, envelope, n, faults if n == 1 else ()) for n, part in enumerate(tables, 1))

    def check(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[Finding, ...]:
        """Read the part and return every finding."""
        return self.read(payload, envelope, document, partner)[1]

    def read(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
        """Make a batch of a part. What is wrong with single rows is a warning: the others go on."""
        del document
        if partner is None or envelope.set_id not in partner.records:
            message = f"the profile has no [records.{envelope.set_id}] any more"
            return None, (Finding(problems.NO_AGREEMENT, message, hint="mend the profile, then redrive"),)
        try:
            batch = self.read_part(payload, envelope, partner)
        except msgspec.DecodeError:
            return None, (Finding(problems.FILE_UNREADABLE, "is no part of a file of records"),)
        softened = tuple(
            structs.replace(finding, severity=Severity.WARNING)
            for part in batch.refused
            for finding in part.findings
        )
        if batch.refused and not batch.records:
            return None, tuple(structs.replace(finding, severity=Severity.ERROR) for finding in softened)
        return batch, softened

    def read_part(self, payload: bytes, envelope: Envelope, partner: Partner) -> RecordBatch:
        """Make a batch of a part, also where none of its rows can be used. Raises msgspec.DecodeError."""
        kind, table = partner.records[envelope.set_id], decode_part(payload)
        number = f"{envelope.set_id} {_span(table)}".strip()
        context, name = self._context(kind, partner), envelope.set_id
        return read_batch(table, kind, context, partner=partner.key, name=name, number=number)

    def write(self, document: AnyDocument, envelope: Envelope, partner: Partner) -> bytes:
        """Write a batch of ours as a file. Raises ConfigError for what is no batch of a record type of the partner."""
        kind = partner.records.get(envelope.set_id)
        if kind is None or not isinstance(document, RecordBatch):
            raise ConfigError(
                f"{partner.key} has no [records.{envelope.set_id}] by which it could be written"
            )
        return write_file(document, kind, partner.csv, self._context(kind, partner))

    def write_receipt(
        self, entries: tuple[ReceiptEntry, ...], partner: Partner, envelope: Envelope | None = None
    ) -> bytes:
        """Write what came of each part of a file: a row per finding, or one row when all is well.

        `envelope` names the record type, whose dialect the receipt has.
        """
        kind = partner.records.get(envelope.set_id) if envelope is not None else None
        dialect = dialect_of(kind, partner.csv) if kind is not None and kind.format == "csv" else partner.csv
        rows = [row for entry in entries for row in receipt_rows(entry)]
        return encode_whole(write_table(HEADER, rows, dialect.separator or ","), dialect.encoding)

    def _context(self, kind: RecordType, partner: Partner) -> Context:
        return context_of(kind, partner, self._folder)


def context_of(kind: RecordType, partner: Partner, folder: Path) -> Context:
    """Return how a partner writes the values of a record type. Raises ConfigError for a table that does not load."""
    dialect = dialect_of(kind, partner.csv)
    lines = (written for part in kind.lines.values() for written in part.fields.values())
    names = {
        source.crosswalk for written in (*kind.fields.values(), *lines) if (source := as_source(written))
    }
    marks = Dialect(dialect.decimal, dialect.date_format, dialect.thousands, dialect.signs)
    return Context(marks, ZoneInfo(kind.zone), _crosswalks(names - {""}, folder))


def _crosswalks(names: set[str], folder: Path) -> Mapping[str, Crosswalk]:
    loaded = {name: Crosswalk.load(folder / name) for name in names}
    for _, faults in loaded.values():
        for finding in faults:
            if finding.severity is not Severity.WARNING:
                raise ConfigError(f"{finding.message}; {finding.hint}")
    return {name: table for name, (table, _) in loaded.items()}


def _further(faults: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Say how many faults are not told one by one."""
    more = len(faults) - MOST_FAULTS
    return (Finding(problems.ROW_INVALID, f"{more} more faults of this kind and others"),) if more > 0 else ()


def _part(
    table: SourceTable, envelope: Envelope, ordinal: int, findings: tuple[Finding, ...]
) -> UnwrappedSet:
    return UnwrappedSet(
        document=DocType.RECORDS,
        envelope=structs.replace(envelope, set_control=str(ordinal)),
        payload=encode_part(table),
        findings=findings,
    )


def _span(table: SourceTable) -> str:
    """Return the rows of a part in short: 2-501."""
    numbers = [row.number for row in table.rows]
    if not numbers:
        return ""
    low, high = min(numbers), max(numbers)
    return f"{low}-{high}" if high > low else str(low)
