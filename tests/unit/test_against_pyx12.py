"""Our X12 engine against pyx12 on generated purchase orders with one fault each: the same verdicts, the same codes.

pyx12 reads our own dictionary, exported to its maps. Where it is known to differ from X12 the difference is named.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.generate import Segments, interchange, order
from hub.model.acks import GroupVerdict, SetVerdict
from tests.support.pyx12_oracle import Verdict, read_verdicts, verdicts
from translators.x12.acks.verdicts import group_acknowledgment
from translators.x12.exporters.pyx12 import write_pyx12_maps
from translators.x12.translator import X12Translator

Change = Callable[[Segments], None]


def place(lines: Segments, tag: str) -> int:
    return next(at for at, segment in enumerate(lines) if segment[0] == tag)


def put(tag: str, position: int, *values: str) -> Change:
    """Write values into the first `tag` segment from an element position on."""

    def change(lines: Segments) -> None:
        segment = lines[place(lines, tag)]
        segment += [""] * (position + len(values) - len(segment))
        segment[position : position + len(values)] = values
        while segment[-1] == "":
            segment.pop()

    return change


def drop(tag: str) -> Change:
    return lambda lines: lines.__delitem__(place(lines, tag))


def repeat(tag: str, times: int) -> Change:
    def change(lines: Segments) -> None:
        at = place(lines, tag)
        lines[at:at] = [list(lines[at]) for _ in range(times)]

    return change


def before(tag: str, *segment: str) -> Change:
    return lambda lines: lines.insert(place(lines, tag), list(segment))


def swap(one: str, other: str) -> Change:
    def change(lines: Segments) -> None:
        a, b = place(lines, one), place(lines, other)
        lines[a], lines[b] = lines[b], lines[a]

    return change


def no_lines(lines: Segments) -> None:
    lines[:] = lines[: place(lines, "PO1")] + lines[place(lines, "CTT") :]


#: Name -> the one change to a valid order of three lines.
CHANGES: dict[str, Change] = {
    "nothing": lambda _lines: None,
    "another valid time": put("DTM", 3, "2359"),
    "a negative quantity": put("PO1", 2, "-5"),
    "leading zeros": put("PO1", 2, "0005"),
    "a price without whole part": put("PO1", 4, ".5"),
    "no price": put("PO1", 4, ""),
    "lower case": put("N1", 2, "Store one"),
    "no CTT": drop("CTT"),
    "two CTP": repeat("CTP", 1),
    "BEG03 missing": put("BEG", 3, ""),
    "BEG05 missing": put("BEG", 5, ""),
    "SAC01 missing": put("SAC", 1, ""),
    "MSG01 missing": put("MSG", 1, ""),
    "PID01 missing": put("PID", 1, ""),
    "SDQ03 missing": put("SDQ", 3, ""),
    "AMT02 missing": put("AMT", 2, ""),
    "BEG02 too long": put("BEG", 2, "SAX"),
    "BEG02 too short": put("BEG", 2, "S"),
    "BEG03 too long": put("BEG", 3, "X" * 23),
    "N104 too long": put("N1", 4, "X" * 81),
    "N402 too long": put("N4", 2, "ILL"),
    "N403 too short": put("N4", 3, "62"),
    "ITD07 too long": put("ITD", 7, "1234"),
    "PO102 too long": put("PO1", 2, "1" * 16),
    "PO103 too long": put("PO1", 3, "EACH"),
    "a date that is no day": put("BEG", 5, "20250230"),
    "a date in month 13": put("DTM", 2, "20251301"),
    "a date of letters": put("BEG", 5, "2025AB01"),
    "a date of six digits": put("BEG", 5, "250101"),
    "a time that is none": put("DTM", 3, "2561"),
    "a quantity in words": put("PO1", 2, "TEN"),
    "a quantity with two points": put("PO1", 2, "1.2.3"),
    "a quantity with a plus": put("PO1", 2, "+5"),
    "cents with a point": put("SAC", 5, "12.50"),
    "a count of letters": put("CTT", 1, "X1"),
    "SAC01 no code": put("SAC", 1, "Z"),
    "AMT03 no code": put("AMT", 3, "X"),
    "R note: no SAC02": put("SAC", 2, ""),
    "R note: REF without value": put("REF", 2, ""),
    "R note: N1 without name and code": put("N1", 2, "", "", ""),
    "R note: DTM without date": put("DTM", 2, ""),
    "P note: PO106 alone": put("PO1", 7, ""),
    "P note: PO107 alone": put("PO1", 6, ""),
    "P note: N103 alone": put("N1", 4, ""),
    "P note: CTP04 alone": put("CTP", 4, "5"),
    "C note: FOB02 without FOB03": put("FOB", 3, "X"),
    "BEG with 13 elements": put("BEG", 13, "X"),
    "no BEG": drop("BEG"),
    "no line": no_lines,
    "two CUR": repeat("CUR", 1),
    "three N3": repeat("N3", 2),
    "eleven DTM": repeat("DTM", 10),
    "thirteen TD5": repeat("TD5", 12),
    "an unknown segment": before("PO1", "ZZ9", "1"),
    "an unknown segment in a line": before("PID", "QQQ", "1", "2"),
    "N9 lost": drop("N9"),
    "N1 lost": drop("N1"),
    "CUR among the notes": swap("CUR", "MSG"),
    "ITD too late": swap("ITD", "DTM"),
    "REF too late": swap("REF", "DTM"),
    "N3 too late": swap("N3", "N4"),
    "wrong SE01": put("SE", 1, "5"),
    "wrong SE02": put("SE", 2, "9999"),
    "a blank at the end": put("N1", 2, "STORE 1 "),
    "a caret": put("N1", 2, "A^B"),
    "a price that ends with its point": put("PO1", 4, "5."),
    "a segment of another set": before("CTP", "BIG", "20250101", "1"),
}

#: Where pyx12 refuses and we accept, and why that is right.
REFUSED_BY_PYX12_ALONE = {
    "a blank at the end": "X12 asks senders to trim; a receiver need not refuse what says the same",
    "a caret": "in the extended character set of later releases, and harmless where it does not separate",
    "a price that ends with its point": "type R may write its decimal point at the end",
    "a segment of another set": "our dictionaries are sized to guides: a known segment they lack is a warning",
}


def nameless(verdict: Verdict) -> Verdict:
    """Leave out what pyx12 does not name: the element of a syntax note (2, 10), and the first too much (3)."""
    return verdict._replace(elements=frozenset(e for e in verdict.elements if e[2] not in {"2", "3", "10"}))


def placeless(verdict: Verdict) -> Verdict:
    """Say of a known segment in the wrong place what pyx12 says: unrecognized (1) for unexpected (2) and late (7)."""
    return verdict._replace(
        segments=frozenset(
            (tag, at, "1" if code in {"2", "7"} else code) for tag, at, code in verdict.segments
        )
    )


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Verdict, Verdict]]:
    """Return (ours, pyx12's) by the name of the change; one interchange holds all."""
    maps = tmp_path_factory.mktemp("maps")
    write_pyx12_maps(maps, "004010", ["850"])
    data = interchange(changed(number, name) for number, name in enumerate(CHANGES, start=1))
    return dict(zip(CHANGES, zip(ours(data), verdicts(data, maps), strict=True), strict=True))


def changed(number: int, name: str) -> Segments:
    lines = order(random.Random(number), number, lines=3)
    CHANGES[name](lines)
    if name != "wrong SE01":
        lines[-1][1] = str(len(lines))
    return lines


def ours(data: bytes) -> list[Verdict]:
    engine = X12Translator()
    (found,) = engine.unwrap(data, "", None).interchanges
    (group,) = found.groups
    sets = tuple(
        SetVerdict(
            envelope=one.envelope,
            findings=(*one.findings, *engine.check(one.payload, one.envelope, one.document, None)),
        )
        for one in group.sets
    )
    body = group_acknowledgment(
        GroupVerdict(envelope=group.envelope, declared_count=group.declared_count, sets=sets)
    )
    return read_verdicts(body)


@pytest.mark.parametrize("name", CHANGES)
def test_same_verdict_and_codes(name: str, pairs: dict[str, tuple[Verdict, Verdict]]) -> None:
    mine, theirs = pairs[name]
    if name in REFUSED_BY_PYX12_ALONE:
        assert (mine.accepted, theirs.accepted) == (True, False)
        return
    assert placeless(nameless(mine)) == theirs


def test_most_changes_are_faults(pairs: dict[str, tuple[Verdict, Verdict]]) -> None:
    assert sum(not mine.accepted for mine, _ in pairs.values()) == len(CHANGES) - 9 - len(
        REFUSED_BY_PYX12_ALONE
    )


def test_every_file_of_a_map_directory_is_there(tmp_path: Path) -> None:
    write_pyx12_maps(tmp_path / "maps", "005010", ["850", "856"])
    assert {file.name for file in (tmp_path / "maps").iterdir()} == {
        "maps.xml", "dataele.xml", "codes.xml", "x12.control.00401.xml", "x12.control.00501.xml",
        "850.005010.xml", "856.005010.xml",
    }  # fmt: skip
