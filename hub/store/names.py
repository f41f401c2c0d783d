"""The names of all payloads, put aside on the disk: read in one transaction, used for as long as it takes.

Memory does not grow with them, and no transaction stays open while the archive is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from hub.store.store import Store
from hub.store.tx import Tx

_BYTES = 32
_AT_ONCE = 1024


class NamesAside:
    """SHA-256 digests in ascending order. Close it when done."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self.count = 0

    def fill(self, tx: Tx) -> None:
        """Take the names of all payloads that rows of this moment name."""
        for name in tx.payload_names():
            self._file.write(bytes.fromhex(name))
            self.count += 1

    def __iter__(self) -> Iterator[str]:
        self._file.seek(0)
        while block := self._file.read(_BYTES * _AT_ONCE):
            for at in range(0, len(block), _BYTES):
                yield block[at : at + _BYTES].hex()

    def close(self) -> None:
        """Give the disk its space back."""
        self._file.close()


def names_of(store: Store) -> NamesAside:
    """Return the names of all payloads as of now."""
    names = NamesAside()
    with store.read() as tx:
        names.fill(tx)
    return names


def compared(named: Iterator[str], there: Iterator[str]) -> Iterator[tuple[str, bool, bool]]:
    """Yield each name of two ascending streams once, and whether it is in the first and in the second."""
    one, other = next(named, None), next(there, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one < other):
            assert one is not None
            yield one, True, False
            one = next(named, None)
        elif one is None or other < one:
            yield other, False, True
            other = next(there, None)
        else:
            yield one, True, True
            one, other = next(named, None), next(there, None)
