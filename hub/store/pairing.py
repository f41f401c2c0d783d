"""pairing: a database and its archive know each other, so that neither is ever used without the other one.

Both hold the same mark, made when a hub first starts. A database that was lost is not begun anew unseen, with control
numbers from 1; and a process that is given another archive, or one whose disk is not mounted, does not go to work.
"""

from __future__ import annotations

from hub.model.errors import ConfigError
from hub.store.archive import Archive
from hub.store.tx import Tx

#: The cursor that holds the mark.
_MARK = "store:mark"


def why_not_empty(archive: Archive, database: str) -> str:
    """Return what to say where that database has no tables; "" where nothing speaks against it."""
    if not archive.mark():
        return ""
    return (
        f"the database {database} is empty, and the archive {archive.root} is of one that was not: it was lost, or "
        "[store] url names another one. Put it back, or restore a backup (`hub restore`); to begin anew, with control "
        f"numbers that partners have seen before, move {archive.root} away, too"
    )


def mark_of(tx: Tx) -> str:
    """Return the mark of a database; "" when it has none yet."""
    return tx.cursor(_MARK)


def set_mark(tx: Tx, mark: str) -> None:
    """Give a database its mark."""
    tx.set_cursor(_MARK, mark)


def check_pair(mark: str, archive: Archive, database: str) -> None:
    """Raise ConfigError when a database of that mark and an archive are not of one hub."""
    there = archive.mark()
    if there == mark:
        return
    if there:
        raise ConfigError(
            f"the archive {archive.root} is not that of the database {database}: one of [store] url and archive names "
            "another hub's"
        )
    raise ConfigError(
        f"the archive {archive.root} is new, and the database {database} has another one: is its disk mounted, does "
        f"[store] archive name it? If it is lost, restore a backup, or go on without it: write {mark} into "
        f"{archive.mark_file}"
    )
