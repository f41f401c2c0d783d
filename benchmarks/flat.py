"""A flat file of a hundred megabytes, read one document after the other: `python -m benchmarks.flat [MEGABYTES]`."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from hub.model.documents import DocType
from hub.model.partner import Partner
from translators.csv.translator import CsvTranslator

_LINES = 12


def write(path: Path, megabytes: int) -> int:
    """Write orders of twelve lines up to a size; return how many."""
    orders = 0
    with path.open("w", encoding="utf-8") as out:
        out.write("PO Number,PO Date,Ship To,Line,Item,Description,Quantity,Unit,Price\n")
        while out.tell() < megabytes * 1_000_000:
            for line in range(1, _LINES + 1):
                text = f'"A thing, blue ""{line}"" wide"'
                out.write(
                    f"PO{orders:07d},2026-03-02,STORE-{orders % 100},{line},I-{line},{text},{line * 3},EA,{line}.05\n"
                )
            orders += 1
    return orders


def main() -> None:
    """Measure and print."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    partner = Partner(key="bench", name="Bench", format="csv")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        orders = write(path, megabytes)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        began = time.perf_counter()
        with path.open("rb") as stream:
            found = CsvTranslator().documents(stream, DocType.PURCHASE_ORDER, partner)
            read = sum(order is not None and not findings for order, findings in found)
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    assert read == orders, (read, orders)
    print(
        f"{megabytes} MB, {orders} orders of {_LINES} lines: {seconds:.1f} s, {orders / seconds:.0f} orders/s"
    )
    print(f"most memory: {after} MB ({before} MB before the first row)")


if __name__ == "__main__":
    main()
