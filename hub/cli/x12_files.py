"""What the commands of `hub x12` share: their files, the rules by options, and how they print."""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, cast

import typer

from hub.cli.context import MISUSED, fail, settings
from hub.cli.progress import watched
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Severity
from hub.model.partner import Partner
from translators.x12.characters import AS_IT_COMES, Reading, begins_x12
from translators.x12.own_dictionaries import library_with
from translators.x12.rules.source import Library, load, nearest_release
from translators.x12.tools.legible import legible
from translators.x12.tools.reading import Rules

File = Annotated[str, typer.Argument(metavar="FILE", help="An X12 file; - reads standard input.")]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="X12 files; - reads standard input.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
PartnerKey = Annotated[
    str,
    typer.Option("--partner", metavar="KEY", help="Use the guideline and options of a partner's profile."),
]
Release = Annotated[
    str, typer.Option(metavar="GS08", help="Read by this release instead of the one that GS08 names.")
]
Strict = Annotated[bool, typer.Option("--strict", help="What our dictionary lacks is an error.")]

_HEAD = 4096  # bytes in which an ISA must stand, behind whatever mail headers
_RELEASE = re.compile(r"[0-9]{6}[A-Z0-9]{0,6}")
_COLOURS = {Severity.ERROR: "red", Severity.HOLD: "yellow", Severity.WARNING: "cyan", Severity.NOTE: "white"}


@contextmanager
def opened(path: str, *, anything: bool = False) -> Iterator[BinaryIO]:
    """Open a file for reading, with a bar where it lasts.

    Ends the command in one line when it cannot be read, or is no X12 and not `anything` will do.
    """
    with _source(path) as file, watched(file, Path(name_of(path)).name) as source:
        head = source.read(_HEAD)
        if not anything and not begins_x12(head):
            where = "at its beginning" if head.strip() else "in it: it is empty"
            fail(f"{name_of(path)}: no ISA segment was found {where}", MISUSED)
        yield cast("BinaryIO", _Begun(head, source))  # all that the reader of X12 asks of a source is `read`


@contextmanager
def _source(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed below; only the opening may fail in one line
    except OSError as error:
        fail(f"{path}: {_reason(error)}", MISUSED)
    with file:
        yield file


class _Begun:
    """A source whose first bytes were looked at."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int) -> bytes:
        """Read on."""
        if not self._head:
            return self._rest.read(size)
        data, self._head = self._head[:size], self._head[size:]
        return data


def _reason(error: OSError) -> str:
    known = {FileNotFoundError: "there is no such file", IsADirectoryError: "is a folder, not a file"}
    return known.get(type(error), (error.strerror or str(error)).lower())


def name_of(path: str) -> str:
    """Return what a file is called in messages."""
    return "stdin" if path == "-" else path


def rules(release: str = "", partner: str = "", *, strict: bool = False) -> Rules:
    """Return by what files are read and held. Raises ConfigError for a partner that cannot be used."""
    if release and not _RELEASE.fullmatch(release):
        fail(f"{release!r} is no release; write six digits, such as 004010", MISUSED)
    found = find_partner(partner) if partner else None
    reading = Reading(found.x12.wrapped, found.x12.encoding) if found else AS_IT_COMES
    return Rules(release=release, strict=strict, partner=found, library=own_library(), reading=reading)


def own_library() -> Library:
    """Return the dictionaries that are used here: ours, with those of the hub's folder laid over them."""
    return library_with(Path(settings().paths.dictionaries))


def find_partner(key: str) -> Partner:
    """Return one partner of the hub's folder. Raises ConfigError when there is none, or its profile does not load."""
    from hub.profiles import load_partners

    folder = Path(settings().paths.partners)
    partners, findings = load_partners(folder)
    if key in partners:
        return partners[key]
    mine = [f.line() for f in findings if f.fatal and Path(f.where.file).stem == key]
    raise ConfigError("\n".join(mine) or f"there is no partner {key!r}{did_you_mean(key, partners)}")


def did_you_mean(word: str, known: object) -> str:
    """Return a question about the nearest known word, "" when none is near."""
    words = sorted(map(str, known)) if hasattr(known, "__iter__") else []
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def require_set(set_id: str, release: str, library: Library) -> None:
    """End the command in one line when a set is not described in a release."""
    sets = load(nearest_release(release, library), library).sets
    if set_id not in sets:
        near = did_you_mean(set_id, sets) or "; `hub x12 sets` lists them"
        fail(f"there is no dictionary of the set {set_id!r} in release {release}{near}", MISUSED)


def paint(text: str, *, fg: str | None = None, bold: bool = False, dim: bool = False) -> str:
    """Return a text in colours, plain where nobody would see them."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return typer.style(text, fg=fg, bold=bold or None, dim=dim or None) if coloured else text


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def finding_line(finding: Finding, line: str) -> str:
    """Return a finding as one line, its weight in front, and its hint as a second."""
    weight = paint(finding.severity.value, fg=_COLOURS[finding.severity], bold=finding.fatal)
    hint = f"\n    {paint('hint: ' + legible(finding.hint), dim=True)}" if finding.hint else ""
    return f"{weight} {legible(line, 400)}{hint}"


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return a finding for a program: every key is always there."""
    where = finding.where
    return {
        "severity": finding.severity.value,
        "problem": finding.problem,
        "message": finding.message,
        "hint": finding.hint,
        "value": finding.value,
        "segment_number": where.segment_number,
        "segment": where.segment,
        "loop": where.loop,
        "element": where.element,
        "component": where.component,
        "data_element": where.element_ref,
        "offset": where.offset,
    }


def count(number: int, noun: str) -> str:
    """Return a number with its noun: 1 set, 1,200 sets."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
