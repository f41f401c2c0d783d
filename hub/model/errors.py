"""The exceptions of the hub. There are three, one per way to recover; partner data never raises.

| situation | raise | what the hub does |
|---|---|---|
| a profile, setting or secret is wrong | ConfigError | refuses to start, or to use that partner |
| it may work later (connection, lock, 503) | Retryable | tries again with a growing pause, then `dead` |
| the same, but the other side may have done it | Retryable(in_doubt=True) | looks it up before trying again |
| the other side is known to be away | Retryable(wait_seconds=...) | waits for so long, and counts no try |
| our own disk or database cannot take it | `storage_fault(...)` | takes nothing new, goes on when it can |
| it can never work (rights, unknown field) | Undeliverable | `dead` at once; a technician mends it |
"""

from __future__ import annotations

import errno
from enum import StrEnum


class Trouble(StrEnum):
    """What went wrong, seen by how soon another try may do better; `hub.pauses` has the pauses."""

    BUSY = "busy"  # a lost race, a lock that somebody holds: in a moment
    FAILED = "failed"  # no connection, no answer, an error of the server
    OVERLOADED = "overloaded"  # the other side asks for less
    IN_DOUBT = "in doubt"  # no answer to a write: look whether it was done
    STORAGE = "storage"  # our own disk or database; `hub.storing` looks when it is well again
    IN_REPAIR = "in repair"  # a profile, setting or secret that a person has to mend


class ConfigError(Exception):
    """Raised when the configuration cannot be used; the message says what, where and what to do."""


class Retryable(Exception):  # noqa: N818 - named for the decision, not for the fault
    """Raised when an outside system failed in a way that may pass.

    `in_doubt` is true when the request was sent and no answer came: it may have been carried out. `wait_seconds` is set
    when nothing was done and it is known that nobody answers: there is no use in asking before. `trouble` is the class
    by which the pause before the next try is chosen.
    """

    def __init__(
        self,
        message: str,
        *,
        in_doubt: bool = False,
        wait_seconds: float | None = None,
        trouble: Trouble = Trouble.FAILED,
    ) -> None:
        super().__init__(message)
        self.in_doubt = in_doubt
        self.wait_seconds = wait_seconds
        self.trouble = Trouble.IN_DOUBT if in_doubt else trouble


class Undeliverable(Exception):  # noqa: N818 - it says what cannot be done
    """Raised when an outside system refused in a way that no retry will change."""


#: How long what met a fault of our own storage waits: the fault is looked at every second, and may be gone.
STORAGE_SECONDS = 2.0

#: What a disk says that is full, over its quota, read-only or failing, or a file that may not grow.
_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG, errno.ESTALE})


def storage_fault(message: str) -> Retryable:
    """Return what to raise when our own disk or database cannot do it: nothing was stored, and no try is counted."""
    return Retryable(message, wait_seconds=STORAGE_SECONDS, trouble=Trouble.STORAGE)


def is_of_the_disk(fault: OSError) -> bool:
    """Say whether a file could not be written for the disk's sake, and not for the name or the rights."""
    return fault.errno in _OF_THE_DISK
