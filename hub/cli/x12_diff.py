"""`hub x12 diff`: what differs between two files, by meaning.

Exit status as diff has it: 0 equal, 1 not, 2 wrong use.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from hub.cli.context import FAILED, MISUSED, answers_in_one_line, fail
from hub.cli.x12_files import Json, count, name_of, opened, paint, say
from hub.cli.x12_options import with_rules
from translators.x12.tools.diff import Difference, differences, texts
from translators.x12.tools.diff_keys import Text
from translators.x12.tools.legible import legible
from translators.x12.tools.reading import Rules

_COLOURS = {"removed": "red", "added": "green", "changed": "yellow"}
_SIGNS = {"removed": "-", "added": "+", "changed": "~"}


@answers_in_one_line
@with_rules
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="An X12 file; - reads standard input.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The file to compare it with.")],
    by: Rules,
    everything: Annotated[
        bool, typer.Option("--all", help="Control numbers, counts and the clock of envelopes count, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare two files element by element; separators, line ends, control numbers and envelope dates do not count.

    Example: hub x12 diff order.edi order-again.edi
    """
    if old == new == "-":
        fail("only one of the two files can be standard input", MISUSED)
    found = list(differences(_texts(old, by), _texts(new, by), everything=everything))
    if as_json:
        say(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _print(found)
    raise typer.Exit(FAILED if found else 0)


def _texts(file: str, by: Rules) -> list[Text]:
    with opened(file, by.reading) as source:
        return list(texts(source, name_of(file), by))


def _print(found: list[Difference]) -> None:
    heading = ""
    for one in found:
        if one.set and one.set != heading:
            heading = one.set
            say(paint(heading, bold=True))
        say(_line(one))


def _line(one: Difference) -> str:
    sign = paint(_SIGNS[one.kind], fg=_COLOURS[one.kind], bold=True)
    name = f" ({one.name})" if one.name else ""
    size = f", {count(one.size, 'segment')}" if one.size > 1 else ""
    numbers = " against ".join(str(n) for n in dict.fromkeys((one.old_number, one.new_number)) if n)
    where = f" in segment {numbers}" if numbers else ""
    values = (
        f"{_value(one.old)} -> {_value(one.new)}" if one.kind == "changed" else _value(one.old or one.new)
    )
    return f"  {sign} {one.place}{name}{size}{where}: {values}"


def _value(text: str) -> str:
    return legible(text, 200) or "nothing"
