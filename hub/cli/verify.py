"""`hub verify`: is everything that the log names still there, and still what it was?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hub.cli.context import FAILED, complain, console, finds_in_one_line, open_store, print_json
from hub.cli.progress import telling

if TYPE_CHECKING:
    from hub.store import PayloadOwner
    from hub.verifying import Verified


@finds_in_one_line
def verify(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Read the whole database and every payload, and name what is damaged or missing; works while the hub runs.

    Exit status 0 when all is sound, 1 when something is lost, 2 when it could not look.
    """
    from hub.verifying import verify as look

    with open_store() as store, telling("verify") as tell:
        found = look(store, tell)
    print_json(found) if as_json else _say(found)
    raise typer.Exit(0 if found.sound else FAILED)


def _say(found: Verified) -> None:
    for fault in found.database:
        complain(f"database: {fault}")
    for bad in found.bad:
        complain(f"{bad.what}: {bad.sha256}")
        for owner in bad.owners:
            console.print(f"     {escape(_owner(owner))}", soft_wrap=True)
    lost = found.missing + found.damaged
    if lost > len(found.bad):
        console.print(f"... and {lost - len(found.bad)} more")
    console.print(
        f"{found.payloads:,} payloads, {found.bytes:,} bytes: {found.missing} missing, {found.damaged} damaged; "
        f"the database is {'damaged' if found.database else 'sound'}",
        soft_wrap=True,
    )
    for key, count in found.sealed.items():
        complain(
            f"{count:,} payloads are sealed under key {key}, which is not among [store] archive_keys: add its "
            "reference there; whether they are sound only it can tell"
        )
    if found.unnamed:
        console.print(
            f"{found.unnamed:,} files ({found.unnamed_bytes:,} bytes) belong to no row; they harm nobody"
        )
    if lost:
        console.print(
            "take them from a backup: `tar -xzf FILE archive/SHA256`, and put them into the archive; what no backup "
            "has there is in the database: `hub restore`",
            soft_wrap=True,
        )


def _owner(owner: PayloadOwner) -> str:
    whose = f"exchange {owner.exchange_id}" if owner.exchange_id else f"file T{owner.transmission_id}"
    return f"{owner.kind} of {whose}, {owner.partner or 'unknown partner'}, {owner.at:%Y-%m-%d}"
