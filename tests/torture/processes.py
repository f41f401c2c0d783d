"""The processes of a run: each can be killed as a power cut would, frozen, and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
END_SECONDS = 30


class Process:
    """A Python program (`python -m ...`) in a process group of its own."""

    def __init__(self, name: str, module: Sequence[str], log: Path, environ: Mapping[str, str]) -> None:
        self.name, self._module, self._log, self._environ = name, module, log, environ
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0  # bytes of the log that an earlier process of it wrote

    def start(self) -> None:
        """Start it; its output goes to the log."""
        with self._log.open("ab") as log:
            self._said = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._module],
                env={**os.environ, **self._environ, "PYTHONPATH": str(REPOSITORY)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the id of its process, which leads the group."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Say whether it has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def says(self, words: str) -> bool:
        """Say whether these words are in its output."""
        return words.encode() in self._log.read_bytes()[self._said :]

    def pids(self) -> set[int]:
        """Return the ids of all processes of the group."""
        found = set()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, ValueError, IndexError):
                if int(stat.read_text().rpartition(")")[2].split()[2]) == self.pid:
                    found.add(int(stat.parent.name))
        return found

    def children(self) -> list[int]:
        """Return the ids of the group without its leader."""
        return sorted(self.pids() - {self.pid})

    def say(self, line: str) -> None:
        """Write a line to its input; one that is gone hears nothing."""
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def freeze(self) -> None:
        """Stop it in its tracks; its sockets stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the whole group with -9."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(END_SECONDS)
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
