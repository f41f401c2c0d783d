"""`hub x12 sets` and `dictionary`: what our dictionaries describe, and how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from hub.cli.context import MISUSED, answers_in_one_line, fail
from hub.cli.tables import print_table
from hub.cli.x12_files import Json, paint, require_set, say
from hub.cli.x12_options import Dictionaries, did_you_mean, own_library, require_release
from translators.x12.rules.dictionary import Dictionary, Segment, Use
from translators.x12.rules.source import USUAL_RELEASE, load, nearest_release
from translators.x12.tools.outline import Outlined, outline
from translators.x12.tools.words import words

_USUAL = Annotated[str, typer.Option("--release", metavar="GS08", help="The release.")]
_MOST_CODES = 12


@answers_in_one_line
def sets(
    release: Annotated[str, typer.Option(metavar="GS08", help="Only this release.")] = "",
    as_json: Json = False,
    dictionaries: Dictionaries = None,
) -> None:
    """List the releases and sets that we describe, whole or only as far as guides use them.

    Example: hub x12 sets --release 004010
    """
    library = own_library(dictionaries)
    if release:
        require_release(release, library)
    releases = [nearest_release(release, library)] if release else library.releases()
    rows = [row for one in releases for row in _sets(load(one, library))]
    if as_json:
        say(
            msgspec.json.format(
                msgspec.json.encode([dict(zip(_HEADERS, row, strict=True)) for row in rows])
            ).decode()
        )
    else:
        print_table(_HEADERS, [tuple(map(str, row)) for row in rows])


_HEADERS = ("release", "set", "group", "name", "described", "segments")


def _sets(dictionary: Dictionary) -> Iterator[tuple[str | int, ...]]:
    for set_id, one in sorted(dictionary.sets.items()):
        size = "whole" if one.complete else "guide-sized"
        count = len({line.segment for line in outline(dictionary, set_id) if not line.loop})
        yield dictionary.release, set_id, one.group, one.name, size, count


@answers_in_one_line
def dictionary(
    set_id: Annotated[str, typer.Argument(metavar="SET", help="The transaction set, such as 850.")],
    segment: Annotated[
        str, typer.Argument(metavar="[SEGMENT]", help="A segment: its elements are shown.")
    ] = "",
    release: _USUAL = USUAL_RELEASE,
    dictionaries: Dictionaries = None,
) -> None:
    """Show the order of segments of a set, or the elements of one of its segments.

    Example: hub x12 dictionary 850 PO1
    """
    library = own_library(dictionaries)
    require_set(set_id, release, library)
    found = load(nearest_release(release, library), library)
    lines = list(outline(found, set_id))
    if not segment:
        say(paint(f"{set_id} {found.sets[set_id].name}, release {found.release}", bold=True))
        for line in lines:
            say(_line(line))
        return
    keys = [line.key for line in lines if line.segment == segment and not line.loop]
    if not keys:
        near = did_you_mean(segment, {line.segment for line in lines})
        fail(
            f"{set_id} has no segment {segment!r} in our dictionary of release {found.release}{near}", MISUSED
        )
    for key in dict.fromkeys(keys):
        _elements(found.segments[key])


def _line(line: Outlined) -> str:
    times = f"up to {line.most} times" if line.most > 1 else "any number" if line.most == 0 else "once"
    usage = "mandatory" if line.mandatory else "optional"
    codes = f" {line.qualifier}" if line.qualifier else ""
    what = f"loop {line.segment}" if line.loop else f"{line.segment}{codes}  {line.name}"
    return (
        f"{'  ' * (line.depth + 1)}{paint(what, bold=line.mandatory)}  {paint(f'{usage}, {times}', dim=True)}"
    )


def _elements(segment: Segment) -> None:
    say(paint(f"{segment.id} {segment.name}", bold=True))
    for at, use in enumerate(segment.uses, start=1):
        say(f"  {segment.id}{at:02d}  {_use(use)}")
        for part, inner in enumerate(use.parts, start=1):
            say(f"    {segment.id}{at:02d}-{part}  {_use(inner)}")
    if segment.notes:
        say(f"  syntax notes: {' '.join(map(str, segment.notes))}")
    if segment.open:
        say("  X12 has more elements here than we describe")


def _use(use: Use) -> str:
    element = use.element
    shape = "composite" if use.parts else f"{element.kind} {element.least}/{element.most}"
    usage = "not used" if not use.used else "mandatory" if use.mandatory else "optional"
    times = f", up to {use.repeats} times" if use.repeats > 1 else ""
    known = sorted(element.codes) if element.codes is not None else sorted(words().get(element.number, ()))
    more = " ..." if len(known) > _MOST_CODES or (known and element.codes is None) else ""
    codes = f"  {paint(' '.join(known[:_MOST_CODES]) + more, fg='green')}" if known else ""
    return f"{element.name}  {paint(f'{element.number}, {shape}, {usage}{times}', dim=True)}{codes}"
