"""Generated purchase orders (850, 004010) for benchmarks and tests: the same seed gives the same bytes."""

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
    control = f"{number:04d}"
    return [["ST", "850", control], *body, ["SE", str(len(body) + 2), control]]


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


def interchange(sets: Iterable[Segments]) -> bytes:
    """Return sets in one group of one interchange: `*` `>` `~` and line ends, as most partners send."""
    sets = list(sets)
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{SENDER:15}*ZZ*{RECEIVER:15}*250106*1200*U*00401*000000101*0*P*>"
    envelope = [isa, f"GS*PO*{SENDER}*{RECEIVER}*20250106*1200*101*X*004010"]
    body = ["*".join(segment) for one in sets for segment in one]
    return "~\n".join([*envelope, *body, f"GE*{len(sets)}*101", "IEA*1*000000101", ""]).encode()


def orders(count: int, lines: int = 20, seed: int = 850) -> bytes:
    """Return one interchange with `count` orders."""
    chance = random.Random(seed)
    return interchange(order(chance, number, lines) for number in range(1, count + 1))
