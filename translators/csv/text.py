"""The characters of a flat file: which encoding it has, its lines in constant memory, and bytes from text."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from hub.model.errors import ConfigError

#: Stands for every byte that is no character of the encoding, and for NUL: cells that hold it are findings.
DAMAGED = "\ufffd"
#: A line longer than this is no line of a trade file: it is given out in pieces that do not end in a line break.
LONGEST_LINE = 1_000_000

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Bytes that are no UTF-8, as the decoder hands them on.
_ESCAPED = re.compile("[\udc80-\udcff]")
_SAMPLE_BYTES = 1024
_CHUNK_BYTES = 1 << 20


def lines_of(stream: BinaryIO, declared: str) -> Iterator[str]:
    """Yield the lines of a file with their ends: LF, CR LF or a bare CR. Reads on as lines are taken.

    A byte order mark wins over what is `declared`; empty means: detect. Bytes that are no characters become
    DAMAGED, so that they can be shown where they stand. `stream` can be rewound.
    """
    encoding = encoding_of_stream(stream, declared)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    first = True
    try:
        while line := text.readline(LONGEST_LINE):
            yield (line.removeprefix("\ufeff") if first else line).replace("\0", DAMAGED)
            first = False
    finally:
        text.detach()  # the stream is its owner's to close


def decode(data: bytes, declared: str) -> str:
    """Return the text of a whole file, as `lines_of` reads it."""
    return "".join(lines_of(io.BytesIO(data), declared))


def encode(text: str, declared: str) -> bytes:
    """Return text as bytes in the declared encoding (UTF-8 by default); what it lacks becomes `?`."""
    return text.encode(checked(declared or "utf-8"), errors="replace")


def encode_whole(text: str, declared: str) -> bytes:
    """Return text as bytes that read back as the same text: marked UTF-8 where the agreed encoding lacks a sign."""
    try:
        return text.encode(checked(declared or "utf-8"))
    except UnicodeEncodeError:
        return text.encode("utf-8-sig", errors="replace")


def encoding_of(data: bytes, declared: str) -> str:
    """Name the encoding of a file by its byte order mark, its agreement, or its bytes (in that order)."""
    return encoding_of_stream(io.BytesIO(data), declared)


def encoding_of_stream(stream: BinaryIO, declared: str) -> str:
    """Name the encoding of a file, as `encoding_of` does, in constant memory."""
    stream.seek(0)
    sample = stream.read(_SAMPLE_BYTES)
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if declared:
        return checked(declared)
    return _utf_16(sample) or _utf_8_or_windows(stream)


def checked(encoding: str) -> str:
    """Return the encoding's name. Raises ConfigError when there is no such encoding of text."""
    try:
        "".encode(encoding)
    except LookupError:
        raise ConfigError(
            f"csv.encoding: {encoding!r} is not an encoding; leave it empty to detect, or name one such as "
            "utf-8, utf-16 or cp1252"
        ) from None
    return encoding


def _utf_16(sample: bytes) -> str:
    """Tell UTF-16 without a mark by its zero bytes; empty when it is none."""
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half // 2 and not sample[0::2].count(0):
        return "utf-16-le"
    if half and sample[0::2].count(0) > half // 2 and not sample[1::2].count(0):
        return "utf-16-be"
    return ""


def _utf_8_or_windows(stream: BinaryIO) -> str:
    """Tell UTF-8 by its rules; everything else is what Windows writes.

    A file of which most that is not ASCII is good UTF-8 is a damaged one: read as cp1252, its good letters
    would turn into others unseen.
    """
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    while chunk := stream.read(_CHUNK_BYTES):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        wrong = len(_ESCAPED.findall(text))
        bad += wrong
        good += len(text) - len(text.encode("ascii", "ignore")) - wrong
    bad += len(decoder.decode(b"", final=True))  # a letter that the end of the file cuts
    return "utf-8" if good >= bad else "cp1252"


def can_encode(text: str, declared: str) -> bool:
    """Say whether the agreed encoding has every character of the text, and reading would give it back."""
    if "\0" in text or DAMAGED in text:
        return False
    try:
        text.encode(checked(declared or "utf-8"))
    except UnicodeEncodeError:
        return False
    return True
