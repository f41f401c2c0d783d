"""Validation by pyx12 with our own dictionary exported to its maps, as codes that can be compared with ours."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import NamedTuple

import pyx12.params
import pyx12.x12n_document


class Verdict(NamedTuple):
    """What an acknowledgment says of one set.

    `codes` are AK502 and on; `segments` are (id, position, AK304); `elements` are
    (segment position, element position, AK403).
    """

    accepted: bool
    codes: frozenset[str]
    segments: frozenset[tuple[str, int, str]]
    elements: frozenset[tuple[int, int, str]]


def verdicts(data: bytes, maps: Path) -> list[Verdict]:
    """Return pyx12's verdict on each set of an interchange, by its own 997."""
    answer = io.StringIO()
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(data.decode("ascii")), answer, None, map_path=str(maps)
    )
    return read_verdicts([line.rstrip("~").split("*") for line in answer.getvalue().splitlines()])


def read_verdicts(segments: list[list[str]]) -> list[Verdict]:
    """Return the verdicts that the segments of a 997 carry, set by set."""
    found: list[Verdict] = []
    noted: set[tuple[str, int, str]] = set()
    elements: set[tuple[int, int, str]] = set()
    place = 0
    for tag, *values in segments:
        if tag == "AK2":
            noted, elements = set(), set()
        elif tag == "AK3":
            place = int(values[1])
            noted |= {(values[0], place, code) for code in values[3:] if code}
        elif tag == "AK4":
            elements.add((place, int(values[0].split(":")[0]), values[2]))
        elif tag == "AK5":
            found.append(
                Verdict(values[0] != "R", frozenset(values[1:]), frozenset(noted), frozenset(elements))
            )
    return found
