"""Writes our dictionaries as a map directory of pyx12: for its users, and for tests that compare both engines.

pyx12 (4.0) reads one directory, given as `map_path`: `maps.xml` finds the map of a group by ISA12, GS08 and GS01;
`dataele.xml` holds the data elements, `codes.xml` outside code lists (we have none), and one file each set and each
control version its segments. What differs from our own files:

- A segment whose first element is mandatory and has `valid_codes` is told apart by that code in pyx12: a wrong code
  would make it an unknown segment. So codes stand there as `valid_codes` where our entry has a qualifier, else as a
  `regex`, which gives the same error (AK403 7). The same holds for HL03, ENT02 and the first component.
- A qualifier at any other place, or at one that may be empty, has no word in its maps: `unsayable` names those entries.
- Entries that may stand in any order have the same `pos`.
- pyx12 cannot say "there is more here than is described": open segments get free elements at their end.
- Repetition of simple elements (from 00402) has no word in its maps and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

from translators.x12.exporters.pyx12_envelope import (
    acknowledgment,
    envelope_elements,
    group_header,
    group_trailer,
    interchange_header,
    interchange_trailer,
)
from translators.x12.rules.dictionary import Dictionary, Element, Entry, Segment, TransactionSet, Use, When
from translators.x12.rules.source import SHIPPED, Library, load

CONTROL_VERSIONS = ("00401", "00501")  # pyx12 opens one of these two for every file
OPEN_TAIL = 20  # free elements at the end of an open segment
_FREE = Element("free", "not described", "AN", 1, 999)


def pyx12_maps(release: str, set_ids: Iterable[str], library: Library = SHIPPED) -> dict[str, bytes]:
    """Return the files of a map directory for some sets of a described release, by their names.

    Raises KeyError for a set that the dictionary of the release does not have.
    """
    dictionary = load(release, library)
    sets = [dictionary.sets[set_id] for set_id in set_ids]
    version = release[:5]
    files = {
        "maps.xml": _index(release, version, sets),
        "dataele.xml": _elements(dictionary),
        "codes.xml": ET.Element("codesets"),
    }
    for control in CONTROL_VERSIONS:
        files[f"x12.control.{control}.xml"] = _transaction("X12", control, dictionary, None)
    for one in sets:
        files[_file(one, release)] = _transaction(one.id, version, dictionary, one)
    return {name: _bytes(root) for name, root in files.items()}


def write_pyx12_maps(folder: Path, release: str, set_ids: Iterable[str], library: Library = SHIPPED) -> None:
    """Write a map directory; raises OSError when it cannot be written."""
    files = pyx12_maps(release, set_ids, library)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def unsayable(release: str, set_ids: Iterable[str], library: Library = SHIPPED) -> list[str]:
    """Return what pyx12's maps cannot say of some sets, in words; they are written without it."""
    dictionary = load(release, library)
    groups: dict[str, str] = {}
    found: list[str] = []
    for one in (dictionary.sets[set_id] for set_id in set_ids):
        first = groups.setdefault(one.group, one.id)
        if first != one.id:
            found.append(
                f"{one.id}: pyx12 finds maps by GS01 and would take that of {first}; export it alone"
            )
        found += _unsayable(one, dictionary.segments)
    return found


def _unsayable(one: TransactionSet, segments: Mapping[str, Segment]) -> Iterator[str]:
    entries = list(_flat(one.entries))
    for entry in entries:
        if entry.when and not _tells(entry.when, segments[entry.described_by]):
            yield f"{one.id}: {entry.id}{entry.when} is told by an element that pyx12 does not look at"
    for segment in {entry.described_by: segments[entry.described_by] for entry in entries}.values():
        for at, use in enumerate(segment.uses, start=1):
            if use.repeats > 1 and not use.parts:
                yield f"{one.id}: the repetition of {segment.id}{at:02d}"


