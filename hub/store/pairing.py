"""pairing: a database and its archive know each other, so that neither is ever used without the other one.

Both hold the same mark, made when a hub first starts. A database that was lost is not begun anew unseen, with control
numbers from 1; and a process that is given another archive, or one whose disk is not mounted, does not go to work.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path

from hub.model.errors import ConfigError, storage_fault
from hub.store.archive import Archive
from hub.store.tx import Tx

#: The file of an archive that holds its mark, and the cursor of a database that does.
MARK, _CURSOR = "hub.mark", "store:mark"


def mark_of_archive(archive: Archive) -> str:
    """Return the mark of an archive; "" for a new one. Raises Retryable when it cannot be read."""
    file = archive.root / MARK
    try:
        return file.read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as fault:
        raise storage_fault(f"archive: cannot read {file}: {fault.strerror}") from fault


def mark_archive(archive: Archive, mark: str = "") -> str:
    """Give an archive that mark, or (without one) a new one where it has none; return the one that it has then.

    Where several processes begin at once, all of them find the same.
    """
    if not mark and (there := mark_of_archive(archive)):
        return there
    try:
        with tempfile.TemporaryDirectory(dir=archive.root / "tmp") as folder:
            new, file = Path(folder) / MARK, archive.root / MARK
            with new.open("w") as written:
                written.write(f"{mark or uuid.uuid4().hex}\n")
                written.flush()
                os.fsync(written.fileno())
            new.replace(file) if mark else _link_or_move(new, file)
    except OSError as fault:
        raise storage_fault(f"archive: cannot write in {archive.root}: {fault.strerror}") from fault
    return mark_of_archive(archive)


def _link_or_move(new: Path, target: Path) -> None:
    """Bring a file to a name that nothing has; where there is something, that stays."""
    try:
        os.link(new, target)
    except FileExistsError:
        return
    except OSError:  # a disk without links
        new.replace(target)


def why_not_empty(archive: Archive, database: str) -> str:
    """Return what to say where that database has no tables; "" where nothing speaks against it."""
    if not mark_of_archive(archive):
        return ""
    return (
        f"the database {database} is empty, and the archive {archive.root} is of one that was not: it was lost, or "
        "[store] url names another one. Put it back, or restore a backup (`hub restore`); to begin anew, with control "
        f"numbers that partners have seen before, move {archive.root} away, too"
    )


def mark_of(tx: Tx) -> str:
    """Return the mark of a database; "" when it has none yet."""
    return tx.cursor(_CURSOR)


def set_mark(tx: Tx, mark: str) -> None:
    """Give a database its mark."""
    tx.set_cursor(_CURSOR, mark)


def check_pair(mark: str, archive: Archive, database: str) -> None:
    """Raise ConfigError when a database of that mark and an archive are not of one hub."""
    there = mark_of_archive(archive)
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
        f"{archive.root / MARK}"
    )
