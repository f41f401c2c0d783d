"""The audit of the embedded SFTP server: one line of JSON for each login and file operation, in a file that turns over.

Each line is in the file before the partner gets an answer to what it tells of an upload, a rename or a removal;
it survives the end of our process, and a power cut as far as the system had written it.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct


class AuditEvent(Struct, frozen=True, omit_defaults=True):
    """Something that happened at the server. `at` is UTC; `path` is as the partner sees it.

    action: login, login_refused, banned, connection_refused, disconnected, upload, upload_interrupted,
    upload_refused, download, rename, remove, refused.
    """

    at: datetime
    action: str
    account: str = ""
    address: str = ""
    path: str = ""
    size: int | None = None
    detail: str = ""


class AuditFile:
    """Appends events to a file; when it has `most_bytes` it becomes NAME.1, that NAME.2 ... up to `kept`."""

    def __init__(self, path: Path, most_bytes: int, kept: int) -> None:
        self._path, self._most_bytes, self._kept = path, most_bytes, kept
        self._lock = threading.Lock()
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)

    def write(self, event: AuditEvent) -> None:
        """Append one event. Raises OSError where the disk does not take it."""
        line = msgspec.json.encode(event) + b"\n"
        with self._lock:
            if self._path.exists() and self._path.stat().st_size + len(line) > self._most_bytes:
                self._turn_over()
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640), "ab") as file:
                file.write(line)

    def _turn_over(self) -> None:
        for number in range(self._kept, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path.with_name(f"{self._path.name}.{number - 1}") if number > 1 else self._path
            if newer.exists():
                newer.replace(older)
