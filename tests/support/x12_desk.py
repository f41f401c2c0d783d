"""A trading partner's own EDI system, as plain text: it writes sets and reads ours with no code of the hub."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from msgspec import Struct

OUR_ID = "OURCO"
GROUPS = {
    "846": "IB",
    "832": "SC",
    "850": "PO",
    "855": "PR",
    "860": "PC",
    "865": "CA",
    "856": "SH",
    "810": "IN",
    "820": "RA",
    "861": "RC",
    "997": "FA",
    "940": "OW",
    "943": "AR",
    "944": "RE",
    "945": "SW",
}

Segment = list[str]


class Read(Struct, frozen=True):
    """A file of ours with one set, as a partner reads it."""

    data: bytes
    segments: list[Segment]

    def all(self, name: str) -> list[Segment]:
        """Return the segments of a name, in order."""
        return [s for s in self.segments if s[0] == name]

    def one(self, name: str) -> Segment:
        """Return the only segment of a name."""
        (found,) = self.all(name)
        return found

    def names(self) -> list[str]:
        """Return the names of all segments, in order."""
        return [s[0] for s in self.segments]


def read(data: bytes) -> Read:
    """Read a file by what its ISA says, and hold its counts and control numbers against each other."""
    text = data.decode()
    end, element = text[105], text[103]
    found = Read(data, [s.strip("\n").split(element) for s in text.split(end) if s.strip("\n")])
    isa, gs, st, se, ge, iea = (found.one(n) for n in ("ISA", "GS", "ST", "SE", "GE", "IEA"))
    names = found.names()
    assert int(se[1]) == names.index("SE") - names.index("ST") + 1
    assert (st[2], gs[6], isa[13], ge[1], iea[1]) == (se[2], ge[2], iea[2], "1", "1")
    return found


class X12Desk:
    """One partner's desk: counts its control numbers from 1."""

    def __init__(self, isa_id: str, release: str = "004010") -> None:
        self.isa_id, self.release = isa_id, release
        self._controls = itertools.count(1)
        self.control = 0  # of the last file written

    def write(self, set_id: str, *bodies: Iterable[str]) -> bytes:
        """Return a file with one group that carries these bodies (segments between ST and SE)."""
        self.control = next(self._controls)
        sets: list[str] = []
        for ordinal, body in enumerate(bodies, 1):
            inner = list(body)
            sets += [f"ST*{set_id}*{ordinal:04d}", *inner, f"SE*{len(inner) + 2}*{ordinal:04d}"]
        standard, version = ("U", "00401") if self.release == "004010" else ("^", "00501")
        isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{self.isa_id:15}*ZZ*{OUR_ID:15}*261120*0915*{standard}"
        isa += f"*{version}*{self.control:09d}*0*P*>"
        gs = f"GS*{GROUPS[set_id]}*{self.isa_id}*{OUR_ID}*20261120*0915*{self.control}*X*{self.release}"
        tail = [f"GE*{len(bodies)}*{self.control}", f"IEA*1*{self.control:09d}"]
        return "".join(f"{s}~\n" for s in [isa, gs, *sets, *tail]).encode()

    def accept(self, file: Read) -> bytes:
        """Return the 997 that accepts a file of ours."""
        gs, st = file.one("GS"), file.one("ST")
        body = [f"AK1*{gs[1]}*{gs[6]}", f"AK2*{st[1]}*{st[2]}", "AK5*A", "AK9*A*1*1*1"]
        return self.write("997", body)


def order(number: str, ship_to: str, lines: Iterable[str], *, date: str = "20261120") -> list[str]:
    """Return the segments of an 850; `lines` are PO1 segments."""
    rows = list(lines)
    head = [
        f"BEG*00*SA*{number}**{date}",
        "CUR*BY*USD",
        "REF*DP*017",
        "DTM*002*20261215",
        f"N1*ST*Store 42*92*{ship_to}",
    ]
    return [*head, *rows, f"CTT*{len(rows)}"]
