"""X12 sets to canonical documents and back."""

from __future__ import annotations

from translators.x12.mapping.documents import (
    check_override,
    invoice_total,
    read_document,
    source,
    write_document,
)
from translators.x12.mapping.paths import is_known_path, known_paths
from translators.x12.mapping.place import Place, parse_place
from translators.x12.mapping.spec import SETS

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
