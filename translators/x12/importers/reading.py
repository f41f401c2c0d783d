"""Imports whatever a user owns: finds out its format, and writes the release folders of our own.

The user needs the right to the file: what is imported stays with the user, and its folder says where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from hub.model.errors import ConfigError
from translators.x12.importers.biztalk import read_biztalk
from translators.x12.importers.bots import read_bots
from translators.x12.importers.draft import Draft, assemble
from translators.x12.importers.pyx12 import read_pyx12
from translators.x12.importers.staedi import read_staedi
from translators.x12.importers.tree import read_tree
from translators.x12.importers.writing import write_dictionary
from translators.x12.rules.source import RELEASE, Library, read_dictionary

READERS: dict[str, Callable[[Path, str], list[Draft]]] = {
    "pyx12": read_pyx12,
    "staedi": read_staedi,
    "biztalk": read_biztalk,
    "bots": read_bots,
}
RIGHT = "You need the right to use what these files describe; keep them to yourself."


class Imported(Struct, frozen=True):
    """What came of an import for one release."""

    release: str
    folder: Path
    sets: tuple[str, ...]
    segments: int
    elements: int
    notes: tuple[str, ...]


def format_of(source: Path) -> str:
    """Return the format of a file or directory. Raises ConfigError when it is none that we read."""
    if source.is_dir():
        return "pyx12" if (source / "dataele.xml").is_file() else "many"
    if source.suffix == ".py":
        return "bots"
    root = read_tree(source)
    if root.name == "transaction":
        return "pyx12"
    if root.name != "schema":
        root.refuse("is no map of pyx12, no EDISchema and no schema of BizTalk")
    return "staedi" if root.one("transaction") or root.one("implementation") else "biztalk"


def read_sources(sources: Iterable[Path], form: str = "auto", release: str = "") -> list[Draft]:
    """Return what files and directories describe, by release. `form`: a key of READERS, or auto.

    Raises ConfigError for a file that cannot be used; of a directory such files are left out with a note.
    """
    drafts: dict[str, Draft] = {}
    for source in sources:
        if not source.exists():
            raise ConfigError(f"{source}: there is no such file or directory")
        for one in _read(source, form, release):
            _join(drafts.setdefault(one.release, Draft(one.release)), one)
    return list(drafts.values())


def _read(source: Path, form: str, release: str) -> list[Draft]:
    kind = format_of(source) if form == "auto" else form
    if kind != "many" and (kind == "pyx12" or source.is_file()):
        return READERS[kind](source, release)
    drafts: list[Draft] = []
    faults: list[str] = []
    for file in sorted(f for f in source.iterdir() if f.suffix in {".xml", ".xsd", ".py"}):
        if file.name.startswith(("records", "__")):
            continue  # parts of the grammars of Bots
        try:
            drafts += _read(file, form, release)
        except ConfigError as error:
            faults.append(f"left out: {error}")
    if not drafts:
        raise ConfigError(faults[0] if faults else f"{source}: holds no file that can be imported")
    for fault in faults:
        drafts[0].note(fault)
    return drafts


def _join(draft: Draft, more: Draft) -> None:
    for one in more.sets:
        if any(known.id == one.id for known in draft.sets):
            draft.note(
                f"left out: {one.file} describes {one.id} of {draft.release} once more; import it alone"
            )
        else:
            draft.sets.append(one)
    for note in more.notes:
        draft.note(note)


def write_imports(drafts: Iterable[Draft], into: Path, *, replace: bool = False) -> list[Imported]:
    """Write the release folders of drafts and hold them against our own reader.

    Raises ConfigError when a folder has files already and `replace` is false, or when what was read makes no
    dictionary; OSError when a folder cannot be written.
    """
    drafts = list(drafts)
    for draft in drafts:
        if not RELEASE.fullmatch(draft.release):
            raise ConfigError(
                f"{draft.release!r} is no release; name it like 004010 or 005010X222A1 (--release)"
            )
        if not replace and any((into / draft.release).glob("*.toml")):
            raise ConfigError(f"{into / draft.release}: has files already; say --replace to write them anew")
    return [_write(draft, into) for draft in drafts]


def _write(draft: Draft, into: Path) -> Imported:
    dictionary = assemble(draft)
    folder = into / draft.release
    for old in folder.glob("*.toml"):
        old.unlink()
    files = ", ".join(one.file for one in draft.sets)
    write_dictionary(dictionary, into, [f"Imported from {files}. {RIGHT}"])
    if read_dictionary(draft.release, Library((into,))) != dictionary:
        raise ConfigError(f"{folder}: was not read back as it was written; please report this")
    elements = {
        part.element.number
        for segment in dictionary.segments.values()
        for use in segment.uses
        for part in (use.parts or (use,))
    }
    sets = tuple(sorted(dictionary.sets))
    ids = {segment.id for segment in dictionary.segments.values()}
    return Imported(draft.release, folder, sets, len(ids), len(elements), tuple(draft.notes))
