"""Encryption at rest of what the archive keeps: AES-256-GCM in pieces, each file under a key of its own.

    magic (8) · id of the key (8) · salt (32) · pieces of 1 MiB, each with its tag of 16 bytes

A file's key is derived (HKDF-SHA256) from the archive's key and the salt, so a nonce need only be unique in the file:
it counts the pieces and marks the last one, and so no piece can be moved, left out or cut off unseen. Several keys
can be read; what is new is written under the first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import os
from collections.abc import Sequence
from typing import IO, BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.model.errors import ConfigError, Undeliverable

PIECE_BYTES = 1 << 20
KEY_BYTES = 32
_MAGIC = b"HUBSEAL1"
_ID_BYTES, _SALT_BYTES, _TAG_BYTES = 8, 32, 16
_HEAD_BYTES = len(_MAGIC) + _ID_BYTES + _SALT_BYTES


class KeyMissing(Undeliverable):
    """Something is sealed under a key that is not here; it may be as sound as ever."""

    def __init__(self, name: str, key: str) -> None:
        super().__init__(
            f"archive: {name} is sealed under key {key}, which is not among [store] archive_keys; "
            "add its reference there"
        )
        self.key = key


class Keyring:
    """The keys of an archive, the newest first; none: nothing is sealed, and nothing sealed can be read."""

    def __init__(self, keys: Sequence[bytes] = (), *, seals: bool = False) -> None:
        self._keys = {_id_of(key): key for key in keys}
        self.newest = _id_of(keys[0]) if keys else b""
        #: Whether what is new is sealed.
        self.seals = seals and bool(keys)

    def __repr__(self) -> str:
        return f"Keyring({len(self._keys)} keys)"

    def sealer(self, target: IO[bytes]) -> Sealer:
        """Return what seals into a file under the newest key."""
        salt = os.urandom(_SALT_BYTES)
        target.write(_MAGIC + self.newest + salt)
        return Sealer(target, _cipher(self._keys[self.newest], salt))

    def unsealed(self, source: IO[bytes], name: str) -> BinaryIO:
        """Return the clear bytes of a sealed file; raise KeyMissing when its key is not here."""
        head = source.read(_HEAD_BYTES)
        if len(head) < _HEAD_BYTES or not head.startswith(_MAGIC):
            raise Undeliverable(f"archive: {name} is damaged: it does not begin as a sealed file does")
        used = head[len(_MAGIC) : len(_MAGIC) + _ID_BYTES]
        key = self._keys.get(used)
        if key is None:
            raise KeyMissing(name, used.hex())
        reader = _Unsealing(source, _cipher(key, head[-_SALT_BYTES:]), name)
        return cast("BinaryIO", io.BufferedReader(reader, PIECE_BYTES))

    def is_newest(self, source: IO[bytes]) -> bool:
        """Say whether a sealed file is under the newest key."""
        return source.read(len(_MAGIC) + _ID_BYTES) == _MAGIC + self.newest


class Sealer:
    """Seals what is written, piece by piece; `finish` seals the last one."""

    def __init__(self, target: IO[bytes], cipher: AESGCM) -> None:
        self._target, self._cipher = target, cipher
        self._waiting, self._count = bytearray(), 0

    def write(self, data: bytes) -> None:
        """Take more clear bytes."""
        self._waiting += data
        while len(self._waiting) > PIECE_BYTES:  # the last piece waits for `finish`, which marks it
            self._piece(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]

    def finish(self) -> None:
        """Seal the rest; an empty file has one empty piece."""
        self._piece(bytes(self._waiting), last=True)

    def _piece(self, clear: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._count, last=last), clear, None))
        self._count += 1


class _Unsealing(io.RawIOBase):
    """Reads the pieces of a sealed file."""

    def __init__(self, source: IO[bytes], cipher: AESGCM, name: str) -> None:
        self._source, self._cipher, self._name = source, cipher, name
        self._next = source.read(PIECE_BYTES + _TAG_BYTES)
        self._clear, self._count, self._ended = memoryview(b""), 0, False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        """Give clear bytes; raise Undeliverable for a piece that is not what was sealed."""
        while not self._clear and not self._ended:
            self._open_next()
        size = min(len(buffer), len(self._clear))
        buffer[:size] = self._clear[:size]
        self._clear = self._clear[size:]
        return size

    def _open_next(self) -> None:
        piece, self._next = self._next, self._source.read(PIECE_BYTES + _TAG_BYTES)
        self._ended = not self._next
        try:
            clear = self._cipher.decrypt(_nonce(self._count, last=self._ended), piece, None)
        except (InvalidTag, ValueError):
            raise Undeliverable(
                f"archive: {self._name} is damaged: piece {self._count + 1} is not what was sealed. "
                "Restore the file from a backup, then redrive what needs it."
            ) from None
        self._clear, self._count = memoryview(clear), self._count + 1

    def close(self) -> None:
        """Close the file."""
        self._source.close()
        super().close()


def is_sealed(data: bytes) -> bool:
    """Say whether bytes begin as sealed ones do."""
    return data.startswith(_MAGIC)


def sealed_size(size: int) -> int:
    """Return how large a file of `size` bytes is when it is sealed."""
    pieces = max(1, -(-size // PIECE_BYTES))
    return _HEAD_BYTES + size + pieces * _TAG_BYTES


def key_from(secret: bytes, reference: str) -> bytes:
    """Return the key in a secret: 32 bytes in base64, as `hub archive newkey` writes it. Raise ConfigError."""
    try:
        key = base64.b64decode(secret, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(f"{reference}: is no key of an archive; make one with `hub archive newkey NAME`")
    return key


def new_key() -> bytes:
    """Return a new key as its secret holds it."""
    return base64.b64encode(os.urandom(KEY_BYTES))


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"hub archive key\0" + key).digest()[:_ID_BYTES]


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"hub archive").derive(key))


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])
