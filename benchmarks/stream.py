"""The memory of checking a file of any size: `python -m benchmarks.stream 100` checks an 846 of 100 MB as a stream.

It prints the segments, the CPU seconds and the most memory that the process ever had, in MB. Run in a process of its
own: memory that was had once counts for ever.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from benchmarks.generate import stock, wrapped
from translators.x12.checked import checked
from translators.x12.events import SetEnds
from translators.x12.stream import events

LINES = 10_000  # of a set: as many as an 846 may have


class _Advices(RawIOBase):
    """Inventory advices, made while they are read; the same one with another ST02 each."""

    def __init__(self, count: int) -> None:
        text = "".join("*".join(segment) + "~\n" for segment in stock(random.Random(846), 0, LINES))
        first, last = "ST*846*0000~\n", "*0000~\n"
        self.body = text.removeprefix(first).removesuffix(last).encode()
        self.chunks = wrapped(self._sets(count), count, "IB")
        self.rest = b""

    def _sets(self, count: int) -> Iterator[bytes]:
        for number in range(1, count + 1):
            yield b"ST*846*%04d~\n" % number
            yield self.body
            yield b"*%04d~\n" % number

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes."""
        while len(self.rest) < size:
            chunk = next(self.chunks, b"")
            if not chunk:
                break
            self.rest += chunk
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


def main() -> None:
    """Check so many MB as the first argument says."""
    source = _Advices(max(1, round(float(sys.argv[1]) * 1e6 / 1_228_000)))
    began = time.process_time()
    ends = [event for event in checked(events(source, "generated.edi")) if isinstance(event, SetEnds)]
    seconds = time.process_time() - began
    if any(event.findings for event in ends):
        raise SystemExit(f"benchmark: {ends[0].findings[0].line()}")
    print(sum(event.segments for event in ends), f"{seconds:.2f}", f"{_peak():.1f}")


def _peak() -> float:
    """Return the most memory in MB. Where there is no /proc, that of the starting program may count."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
