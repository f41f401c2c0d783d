"""The contract that every transport keeps; tests/contracts/transport_suite.py checks it.

Pickup: `list_ready` shows complete files only (no temporary names, settled on the server's own clock);
`fetch` copies one to a local path and verifies that it did not change meanwhile; `release` archives or
deletes it, and is called only after the bytes are committed in the hub. Delivery is atomic for a reader:
a temporary name, a size check, a rename, and never over a file that the partner has not collected.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class RemoteFile(Struct, frozen=True):
    """A file in a partner's mailbox. `modified_at` is in seconds since the epoch, the server's clock."""

    name: str
    size: int
    modified_at: float


class FetchedFile(Struct, frozen=True):
    """A copy on our disk, complete and verified."""

    name: str
    path: Path
    size: int
    sha256: str


class Stuck(Struct, frozen=True):
    """A file that lies in the partner's folder and is not taken. `name` is safe to print."""

    name: str
    why: str
    seconds: float  # since we saw it first


def forget(_name: str) -> None:
    """Take no note: for deliveries that nobody repeats."""


class Mailbox(Protocol):
    """One partner's folders behind some transport. Raises Retryable or Undeliverable, nothing else."""

    def list_ready(self) -> list[RemoteFile]:
        """Return the files that are complete, oldest first (then by name)."""

    def fetch(self, file: RemoteFile, into: Path) -> FetchedFile | None:
        """Copy a file into the folder `into`; None when it changed or vanished meanwhile (try next time)."""

    def release(self, file: RemoteFile) -> None:
        """Move the file to the archive (never overwriting) or delete it, as the profile says."""

    def stuck(self) -> list[Stuck]:
        """Return the files that were there for too long at the last look, and why they are not taken."""

    def deliver(
        self, name: str, data: bytes, *, begun: str = "", note: Callable[[str], object] = forget
    ) -> str:
        """Put a file before the partner and return its final name (suffixed if the name is still taken).

        `note` hears the final name just before the partner may see the file, and "" when it is sure that he
        did not. Kept durably and handed back as `begun`, it keeps the next try from putting there again what
        was collected before anybody could look.
        """

    def probe(self) -> list[str]:
        """Try what the agreement needs (list, write, rename, read, delete); return one line per fault."""

    def close(self) -> None:
        """Let go of the connection."""
