"""Changes inputs as partners and editors would: by segments, elements, separators, lines, rather than by bits.

What is spliced in comes from a pool of pieces of the seeds. The same data and seed give the same result.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from tests.fuzz.targets import BETWEEN

SIGNS = [*b"*|~!^:>+\n\r\x1c\x1d\x1e\x1f\x85"]
VALUES = [
    b"",
    b"0",
    b"-1",
    b"1.50",
    b"1E5",
    b"9" * 40,
    b"00",
    b"20250110",
    b"20251301",
    b"2500",
    b"EA",
    b"ST",
    b"DP>1",
]
VALUES += [
    b"A^B",
    b"\xc3\xa9",
    b"\xff",
    b"\0",
    b" ",
    b"NaN",
    b"ISA",
    b"S",
    b"O",
    b"I",
    b"000000001",
    b"\xe2\x82\xac",
]
SPLINTERS = [
    b"*",
    b"~",
    b"\n",
    b"\r\n",
    b">",
    b"^",
    b"ISA*",
    b"~ISA*00*",
    b"~IEA*1*1~",
    b"~SE*1*1~",
    b"~GE*1*1~",
]
SPLINTERS += [
    b"BIN*5*",
    b"BIN*99999999*",
    b"BDS*ASC*3*a~b~",
    b"\xef\xbb\xbf",
    b"\0",
    b"\x1a",
    b"=",
    b'"',
    b"[",
    b"M 1",
]

Change = Callable[[random.Random, list[bytes], list[bytes]], None]


def _drop(chance: random.Random, parts: list[bytes], pool: list[bytes]) -> None:
    begin = chance.randrange(len(parts))
    del parts[begin : begin + chance.choice([1, 1, 1, 2, 5])]


def _double(chance: random.Random, parts: list[bytes], pool: list[bytes]) -> None:
    at = chance.randrange(len(parts))
    parts[at:at] = [parts[at]] * chance.choice([1, 1, 2, 30])


def _swap(chance: random.Random, parts: list[bytes], pool: list[bytes]) -> None:
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]


def _splice(chance: random.Random, parts: list[bytes], pool: list[bytes]) -> None:
    at = chance.randint(0, len(parts))
    begin = chance.randrange(len(pool))
    parts[at:at] = pool[begin : begin + chance.choice([1, 1, 2, 8])]


def _copy_run(chance: random.Random, parts: list[bytes], pool: list[bytes]) -> None:
    begin, at = chance.randrange(len(parts)), chance.randint(0, len(parts))
    parts[at:at] = parts[begin : begin + chance.randint(1, 12)]


CHANGES: list[Change] = [_drop, _double, _swap, _splice, _copy_run]


def _blind(chance: random.Random, data: bytes) -> bytes:
    """Change a few bytes, whatever they are."""
    at = chance.randint(0, len(data))
    gone = chance.choice([0, 1, 1, 4, 64])
    return data[:at] + chance.randbytes(chance.choice([0, 1, 1, 4])) + data[at + gone :]


class Mutator:
    """Changes one input; `pieces` are segments or lines of the seeds."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pool = sorted(set(pieces)) or [b"ST*850*0001"]

    def file(self, data: bytes, most: int, seed: int) -> bytes:
        """Change an X12 file."""
        chance = random.Random(seed)
        for _ in range(chance.choice([1, 1, 2, 4])):
            data = self._x12(chance, data)
        return data[:most]

    def ack(self, data: bytes, most: int, seed: int) -> bytes:
        """Change an acknowledgment or, less often, the file that it may answer."""
        chance = random.Random(seed)
        ack, between, original = data.partition(BETWEEN)
        if chance.random() < 0.7:
            ack = self._x12(chance, ack)
        else:
            original = self._x12(chance, original)
        return (ack + (between or BETWEEN) + original)[:most]

    def source(self, data: bytes, most: int, seed: int) -> bytes:
        """Change the files of a dictionary or a grammar, by lines and words."""
        chance = random.Random(seed)
        for _ in range(chance.choice([1, 1, 2])):
            if chance.random() < 0.25 or not data:
                data = _blind(chance, data)
                continue
            sign = chance.choice([b"\n", b"\n", b" ", b'"', b">", b","])
            data = self._parts(chance, data, sign)
        return data[:most]

    def _x12(self, chance: random.Random, data: bytes) -> bytes:
        if not data or chance.random() < 0.15:
            return _blind(chance, data)
        element, terminator = separators(data)
        match chance.randrange(10):
            case 0 | 1 | 2:
                return self._parts(chance, data, terminator)
            case 3 | 4 | 5 | 6:
                return self._element(chance, data, element, terminator)
            case 7:
                old, new = chance.choice([element, terminator, b">", b"^"]), bytes([chance.choice(SIGNS)])
                return data.replace(old, new)
            case 8:
                at = chance.randint(0, len(data))
                return data[:at] + chance.choice(SPLINTERS) + data[at + chance.choice([0, 0, 1, 10]) :]
            case _:
                return self._whole(chance, data)

    def _parts(self, chance: random.Random, data: bytes, sign: bytes) -> bytes:
        parts = data.split(sign)
        chance.choice(CHANGES)(chance, parts, self.pool)
        return sign.join(parts)

    def _element(self, chance: random.Random, data: bytes, element: bytes, terminator: bytes) -> bytes:
        """Change one element of one segment: another value, one more, one less."""
        segments = data.split(terminator)
        at = chance.randrange(len(segments))
        elements = segments[at].split(element)
        where = chance.randrange(len(elements))
        match chance.randrange(4):
            case 0:
                elements.insert(where, chance.choice(VALUES))
            case 1:
                del elements[where]
            case 2:
                elements[where] = chance.choice(chance.choice(self.pool).split(b"*"))
            case _:
                elements[where] = chance.choice(VALUES)
        segments[at] = element.join(elements)
        return terminator.join(segments)

    def _whole(self, chance: random.Random, data: bytes) -> bytes:
        """Change the file as a whole: wrapped, cut, twice, in another encoding."""
        match chance.randrange(5):
            case 0:
                return b"\n".join(data[at : at + 80] for at in range(0, len(data), 80))
            case 1:
                return data[: chance.randint(0, len(data))]
            case 2:
                return data + chance.choice([b"", b"\n", b"junk\n"]) + data
            case 3:
                return data.decode("latin-1").encode("cp037", "replace")
            case _:
                return data.decode("latin-1").encode("utf-16")


def separators(data: bytes) -> tuple[bytes, bytes]:
    """Guess the element separator and the terminator of a file."""
    begin = max(0, data.find(b"ISA"))
    element = data[begin + 3 : begin + 4] or b"*"
    terminator = data[begin + 105 : begin + 106]
    return element, terminator if terminator and terminator in data[begin + 106 :] else b"~"
