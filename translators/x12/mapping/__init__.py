"""X12 sets to canonical documents and back."""

from __future__ import annotations

from translators.x12.mapping.documents import (
    SETS,
    Place,
    check_override,
    invoice_total,
    is_known_path,
    known_paths,
    parse_place,
    read_document,
    source,
    write_document,
)

__all__ = [
    "SETS",
    "Place",
    "check_override",
    "invoice_total",
    "is_known_path",
    "known_paths",
    "parse_place",
    "read_document",
    "source",
    "write_document",
]
