"""`hub archive`: keys for the encryption of what is archived, and writing it anew under the newest one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.context import FAILED, answers_in_one_line, complain, console, open_store, print_json, settings
from hub.cli.progress import telling
from hub.model.errors import Undeliverable
from hub.store import Store, Tx
from hub.store.records import RowPayload

app = typer.Typer(help="Encryption of the archived payloads.", no_args_is_help=True)


@app.command("newkey")
@answers_in_one_line
def newkey(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What its file in the secrets folder is to be called.")
    ],
) -> None:
    """Make a key and keep it as a secret. Without it nothing that is encrypted under it can be read: keep a copy."""
    from hub.secrets import Secrets
    from hub.store.sealing import new_key

    path = Secrets(Path(settings().paths.secrets), os.environ).write(f"file:{name}", new_key())
    console.print(f"{path}: keep a copy of it in another place than the backups", soft_wrap=True)
    console.print(
        f'write it first: [store] encrypt = true, archive_keys = \\["file:{name}", ...older ones]; '
        "restart the hub, then `hub archive rekey`",
        soft_wrap=True,
    )


@app.command("rekey")
@answers_in_one_line
def rekey(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Write every payload as new ones are written: under the newest key, or clear when `encrypt` is off.

    Works while the hub runs; broken off, it goes on where it was. Damaged payloads are named and stay as they are.
    """
    written, kept, failed = 0, 0, list[str]()
    with open_store() as store, telling("rekey") as tell:
        for number, changed in enumerate(chain(_files(store), _rows(store)), 1):
            if isinstance(changed, Undeliverable):
                failed.append(str(changed))
                continue
            written, kept = written + changed, kept + (not changed)
            tell("payloads", number, 0)
        forgotten = not written or store.forget()
        elsewhere = written and store.shared
    if as_json:
        print_json({"written": written, "kept": kept, "failed": failed})
    else:
        console.print(f"{written:,} payloads written anew, {kept:,} were so already")
        for why in failed:
            complain(why)
        if not forgotten:
            complain(
                "somebody reads the database: its -wal file has the bytes as they were until the hub is restarted"
            )
        if elsewhere:
            console.print(
                "PostgreSQL keeps the bytes as they were in its files until `VACUUM FULL artifacts` while no hub runs, "
                "and in its own WAL and backups",
                soft_wrap=True,
            )
    raise typer.Exit(FAILED if failed else 0)


_Rewritten = bool | Undeliverable  # whether it had to be written anew, or why it could not


def _files(store: Store) -> Iterator[_Rewritten]:
    """Write the archive's files anew, where that is needed."""
    for name in store.archive.names():
        try:
            yield store.archive.rekey(name)
        except Undeliverable as fault:
            yield fault


def _rows(store: Store) -> Iterator[_Rewritten]:
    """Write the payloads anew that are in rows of the database, some in a transaction."""
    after = 0
    while True:
        with store.begin() as tx:
            rows = tx.row_payloads(after)
            done = [_rewrite(tx, store, row) for row in rows]
        if not rows:
            return
        yield from done
        after = rows[-1].id


def _rewrite(tx: Tx, store: Store, row: RowPayload) -> _Rewritten:
    if store.archive.is_as_new(row.body, row.size):
        return False
    try:
        clear = store.archive.from_row(row.body, row.sha256, row.size)
    except Undeliverable as fault:
        return fault
    tx.rewrite_row_payload(row.id, store.archive.to_row(clear))
    return True
