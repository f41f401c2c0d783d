"""Bytes to characters: what stands between a stream of bytes and the scanner.

Most files are ASCII, Latin-1 or UTF-8. They are scanned as Latin-1, where one character is one byte; `tokens.decode`
makes text of a set. A file in UTF-16 tells so itself. EBCDIC and other code pages, and files wrapped into lines, are
read only where the partner's profile says so (`Reading`); where it does not, a finding names the option that helps.

Whatever was done to the bytes, `offset` leads from a character back to the byte that it came from.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from typing import BinaryIO

from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.isa import LONGEST, WRAPPED_HINT, find_isa, is_fixed, read_isa

CHUNK = 1 << 20  # bytes
HEAD = 2048  # bytes that are looked at before anything is read

_AS_THEY_ARE = {"utf-8", "ascii"}  # what the scanner reads anyway
_TWO_BYTES = {"utf-16", "utf-16-le", "utf-16-be"}
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LETTERS = {"utf-16-le": b"I\0S\0A\0", "utf-16-be": b"\0I\0S\0A"}
_TOLD = 100  # characters, all of them of one byte and a zero, that make a file UTF-16 whose ISA is malformed
_EBCDIC_ISA = re.compile(rb"[\x00\x05\x0d\x15\x25\x40]*\xc9\xe2\xc1([^\xc9\xe2\xc1]).{0,2}\1", re.DOTALL)
_LINE_ENDS = re.compile(r"[\r\n]+")
_NARROWEST = 60  # columns of a wrapped file


class Reading(Struct, frozen=True):
    """How a partner's files are to be read: the keys of the same names in its profile."""

    wrapped: bool = False  # line ends inside segments are taken out
    encoding: str = ""  # a Python codec, e.g. cp037; empty: ASCII, Latin-1, UTF-8 or UTF-16 with its mark


AS_IT_COMES = Reading()


def codec_of(encoding: str) -> str | None:
    """Return the codec of an encoding that X12 files can be read in, None for any other name.

    That is UTF-8, UTF-16 or a code page in which one byte is one character: EBCDIC, ISO 8859, Windows.
    """
    try:
        name = codecs.lookup(encoding).name
        if name in _AS_THEY_ARE | _TWO_BYTES:
            return name
        one_each = len(bytes(range(256)).decode(name, "replace")) == 256
        return name if one_each and len("ISA*~".encode(name)) == len("ISA*~") else None
    except (LookupError, UnicodeError, ValueError):
        return None


def begins_x12(head: bytes) -> bool:
    """Say whether an ISA stands in the first bytes of a file, in UTF-16 too, or begins them in EBCDIC."""
    if find_isa(head.decode("latin-1"), 0) >= 0 or _EBCDIC_ISA.match(head):
        return True
    wide = _wide(head)
    return bool(wide) and find_isa(head.decode(wide, "replace"), 0) >= 0


