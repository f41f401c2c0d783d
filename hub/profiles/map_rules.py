"""The rules for `map`, `map_file` and the guideline: each format's own map language is the judge.

What the judges refuse here would stop a document on its way, so it is refused before anything moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from hub.model.documents import DOCUMENTS, DocType
from hub.model.errors import ConfigError
from hub.model.partner import Receive, Send
from hub.profiles.fault import Fault
from hub.profiles.guideline_rules import guideline_faults
from hub.profiles.place_rules import place_faults
from hub.toml.checking import clip
from hub.toml.positions import KeyPath
from translators.paths import type_at

_ELEMENT = re.compile(r"([A-Z][A-Z0-9]{1,2}(?:\[[^\[\]]+\])?)[-.]?(\d\d)")


def map_faults(
    document: DocType, agreement: Receive | Send, form: str, path: KeyPath, folder: Path, *, release: str
) -> Iterator[Fault]:
    """Yield the faults of one agreement's map in the format `form`; `folder` holds the partners' files.

    `release` is that of X12 by which the partner's guideline is judged.
    """
    if document not in DOCUMENTS:
        return
    faults = [*_fields(document, agreement, path), *_places(agreement, path)]
    if form == "x12":
        faults += _x12(document, agreement, path, folder)
        faults += place_faults(document, agreement, path, release)
        faults += guideline_faults(document, agreement, path, release)
    elif not faults and usable_file(agreement.map_file, folder):
        # the judges of CSV and XML see a map as a whole and stop at the first fault
        faults += _whole(document, agreement, form, path, folder)
    seen: set[KeyPath] = set()
    for fault in faults:
        if fault.path not in seen:
            yield fault
        seen.add(fault.path)


def usable_file(relative: str, folder: Path) -> bool:
    """Say whether a profile may name this file: below the partners folder, and there. "" names none."""
    if leaves(relative):
        return False
    return not relative or (folder / relative).is_file()


def leaves(relative: str) -> bool:
    """Say whether a path leads out of the folder that it should stay in."""
    pure = PurePosixPath(relative)
    return pure.is_absolute() or ".." in pure.parts or "\\" in relative or "\0" in relative


def _fields(document: DocType, agreement: Receive | Send, path: KeyPath) -> Iterator[Fault]:
    """Left stands a field of the canonical document."""
    for field in agreement.map:
        try:
            type_at(DOCUMENTS[document], field)
        except ValueError as error:
            hint = 'a field of the canonical document, e.g. "refs.department" or "lines[].price"'
            yield Fault((*path, "map", field), f"no such field: {clip(error, 200)}", hint, field)


def _places(agreement: Receive | Send, path: KeyPath) -> Iterator[Fault]:
    """Right stands a place in the partner's format."""
    for field, place in agreement.map.items():
        if not place.strip():
            message = f'"{clip(field)}" is mapped to nothing'
            yield Fault((*path, "map", field), message, "name the place, or leave the line out")


def _x12(document: DocType, agreement: Receive | Send, path: KeyPath, folder: Path) -> Iterator[Fault]:
    """Places such as REF[DP]/02."""
    from translators.x12.mapping import check_override, parse_place

    for field, place in agreement.map.items():
        at = (*path, "map", field)
        try:
            parse_place(place)
            check_override(document, field, place)
        except ValueError as error:
            yield Fault(at, f"no such place: {clip(error, 200)}", _as_place(place), place)
    if agreement.map_file and usable_file(agreement.map_file, folder):
        hint = "move single fields with [...map] lines"
        yield Fault((*path, "map_file"), "X12 documents have no map file of their own", hint)


def _as_place(text: str) -> str:
    """Return how to write what was meant: guidelines write PO104 and N1[ST]04, maps PO1/04 and N1[ST]/04."""
    match = _ELEMENT.fullmatch(text.strip().upper())
    return f'did you mean "{match[1]}/{match[2]}"?' if match else 'e.g. "REF[DP]/02", "PO1/04"'


def _whole(
    document: DocType, agreement: Receive | Send, form: str, path: KeyPath, folder: Path
) -> Iterator[Fault]:
    """Compile the map as the translator will. Imported late: lxml takes its time."""
    if not (agreement.map or agreement.map_file or agreement.must or agreement.dialect or agreement.xsd):
        return
    try:
        if form == "csv":
            from translators.csv.column_map import column_map

            column_map(document, agreement, folder)
        else:
            _compile_xml(document, agreement, folder)
    except ConfigError as error:
        named = ("xsd",) if str(error).startswith("schema") else ("map_file", "map", "must", "dialect")
        key = next(name for name in (*named, "xsd") if getattr(agreement, name))
        line = next((field for field in agreement.map if repr(field) in str(error)), None)
        at = (*path, key) if line is None else (*path, "map", line)
        yield Fault(at, clip(error, 300), "mend the line that it names")


def _compile_xml(document: DocType, agreement: Receive | Send, folder: Path) -> None:
    """Compile each map by which such a document may be read or written. Raises ConfigError."""
    from translators.xml.choosing import check_agreement

    check_agreement(document, agreement, folder)
