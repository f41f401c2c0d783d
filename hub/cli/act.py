"""`hub release`, `redrive`, `resend`, `cancel`: what an operator does. Works beside a running hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from hub.cli.context import actor, answers_in_one_line, console, open_store, print_json
from hub.operations import Done, Operations

References = Annotated[list[str], typer.Argument(metavar="ID...", help="Exchanges (42) or files (T7).")]
Why = Annotated[str, typer.Option(help="The reason, kept in the log.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _each(references: list[str], act: Callable[[Operations, str], Done], *, as_json: bool) -> None:
    with open_store() as store:
        done = [act(Operations(store), reference) for reference in references]
    if as_json:
        print_json(done)
        return
    for one in done:
        console.print(one.what)


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
def cancel(
    references: References,
    why: Annotated[str, typer.Option(help="The reason, kept in the log.")],
    as_json: AsJson = False,
) -> None:
    """End documents that wait for somebody, with a reason."""
    _each(references, lambda ops, ref: ops.cancel(ref, actor(), why), as_json=as_json)
