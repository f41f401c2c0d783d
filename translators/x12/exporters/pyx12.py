"""Writes our dictionaries as a map directory of pyx12: for its users, and for tests that compare both engines.

pyx12 (4.0) reads one directory, given as `map_path`: `maps.xml` finds the map of a group by ISA12, GS08 and GS01;
`dataele.xml` holds the data elements, `codes.xml` outside code lists (we have none), and one file each set and each
control version its segments. What differs from our own files:

- A segment whose first element is mandatory and has `valid_codes` is told apart by that code in pyx12: a wrong code
  would make it an unknown segment. Codes there are written as a `regex`, which gives the same error (AK403 7).
- pyx12 cannot say "there is more here than is described": open segments get free elements at their end.
- Repetition of simple elements (from 00402) has no word in its maps and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from xml.etree import ElementTree as ET

from translators.x12.isa import NAMES, WIDTHS
from translators.x12.rules.dictionary import Dictionary, Element, Entry, Segment, TransactionSet, Use
from translators.x12.rules.source import load

CONTROL_VERSIONS = ("00401", "00501")  # pyx12 opens one of these two for every file
OPEN_TAIL = 20  # free elements at the end of an open segment
_FREE = Element("free", "not described", "AN", 1, 999)

_GS = (
    Element("479", "Functional identifier", "ID", 2, 2),
    Element("142", "Group sender", "AN", 2, 15),
    Element("124", "Group receiver", "AN", 2, 15),
    Element("373", "Date", "DT", 8, 8),
    Element("337", "Time", "TM", 4, 8),
    Element("28", "Group control number", "N0", 1, 9),
    Element("455", "Responsible agency", "ID", 1, 2),
    Element("480", "Release", "AN", 1, 12),
)
_COUNT_GROUPS = Element("I16", "Number of groups", "N0", 1, 5)
_COUNT_SETS = Element("97", "Number of sets", "N0", 1, 6)
_TA1 = (
    Element("I17", "Verdict", "ID", 1, 1),
    Element("I18", "Reason", "ID", 3, 3),
)


def pyx12_maps(release: str, set_ids: Iterable[str]) -> dict[str, bytes]:
    """Return the files of a map directory for some sets of a described release, by their names.

    Raises KeyError for a set that the dictionary of the release does not have.
    """
    dictionary = load(release)
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


def write_pyx12_maps(folder: Path, release: str, set_ids: Iterable[str]) -> None:
    """Write a map directory; raises OSError when it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in pyx12_maps(release, set_ids).items():
        (folder / name).write_bytes(content)


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _file(one: TransactionSet, release: str) -> str:
    return f"{one.id}.{release}.xml"


def _index(release: str, version: str, sets: Iterable[TransactionSet]) -> ET.Element:
    root = ET.Element("maps")
    at = ET.SubElement(root, "version", icvn=version)
    for one in sets:
        ET.SubElement(at, "map", vriic=release, fic=one.group, abbr=one.id).text = _file(one, release)
    return root


def _elements(dictionary: Dictionary) -> ET.Element:
    """Return all data elements that the segments of a dictionary and the envelopes use."""
    found: dict[str, Element] = {e.number: e for e in (*_envelope_elements(), _FREE)}
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


def _envelope_elements() -> Iterator[Element]:
    yield from _isa_elements()
    yield from (*_GS, *_TA1, _COUNT_GROUPS, _COUNT_SETS)


def _isa_elements() -> tuple[Element, ...]:
    kinds = {9: "DT", 10: "TM", 13: "N0"}
    return tuple(
        Element(f"ISA{at:02d}", name, kinds.get(at, "AN"), width, width)
        for at, (name, width) in enumerate(zip(NAMES, WIDTHS, strict=True), start=1)
    )


