"""Excel workbooks (.xlsx) as rows of text, under limits.

A sheet is read as a stream. Numbers become plain decimal text with the 15 digits that Excel keeps, dates text in the
agreed form, a formula the value that was stored with it. What has no such value is a fault that names its cell. That
asks for openpyxl's own cells: pandas gives values alone, without how a number is shown, and holds the whole sheet.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, BinaryIO

from hub.model import problems
from hub.model.finding import Finding, Where
from hub.model.partner import CsvSettings
from translators.csv.records import MAX_COLUMNS, Row

if TYPE_CHECKING:
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.workbook import Workbook

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: Limits of a workbook: packed parts, all that they unpack to, the shared texts (held in memory), rows of the sheet.
MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 500_000_000
MAX_TEXT_BYTES = 50_000_000
MAX_ROWS = 200_000
#: A part that unpacks to more than so many times its size, and to more than a little, is a bomb.
MAX_RATIO = 200
_HARMLESS_BYTES = 1_000_000
_CHUNK_BYTES = 1 << 20

#: What broken and hostile workbooks make openpyxl and zipfile raise.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,  # of every XML parser
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
_ZEROS = re.compile(r"0{2,20}")


def is_workbook(stream: BinaryIO) -> bool:
    """Say whether a file is an Excel workbook of any kind, by its first bytes."""
    stream.seek(0)
    return stream.read(8).startswith((_ZIP, _OLE))


def sheet_rows(stream: BinaryIO, settings: CsvSettings) -> Iterator[Row] | Finding:
    """Return the rows of the agreed sheet, or why there are none. Rows after a fault inside the file are not given."""
    stream.seek(0)
    if stream.read(8) == _OLE:
        message = "it is an old Excel workbook (.xls), or one with a password"
        return Finding(problems.FILE_UNREADABLE, message, hint="save it as .xlsx without a password")
    if (refused := _refusal(stream)) is not None:
        return refused
    book = _opened(stream, formulas=False)
    if isinstance(book, Finding):
        return book
    at = _sheet_at(book, settings.sheet)
    if isinstance(at, Finding):
        return at
    shadow = _opened(stream, formulas=True) if _has_formulas(stream) else None
    return _rows(book, shadow if not isinstance(shadow, Finding) else None, at, settings)


def _refusal(stream: BinaryIO) -> Finding | None:
    """Return why a package must not be unpacked: too much in it, or a part that declares entities."""
    try:
        with zipfile.ZipFile(stream) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                return _too_large(f"it unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB")
            for part in parts:
                if part.file_size > max(_HARMLESS_BYTES, MAX_RATIO * part.compress_size):
                    return _too_large(f"{part.filename} unpacks to {MAX_RATIO} times its size and more")
                if part.filename.endswith("sharedStrings.xml") and part.file_size > MAX_TEXT_BYTES:
                    return _too_large(f"its texts are more than {MAX_TEXT_BYTES // 1_000_000} MB")
            if any(_declares(package, part) for part in parts):
                message = "it declares a document type, which no spreadsheet writes"
                return Finding(problems.XML_FORBIDDEN, message, hint="save it anew as .xlsx")
    except _BROKEN as error:
        return _unreadable(error)
    return None


def _declares(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Say whether a part has a document type (and so perhaps entities), or hides it in another encoding."""
    if not part.filename.endswith((".xml", ".rels", ".vml")):
        return False
    before = b""
    with package.open(part) as opened:
        while data := opened.read(_CHUNK_BYTES):
            if b"<!DOCTYPE" in before + data or b"\0" in data:
                return True
            before = data[-16:]
    return False


def _opened(stream: BinaryIO, *, formulas: bool) -> Workbook | Finding:
    """Open a workbook with the values of its formulas, or with the formulas themselves."""
    import openpyxl

    warnings.filterwarnings("ignore", module="openpyxl")  # styles and extensions that we do not read
    try:
        return openpyxl.load_workbook(stream, read_only=True, data_only=not formulas, keep_links=False)
    except _BROKEN as error:
        return _unreadable(error)


def _sheet_at(book: Workbook, wanted: str) -> int | Finding:
    """Return the index of the sheet with a name (loosely) or `#2`; empty is the first."""
    names = [sheet.title for sheet in book.worksheets]
    if wanted.startswith("#") and wanted[1:].isdigit():
        if 0 < int(wanted[1:]) <= len(names):
            return int(wanted[1:]) - 1
    elif not wanted and names:
        return 0
    else:
        found = next((n for n, name in enumerate(names) if name.casefold() == wanted.casefold()), None)
        if found is not None:
            return found
    message = f"the workbook has no sheet {wanted!r}; it has {', '.join(map(repr, names[:9])) or 'none'}"
    return Finding(
        problems.FILE_UNREADABLE, message, hint="mend csv.sheet, or send the sheet under that name"
    )


