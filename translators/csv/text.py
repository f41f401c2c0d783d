"""The characters of a CSV file: which encoding it has, and bytes from text in the agreed one."""

from __future__ import annotations

import codecs

from hub.model.errors import ConfigError

#: Stands for every byte that is no character of the encoding, and for NUL: cells that hold it are findings.
DAMAGED = "\ufffd"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 1024


def decode(data: bytes, declared: str) -> str:
    """Return the text of a file. A byte order mark wins over what is `declared`; empty means: detect.

    Bytes that are no characters become DAMAGED, so that they can be shown where they stand.
    """
    text = data.decode(encoding_of(data, declared), errors="replace")
    return text.removeprefix("\ufeff").replace("\0", DAMAGED)


def encode(text: str, declared: str) -> bytes:
    """Return text as bytes in the declared encoding (UTF-8 by default); what it lacks becomes `?`."""
    return text.encode(checked(declared or "utf-8"), errors="replace")


def encoding_of(data: bytes, declared: str) -> str:
    """Name the encoding of a file by its byte order mark, its agreement, or its bytes (in that order)."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    if declared:
        return checked(declared)
    return _guess(data)


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


def _guess(data: bytes) -> str:
    """Tell UTF-16 by its zero bytes, UTF-8 by its rules; everything else is what Windows writes."""
    sample = data[:_SAMPLE_BYTES]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half // 2 and not sample[0::2].count(0):
        return "utf-16-le"
    if half and sample[0::2].count(0) > half // 2 and not sample[1::2].count(0):
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def can_encode(text: str, declared: str) -> bool:
    """Say whether the agreed encoding has every character of the text, and reading would give it back."""
    if "\0" in text or DAMAGED in text:
        return False
    try:
        text.encode(checked(declared or "utf-8"))
    except UnicodeEncodeError:
        return False
    return True
