"""`hub x12 grep`: search files by place and value. Exit status: 0 found, 1 nothing found, 2 wrong use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from hub.cli.context import FAILED, MISUSED, answers_in_one_line, fail
from hub.cli.x12_files import Files, Json, Release, name_of, opened, paint, rules, say
from translators.x12.tools.grep import Hit, hits, matching_sets
from translators.x12.tools.legible import legible
from translators.x12.tools.query import Query, parse_query
from translators.x12.tools.reading import Rules

_MOST_VALUE = 500


@answers_in_one_line
def grep(
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="BEG03, BEG03=47*, REF[DP]02~^04, 850/PO1[UP]/02, N1[ST]/N401"),
    ],
    files: Files,
    whole: Annotated[bool, typer.Option("--set", help="Print the sets in which something is found.")] = False,
    names: Annotated[bool, typer.Option("--files", "-l", help="Print only the names of the files.")] = False,
    counted: Annotated[bool, typer.Option("--count", "-c", help="Print only how often, by file.")] = False,
    as_json: Json = False,
    release: Release = "",
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
    by = rules(release)
    printer = _sets if whole else _names if names else _counts if counted else _json if as_json else _lines
    found = False
    for file in files:
        for text in printer(file, wanted, by):
            found = found or not (counted and text.endswith(": 0"))
            say(text)
    raise typer.Exit(0 if found else FAILED)


def _hits(file: str, query: Query, by: Rules) -> Iterator[Hit]:
    with opened(file) as source:
        yield from hits(source, name_of(file), query, by)


def _lines(file: str, query: Query, by: Rules) -> Iterator[str]:
    for hit in _hits(file, query, by):
        value = legible(hit.value, _MOST_VALUE)
        yield msgspec.structs.replace(hit, value="").line() + paint(value, bold=True)


def _json(file: str, query: Query, by: Rules) -> Iterator[str]:
    for hit in _hits(file, query, by):
        yield msgspec.json.encode(hit).decode()


def _names(file: str, query: Query, by: Rules) -> Iterator[str]:
    if any(True for _ in _hits(file, query, by)):
        yield name_of(file)


def _counts(file: str, query: Query, by: Rules) -> Iterator[str]:
    yield f"{name_of(file)}: {sum(1 for _ in _hits(file, query, by))}"


def _sets(file: str, query: Query, by: Rules) -> Iterator[str]:
    with opened(file) as source:
        yield from matching_sets(source, name_of(file), query, by)
