"""A file of a partner's folder while they read it: links are not followed, and the audit hears how far they came."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Protocol

import paramiko
from paramiko.sftp import SFTP_FAILURE

from hub.transports.server_login import Gate
from hub.transports.server_view import Spot


class Reader(Protocol):
    """Who reads: one session of a partner."""

    gate: Gate

    def closed(self, handle: DownloadHandle, size: int) -> None: ...


class DownloadHandle(paramiko.SFTPHandle):
    """A file that the partner reads."""

    def __init__(self, files: Reader, real: Path, spot: Spot) -> None:
        super().__init__(os.O_RDONLY)
        self.spot = spot
        self._files = files
        self._size = 0
        self._descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW)
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            os.close(self._descriptor)
            raise FileNotFoundError(spot.path)

    def read(self, offset: int, length: int) -> bytes | int:
        if self._descriptor < 0:
            return SFTP_FAILURE
        self._files.gate.touch()
        data = os.pread(self._descriptor, min(length, 1 << 18), offset)
        self._size = max(self._size, offset + len(data))
        return data

    def stat(self) -> paramiko.SFTPAttributes | int:
        if self._descriptor < 0:
            return SFTP_FAILURE
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor), self.spot.name)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._files.closed(self, self._size)
