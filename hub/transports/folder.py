"""A folder of this machine as a mailbox, and the watcher that tells when something came."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from hub.transports.delivery import Manner
from hub.transports.drive import LocalDrive
from hub.transports.mailbox import DriveMailbox, Folders
from hub.transports.pickup import Rules, is_temporary

log = logging.getLogger("hub.transports")

#: Events of somebody writing. Opening and deleting are our own doing and would wake us for ever.
ARRIVALS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileClosedEvent,
]


class FolderMailbox(DriveMailbox):
    """A mailbox of three local folders, made when missing. `archive` None: a released file is deleted."""

    def __init__(
        self,
        inbox: Path,
        outbox: Path,
        archive: Path | None = None,
        rules: Rules | None = None,
        manner: Manner | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        for folder in (inbox, outbox, archive):
            if folder is not None:
                folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        folders = Folders(
            str(inbox.absolute()), str(outbox.absolute()), str(archive.absolute()) if archive else ""
        )
        super().__init__(LocalDrive(), folders, rules, manner, monotonic=monotonic)


class FolderWatcher:
    """Calls `on_change(key)` when something may have come into the folder of that key.

    Each change calls twice, at once and `settle_seconds` after the last one, because a file must be seen
    unchanged. A network share may give no events: every folder is also offered each `poll_seconds`.
    """

    def __init__(
        self,
        folders: Mapping[str, Path],
        on_change: Callable[[str], None],
        *,
        settle_seconds: float = 2.0,
        poll_seconds: float = 30.0,
    ) -> None:
        self._folders = dict(folders)
        self._on_change = on_change
        self._settle_seconds = settle_seconds
        self._poll_seconds = poll_seconds
        self._bell = threading.Condition()
        self._fresh: set[str] = set()
        self._due: dict[str, float] = {}  # key -> when to call next, on the monotonic clock
        self._stopping = False
        self._observer = Observer()
        self._thread = threading.Thread(target=self._run, name="folder-watcher", daemon=True)

    def start(self) -> None:
        """Watch the folders, which must exist. The first call for each comes at once."""
        for key, folder in self._folders.items():
            self._observer.schedule(_Arrivals(key, self._ring), str(folder), event_filter=ARRIVALS)
            self._fresh.add(key)
        self._observer.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; no call comes after this one has returned."""
        with self._bell:
            self._stopping = True
            self._bell.notify()
        self._observer.stop()
        self._observer.join()
        self._thread.join()

    def _ring(self, key: str) -> None:
        with self._bell:
            self._fresh.add(key)
            self._bell.notify()

    def _run(self) -> None:
        while (keys := self._wait()) is not None:
            for key in keys:
                try:
                    self._on_change(key)
                except Exception:  # one partner's fault must not end the watching of all
                    log.exception("folder watcher: %s", key)

    def _wait(self) -> list[str] | None:
        """Wait for the next keys to offer; None at the end."""
        with self._bell:
            while not self._stopping:
                now = time.monotonic()
                late = {key for key, at in self._due.items() if at <= now}
                if keys := sorted(self._fresh | late):
                    self._due.update((key, now + self._poll_seconds) for key in keys)
                    settled_at = now + self._settle_seconds + 0.05
                    self._due.update((key, settled_at) for key in self._fresh)
                    self._fresh.clear()
                    return keys
                self._bell.wait(min(self._due.values(), default=now + self._poll_seconds) - now)
        return None


class _Arrivals(FileSystemEventHandler):
    """Rings for one folder when a file that is not temporary was written or renamed."""

    def __init__(self, key: str, ring: Callable[[str], None]) -> None:
        self._key = key
        self._ring = ring

    def on_any_event(self, event: FileSystemEvent) -> None:
        path = event.dest_path or event.src_path
        name = path.decode("utf-8", "replace") if isinstance(path, bytes) else path
        if not is_temporary(Path(name).name):
            self._ring(self._key)
