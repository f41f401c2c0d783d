"""`hub x12 explain`: what an acknowledgment says of a file of ours, with our own segments pointed at.

Exit status: 0 all accepted, 1 something is rejected or does not fit, 2 wrong use.
"""

from __future__ import annotations

from io import BytesIO
from typing import Annotated

import typer

from hub.cli.context import FAILED, MISUSED, answers_in_one_line, fail, print_json
from hub.cli.x12_files import File, Json, name_of, opened, paint, say
from hub.cli.x12_options import with_rules
from translators.x12.acks.story import explain_ack
from translators.x12.characters import Characters
from translators.x12.events import SetBegins, TechnicalAck
from translators.x12.stream import events
from translators.x12.tools.legible import legible
from translators.x12.tools.reading import Rules
from translators.x12.tools.show import set_name

_ACKNOWLEDGMENTS = {"TA1", "824", "997", "999"}


@answers_in_one_line
@with_rules
def explain(
    file: File,
    by: Rules,
    original: Annotated[
        str, typer.Option("--original", metavar="FILE", help="The file of ours that it answers.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Say in plain words what a TA1, 997, 999 or 824 rejects, and where that stands in our document.

    Example: hub x12 explain reply.edi --original order.edi
    """
    data = _read(file, by)
    kinds = _kinds(data)
    if not _ACKNOWLEDGMENTS & kinds.keys():
        fail(_what_it_is(file, kinds), MISUSED)
    if not original:
        fail(
            "name the file that it answers: --original FILE; `hub x12 show` shows what it says itself",
            MISUSED,
        )
    found = explain_ack(data, _read(original, by))
    if as_json:
        print_json(found)
    else:
        for line in found.lines():
            say(_coloured(legible(line)))
    raise typer.Exit(FAILED if found.rejects or not found.answers else 0)


def _read(file: str, by: Rules) -> bytes:
    """Return a file with its line ends and encoding put right."""
    with opened(file, by.reading) as source:
        characters = Characters(source, by.reading)
        return characters.encode("".join(iter(characters.read, "")))


def _kinds(data: bytes) -> dict[str, str]:
    """Return what stands in a file: set ids, or TA1, each with its name."""
    kinds: dict[str, str] = {}
    for event in events(BytesIO(data), ""):
        if isinstance(event, TechnicalAck):
            kinds["TA1"] = "interchange acknowledgment"
        elif isinstance(event, SetBegins):
            envelope = event.envelope
            kinds.setdefault(envelope.set_id, set_name(envelope.guide, envelope.set_id))
    return kinds


def _what_it_is(file: str, kinds: dict[str, str]) -> str:
    what = ", ".join(f"{set_id} {name}".strip() for set_id, name in kinds.items()) or "no set"
    name = name_of(file)
    return f"{name} is no acknowledgment, it holds {what}; `hub x12 show {file}` shows what stands in it"


def _coloured(line: str) -> str:
    """Mark the line that points at an element, and that which says what to do."""
    text = line.strip()
    if text and not text.strip("^"):
        return paint(line, fg="red", bold=True)
    return paint(line, dim=True) if text.startswith("hint:") else line
