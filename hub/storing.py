"""storing: can the hub keep what it is given? While it cannot, it takes nothing new, and says where and why.

Two grades. Little room left on a disk: no new file is taken and no news of Odoo are begun, what is under way goes on.
A disk or database that cannot be written: no step is taken either, for it could not be committed. Every process looks
for itself, every few seconds and every second while something is wrong, and tells its log of each change in one line.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from hub.model.errors import Retryable, Trouble
from hub.settings import Settings
from hub.store import Store

_log = logging.getLogger("hub.storing")

#: How old a look may be: while all is well, and while something is wrong or in doubt.
WELL_SECONDS, ILL_SECONDS = 5.0, 1.0
#: A look that lasts for longer says itself that the disk or the database does not answer.
SILENT_SECONDS = 15.0
#: What a look writes: more than a file system keeps for small files.
PROBE_BYTES = 1 << 16

_DATABASE = "database"

#: What to do, by a word of what the database or the disk said; the first that fits.
_MENDS = (
    ("is gone", "nothing else: the hub goes on when it is back"),
    ("another one", "the running hub works with the old one and takes nothing until then"),
    ("locked", "find the program that holds it (`fuser -v FILE`); the hub goes on when it lets go"),
    ("No space left", "make room on that disk; the hub goes on by itself"),
    ("quota", "make room, or have the quota raised; the hub goes on by itself"),
    ("is full", "make room on that disk; the hub goes on by itself"),
    ("ead-only", "mount it for writing, or look why the system stopped that; the hub goes on by itself"),
    ("readonly", "give the hub's user the right to write the file and its folder; the hub goes on by itself"),
    ("ermission denied", "give the hub's user the right to write there; the hub goes on by itself"),
    ("No such file", "mount the disk, or put the folder back; the hub goes on by itself"),
    ("malformed", "the file is damaged: stop the hub and restore a backup (`hub restore --over FILE`)"),
    ("not a database", "the file is damaged: stop the hub and restore a backup (`hub restore --over FILE`)"),
)
_MEND = "see that the disk and the database run (`hub doctor`); the hub goes on by itself"


class Ill(Struct, frozen=True):
    """One thing that keeps the hub from storing what it is given."""

    where: str  # archive, database, spool, sftp server
    what: str
    mend: str
    work_goes_on: bool = False  # only new work is refused; steps are taken

    def line(self) -> str:
        """Return where, what and what to do, in one line."""
        return f"{self.where}: {self.what}; {self.mend}"


class Places(Struct, frozen=True):
    """What is looked at: folders that must take files, and how many bytes must be free on their disks."""

    written: Mapping[str, Path]
    least_free: int


def places_of(settings: Settings) -> Places:
    """Return where a hub of these settings must be able to write."""
    written = {
        "archive": Path(settings.store.archive) / "tmp",
        "spool": Path(settings.paths.var) / "spool",
    }
    if settings.sftp_server.enabled:
        written["sftp server"] = Path(settings.sftp_server.root)
    return Places(written, settings.limits.min_free_bytes)


class Storing:
    """Says whether new work may be taken, and whether steps may. Safe for many threads.

    Whoever asks when the last look is too old looks; the others go by the last one meanwhile.
    """

    def __init__(self, store: Store, places: Places, seconds: Callable[[], float] = time.monotonic) -> None:
        self._store, self._places, self._seconds = store, places, seconds
        self._looking, self._guard = threading.Lock(), threading.Lock()
        self._found: tuple[Ill, ...] = ()
        self._due, self._began = 0.0, 0.0

    @property
    def known(self) -> tuple[Ill, ...]:
        """Return what the last look found, without looking."""
        return self._found

    def keep_looking(self, stopping: threading.Event) -> None:
        """Look again and again until told to stop, so that nobody who asks has to wait for a look."""
        while not stopping.wait(ILL_SECONDS):
            self.ills()

    def takes_work(self) -> bool:
        """Say whether new work may be taken: files of partners, news of Odoo, what is due by the clock."""
        return not self.ills()

    def takes_steps(self) -> bool:
        """Say whether what is under way may go on."""
        return all(ill.work_goes_on for ill in self.ills())

    def refusal(self) -> str:
        """Return why no new work is taken, in one line; "" while it is."""
        return "; ".join(ill.line() for ill in self.ills())

    def doubt(self) -> None:
        """Have the next one who asks look anew: something could not be stored."""
        with self._guard:
            self._due = min(self._due, self._began + ILL_SECONDS)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look anew after what could not be stored within."""
        try:
            yield
        except Retryable as fault:
            if fault.trouble is Trouble.STORAGE:
                self.doubt()
            raise

    def ills(self) -> tuple[Ill, ...]:
        """Return what is wrong now."""
        if self._seconds() < self._due:
            return self._found
        if not self._looking.acquire(blocking=False):
            return self._found or self._silence()
        try:
            self._began = self._seconds()
            self._note(tuple(self._look()))
        finally:
            self._looking.release()
        return self._found

    def _note(self, found: tuple[Ill, ...]) -> None:
        """Keep what a look found; tell the log when it is not what the last one found."""
        before = {(ill.where, ill.what) for ill in self._found}
        now = {(ill.where, ill.what) for ill in found}
        for ill in found:
            if (ill.where, ill.what) not in before:
                what = "takes no new work" if ill.work_goes_on else "takes no work"
                _log.error("the hub %s: %s", what, ill.line())
        if before and not now:
            _log.warning("the hub can store again and takes work")
        with self._guard:
            self._found = found
            self._due = self._seconds() + (ILL_SECONDS if found else WELL_SECONDS)

    def _silence(self) -> tuple[Ill, ...]:
        lasts = self._seconds() - self._began
        if lasts < SILENT_SECONDS:
            return ()
        return (Ill("storage", "does not answer", _MEND),)

    def _look(self) -> Iterator[Ill]:
        for name, folder in self._places.written.items():
            ill = little_room(name, folder, self._places.least_free) or not_written(name, folder)
            if ill is not None:
                yield ill
        try:
            self._store.probe()
        except Retryable as fault:
            yield Ill(_DATABASE, str(fault), mend_of(str(fault)))
            return
        if (database := self._store.folder) is not None:
            ill = little_room(_DATABASE, database, self._places.least_free)
            if ill is not None:
                yield ill


def little_room(name: str, folder: Path, least_free: int) -> Ill | None:
    """Say whether the disk of a folder has less free bytes than there must be; a full one is told by `not_written`."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None
    if free >= least_free or free < PROBE_BYTES:
        return None
    least = f"less than {least_free / 1e6:,.0f} MB free on the disk of {folder}"
    return Ill(name, least, "make room there ([limits] min_free_bytes says how much)", work_goes_on=True)


def not_written(name: str, folder: Path) -> Ill | None:
    """Say whether a folder cannot be written: a block is brought to its disk and taken away."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".hub-probe-") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        what = fault.strerror or type(fault).__name__
        return Ill(name, f"cannot write in {folder}: {what}", mend_of(what))
    return None


def mend_of(what: str, otherwise: str = _MEND) -> str:
    """Return what to do, by what the disk or the database said."""
    return next((mend for word, mend in _MENDS if word in what), otherwise)
