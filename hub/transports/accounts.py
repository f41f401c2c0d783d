"""Accounts of the embedded SFTP server: keys, password hashes, limits, bans, and what the audit hears."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

import argon2
from msgspec import Struct

from hub.transports.keys import public_blob

_hasher = argon2.PasswordHasher()  # argon2id with the parameters of RFC 9106, the low-memory choice

#: Two passwords are checked at a time: each takes 64 MiB and a core.
_hashing = threading.BoundedSemaphore(2)


class Account(Struct, frozen=True):
    """Who may log in. `public_keys` are OpenSSH lines; `password_hash` is argon2, "" = keys only."""

    name: str
    public_keys: tuple[str, ...] = ()
    password_hash: str = ""


class AuditEvent(Struct, frozen=True):
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


class Limits(Struct, frozen=True, kw_only=True):
    """What the server puts up with."""

    connections: int = 64
    sessions: int = 8  # SFTP sessions in one connection
    login_attempts: int = 6  # per connection
    login_seconds: float = 30.0
    idle_seconds: float = 900.0
    max_bytes: int = 100_000_000  # per file
    open_files: int = 32  # per session
    ban_failures: int = 10  # refused logins from one address within `ban_window_seconds` ...
    ban_window_seconds: float = 600.0
    ban_seconds: float = 900.0  # ... shut it out for so long


def hash_password(text: str) -> str:
    """Return the argon2 hash of a password, to be kept instead of it."""
    return _hasher.hash(text)


@cache
def _nobodys_hash() -> str:
    """Return what is checked when there is no such account, so that the time of the answer tells nothing."""
    return hash_password("nobody")


def password_fits(account: Account | None, text: str) -> bool:
    """Tell whether the password is the account's; takes the same time without an account."""
    known = account.password_hash if account else ""
    with _hashing:
        try:
            return _hasher.verify(known or _nobodys_hash(), text) and bool(known)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def key_fits(account: Account | None, offered: bytes) -> bool:
    """Tell whether the offered public key (wire form) is one of the account's."""
    return account is not None and offered in allowed_blobs(account.public_keys)


def allowed_blobs(lines: Iterable[str]) -> set[bytes]:
    """Return the wire forms of OpenSSH public key lines, without the unreadable ones."""
    return {blob for line in lines if (blob := public_blob(line))}


class Bans:
    """Counts refused logins by address and shuts out those that try too often."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._failures: dict[str, deque[datetime]] = {}
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def record(self, address: str, now: datetime) -> bool:
        """Count one refused login; True when it is the one that brings the ban."""
        window = timedelta(seconds=self._limits.ban_window_seconds)
        with self._lock:
            times = self._failures.setdefault(address, deque(maxlen=self._limits.ban_failures))
            times.append(now)
            if len(times) < self._limits.ban_failures or now - times[0] > window:
                return False
            self._until[address] = now + timedelta(seconds=self._limits.ban_seconds)
            del self._failures[address]
            return True

    def is_banned(self, address: str, now: datetime) -> bool:
        """Tell whether the address is shut out now."""
        with self._lock:
            return now < self._until.get(address, now)

    def forget(self, now: datetime) -> None:
        """Drop what is over, so that a scan of the whole internet does not fill our memory."""
        window = timedelta(seconds=self._limits.ban_window_seconds)
        with self._lock:
            self._until = {address: until for address, until in self._until.items() if now < until}
            self._failures = {a: times for a, times in self._failures.items() if now - times[-1] <= window}
