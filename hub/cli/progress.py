"""A bar for what lasts: how much of a file has been read, on standard error and only where somebody watches."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from hub.model.progress import Tell, silent

#: Nobody wants to see a bar for what is over by then.
AFTER_SECONDS = 1.0


@contextmanager
def watched(source: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """Give a source that shows a bar while it is read, once it has taken AFTER_SECONDS."""
    if not _somebody_watches():
        yield source
        return
    reader = _Watched(source, name)
    try:
        yield cast("BinaryIO", reader)  # all that the reader of X12 asks of a source is `read`
    finally:
        reader.stop()


@contextmanager
def telling(name: str) -> Iterator[Tell]:
    """Give what long work tells of itself to; a bar shows it, once it has taken AFTER_SECONDS."""
    if not _somebody_watches():
        yield silent
        return
    bar = _Bar(name)
    try:
        yield bar.tell
    finally:
        bar.stop()


class _Bar:
    """A bar for work that tells what it does, how far it is, and how much there is."""

    def __init__(self, name: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"))
        self._bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
        self._name, self._task, self._begun = name, self._bar.add_task(name, total=None), time.monotonic()
        self._told_at, self._shown = 0.0, False

    def tell(self, what: str, done: int, of: int) -> None:
        """Move the bar, a few times a second."""
        now = time.monotonic()
        if now - self._begun < AFTER_SECONDS or now - self._told_at < 0.1:
            return
        self._told_at = now
        if not self._shown:
            self._shown = True
            self._bar.start()
        text = f"{self._name}: {what}"
        self._bar.update(self._task, description=text, completed=done, total=of or None)

    def stop(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._bar.stop()


def _somebody_watches() -> bool:
    """Say whether there is a terminal for the bar; not when our output goes to a pager that owns it."""
    try:
        piped = stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        piped = False
    return sys.stderr.isatty() and not piped


class _Watched:
    """A source that counts what is read from it."""

    def __init__(self, source: BinaryIO, name: str) -> None:
        self._source, self._begun = source, time.monotonic()
        self._done = 0
        self._size = _size(source)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._bar = Progress(
            *columns,
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
        )
        self._task = self._bar.add_task(name, total=self._size)
        self._shown = False

    def read(self, size: int) -> bytes:
        """Read on, and move the bar."""
        data = self._source.read(size)
        self._done += len(data)
        if not self._shown and time.monotonic() - self._begun > AFTER_SECONDS:
            self._shown = True
            self._bar.start()
        if self._shown:
            self._bar.update(self._task, completed=self._done)
        return data

    def stop(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._bar.stop()


def _size(source: BinaryIO) -> int | None:
    """Return how many bytes there are to read, None where nobody knows."""
    try:
        status = os.fstat(source.fileno())
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
