"""Rows as an Excel workbook of one sheet: every cell is the text that a CSV file would have, never a formula."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence

#: Signs that XML has no place for, and carriage returns, which it turns into line feeds.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\ufffe\uffff]")
#: Workbooks have dates inside; ours always the same, so that the same document has the same bytes.
_EPOCH = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no zones
_LONGEST_CELL = 32_767  # Excel's own limit


def can_hold(text: str) -> bool:
    """Say whether a cell gives the text back as it is."""
    return len(text) <= _LONGEST_CELL and not _UNWRITABLE.search(text)


def write_workbook(header: Sequence[str], rows: Iterable[Sequence[str]], sheet: str) -> bytes:
    """Return a workbook; no header when it is empty. `sheet` is the title of the one sheet, or a place such as #2."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    warnings.filterwarnings("ignore", module="openpyxl")
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Sheet1" if not sheet or sheet.startswith("#") else sheet)
    for row in ([header] if header else []), rows:
        for texts in row:
            cells = [WriteOnlyCell(page) for _ in texts]
            for cell, text in zip(cells, texts, strict=True):
                cell.value = text or None
                cell.data_type = "s" if text else "n"  # what looks like a formula is text, too
            page.append(cells)
    book.properties.created = book.properties.modified = _EPOCH
    out = io.BytesIO()
    book.save(out)
    return _undated(out)


def _undated(written: io.BytesIO) -> bytes:
    """Return a package without the times of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            fixed = zipfile.ZipInfo(part.filename, (2000, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(fixed, data)
    return out.getvalue()
