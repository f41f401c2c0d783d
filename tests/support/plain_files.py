"""CSV and XML in the tests: a sample partner, and reading a whole file as the hub does."""

from __future__ import annotations

from typing import Any

import msgspec

from hub.model.documents import AnyDocument, DocType
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.port import Translator


def partner(file_format: str, **tables: Any) -> Partner:
    """Return a partner that sends purchase orders, with tables as a profile has them."""
    profile = {
        "key": "sample",
        "name": "Sample Trading",
        "format": file_format,
        "identity": {"isa": "ZZ:SAMPLE", "our_isa": "ZZ:OURCO"},
        "receive": {"purchase_order": {}},
        **tables,
    }
    return msgspec.convert(profile, Partner)


def read_file(
    translator: Translator, data: bytes, file: str, sender: Partner | None
) -> tuple[tuple[AnyDocument | None, ...], tuple[Finding, ...]]:
    """Unwrap a file, check and read each document; return the documents and all findings in order."""
    unwrapped = translator.unwrap(data, file, sender)
    documents: list[AnyDocument | None] = []
    findings = list(unwrapped.findings)
    for interchange in unwrapped.interchanges:
        findings += interchange.findings
        for group in interchange.groups:
            findings += group.findings
            for one in group.sets:
                document, notes = translator.read(one.payload, one.envelope, one.document, sender)
                checked = translator.check(one.payload, one.envelope, one.document, sender)
                assert document is None or not any(note.fatal for note in (*notes, *checked))
                documents.append(document)
                findings += one.findings
                findings += () if one.document is DocType.UNKNOWN else notes
    return tuple(documents), tuple(findings)
