"""`hub backup` and `hub restore`: one file with all that the hub knows, and the way back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hub.cli.context import (
    FAILED,
    answers_in_one_line,
    complain,
    console,
    finds_in_one_line,
    home,
    open_store,
    print_json,
    settings,
)
from hub.cli.progress import telling

if TYPE_CHECKING:
    from hub.backup import Restored

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@finds_in_one_line
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
    as_json: AsJson = False,
) -> None:
    """Write log, ledgers, payloads, profiles and settings into one file, of one moment; works while the hub runs.

    Secrets are not in it: keep the secrets folder (and the keys of the archive) elsewhere.
    Exit status 1 when the file is written, but payloads were missing or damaged; 2 when no file is written.
    """
    from hub.backup import write_backup
    from hub.opening import utc_now

    with open_store() as store, telling("backup") as tell:
        manifest = write_backup(store, settings(), home(), file, now=utc_now(), tell=tell)
    if as_json:
        print_json({"file": str(file), "size": file.stat().st_size, "manifest": manifest})
    else:
        payloads = manifest.payloads.count + manifest.payloads.in_rows
        told = f"{manifest.rows:,} rows, {payloads:,} payloads, {len(manifest.files)} files"
        console.print(f"{escape(str(file))}: {told}; {file.stat().st_size:,} bytes", soft_wrap=True)
    if not manifest.whole:
        lacks = manifest.payloads.missing + manifest.payloads.damaged
        complain(f"{lacks} payloads are missing or damaged; `hub verify` names them")
        raise typer.Exit(FAILED)


@answers_in_one_line
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `hub backup` wrote.")],
    over: Annotated[
        bool,
        typer.Option("--over", help="Also where there is a log or profiles already: they are put aside."),
    ] = False,
    without_profiles: Annotated[
        bool, typer.Option("--without-profiles", help="Leave the profiles that are there as they are.")
    ] = False,
    control_gap: Annotated[
        int, typer.Option(min=0, max=900_000_000, help="How many control numbers to skip in each scope.")
    ] = 1000,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty place, on SQLite or PostgreSQL, and say what to check.

    The file is verified to its end before anything is changed. On PostgreSQL --over replaces the tables: take a
    `hub backup` of them first.
    """
    from hub.backup import Plan
    from hub.backup import restore as bring_back
    from hub.opening import utc_now

    plan = Plan(over=over, profiles=not without_profiles, control_gap=control_gap)
    with telling("restore") as tell:
        restored = bring_back(file, home(), os.environ, plan, clock=utc_now, tell=tell)
    print_json(restored) if as_json else _say(restored)


def _say(restored: Restored) -> None:
    console.print(
        f"restored {restored.rows:,} rows and {restored.payloads:,} payloads, "
        f"as they were on {restored.taken_at:%Y-%m-%d %H:%M} UTC",
        soft_wrap=True,
    )
    console.print(f"control numbers moved on by {restored.control_gap}: {len(restored.controls)} scopes")
    console.print("\ncheck before you start the hub:" if restored.to_check else "")
    for check in restored.to_check:
        count = "" if check.count is None else f"{check.count} "
        console.print(f"  {count}{escape(check.what)}", soft_wrap=True)
        if check.exchanges:
            more = " ..." if (check.count or 0) > len(check.exchanges) else ""
            console.print(f"      exchange {', '.join(map(str, check.exchanges))}{more}", soft_wrap=True)
        console.print(f"      {escape(check.do)}", soft_wrap=True, style="dim")