def _has_formulas(stream: BinaryIO) -> bool:
    """Say whether any sheet of the package holds a formula."""
    with zipfile.ZipFile(stream) as package:
        for part in package.namelist():
            if part.startswith("xl/worksheets/"):
                before = b""
                with package.open(part) as opened:
                    while data := opened.read(_CHUNK_BYTES):
                        if b"<f>" in before + data or b"<f " in before + data:
                            return True
                        before = data[-4:]
    return False


def _rows(book: Workbook, shadow: Workbook | None, at: int, settings: CsvSettings) -> Iterator[Row]:
    """Yield the rows of a sheet; `shadow` is the same workbook with its formulas."""
    number = 0
    try:
        formulas = _cells(shadow, at) if shadow is not None else repeat(())
        for number, (cells, written) in enumerate(zip(_cells(book, at), formulas, strict=False), 1):
            if number > MAX_ROWS:
                message = f"the sheet has more than {MAX_ROWS} rows; the rest was not read"
                yield Row(number, ("",), (_bad(number, message),))
                return
            yield _row(number, cells, written, settings)
    except _BROKEN as error:
        message = f"the sheet is broken from here on: {str(error)[:80] or type(error).__name__}"
        yield Row(number + 1, ("",), (_bad(number + 1, message),))


def _cells(book: Workbook, at: int) -> Iterator[tuple[Any, ...]]:
    sheet: Any = book.worksheets[at]
    sheet.reset_dimensions()  # what the sheet says of its size may be wrong, and is often absent
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows()
    return rows


def _row(number: int, cells: tuple[Any, ...], formulas: tuple[Any, ...], settings: CsvSettings) -> Row:
    """Make one row; a formula without a value and an error of Excel are faults at their column."""
    faults: list[Finding] = []
    texts: list[str] = []
    if len(cells) > MAX_COLUMNS:
        faults.append(
            _bad(number, f"has more than {MAX_COLUMNS} cells; what stands right of them was not read")
        )
    paired = zip(cells[:MAX_COLUMNS], chain(formulas, repeat(None)), strict=False)
    for column, (cell, formula) in enumerate(paired, 1):
        if cell.value is None and formula is not None and formula.data_type == "f":
            faults.append(
                _bad(number, "is a formula without a value; open the file in Excel and save it", column)
            )
        if cell.data_type == "e":
            faults.append(_bad(number, f"is an error of Excel: {cell.value}", column))
        texts.append(_text(cell, settings).strip())
    return Row(number, tuple(texts), tuple(faults))


def _text(cell: ReadOnlyCell, settings: CsvSettings) -> str:
    """Return what a cell shows, in the dialect of the agreement."""
    value, form = cell.value, settings.date_format.split("|", maxsplit=1)[0]
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(value, str(cell.number_format), settings.decimal)
        case dt.datetime() if value.time() == dt.time():
            return value.strftime(form)
        case dt.datetime():
            return value.strftime(f"{form} %H:%M:%S")
        case dt.date():
            return value.strftime(form)
        case dt.time():
            return value.isoformat("seconds")
        case _:
            return str(value)


def _number(value: float, number_format: str, decimal: str) -> str:
    """Write a number with the digits that Excel keeps; a format of zeros alone (UPCs) gives it its leading ones."""
    exact = Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
    text = format(exact, "f")
    if _ZEROS.fullmatch(number_format) and text.isdigit():
        return text.zfill(len(number_format))
    return text.replace(".", decimal)


def _bad(row: int, message: str, column: int | None = None) -> Finding:
    where = Where(row=row, column="" if column is None else str(column))
    return Finding(
        problems.ROW_INVALID, message, where=where, hint="mend it in the workbook and send it again"
    )


def _too_large(message: str) -> Finding:
    return Finding(problems.FILE_TOO_LARGE, message, hint="send it as CSV, or in several workbooks")


def _unreadable(error: Exception) -> Finding:
    message = f"it cannot be read as an Excel workbook: {str(error)[:80] or type(error).__name__}"
    return Finding(problems.FILE_UNREADABLE, message, hint="open it in Excel and save it as .xlsx")
