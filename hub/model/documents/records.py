"""Records as read from a partner's file, before Odoo is asked: the canonical form of a record type's rows.

Values are text in one plain form, whatever the file's was: decimals with a point, days as YYYY-MM-DD, instants as
YYYY-MM-DD HH:MM:SS in UTC, truth as "true" and "false", "" to empty a field. What a cell only names (a product by
its code) is looked up when the record is planned.
"""

from __future__ import annotations

import hashlib
import re
from typing import ClassVar

from msgspec import field

from hub.model.documents.base import Document
from hub.model.documents.kinds import DocType
from hub.model.documents.parts import Value
from hub.model.finding import Finding

#: What is shown in place of a secret value.
MASK = "•••"


class RecordLine(Value, frozen=True, kw_only=True):
    """One line of a record; `key` names it within the record."""

    key: str
    row: int
    values: dict[str, str] = field(default_factory=dict)


class Record(Value, frozen=True, kw_only=True):
    """One record. `rows` are rows of the file (the header is row 1), or ordinals of nodes of an XML."""

    key: str  # name of its external id, without the module
    label: str  # its key as a person reads it: E100 / 2026-11-01
    rows: tuple[int, ...]
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, tuple[RecordLine, ...]] = field(default_factory=dict)
    file: str = ""  # name of the file to be attached
    own: str = ""  # its own rows as they came, where those are attached
    expires: str = ""  # day on which the attachment expires, YYYY-MM-DD


class RefusedRows(Value, frozen=True, kw_only=True):
    """Rows of which no record could be made, and why."""

    label: str
    rows: tuple[int, ...]
    findings: tuple[Finding, ...]


class RecordBatch(Document, frozen=True, kw_only=True):
    """A part of a file of records. `number` is the file's name, with the rows where the file is cut in parts."""

    doc_type: ClassVar[DocType] = DocType.RECORDS

    record_type: str
    records: tuple[Record, ...] = ()
    refused: tuple[RefusedRows, ...] = ()
    types: dict[str, str] = field(default_factory=dict)  # outbound: kind of each field's values

    @property
    def row_count(self) -> int:
        """Return how many rows of the file it accounts for."""
        made, refused = (sum(len(part.rows) for part in parts) for parts in (self.records, self.refused))
        return made + refused


def record_key(partner: str, record_type: str, values: tuple[str, ...]) -> str:
    """Return the name of a record's external id: readable first, then a digest that tells near ones apart.

    The same partner, record type and key columns give the same name for good.
    """
    raw = "\x1f".join((partner, record_type, *values))
    slug = re.sub(r"[^A-Za-z0-9]+", "_", "_".join(("rec", partner, record_type, *values))).strip("_").lower()
    return f"{slug[:80]}_{hashlib.sha256(raw.encode()).hexdigest()[:12]}"


def line_key(record: str, field: str, line: str) -> str:
    """Return the name of the external id of a line: its record's, its field, and a digest of its own key."""
    return f"{record}_{field}_{hashlib.sha256(line.encode()).hexdigest()[:12]}"
