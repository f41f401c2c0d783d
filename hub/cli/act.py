"""`hub release`, `redrive`, `resend`, `reject`, `cancel`: what an operator does. Works beside a running hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from msgspec import Struct
from rich.markup import escape

from hub.cli.context import (
    CANNOT,
    FAILED,
    actor,
    answers_in_one_line,
    complain,
    console,
    open_store,
    print_json,
    settings,
)
from hub.operations import Advise, Done, Operations

References = Annotated[list[str], typer.Argument(metavar="ID...", help="Exchanges (42) or files (T7).")]
Why = Annotated[str, typer.Option(help="The reason, kept in the log.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _Answer(Struct, frozen=True):
    """What became of one reference: what was done, or why it was refused."""

    reference: str
    what: str = ""
    refused: str = ""


def _each(
    references: list[str],
    act: Callable[[Operations, str], Done],
    *,
    as_json: bool,
    advise: Advise | None = None,
) -> None:
    """Act on one after the other and say each at once: a refusal stops none of the others, and ends with 1."""
    answers: list[_Answer] = []
    with open_store() as store:
        operations = Operations(store, advise)
        for reference in references:
            answers.append(_answer(operations, reference, act))
            if not as_json:
                _print(answers[-1])
    if as_json:
        print_json(answers)
    if any(answer.refused for answer in answers):
        raise typer.Exit(FAILED)


def _answer(operations: Operations, reference: str, act: Callable[[Operations, str], Done]) -> _Answer:
    try:
        return _Answer(reference, what=act(operations, reference).what)
    except CANNOT as fault:
        return _Answer(reference, refused=str(fault))


def _print(answer: _Answer) -> None:
    if answer.refused:
        complain(answer.refused)
    else:
        console.print(escape(answer.what))


@answers_in_one_line
def release(references: References, why: Why = "", as_json: AsJson = False) -> None:
    """Let held documents go on: what a person has decided is not asked again; unknown codes still hold."""
    _each(references, lambda ops, ref: ops.release(ref, actor(), why), as_json=as_json)


@answers_in_one_line
def redrive(references: References, why: Why = "", as_json: AsJson = False) -> None:
    """Run documents or files again from the archived bytes, after something was mended."""
    _each(references, lambda ops, ref: ops.redrive(ref, actor(), why), as_json=as_json)


@answers_in_one_line
def resend(references: References, why: Why = "", as_json: AsJson = False) -> None:
    """Send stored bytes again: same bytes, same control numbers."""
    _each(references, lambda ops, ref: ops.resend(ref, actor(), why), as_json=as_json)


@answers_in_one_line
def reject(
    references: References,
    why: Annotated[str, typer.Option(help="The reason, kept in the log; the partner reads it.")],
    as_json: AsJson = False,
) -> None:
    """Give held documents back to the partner, who must send others; an 855, 865 or 824 tells them why."""
    from hub.wiring import make_advising

    advise = make_advising(settings())
    _each(references, lambda ops, ref: ops.reject(ref, actor(), why), as_json=as_json, advise=advise)


@answers_in_one_line
def cancel(
    references: References,
    why: Annotated[str, typer.Option(help="The reason, kept in the log.")],
    as_json: AsJson = False,
) -> None:
    """End documents that wait for somebody, with a reason."""
    _each(references, lambda ops, ref: ops.cancel(ref, actor(), why), as_json=as_json)
