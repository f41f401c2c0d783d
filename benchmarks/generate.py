"""Generated documents (004010) for benchmarks and tests: the same seed gives the same bytes."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator

SENDER, RECEIVER = "GENERATED", "OURCO"
_DAY = dt.date(2025, 1, 6)
_UNITS = ("EA", "CA", "DZ", "LB")
_WORDS = ("BLUE", "RED", "STEEL", "OAK", "WIDGET", "PANEL", "BRACKET", "HINGE", "10MM", "2X4", "LOOSE")
_CITIES = (
    ("SPRINGFIELD", "IL", "62701"),
    ("DAYTON", "OH", "45402"),
    ("TULSA", "OK", "74103"),
    ("RENO", "NV", "89501"),
)

Segments = list[list[str]]


def order(chance: random.Random, number: int, lines: int = 20) -> Segments:
    """Return one valid order from ST to SE, about six segments a line; `number` makes its order number."""
    body = [*_heading(chance, number)]
    for at in range(1, lines + 1):
        body += _line(chance, at)
    body += [
        ["CTT", str(lines)],
        ["AMT", "TT", f"{chance.randrange(100, 10**6)}.{chance.randrange(100):02d}"],
    ]
    return _set("850", number, body)


def _heading(chance: random.Random, number: int) -> Iterator[list[str]]:
    day = _DAY + dt.timedelta(days=chance.randrange(300))
    yield ["BEG", "00", chance.choice(["SA", "KN", "DS"]), f"PO{number:07d}", "", f"{day:%Y%m%d}"]
    yield ["CUR", "BY", "USD"]
    yield ["REF", "DP", f"{chance.randrange(1000):03d}"]
    yield ["REF", "IA", f"V{chance.randrange(10**5):05d}"]
    yield ["PER", "BD", _words(chance, 2), "TE", f"555{chance.randrange(10**7):07d}"]
    yield ["FOB", "PP"]
    yield ["ITD", "01", "3", "2", "", "10", "", "30"]
    yield ["DTM", "002", f"{day + dt.timedelta(days=10):%Y%m%d}"]
    yield ["DTM", "001", f"{day + dt.timedelta(days=20):%Y%m%d}"]
    yield ["TD5", "", "2", "UPSN", "M", "GROUND"]
    yield ["N9", "L1", "NOTES"]
    yield ["MSG", _words(chance, 6)]
    for role in ("ST", "BY"):
        city, state, postal = chance.choice(_CITIES)
        store = f"{chance.randrange(10**4):04d}"
        yield ["N1", role, f"STORE {store}", "92", store]
        yield ["N3", f"{chance.randrange(1, 999)} MAIN ST"]
        yield ["N4", city, state, postal, "US"]


def _line(chance: random.Random, at: int) -> Iterator[list[str]]:
    price = f"{chance.randrange(1, 500)}.{chance.randrange(100):02d}"
    ids = ["UP", f"{chance.randrange(10**12):012d}", "VP", f"SKU{chance.randrange(10**6):06d}"]
    quantity, unit = chance.randrange(2, 500), chance.choice(_UNITS)
    yield ["PO1", str(at), str(quantity), unit, price, "", *ids]
    yield ["CTP", "", "RES", f"{chance.randrange(1, 900)}.99"]
    yield ["PID", "F", "", "", "", _words(chance, 4)]
    yield ["PO4", str(chance.choice([1, 6, 12, 24])), "1", "EA"]
    yield ["SAC", "A", "C310", "", "", str(chance.randrange(100, 9999))]
    if at % 3 == 0:
        yield ["SDQ", unit, "92", "0042", str(quantity - 1), "0043", "1"]


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(count))


def stock(chance: random.Random, number: int, lines: int) -> Segments:
    """Return one valid inventory advice (846); a set has at most 10,000 lines."""
    body = [
        ["BIA", "00", "DD", f"ADVICE{number:05d}", f"{_DAY:%Y%m%d}"],
        ["N1", "SU", "OUR SUPPLIER", "92", "S1"],
    ]
    for at in range(1, lines + 1):
        ids = ["UP", f"{chance.randrange(10**12):012d}", "VP", f"SKU{chance.randrange(10**6):06d}"]
        body.append(["LIN", str(at), *ids])
        body.append(["PID", "F", "", "", "", _words(chance, 4)])
        body.append(["CTP", "", "RES", f"{chance.randrange(1, 900)}.99"])
        body.append(["QTY", "33", str(chance.randrange(10**5)), "EA"])
        body.append(["DTM", "018", f"{_DAY + dt.timedelta(days=chance.randrange(90)):%Y%m%d}"])
    return _set("846", number, [*body, ["CTT", str(lines)]])


def ship_notice(chance: random.Random, number: int, packs: int, items: int) -> Segments:
    """Return one valid ship notice (856, S-O-P-I): one order in `packs` cartons of `items` items."""
    body = [
        ["BSN", "00", f"SHIP{number:06d}", f"{_DAY:%Y%m%d}", "1200", "0001"],
        ["HL", "1", "", "S"],
        ["TD1", "CTN25", str(packs), "", "", "", "G", str(packs * 20), "LB"],
        ["TD5", "B", "2", "UPSN", "M"],
        ["REF", "BM", f"BOL{number:06d}"],
        ["DTM", "011", f"{_DAY:%Y%m%d}"],
        ["N1", "SF", "PLANT", "92", "P1"],
        ["HL", "2", "1", "O"],
        ["PRF", f"PO{number:07d}"],
    ]
    level = 2
    for _ in range(packs):
        level += 1
        pack = level
        body.append(["HL", str(pack), "2", "P"])
        body.append(["MAN", "GM", f"{chance.randrange(10**17):018d}"])
        for at in range(1, items + 1):
            level += 1
            body.append(["HL", str(level), str(pack), "I"])
            body.append(["LIN", str(at), "UP", f"{chance.randrange(10**12):012d}", "VP", f"SKU{at:06d}"])
            body.append(["SN1", "", str(chance.randrange(1, 500)), "EA"])
            body.append(["PID", "F", "", "", "", _words(chance, 4)])
            body.append(["REF", "LT", f"LOT{chance.randrange(10**6):06d}"])
    return _set("856", number, [*body, ["CTT", str(level)]])


def _set(set_id: str, number: int, body: Segments) -> Segments:
    control = f"{number:04d}"
    return [["ST", set_id, control], *body, ["SE", str(len(body) + 2), control]]


def interchange(sets: Iterable[Segments], functional_id: str = "PO") -> bytes:
    """Return sets in one group of one interchange: `*` `>` `~` and line ends, as most partners send."""
    sets = list(sets)
    body = "".join("*".join(segment) + "~\n" for one in sets for segment in one)
    return b"".join(wrapped([body.encode()], len(sets), functional_id))


def wrapped(bodies: Iterable[bytes], count: int, functional_id: str) -> Iterator[bytes]:
    """Yield the bytes of an interchange around sets that are written already."""
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{SENDER:15}*ZZ*{RECEIVER:15}*250106*1200*U*00401*000000101*0*P*>"
    yield f"{isa}~\nGS*{functional_id}*{SENDER}*{RECEIVER}*20250106*1200*101*X*004010~\n".encode()
    yield from bodies
    yield f"GE*{count}*101~\nIEA*1*000000101~\n".encode()


def orders(count: int, lines: int = 20, seed: int = 850) -> bytes:
    """Return one interchange with `count` orders."""
    chance = random.Random(seed)
    return interchange(order(chance, number, lines) for number in range(1, count + 1))


def advices(size: int, lines: int = 10_000, seed: int = 846) -> bytes:
    """Return one interchange of inventory advices of about `size` bytes."""
    chance = random.Random(seed)
    count = max(1, round(size / (lines * 123)))
    return interchange((stock(chance, number, lines) for number in range(1, count + 1)), "IB")


def notices(size: int, packs: int = 40, items: int = 5, seed: int = 856) -> bytes:
    """Return one interchange of ship notices of about `size` bytes."""
    chance = random.Random(seed)
    count = max(1, round(size / (packs * items * 121)))
    return interchange((ship_notice(chance, number, packs, items) for number in range(1, count + 1)), "SH")


def spoiled(data: bytes) -> bytes:
    """Return an interchange of orders in which every segment of every set has one fault: an element too many."""
    lines = data.split(b"~\n")
    spared = (b"ISA", b"GS*", b"ST*", b"SE*", b"GE*", b"IEA")
    tail = b"*" * 30 + b"X"
    return b"~\n".join(line if line.startswith(spared) or not line else line + tail for line in lines)