def _flat(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the segments of a structure."""
    for entry in entries:
        if entry.inner:
            yield from _flat(entry.inner)
        else:
            yield entry


def _tells(when: When, segment: Segment) -> bool:
    """Say whether pyx12 would tell a segment by the codes of this element (its `segment_if.is_match`)."""
    if when.element > len(segment.uses):
        return False
    use = segment.uses[when.element - 1]
    if when.element == 1:
        kind = (use.parts[0] if use.parts else use).element.kind
        return kind == "ID" and (when.component == 1 if use.parts else use.mandatory and not when.component)
    return (segment.id, when.element, when.component) in {("HL", 3, 0), ("ENT", 2, 0)}


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _file(one: TransactionSet, release: str) -> str:
    return f"{one.id}.{release}.xml"


def _index(release: str, version: str, sets: Iterable[TransactionSet]) -> ET.Element:
    root = ET.Element("maps")
    control = CONTROL_VERSIONS[version > "00401"]
    for icvn in dict.fromkeys((version, control)):  # senders write either into ISA12
        at = ET.SubElement(root, "version", icvn=icvn)
        for one in sets:
            ET.SubElement(at, "map", vriic=release, fic=one.group, abbr=one.id).text = _file(one, release)
    return root


def _elements(dictionary: Dictionary) -> ET.Element:
    """Return all data elements that the segments of a dictionary and the envelopes use."""
    found: dict[str, Element] = {e.number: e for e in (*envelope_elements(), _FREE)}
    for segment in dictionary.segments.values():
        for use in segment.uses:
            simple = [part.element for part in use.parts] if use.parts else [use.element]
            found |= {e.number: e for e in simple}
    root = ET.Element("data_elements")
    for number, e in sorted(found.items()):
        ET.SubElement(
            root,
            "data_ele",
            ele_num=number,
            name=e.name,
            data_type=e.kind,
            min_len=str(e.least),
            max_len=str(e.most),
        )
    return root


def _transaction(name: str, version: str, dictionary: Dictionary, one: TransactionSet | None) -> ET.Element:
    """Return a map: the envelopes, with a set inside or, for the control maps, without one."""
    root = ET.Element("transaction", xid=name)
    isa = _loop(root, "ISA_LOOP", mandatory=True, position=10, most=0)
    _segment(isa, interchange_header(version), mandatory=True, position=10)
    gs = _loop(isa, "GS_LOOP", mandatory=True, position=20, most=0)
    _segment(gs, group_header(), mandatory=True, position=10)
    if one is not None:
        st = _loop(gs, "ST_LOOP", mandatory=True, position=20, most=0)
        _entries(st, one.entries, dictionary.segments, count(1))
    _segment(gs, group_trailer(), mandatory=True, position=30)
    _segment(isa, acknowledgment(), mandatory=False, position=30)
    _segment(isa, interchange_trailer(), mandatory=True, position=40)
    return root


def _entries(
    parent: ET.Element, entries: Iterable[Entry], segments: Mapping[str, Segment], numbers: Iterator[int]
) -> None:
    """Write entries of a structure; loops get names of their own, as pyx12 counts by path."""
    position = 0
    for at, entry in enumerate(entries):
        position += 0 if entry.free else 10
        if entry.inner:
            name = f"{entry.id}_LOOP{next(numbers)}"
            loop = _loop(parent, name, mandatory=entry.mandatory, position=position, most=entry.most)
            _entries(loop, entry.inner, segments, numbers)
        else:
            # the head of a loop is there whenever the loop is
            mandatory = entry.mandatory or (at == 0 and parent.get("xid") != "ST_LOOP")
            segment = segments[entry.described_by]
            when = entry.when if entry.when and _tells(entry.when, segment) else None
            _segment(parent, segment, mandatory=mandatory, position=position, most=entry.most, when=when)


def _loop(parent: ET.Element, name: str, *, mandatory: bool, position: int, most: int) -> ET.Element:
    return ET.SubElement(
        parent,
        "loop",
        xid=name,
        name=name,
        usage=_usage(mandatory),
        pos=str(position),
        repeat=_most(most),
    )


def _segment(
    parent: ET.Element,
    segment: Segment,
    *,
    mandatory: bool,
    position: int,
    most: int = 1,
    when: When | None = None,
) -> None:
    made = ET.SubElement(
        parent,
        "segment",
        xid=segment.id,
        name=segment.name,
        usage=_usage(mandatory),
        pos=str(position),
        max_use=_most(most),
    )
    for note in segment.notes:
        ET.SubElement(made, "syntax").text = str(note)
    tail = (Use(_FREE),) * OPEN_TAIL if segment.open or not segment.described else ()
    for at, use in enumerate((*segment.uses, *tail), start=1):
        told = when if when and when.element == at else None
        looked_at = at == 1 or (segment.id, at) in {("HL", 3), ("ENT", 2)}
        if use.parts:
            _composite(made, segment.id, at, use, told)
        else:
            _element(made, f"{segment.id}{at:02d}", at, use, looked_at=looked_at, told=told)


def _composite(parent: ET.Element, segment_id: str, at: int, use: Use, told: When | None) -> None:
    name = f"{segment_id}{at:02d}"
    number = use.element.number
    made = ET.SubElement(
        parent,
        "composite",
        xid=name,
        name=number,
        data_ele=number,
        usage=_usage(use.mandatory, use.used),
        seq=str(at),
        repeat=str(use.repeats),
    )
    for inner, part in enumerate(use.parts, start=1):
        first = inner == 1
        _element(
            made,
            f"{name}-{inner:02d}",
            inner,
            part,
            looked_at=first and at == 1,
            told=told if first else None,
        )


def _element(
    parent: ET.Element, name: str, at: int, use: Use, *, looked_at: bool, told: When | None = None
) -> None:
    """Write an element. `looked_at`: pyx12 tells segments by its `valid_codes`, which are given if `told` says so."""
    e = use.element
    made = ET.SubElement(
        parent,
        "element",
        xid=name,
        name=e.name,
        data_ele=e.number,
        usage=_usage(use.mandatory, use.used),
        seq=str(at),
    )
    codes = sorted(told.codes if told else e.codes or ())
    if not codes:
        return
    if looked_at and not told:
        ET.SubElement(made, "regex").text = f"^({'|'.join(map(re.escape, codes))})$"
        return
    valid = ET.SubElement(made, "valid_codes")
    for code in codes:
        ET.SubElement(valid, "code").text = code


def _usage(mandatory: bool, used: bool = True) -> str:
    return ("R" if mandatory else "S") if used else "N"


def _most(most: int) -> str:
    return str(most) if most else ">1"
