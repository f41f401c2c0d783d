"""`hub x12 check` and `ack`: what is wrong with files, and what we would answer.

Exit status of check: 0 clean or only warnings, 1 something would be rejected, 2 wrong use, or a file could
not be read; the others are checked all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from msgspec.structs import replace

from hub.cli.context import FAILED, MISUSED, answers_in_one_line, fail
from hub.cli.x12_files import (
    File,
    Files,
    Json,
    count,
    each_opened,
    finding_json,
    finding_line,
    name_of,
    opened,
    paint,
    say,
)
from hub.cli.x12_options import Strict, with_rules
from hub.model.partner import Partner
from translators.x12.tools.answer import FIXED, Numbers, answers
from translators.x12.tools.reading import Rules
from translators.x12.tools.verdict import Counts, Placed, check_file

_MOST_NOTES = 5


@answers_in_one_line
@with_rules
def check(
    files: Files,
    by: Rules,
    strict: Strict = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing; the exit status tells.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List all that is wrong with files, with place and hint. Status 1 when something would be rejected.

    Example: hub x12 check inbox/*.edi --partner acme
    """
    counts = Counts()
    found = _check(files, replace(by, strict=strict), counts)
    if quiet:
        for _ in found:
            pass
    elif as_json:
        _print_json(found, counts)
    else:
        for placed in found:
            say(finding_line(placed.finding, placed.line()))
        for line in _summary(counts):
            say(line)
    raise typer.Exit(MISUSED if counts.skipped else FAILED if counts.errors else 0)


def _check(files: Iterable[str], by: Rules, counts: Counts) -> Iterator[Placed]:
    for name, source in each_opened(files, counts.skipped, anything=True):
        yield from check_file(source, name, by, counts)


def _summary(counts: Counts) -> Iterator[str]:
    """Yield what came of it, and what was not checked or not by its own release."""
    read = (
        f"{count(counts.sets, 'set')} of {count(counts.segments, 'segment')} in {count(counts.files, 'file')}"
    )
    unknown = f"; {counts.undescribed} of the sets have no dictionary" if counts.undescribed else ""
    unread = f"; {count(len(counts.skipped), 'file')} could not be read" if counts.skipped else ""
    verdict = f"{count(counts.errors, 'error')}, {count(counts.warnings, 'warning')}"
    if not counts.errors and counts.files:
        verdict = f"clean, {count(counts.warnings, 'warning')}" if counts.warnings else "clean"
    yield paint(verdict, bold=True, fg="red" if counts.errors else "green") + f": {read}{unknown}{unread}"
    for one in counts.read_by[:_MOST_NOTES]:
        yield paint(f"{one.set_id} in release {one.release or 'of no name'} was read by {one.by}", dim=True)
    if len(counts.read_by) > _MOST_NOTES:
        yield paint("other sets were read by another release, too: --json names them", dim=True)
    if counts.sets > counts.undescribed:
        yield paint("codes were checked only where a dictionary or guideline lists them", dim=True)


def _print_json(found: Iterable[Placed], counts: Counts) -> None:
    """Print one object, finding by finding: there may be many."""
    sys.stdout.write('{"findings": [')
    for at, placed in enumerate(found):
        value = {
            "file": placed.file,
            "set": placed.set or None,
            "set_id": placed.set_id,
            "set_control": placed.set_control,
            **finding_json(placed.finding),
        }
        sys.stdout.write((",\n" if at else "\n") + msgspec.json.encode(value).decode())
    summary = msgspec.json.encode(msgspec.structs.asdict(counts)).decode()
    sys.stdout.write(f'\n], "summary": {summary}}}\n')


@answers_in_one_line
@with_rules
def ack(
    file: File,
    by: Rules,
    as_999: Annotated[bool, typer.Option("--999", help="Write a 999 instead of a 997.")] = False,
    technical: Annotated[
        bool, typer.Option("--ta1", help="Write a TA1 even where none is asked for.")
    ] = False,
    rejected_only: Annotated[
        bool, typer.Option("--rejected-only", help="Name only sets with something to say.")
    ] = False,
    strict: Strict = False,
    control: Annotated[
        int, typer.Option(min=1, max=999_999_999, help="The first control number.")
    ] = FIXED.control,
    at: Annotated[str, typer.Option(help="Date and time of the answer, 2025-01-01T12:00.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write into this file instead.")] = None,
) -> None:
    """Print the TA1 and 997 (or 999) that we would send for a file. The same file gives the same bytes.

    Example: hub x12 ack order.edi --999
    """
    by = replace(by, strict=strict)
    us = _answering(by.partner, as_999=as_999, technical=technical, rejected_only=rejected_only)
    with opened(file) as source:
        data = b"".join(a.data for a in answers(source, name_of(file), by, us, Numbers(_clock(at), control)))
    if not data:
        fail(f"{name_of(file)}: nothing in it is to be acknowledged")
    if out:
        out.write_bytes(data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def _clock(text: str) -> datetime:
    if not text:
        return FIXED.at
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        fail(f"{text!r} is no date and time; write 2025-01-01T12:00", MISUSED)


def _answering(partner: Partner | None, *, as_999: bool, technical: bool, rejected_only: bool) -> Partner:
    """Return whom we answer as the options want it; of no partner in particular the usual."""
    found = partner or Partner(key="x12", name="X12")
    usual = found.x12
    kind: Literal["997", "999", "none"] = "999" if as_999 else usual.functional_ack
    if kind == "none":
        kind = "997"
    options = replace(
        usual,
        functional_ack=kind,
        technical_ack="always" if technical else usual.technical_ack,
        ack_detail="rejected" if rejected_only else usual.ack_detail,
    )
    return replace(found, x12=options)
