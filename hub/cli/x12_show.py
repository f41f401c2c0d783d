"""`hub x12 show`: a file with its envelopes and loops, names beside values, findings in place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

import msgspec
import typer

from hub.cli.context import MISUSED, answers_in_one_line, fail
from hub.cli.x12_files import (
    File,
    finding_json,
    finding_line,
    name_of,
    opened,
    paint,
    say,
)
from hub.cli.x12_options import with_rules
from translators.x12.tools.legible import legible
from translators.x12.tools.page import page
from translators.x12.tools.reading import Rules, rows
from translators.x12.tools.show import Choice, ShownElement, ShownLine, lines

_NAME_WIDTH = 34
_MOST_VALUE = 300


@answers_in_one_line
@with_rules
def show(
    file: File,
    by: Rules,
    ordinal: Annotated[
        int, typer.Option("--set", min=0, help="Only the set of this number, from 1; 0: all.")
    ] = 0,
    only: Annotated[list[str] | None, typer.Option(help="Only sets of this kind, such as 850.")] = None,
    brief: Annotated[bool, typer.Option("--brief", help="One line a segment.")] = False,
    no_findings: Annotated[bool, typer.Option("--no-findings", help="Do not check.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one line a segment.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Print one self-contained page of HTML.")] = False,
) -> None:
    """Show what stands in a file, in words.

    Example: hub x12 show order.edi --only 850
    """
    if as_json and html:
        fail("--json or --html, not both", MISUSED)
    choice = Choice(ordinal, frozenset(only or ()))
    with opened(file) as source:
        shown = lines(rows(source, "", by, checked=not no_findings), by, choice)
        if html:
            sys.stdout.writelines(page(name_of(file), shown))
            return
        for line in shown:
            for text in [_json(line)] if as_json else _text(line, brief=brief):
                say(text)


def _text(line: ShownLine, *, brief: bool) -> Iterator[str]:
    indent = "  " * line.depth
    if line.kind == "segment" and line.title:
        yield from _segment(line, indent, brief=brief)
    elif line.title:
        yield indent + paint(legible(line.title), bold=True, fg="blue")
    for finding in line.findings:
        marked = f"{indent}{paint('>>', fg='red')} {finding_line(finding, finding.line())}"
        yield marked.replace("\n", f"\n{indent}")


def _segment(line: ShownLine, indent: str, *, brief: bool) -> Iterator[str]:
    tag, _, name = legible(line.title).partition(" ")
    loop = paint(f"  loop {line.loop}", dim=True) if line.loop else ""
    number = paint(f"{line.number:>4} ", dim=True) if line.number else "     "
    if brief:
        values = "  ".join(legible(e.value, _MOST_VALUE) for e in line.elements)
        yield f"{number}{indent}{paint(tag, bold=True)} {values}{loop}"
        return
    yield f"{number}{indent}{paint(tag, bold=True)} {name}{loop}"
    for element in line.elements:
        yield "     " + indent + _element(element)


def _element(element: ShownElement) -> str:
    meaning = paint(f"  {element.meaning}", fg="green") if element.meaning else ""
    return f"{_label(element.at, element.name)} {legible(element.value, _MOST_VALUE)}{meaning}"


@lru_cache(maxsize=4096)
def _label(at: str, name: str) -> str:
    """Return the beginning of an element's line; there are few, and many lines."""
    return f"  {at:<8} {paint(f'{name[:_NAME_WIDTH]:<{_NAME_WIDTH}}', dim=True)}"


def _json(line: ShownLine) -> str:
    value = {
        "kind": line.kind,
        "title": line.title,
        "set": line.set or None,
        "number": line.number or None,
        "segment": line.segment,
        "opens_loop": line.loop,
        "depth": line.depth,
        "elements": [
            {"at": e.at, "value": e.value, "name": e.name, "meaning": e.meaning} for e in line.elements
        ],
        "findings": [finding_json(finding) for finding in line.findings],
    }
    return msgspec.json.encode(value).decode()
