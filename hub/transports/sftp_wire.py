"""Two operations that paramiko's SFTP client does in a way that a hub cannot use.

Its directory listing raises when one file name is not UTF-8, so that a single hostile name would hide all
others; its read-ahead runs in a thread that never ends when the connection drops. Both are done here over the
same requests.
"""

from __future__ import annotations

import logging
import stat
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

import paramiko
from paramiko.message import Message
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_DATA,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    int64,
)

from hub.transports.port import RemoteFile

#: One read's size (every server grants 32 KiB) and how many are under way: 2 MiB in flight.
BLOCK_BYTES = 32_768
READS_IN_FLIGHT = 64

#: Nobody has more files to be picked up; a folder without end is an attack or a fault.
MOST_FILES = 100_000


def hush(ssh: paramiko.Transport) -> None:
    """Keep paramiko from logging each broken line with a traceback: what matters is raised or audited."""
    ssh.set_log_channel("hub.transports.wire")
    logging.getLogger("hub.transports.wire").setLevel(logging.CRITICAL + 1)


class _Replies:
    """Answers to reads under way, by request number; servers may answer in any order."""

    def __init__(self, client: WireClient) -> None:
        self._client = client
        self._blocks: dict[int, bytes] = {}
        self._fault: OSError | None = None

    def take(self, request: int) -> bytes:
        """Return the bytes of one answer (b"" at the file's end) as soon as it is here."""
        while request not in self._blocks and self._fault is None:
            self._client._read_response()
        if self._fault is not None:
            raise self._fault
        return self._blocks.pop(request)

    def _async_response(self, kind: int, answer: Message, request: int) -> None:
        """Take one answer; paramiko calls this by its name."""
        try:
            if kind == CMD_STATUS:
                self._client._convert_status(answer)
            self._blocks[request] = answer.get_binary() if kind == CMD_DATA else b""
        except EOFError:
            self._blocks[request] = b""
        except OSError as fault:
            self._fault = fault


class WireClient(paramiko.SFTPClient):
    """paramiko's SFTP client with a listing and a reader of our own."""

    if TYPE_CHECKING:  # the stubs leave out the request layer of the class, which its own methods use

        def _request(self, kind: int, *fields: object) -> tuple[int, Message]: ...
        def _async_request(self, owner: object, kind: int, *fields: object) -> int: ...
        def _read_response(self) -> object: ...
        def _convert_status(self, answer: Message) -> None: ...

    def list_files(self, folder: str) -> list[RemoteFile]:
        """Return the regular files of a folder; bytes of a name that are not UTF-8 become surrogates."""
        kind, answer = self._request(CMD_OPENDIR, folder.encode())
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("expected a handle")
        handle = answer.get_binary()
        files: list[RemoteFile] = []
        try:
            while len(files) < MOST_FILES:
                kind, answer = self._request(CMD_READDIR, handle)
                if kind != CMD_NAME:
                    raise paramiko.SFTPError("expected names")
                files += _read_names(answer)
        except EOFError:
            pass  # the folder's end; a lost connection is an SSHException
        self._request(CMD_CLOSE, handle)
        return files

    def read_into(self, path: str, sink: Callable[[bytes], object], size: int) -> None:
        """Hand the first `size` bytes of a file to `sink`, keeping many reads under way.

        Stops early, without an error, where the file turns out shorter.
        """
        with self.open(path, "rb") as file:
            replies = _Replies(self)

            def ask(offset: int, length: int) -> int:
                return self._async_request(replies, CMD_READ, file.handle, int64(offset), length)

            blocks = ((start, min(BLOCK_BYTES, size - start)) for start in range(0, size, BLOCK_BYTES))
            due = deque(
                (ask(start, length), start, length) for start, length in islice(blocks, READS_IN_FLIGHT)
            )
            while due:
                request, start, length = due.popleft()
                while (block := replies.take(request)) and len(block) < length:
                    sink(block)  # a server may give less than was asked for
                    start, length = start + len(block), length - len(block)
                    request = ask(start, length)
                if not block:
                    return
                sink(block)
                due.extend((ask(start, length), start, length) for start, length in islice(blocks, 1))


def _read_names(answer: Message) -> list[RemoteFile]:
    """Read one SSH_FXP_NAME answer: name, line for people, attributes; only regular files are kept."""
    files: list[RemoteFile] = []
    for _ in range(answer.get_int()):
        name = answer.get_binary().decode("utf-8", "surrogateescape")
        answer.get_binary()
        status = paramiko.SFTPAttributes._from_msg(answer)  # type: ignore[attr-defined] # not in the stubs
        if status.st_mode is None or stat.S_ISREG(status.st_mode):
            files.append(RemoteFile(name, status.st_size or 0, float(status.st_mtime or 0)))
    return [file for file in files if file.name not in {".", ".."}]
