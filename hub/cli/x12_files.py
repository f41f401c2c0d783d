"""What the commands of `hub x12` share: their files, and how they print."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, cast

import typer

from hub.cli.asked import why_unread
from hub.cli.context import MISUSED, complain, fail
from hub.cli.progress import watched
from hub.cli.x12_options import did_you_mean, require_release
from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Severity
from translators.x12.characters import Reading, begins_x12
from translators.x12.rules.source import Library, load, nearest_release
from translators.x12.tools.legible import legible
from translators.x12.tools.reading import unreadable

File = Annotated[str, typer.Argument(metavar="FILE", help="An X12 file; - reads standard input.")]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="X12 files; - reads standard input.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]

_HEAD = 4096  # bytes in which an ISA must stand, behind whatever mail headers
_COLOURS = {Severity.ERROR: "red", Severity.HOLD: "yellow", Severity.WARNING: "cyan", Severity.NOTE: "white"}


_REMEDIES = {
    problems.ENVELOPE_WRAPPED: "give --wrapped",
    problems.FILE_UNREADABLE: "give --encoding cp037, or the code page that they use",
}


@contextmanager
def opened(
    path: str,
    reading: Reading | None = None,
    *,
    anything: bool = False,
    harm: Collection[str] = (),
) -> Iterator[BinaryIO]:
    """Open a file for reading, with a bar where it lasts.

    With a `reading` it must begin with an interchange that can be read so: for commands that show no findings.
    `harm` names the problems that stand in the way, all when empty.
    Raises ConfigError when it cannot be read, or is no X12 and not `anything` will do.
    """
    with _source(path) as file, watched(file, Path(name_of(path)).name) as source:
        head = source.read(2 * _HEAD)
        if not anything and not begins_x12(head[:_HEAD]):
            where = "at its beginning" if head.strip() else "in it: it is empty"
            raise ConfigError(f"{name_of(path)}: no ISA segment was found {where}")
        finding = unreadable(head, reading) if reading else None
        if finding and (not harm or finding.problem in harm):
            remedy = _REMEDIES.get(finding.problem, finding.hint)
            raise ConfigError(f"{name_of(path)}: {finding.message}; {remedy}")
        yield cast("BinaryIO", _Begun(head, source))  # all that the reader of X12 asks of a source is `read`


def each_opened(
    paths: Iterable[str], skipped: list[str], reading: Reading | None = None, *, anything: bool = False
) -> Iterator[tuple[str, BinaryIO]]:
    """Open file after file and yield each with its name in messages.

    What cannot be used is told on standard error and added to `skipped`, and the next file is opened.
    """
    for path in paths:
        with ExitStack() as stack:
            try:
                source = stack.enter_context(opened(path, reading, anything=anything))
            except ConfigError as error:
                complain(str(error))
                skipped.append(path)
                continue
            yield name_of(path), source


@contextmanager
def _source(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed below; only the opening may fail in one line
    except OSError as error:
        raise ConfigError(f"{path}: {why_unread(error)}") from None
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


def name_of(path: str) -> str:
    """Return what a file is called in messages."""
    return "stdin" if path == "-" else path


def require_set(set_id: str, release: str, library: Library) -> None:
    """End the command in one line when a word is no release, or a set is not described in it."""
    require_release(release, library)
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