class Characters:
    """The characters of a binary stream, chunk by chunk. `plain`: each of them is one byte as received."""

    def __init__(self, source: BinaryIO, reading: Reading = AS_IT_COMES, chunk: int = CHUNK) -> None:
        self._source, self._chunk = source, chunk
        self._head = _exactly(source, HEAD)
        self._dry = len(self._head) < HEAD
        self.findings: list[Finding] = []
        codec = self._codec(reading.encoding)
        self.plain = not codec
        self._width = 2 if codec in _TWO_BYTES else 1
        self._skipped = 0
        if self._head[:2] in _MARKS and self._width == 2:
            self._head, self._skipped = self._head[2:], 2
        self._decoder = codecs.getincrementaldecoder(codec or "latin-1")("replace")
        self._cuts: list[int] = []  # characters before which line ends were taken out ...
        self._removed: list[int] = []  # ... and how many until there
        self._gone = 0  # of those that nobody can ask for any more
        self._size = 0  # characters handed out
        self._wrapped = self._wraps(on=reading.wrapped)

    def read(self) -> str:
        """Return the next characters, "" at the end."""
        while data := self._next():
            text = self._decoder.decode(data, self.ended)
            text = self._without_line_ends(text) if self._wrapped else text
            if text:
                self._size += len(text)
                return text
        return ""

    @property
    def ended(self) -> bool:
        """Say whether it is known that no more characters follow."""
        return self._dry and not self._head

    def offset(self, position: int) -> int:
        """Return the byte at which a character stood, counted from the start of the stream.

        Exact in every encoding but UTF-16 behind characters of four bytes.
        """
        at = bisect_right(self._cuts, position) if self._cuts else 0
        removed = self._removed[at - 1] if at else self._gone
        return self._skipped + (position + removed) * self._width

    def forget(self, position: int) -> None:
        """Forget what `offset` would need for the characters before a position."""
        at = bisect_right(self._cuts, position)
        if at:
            self._gone = self._removed[at - 1]
            del self._cuts[:at], self._removed[:at]

    def encode(self, text: str) -> bytes:
        """Return characters as bytes: as received when `plain`, else as UTF-8."""
        return text.encode("latin-1" if self.plain else "utf-8")

    def _next(self) -> bytes:
        data, self._head = self._head[: self._chunk], self._head[self._chunk :]
        if len(data) < self._chunk and not self._dry:
            data += _exactly(self._source, self._chunk - len(data))
            self._dry = len(data) < self._chunk
        return data

    def _codec(self, encoding: str) -> str:
        """Choose the codec by the first bytes and the option; "" to read bytes as they are."""
        wide = _wide(self._head)
        if wide:
            message = "the file is in UTF-16 and was read so"
            self._note(problems.ENVELOPE_JUNK, message, "X12 is sent in ASCII or UTF-8", Severity.NOTE)
            return wide
        codec = codec_of(encoding) if encoding else ""
        if codec is None:
            hint = 'write a codec of Python, such as "cp037", under [x12] in the partner\'s profile'
            self._note(problems.CONFIG_VALUE, f"no X12 can be read as {encoding!r}", hint, Severity.WARNING)
        if not codec or codec in _AS_THEY_ARE:
            self._ebcdic()
            return ""
        if codec == "utf-16":  # without its mark: `_wide` knows it by that
            return ""
        plainly = "ISA".encode(codec) != b"ISA" and find_isa(self._head.decode("latin-1"), 0) >= 0
        return "" if plainly else codec

    def _ebcdic(self) -> None:
        if _EBCDIC_ISA.match(self._head):
            hint = 'set encoding = "cp037" (or their code page) under [x12] in the partner\'s profile'
            self._note(problems.FILE_UNREADABLE, "the file is in EBCDIC", hint, Severity.ERROR)

    def _wraps(self, *, on: bool) -> bool:
        """Say whether line ends are to be taken out. Where one terminates the ISA, none is taken out."""
        text = self._decoder.decode(self._head)
        self._decoder.reset()
        begin = find_isa(text, 0)
        if on:
            isa = read_isa(text[begin:], decoded=not self.plain) if begin >= 0 else None
            return isa is None or not (isa.readable and isa.signs.segment in "\r\n")
        if begin >= 0 and _looks_wrapped(text[begin:], decoded=not self.plain):
            message = "line ends stand inside segments"
            self._note(problems.ENVELOPE_WRAPPED, message, WRAPPED_HINT, Severity.WARNING)
        return False

    def _without_line_ends(self, text: str) -> str:
        """Take line ends out and remember where they stood."""
        total = self._removed[-1] if self._removed else self._gone
        taken = 0
        for match in _LINE_ENDS.finditer(text):
            at = self._size + match.start() - taken
            taken += match.end() - match.start()
            self._cuts.append(at)
            self._removed.append(total + taken)
        return _LINE_ENDS.sub("", text) if taken else text

    def _note(self, problem: str, message: str, hint: str, severity: Severity) -> None:
        self.findings.append(Finding(problem, message, severity, Where(offset=0), hint=hint))


def _exactly(source: BinaryIO, size: int) -> bytes:
    """Read so many bytes, fewer only at the end of the stream."""
    parts: list[bytes] = []
    while size > 0 and (data := source.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _wide(head: bytes) -> str:
    """Return which UTF-16 a file begins in, "" for none: by its mark, or by an ISA at its beginning.

    Neither the mark nor three letters are trusted alone: noise may look so, in front of a file in ASCII.
    """
    if head[:2] in _MARKS and head[2:4] != b"\0\0":  # that would be UTF-32
        codec = _MARKS[head[:2]]
        narrow = find_isa(head.decode("latin-1"), 0) >= 0
        return codec if not narrow or find_isa(head.decode(codec, "replace"), 0) >= 0 else ""
    for codec, letters in _LETTERS.items():
        if head.startswith(letters):
            text = head[: LONGEST * 2].decode(codec, "replace")
            return codec if is_fixed(text) or all("\0" < c < "\u0100" for c in text[:_TOLD]) else ""
    return ""


def _looks_wrapped(text: str, *, decoded: bool) -> bool:
    """Say whether a text that begins with an ISA is cut into lines of one length that end inside segments."""
    lines: list[str] = []
    begin = 0
    for match in _LINE_ENDS.finditer(text):  # most files are told by their second line
        lines.append(text[begin : match.start()])
        begin = match.end()
        last = begin == len(text) and len(lines) > 1
        if len(lines[0]) < _NARROWEST or (len(lines[-1]) != len(lines[0]) and not last):
            return False
    isa = read_isa(_LINE_ENDS.sub("", text)[: LONGEST * 2], decoded=decoded)
    fits = isa.readable and not any(f.problem == problems.ISA_WIDTH for f in isa.findings)
    return fits and len(lines) > 1 and not all(line.endswith(isa.signs.segment) for line in lines)
