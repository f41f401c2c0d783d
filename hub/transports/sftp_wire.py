"""Three operations that paramiko's SFTP client does in a way that a hub cannot use.

Its directory listing raises when one file name is not UTF-8, so that a single hostile name would hide all
others; its read-ahead runs in a thread that never ends when the connection drops; its writer keeps a refused
block or a failed close to itself. All are done here over the same requests.
"""

from __future__ import annotations

import logging
import stat
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import paramiko
from paramiko.message import Message
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_DATA,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    CMD_WRITE,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_EXCL,
    SFTP_FLAG_TRUNC,
    SFTP_FLAG_WRITE,
    int64,
)

from hub.transports.port import RemoteFile

#: One request's bytes (every server grants 32 KiB) and how many are under way: 2 MiB in flight.
BLOCK_BYTES = 32_768
BLOCKS_IN_FLIGHT = 64

#: Who sends or takes less than this in a second, over a whole file, is not waited for (ISDN had as much).
SLOWEST_BYTES_PER_SECOND = 8_192
GRACE_SECONDS = 60.0

#: Nobody has more files to be picked up; a folder without end is an attack or a fault.
MOST_FILES = 100_000


def hush(ssh: paramiko.Transport) -> None:
    """Keep paramiko from logging each broken line with a traceback: what matters is raised or audited."""
    ssh.set_log_channel("hub.transports.wire")
    logging.getLogger("hub.transports.wire").setLevel(logging.CRITICAL + 1)


class NotOpenedError(OSError):
    """The server refuses to open a file for writing, and does not say why: SFTP 3 has no code for a taken name."""


class _Replies:
    """Answers to the requests of one transfer, by number; servers may answer in any order."""

    def __init__(self, client: WireClient) -> None:
        self._client = client
        self._began = time.monotonic()
        self._done = 0
        self._blocks: dict[int, bytes] = {}
        self._fault: OSError | None = None

    def take(self, request: int, sent: int = 0) -> bytes:
        """Return the bytes of one answer (b"" at the file's end, or of a write) as soon as it is here.

        `sent`: the bytes of the write that it answers. Raises OSError for what the server refused, TimeoutError
        where the transfer hardly moves.
        """
        while request not in self._blocks and self._fault is None:
            self._client._read_response()
        if self._fault is not None:
            raise self._fault
        block = self._blocks.pop(request)
        self._keep_pace(len(block) + sent)
        return block

    def _keep_pace(self, size: int) -> None:
        """Count what went over; a peer that answers just before each time limit would hold us for days."""
        self._done += size
        seconds = time.monotonic() - self._began
        allowed = self._client.grace_seconds + self._done / SLOWEST_BYTES_PER_SECOND
        if seconds > allowed:
            raise TimeoutError(f"too slow: {self._done:,} bytes in {seconds:.0f} s")

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
    """paramiko's SFTP client with a listing, a reader and a writer of our own."""

    grace_seconds = GRACE_SECONDS  # how much longer than at the slowest pace a transfer may take

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
                (ask(start, length), start, length) for start, length in islice(blocks, BLOCKS_IN_FLIGHT)
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

    def write_whole(self, path: str, data: bytes, *, exclusive: bool) -> None:
        """Write a whole file, keeping many writes under way; `exclusive`: it must not be there yet.

        Raises NotOpenedError, and OSError for the first block, or the close, that the server refuses.
        """
        flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | (SFTP_FLAG_EXCL if exclusive else SFTP_FLAG_TRUNC)
        try:
            kind, answer = self._request(CMD_OPEN, path, flags, paramiko.SFTPAttributes())
        except OSError as fault:
            raise NotOpenedError(*fault.args) if fault.errno is None else fault from None
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("expected a handle")
        handle = answer.get_binary()
        try:
            self._write_blocks(handle, data)
        except OSError:
            with suppress(OSError):  # what was refused first is what matters
                self._request(CMD_CLOSE, handle)
            raise
        self._request(CMD_CLOSE, handle)

    def _write_blocks(self, handle: bytes, data: bytes) -> None:
        replies, due = _Replies(self), deque[tuple[int, int]]()
        for start in range(0, len(data), BLOCK_BYTES):
            if len(due) >= BLOCKS_IN_FLIGHT:
                replies.take(*due.popleft())
            block = data[start : start + BLOCK_BYTES]
            due.append((self._async_request(replies, CMD_WRITE, handle, int64(start), block), len(block)))
        while due:
            replies.take(*due.popleft())


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
