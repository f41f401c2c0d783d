"""troubles: what a database says when it cannot do its work, told to the rest of the hub in its own words.

Whatever passes (a lock, a lost race, a restart, a full disk) is Retryable. What is a fault of our statements is not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.model.errors import Retryable, Trouble, storage_fault

#: SQLSTATE of a lost race: serialization, deadlock, a lock that somebody holds (PostgreSQL, appendix A).
_RACES = frozenset({"40001", "40P01", "55P03"})
#: PostgreSQL: a server that takes no writes now, for it is a standby or was told so.
_READ_ONLY = "25006"


@contextmanager
def as_retryable() -> Iterator[None]:
    """Raise Retryable for what may pass; any other error of the database stays what it is."""
    try:
        yield
    except PoolTimeout as trouble:
        raise _told(trouble, "") from trouble
    except sqlite3.Error as trouble:  # of a new connection: SQLAlchemy has no part in it yet
        raise _told(trouble, "") from trouble
    except DBAPIError as trouble:
        state = str(getattr(trouble.orig, "sqlstate", "") or "")
        if not _may_pass(trouble, state):
            raise
        raise _told(trouble.orig or trouble, state) from trouble


def _may_pass(trouble: DBAPIError, state: str) -> bool:
    """Say whether it is the database's trouble; sqlite3 says that a file is damaged by no subclass at all."""
    its_own = isinstance(trouble, OperationalError | InterfaceError) or type(trouble) is DatabaseError
    return its_own or state == _READ_ONLY


def _told(cause: BaseException, state: str) -> Retryable:
    message = f"the store's database could not do it now: {' '.join(str(cause).split())}"
    return Retryable(message, trouble=Trouble.BUSY) if state in _RACES else storage_fault(message)


class SameFile:
    """The database file of this process. One that was removed or replaced is written to by nobody ever again.

    A process keeps the file that it opened, also when its name is gone: what is committed there would be lost.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(path).absolute()
        self._known: tuple[int, int] | None = None

    def check(self) -> None:
        """Raise Retryable when the file is gone, or another one than it was at the first look."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            if self._known is None:  # the first transaction makes it
                return
            raise storage_fault(
                f"the database file {self.path} is gone: put it back where it was, or stop the hub and restore a backup"
            ) from None
        except OSError as fault:
            raise storage_fault(
                f"the database file {self.path} cannot be reached: {fault.strerror}"
            ) from fault
        if self._known is None:
            self._known = (found.st_dev, found.st_ino)
        if self._known != (found.st_dev, found.st_ino):
            raise storage_fault(
                f"the database file {self.path} is another one than at the start: stop the hub and start it again"
            )
