"""Read one TOML file into values and their places; a file that is not TOML gives a finding."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Where
from hub.toml.positions import KeyPath, positions

#: A table as tomllib gives it.
Table = dict[str, Any]

MAX_BYTES = 100_000  # a profile has 2 kB; a file of this size is a mistake or an attack
_POSITION = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")


class Source(Struct, frozen=True):
    """A TOML file: its values, and for each path of keys where it stands."""

    data: Table
    places: dict[KeyPath, Where]


def read_file(path: Path, label: str) -> tuple[Source, tuple[Finding, ...]]:
    """Read the file at `path`; findings call it `label`. A file with a fault gives an empty source."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _fault(label, f"cannot be read: {reason}", "check that the file exists and is readable")
    if len(raw) > MAX_BYTES:
        return _fault(label, f"is larger than {MAX_BYTES} bytes", "is this really a configuration file?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _fault(label, "is not UTF-8 text", "save the file as UTF-8", line)
    return read_text(text, label)


def read_text(text: str, label: str) -> tuple[Source, tuple[Finding, ...]]:
    """Read TOML text; findings call it `label`. It never raises, whatever the text."""
    try:
        data = tomllib.loads(text)
        found = positions(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax_fault(label, str(error), text)
    except ValueError as error:  # an integer of thousands of digits
        return _fault(label, f"has a value that cannot be read: {error}", "mend the value")
    except RecursionError:
        return _fault(label, "is nested too deeply", "write tables one or two levels deep")
    places = {path: Where(file=label, row=p.line, column=str(p.column)) for path, p in found.items()}
    return Source(data, places), ()


def _syntax_fault(label: str, message: str, text: str) -> tuple[Source, tuple[Finding, ...]]:
    """Return tomllib's complaint as a finding at its line; "at end of document" is the last line."""
    position = _POSITION.search(message)
    line = int(position.group(1)) if position else text.count("\n") + 1
    column = position.group(2) if position else ""
    plain = message[: position.start()] if position else message.replace(" (at end of document)", "")
    hint = 'text stands in "quotes", a table starts with [name], and each key may be set only once'
    return _fault(label, f"not valid TOML: {plain[:200]}", hint, line, column)


def _fault(
    label: str, message: str, hint: str, line: int | None = None, column: str = ""
) -> tuple[Source, tuple[Finding, ...]]:
    where = Where(file=label, row=line, column=column)
    finding = Finding(problems.CONFIG_SYNTAX, message, where=where, hint=hint)
    return Source({}, {(): Where(file=label)}), (finding,)


def as_line(finding: Finding) -> str:
    """Return a finding of a TOML file as `file:line:column: message`, the form that editors jump to."""
    where = finding.where
    parts = [where.file, str(where.row or ""), where.column if where.row else ""]
    place = ":".join(part for part in parts if part)
    return f"{place}: {finding.message}" if place else finding.message
