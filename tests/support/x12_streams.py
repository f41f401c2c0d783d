"""Streams of X12 for tests: events compared whatever their chunks, and endless files made while they are read."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from translators.x12.characters import AS_IT_COMES, Reading
from translators.x12.events import Event, SetText
from translators.x12.stream import events

ISA = "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*U*00401*000000001*0*P*>~"
GS = "GS*PO*ACME*OURCO*20250110*1200*1*X*004010~"


def told(data: bytes, chunk: int, reading: Reading = AS_IT_COMES) -> list[Event]:
    """Return the events of a file, the runs of each set put together."""
    return joined(events(io.BytesIO(data), "in.edi", reading, chunk=chunk))


def joined(stream: Iterable[Event]) -> list[Event]:
    """Put the runs of each set together."""
    found: list[Event] = []
    for event in stream:
        last = found[-1] if found else None
        if isinstance(event, SetText) and isinstance(last, SetText):
            found[-1] = SetText(last.data + event.data)
        elif isinstance(event, SetText):
            found.append(SetText(event.data))
        else:
            found.append(event)
    return found


class Made(io.RawIOBase):
    """A file that is made while it is read: what `parts` gives, up to `size` bytes or a little more."""

    def __init__(self, parts: Iterator[bytes], size: int) -> None:
        self._parts, self._left = parts, size
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        held = [self._rest]
        have = len(self._rest)
        while have < size and self._left > 0:
            part = next(self._parts, b"")
            if not part:
                break
            held.append(part)
            have += len(part)
            self._left -= len(part)
        data = b"".join(held)
        self._rest = data[size:]
        return data[:size]
