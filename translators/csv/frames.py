"""Rows to files, by pandas: delimited text, and Excel workbooks of one sheet in which every cell is text.

Every table that the hub writes is written here. Frames hold text and nothing else (dtype object), so that no number
becomes a float and no word such as NA or null is taken for nothing. pandas is imported when the first file is
written: that takes half a second, which neither `hub --help` nor a hub without flat files should pay.

Files are not read by pandas: records.py and workbook.py say why.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet
    from pandas import DataFrame

#: Signs that XML has no place for, and carriage returns, which it turns into line feeds.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\ufffe\uffff]")
#: Workbooks have dates inside; ours always the same, so that the same document has the same bytes.
_EPOCH = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no zones
_LONGEST_CELL = 32_767  # Excel's own limit
_LINE_END = "\r\n"


def can_hold(text: str) -> bool:
    """Say whether a cell of a workbook gives the text back as it is."""
    return len(text) <= _LONGEST_CELL and not _UNWRITABLE.search(text)


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]], separator: str) -> str:
    """Write rows as CSV text (RFC 4180: CR LF, quotation marks where needed). No header when it is empty.

    Rows of several kinds stay as long as they are: no cells are added to the short ones.
    """
    lines = _lines(header, rows)
    widths = {len(line) for line in lines}
    if len(widths) != 1:  # none, or ragged: a frame would fill them up
        out = io.StringIO(newline="")
        write = row_writer(out, separator)
        for line in lines:
            write(line)
        return out.getvalue()
    return _frame(lines).to_csv(sep=separator, index=False, header=False, lineterminator=_LINE_END)


def row_writer(out: io.StringIO, separator: str) -> Callable[[Sequence[str]], object]:
    """Return what writes one row of any length after the other, as `write_table` does."""
    return csv.writer(out, delimiter=separator, lineterminator=_LINE_END).writerow


def write_workbook(header: Sequence[str], rows: Iterable[Sequence[str]], sheet: str) -> bytes:
    """Return a workbook; no header when it is empty. `sheet` is the title of the one sheet, or a place such as #2.

    Text that is longer than Excel allows is cut; `can_hold` says so beforehand.
    """
    import pandas as pd

    warnings.filterwarnings("ignore", module="openpyxl")
    title = "Sheet1" if not sheet or sheet.startswith("#") else sheet
    frame = _frame([[text[:_LONGEST_CELL] for text in line] for line in _lines(header, rows)])
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        frame.to_excel(writer, sheet_name=title, index=False, header=False)
        _as_text(writer.sheets[title])
        writer.book.properties.created = writer.book.properties.modified = _EPOCH
    return _settled(out)


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Return the header, if any, and the rows: titles may stand twice, so that they are a row like others."""
    return [*([header] if header else []), *rows]


def _frame(lines: Sequence[Sequence[str]]) -> DataFrame:
    import pandas as pd

    return pd.DataFrame(lines, dtype=object)


def _as_text(sheet: Worksheet) -> None:
    """Make every cell of a sheet text: what looks like a formula or an error is text, too, and empty is no cell."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "":
                cell.value = None
            elif cell.value is not None:
                cell.data_type = "s"


def _settled(written: io.BytesIO) -> bytes:
    """Return a package without what its making adds: times, and the size of the sheet, which its rows tell anyway.

    The same document so has the same bytes, whenever and however its workbook was made.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            elif part.filename.startswith("xl/worksheets/"):
                data = re.sub(rb"<dimension [^>]*/>", b"", data, count=1)
            fixed = zipfile.ZipInfo(part.filename, (2000, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(fixed, data)
    return out.getvalue()
