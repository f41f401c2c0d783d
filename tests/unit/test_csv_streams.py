"""Flat files of any size: one document after the other, in memory that does not grow with the file."""

from __future__ import annotations

import io
import itertools
import tracemalloc
from collections.abc import Iterator

import pytest

from hub.model import problems
from hub.model.documents import DocType, PurchaseOrder
from tests.support.plain_files import partner
from translators.csv.translator import CsvTranslator

CSV = CsvTranslator()
HEADER = b"PO Number,Item,Quantity,Unit,Price\n"


class Endless(io.RawIOBase):
    """A file that is made while it is read, and can be rewound: `chunks` makes it anew."""

    def __init__(self, orders: int) -> None:
        self._orders, self._left, self._chunks = orders, b"", iter(())
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._left, self._chunks = b"", itertools.chain((HEADER,), self._made())
        return 0

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override] # any writable buffer
        while not self._left:
            self._left = next(self._chunks, b"")
            if not self._left:
                return 0
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)

    def _made(self) -> Iterator[bytes]:
        for number in range(self._orders):
            yield b"".join(b"PO%d,ITEM-%d,%d,EA,1.50\n" % (number, line, line + 1) for line in range(8))


def peak(orders: int) -> int:
    """Return the bytes that reading a file of so many orders takes at most."""
    tracemalloc.start()
    try:
        found = CSV.documents(io.BufferedReader(Endless(orders)), DocType.PURCHASE_ORDER, partner("csv"))
        count = sum(isinstance(order, PurchaseOrder) and len(order.lines) == 8 for order, _ in found)
        assert count == orders
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file() -> None:
    peak(3)  # what is loaded and cached once
    small, large = peak(15), peak(150)
    assert large < small * 1.5
    assert large < 5_000_000


def test_rows_of_one_document_that_stand_apart_are_told() -> None:
    data = HEADER + b"1,A,1,EA,1\n2,B,1,EA,1\n1,C,1,EA,1\n"
    found = list(CSV.documents(io.BytesIO(data), DocType.PURCHASE_ORDER, partner("csv")))
    assert [order is not None for order, _ in found] == [True, True, False]
    assert [(f.problem, f.where.row) for f in found[2][1]] == [(problems.ROW_INVALID, 4)]


@pytest.mark.parametrize("data", [b"", HEADER])
def test_a_stream_without_rows_says_so(data: bytes) -> None:
    found = list(CSV.documents(io.BytesIO(data), DocType.PURCHASE_ORDER, partner("csv")))
    assert [f.problem for _, findings in found for f in findings] == [problems.FILE_EMPTY]
