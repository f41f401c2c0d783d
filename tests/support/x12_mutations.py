"""Faults planted by chance: each changes a set in one way, as senders get it wrong.

A mutation takes a source of chance and the segments of a set, changes them in place and returns whether it did.
ST and SE keep their places; the caller writes the count into SE unless the mutation is about it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Lines = list[list[str]]
Mutation = Callable[[random.Random, Lines], bool]

COUNTS_ITSELF = {"wrong SE01", "wrong SE02", "letters in SE01"}


def _pick(chance: random.Random, lines: Lines) -> int:
    """Return the place of a segment between ST and SE."""
    return chance.randrange(1, len(lines) - 1) if len(lines) > 2 else 0


def _element(chance: random.Random, lines: Lines) -> tuple[int, int]:
    """Return the places of a segment and of one of its filled elements; (0, 0) when there is none."""
    at = _pick(chance, lines)
    filled = [n for n, value in enumerate(lines[at]) if n and value]
    return (at, chance.choice(filled)) if at and filled else (0, 0)


def _trim(segment: list[str]) -> None:
    while len(segment) > 1 and not segment[-1]:
        segment.pop()


def _drop(chance: random.Random, lines: Lines) -> bool:
    at = _pick(chance, lines)
    if at:
        del lines[at]
    return bool(at)


def _double(chance: random.Random, lines: Lines) -> bool:
    at = _pick(chance, lines)
    if at:
        lines.insert(at, list(lines[at]))
    return bool(at)


def _many(chance: random.Random, lines: Lines) -> bool:
    at = _pick(chance, lines)
    if at:
        lines[at:at] = [list(lines[at]) for _ in range(chance.randint(2, 12))]
    return bool(at)


def _swap(chance: random.Random, lines: Lines) -> bool:
    one, other = _pick(chance, lines), _pick(chance, lines)
    if one == other or lines[one][0] == lines[other][0]:
        return False
    lines[one], lines[other] = lines[other], lines[one]
    return True


def _move(chance: random.Random, lines: Lines) -> bool:
    at = _pick(chance, lines)
    if not at or len(lines) < 4:
        return False
    segment = lines.pop(at)
    lines.insert(chance.randrange(1, len(lines)), segment)
    return True


def _unknown(chance: random.Random, lines: Lines) -> bool:
    lines.insert(chance.randrange(1, len(lines)), [chance.choice(["ZZ9", "QQQ", "X"]), "1", "A"])
    return True


def _put(value: Callable[[random.Random, str], str]) -> Mutation:
    def change(chance: random.Random, lines: Lines) -> bool:
        at, n = _element(chance, lines)
        if at:
            lines[at][n] = value(chance, lines[at][n])
            _trim(lines[at])
        return bool(at)

    return change


def _add(chance: random.Random, lines: Lines) -> bool:
    at = _pick(chance, lines)
    if at:
        lines[at] += [""] * chance.choice([0, 0, 1, 3]) + ["1"]
    return bool(at)


def _fill(chance: random.Random, lines: Lines) -> bool:
    """Fill an element that is empty: it breaks a note, stands where a guide has nothing, or is right."""
    at = _pick(chance, lines)
    empty = [n for n, value in enumerate(lines[at]) if n and not value]
    if not at or not empty:
        return False
    lines[at][chance.choice(empty)] = chance.choice(["1", "X", "AA"])
    return True


def _cut(chance: random.Random, lines: Lines) -> bool:
    at = _pick(chance, lines)
    if not at or len(lines[at]) < 3:
        return False
    del lines[at][chance.randrange(2, len(lines[at])) :]
    _trim(lines[at])
    return True


def _end(n: int, value: str) -> Mutation:
    def change(_: random.Random, lines: Lines) -> bool:
        lines[-1][1] = str(len(lines))
        lines[-1][n] = value
        return True

    return change


def _two(chance: random.Random, lines: Lines) -> bool:
    return _drop(chance, lines) and MUTATIONS["blanked element"](chance, lines)


MUTATIONS: dict[str, Mutation] = {
    "nothing": lambda _chance, _lines: True,
    "segment dropped": _drop,
    "segment twice": _double,
    "segment many times": _many,
    "segments swapped": _swap,
    "segment moved": _move,
    "unknown segment": _unknown,
    "blanked element": _put(lambda _c, _v: ""),
    "element too long": _put(lambda _c, v: v + v[-1:] * 120),
    "element one longer": _put(lambda _c, v: v + "0"),
    "element one shorter": _put(lambda _c, v: v[:-1]),
    "no such code": _put(lambda c, v: c.choice(["ZZZ"[: len(v)], "~"[:0] + "Q" * len(v), "9" * len(v)])),
    "letters": _put(lambda _c, v: "ABCDEFGHIJ"[: max(1, min(len(v), 10))]),
    "no day": _put(lambda _c, v: "20240231"[: len(v)] if len(v) in (6, 8) else "2024"),
    "no time": _put(lambda _c, v: "2561" if len(v) == 4 else "1299"),
    "number with comma": _put(lambda _c, _v: "1,5"),
    "number with two points": _put(lambda _c, _v: "1.2.3"),
    "negative number": _put(lambda _c, _v: "-5"),
    "decimal number": _put(lambda _c, _v: "1.5"),
    "component too much": _put(lambda _c, v: f"{v}>1"),
    "many components": _put(lambda _c, v: v + ">1" * 8),
    "component empty": _put(lambda _c, v: f">{v}"),
    "element too much": _add,
    "element filled": _fill,
    "segment cut": _cut,
    "two faults": _two,
    "wrong SE01": _end(1, "3"),
    "letters in SE01": _end(1, "X"),
    "wrong SE02": _end(2, "99999"),
}
