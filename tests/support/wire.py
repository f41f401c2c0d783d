"""X12 as a partner's own system would write and read it: plain lists of elements, no code of ours.

A file is built from the inside out: `order(...)` makes the segments of one set, `group(...)` wraps sets,
`interchange(...)` makes bytes. `split(...)` is the way back.
"""

from __future__ import annotations

from collections.abc import Sequence

Segment = tuple[str, ...]
Set = tuple[Segment, ...]

#: Item, quantity, unit, price: one line of an order, in the words of the shipped partner ACME.
LAMP = ("AR-10001", "24", "EA", "9.99")


def split(data: bytes) -> list[list[str]]:
    """Return the segments of a file as lists of elements; delimiters are where ISA says."""
    text = data.decode("latin-1")
    assert text.startswith("ISA"), text[:20]
    element, end = text[3], text[105]
    return [s.strip("\r\n").split(element) for s in text.split(end) if s.strip("\r\n")]


def find(data: bytes, name: str) -> list[list[str]]:
    """Return the segments of that name."""
    return [s for s in split(data) if s[0] == name]


def segment(data: bytes, name: str) -> list[str]:
    """Return the only segment of that name."""
    found = find(data, name)
    assert len(found) == 1, f"{len(found)} {name} in {data!r}"
    return found[0]


def order(number: str, *lines: Sequence[str], purpose: str = "00", ship_to: str = "0042") -> Set:
    """Return an 850 without its ST and SE (X12 004010)."""
    rows = lines or (LAMP,)
    return (
        ("ST", "850"),
        ("BEG", purpose, "SA", number, "", "20260113"),
        ("CUR", "BY", "USD"),
        ("DTM", "002", "20260127"),
        ("N1", "ST", "ACME Store 42", "92", ship_to),
        *(
            ("PO1", str(n), q, unit, price, "", "BP", item)
            for n, (item, q, unit, price) in enumerate(rows, 1)
        ),
        ("CTT", str(len(rows))),
    )


def functional_ack(functional_id: str, control: str, set_id: str, *, code: str = "A", notes: Set = ()) -> Set:
    """Return a 997 for a group of one set, accepted (A) or rejected (R)."""
    accepted = "0" if code == "R" else "1"
    return (
        ("ST", "997"),
        ("AK1", functional_id, control),
        ("AK2", set_id, "0001"),
        *notes,
        ("AK5", code, "5") if code == "R" else ("AK5", code),
        ("AK9", code, "1", "1", accepted),
    )


def group(*sets: Set, control: int = 1, functional_id: str = "PO", sender: str = "ACMERET") -> Set:
    """Return a functional group; sets get their control numbers 0001, 0002 ..."""
    body: list[Segment] = []
    for at, one in enumerate(sets, 1):
        number = f"{at:04d}"
        body += [(*one[0], number), *one[1:], ("SE", str(len(one) + 1), number)]
    head = ("GS", functional_id, sender, "OURCO", "20260113", "0915", str(control), "X", "004010")
    return (head, *body, ("GE", str(len(sets)), str(control)))


def interchange(
    *segments: Segment,
    control: int,
    sender: str = "ZZ:ACMERETAIL",
    receiver: str = "ZZ:OURCO",
    usage: str = "P",
    ask: bool = False,
    element: str = "*",
    end: str = "~",
    newline: str = "\n",
) -> bytes:
    """Return an interchange of groups (or TA1 segments)."""
    theirs, ours = sender.split(":"), receiver.split(":")
    isa = ("ISA", "00", " " * 10, "00", " " * 10, theirs[0], f"{theirs[1]:15}", ours[0], f"{ours[1]:15}")
    isa += ("260113", "0915", "U", "00401", f"{control:09d}", str(int(ask)), usage, ">")
    groups = sum(s[0] == "GS" for s in segments)
    rows = (isa, *segments, ("IEA", str(groups), f"{control:09d}"))
    return "".join(element.join(row) + end + newline for row in rows).encode()


def order_file(number: str, *lines: Sequence[str], control: int = 1, **envelope: object) -> bytes:
    """Return a file of one order."""
    return interchange(*group(order(number, *lines), control=control), control=control, **envelope)  # type: ignore[arg-type] # keyword arguments by name
