"""`hub x12 grep`: search files by place and value. Exit status: 0 found, 1 nothing found, 2 wrong use.

A file that cannot be read is no file in which nothing is found: it is told, the others are searched, the status is 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, BinaryIO

import msgspec
import typer

from hub.cli.context import FAILED, MISUSED, answers_in_one_line, fail
from hub.cli.x12_files import Files, Json, each_opened, paint, say
from hub.cli.x12_options import with_rules
from translators.x12.tools.grep import hits, matching_sets
from translators.x12.tools.legible import legible
from translators.x12.tools.query import Query, parse_query
from translators.x12.tools.reading import Rules

_MOST_VALUE = 500


@answers_in_one_line
@with_rules
def grep(
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="BEG03, BEG03=47*, REF[DP]02~^04, 850/PO1[UP]/02, N1[ST]/N401"),
    ],
    files: Files,
    by: Rules,
    whole: Annotated[bool, typer.Option("--set", help="Print the sets in which something is found.")] = False,
    names: Annotated[bool, typer.Option("--files", "-l", help="Print only the names of the files.")] = False,
    counted: Annotated[bool, typer.Option("--count", "-c", help="Print only how often, by file.")] = False,
    as_json: Json = False,
) -> None:
    """Find values by their place. = takes * and ?, ~ a regular expression, != what does not fit.

    Example: hub x12 grep 'BEG03=4711*' archive/*.edi
    """
    if sum((whole, names, counted, as_json)) > 1:
        fail("one of --set, --files, --count and --json, not several", MISUSED)
    try:
        wanted = parse_query(query)
    except ValueError as error:
        fail(str(error), MISUSED)
    printer = _sets if whole else _names if names else _counts if counted else _json if as_json else _lines
    found, skipped = False, list[str]()
    for name, source in each_opened(files, skipped, by.reading):
        for text in printer(source, name, wanted, by):
            found = found or not (counted and text.endswith(": 0"))
            say(text)
    raise typer.Exit(MISUSED if skipped else 0 if found else FAILED)


def _lines(source: BinaryIO, name: str, query: Query, by: Rules) -> Iterator[str]:
    for hit in hits(source, name, query, by):
        value = legible(hit.value, _MOST_VALUE)
        yield msgspec.structs.replace(hit, value="").line() + paint(value, bold=True)


def _json(source: BinaryIO, name: str, query: Query, by: Rules) -> Iterator[str]:
    for hit in hits(source, name, query, by):
        yield msgspec.json.encode(hit).decode()


def _names(source: BinaryIO, name: str, query: Query, by: Rules) -> Iterator[str]:
    if any(True for _ in hits(source, name, query, by)):
        yield name


def _counts(source: BinaryIO, name: str, query: Query, by: Rules) -> Iterator[str]:
    yield f"{name}: {sum(1 for _ in hits(source, name, query, by))}"


def _sets(source: BinaryIO, name: str, query: Query, by: Rules) -> Iterator[str]:
    yield from matching_sets(source, name, query, by)