def _transaction(name: str, version: str, dictionary: Dictionary, one: TransactionSet | None) -> ET.Element:
    """Return a map: the envelopes, with a set inside or, for the control maps, without one."""
    root = ET.Element("transaction", xid=name)
    isa = _loop(root, "ISA_LOOP", mandatory=True, position=10, most=0)
    _segment(isa, Segment("ISA", "Interchange header", _isa_uses(version)), mandatory=True, position=10)
    gs = _loop(isa, "GS_LOOP", mandatory=True, position=20, most=0)
    _segment(gs, Segment("GS", "Group header", _uses(_GS)), mandatory=True, position=10)
    if one is not None:
        st = _loop(gs, "ST_LOOP", mandatory=True, position=20, most=0)
        _entries(st, one.entries, dictionary.segments, count(1))
    _segment(gs, Segment("GE", "Group trailer", _uses((_COUNT_SETS, _GS[5]))), mandatory=True, position=30)
    answered = (_isa_elements()[12], _isa_elements()[8], _isa_elements()[9])
    _segment(isa, Segment("TA1", "Acknowledgment", _uses((*answered, *_TA1))), mandatory=False, position=30)
    trailer = Segment("IEA", "Interchange trailer", _uses((_COUNT_GROUPS, _isa_elements()[12])))
    _segment(isa, trailer, mandatory=True, position=40)
    return root


def _uses(elements: Iterable[Element]) -> tuple[Use, ...]:
    return tuple(Use(element, mandatory=True) for element in elements)


def _isa_uses(version: str) -> tuple[Use, ...]:
    """Return the uses of ISA; pyx12 takes the version of a map from the codes of its ISA12."""
    uses = list(_uses(_isa_elements()))
    isa12 = uses[11].element
    uses[11] = Use(Element(isa12.number, isa12.name, "AN", 5, 5, frozenset({version})), mandatory=True)
    return tuple(uses)


def _entries(
    parent: ET.Element, entries: Iterable[Entry], segments: Mapping[str, Segment], numbers: Iterator[int]
) -> None:
    """Write entries of a structure; loops get names of their own, as pyx12 counts by path."""
    for position, entry in enumerate(entries, start=1):
        if entry.inner:
            name = f"{entry.id}_LOOP{next(numbers)}"
            loop = _loop(parent, name, mandatory=entry.mandatory, position=position * 10, most=entry.most)
            _entries(loop, entry.inner, segments, numbers)
        else:
            # the head of a loop is there whenever the loop is
            mandatory = entry.mandatory or (position == 1 and parent.get("xid") != "ST_LOOP")
            _segment(parent, segments[entry.id], mandatory=mandatory, position=position * 10, most=entry.most)


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


def _segment(parent: ET.Element, segment: Segment, *, mandatory: bool, position: int, most: int = 1) -> None:
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
        if use.parts:
            _composite(made, segment.id, at, use)
        else:
            _element(made, f"{segment.id}{at:02d}", at, use)


def _composite(parent: ET.Element, segment_id: str, at: int, use: Use) -> None:
    name = f"{segment_id}{at:02d}"
    number = use.element.number
    made = ET.SubElement(
        parent,
        "composite",
        xid=name,
        name=number,
        data_ele=number,
        usage=_usage(use.mandatory),
        seq=str(at),
        repeat=str(use.repeats),
    )
    for inner, part in enumerate(use.parts, start=1):
        _element(made, f"{name}-{inner:02d}", inner, part)


def _element(parent: ET.Element, name: str, at: int, use: Use) -> None:
    e = use.element
    made = ET.SubElement(
        parent, "element", xid=name, name=e.name, data_ele=e.number, usage=_usage(use.mandatory), seq=str(at)
    )
    if e.codes is None:
        return
    codes = sorted(e.codes)
    if at == 1:
        ET.SubElement(made, "regex").text = f"^({'|'.join(map(re.escape, codes))})$"
        return
    valid = ET.SubElement(made, "valid_codes")
    for code in codes:
        ET.SubElement(valid, "code").text = code


def _usage(mandatory: bool) -> str:
    return "R" if mandatory else "S"


def _most(most: int) -> str:
    return str(most) if most else ">1"
