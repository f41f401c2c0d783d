"""What the embedded SFTP server puts up with: connections, tries, bans and quotas, all in tables with an end.

Addresses are counted as their owners hold them: one of IPv4, a /64 of IPv6.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter, OrderedDict, deque
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

#: Addresses that are remembered at most: a scan of the whole internet does not fill our memory.
MOST_REMEMBERED = 10_000


class Limits(Struct, frozen=True, kw_only=True):
    """What the server puts up with; an account may have quotas of its own."""

    connections: int = 64
    strangers: int = 32  # connections that have not logged in yet
    connections_per_address: int = 16
    connections_per_account: int = 8
    connects_per_minute: int = 300  # from one address
    sessions: int = 8  # SFTP sessions in one connection
    login_attempts: int = 6  # per connection
    login_seconds: float = 30.0  # from the first byte to the login
    idle_seconds: float = 900.0
    max_bytes: int = 100_000_000  # per file
    quota_bytes: int = 2_000_000_000  # per account, of what we have not taken yet
    quota_files: int = 10_000
    open_files: int = 32  # per session
    ban_failures: int = 10  # refused logins from one address within `ban_window_seconds` ...
    ban_window_seconds: float = 600.0
    ban_seconds: float = 900.0  # ... shut it out for so long


def neighbourhood(address: str) -> str:
    """Return what an address is counted as."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Recent:
    """Counts what happened of late by a key; the keys that were quiet for longest are forgotten first."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._window = most, timedelta(seconds=seconds)
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()

    def is_too_much(self, key: str, now: datetime) -> bool:
        """Count once more; True when it is the `most`th within the window."""
        times = self._times.setdefault(key, deque(maxlen=self._most))
        self._times.move_to_end(key)
        times.append(now)
        if len(self._times) > MOST_REMEMBERED:
            self._times.popitem(last=False)
        return len(times) == self._most and now - times[0] <= self._window

    def forget(self, key: str) -> None:
        """Begin to count anew."""
        self._times.pop(key, None)

    def drop_old(self, now: datetime) -> None:
        """Forget what is longer ago than the window."""
        while self._times and now - next(iter(self._times.values()))[-1] > self._window:
            self._times.popitem(last=False)


class Bans:
    """Counts refused logins by address and shuts out those that try too often."""

    def __init__(self, limits: Limits) -> None:
        self._length = timedelta(seconds=limits.ban_seconds)
        self._failures = Recent(limits.ban_failures, limits.ban_window_seconds)
        self._until: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def record(self, address: str, now: datetime) -> bool:
        """Count one refused login; True when it is the one that brings the ban."""
        key = neighbourhood(address)
        with self._lock:
            if not self._failures.is_too_much(key, now):
                return False
            self._failures.forget(key)
            self._until[key] = now + self._length
            self._until.move_to_end(key)
            if len(self._until) > MOST_REMEMBERED:
                self._until.popitem(last=False)
            return True

    def is_banned(self, address: str, now: datetime) -> bool:
        """Tell whether the address is shut out now."""
        with self._lock:
            return now < self._until.get(neighbourhood(address), now)

    def forget(self, now: datetime) -> None:
        """Drop what is over."""
        with self._lock:
            self._failures.drop_old(now)
            while self._until and next(iter(self._until.values())) <= now:
                self._until.popitem(last=False)


class Seats:
    """Counts who is in, and lets no more in than there are seats."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, key: str) -> bool:
        """Take a seat; False when all of this key are taken."""
        with self._lock:
            if self._taken[key] >= self._most:
                return False
            self._taken[key] += 1
            return True

    def give_back(self, key: str) -> None:
        """Give one back."""
        with self._lock:
            self._taken[key] -= 1
            if self._taken[key] <= 0:
                del self._taken[key]


class Quota:
    """How much one account may leave with us: what lies in its folders, and what is being uploaded."""

    def __init__(self, folders: tuple[Path, ...], most_bytes: int, most_files: int) -> None:
        self._folders, self._most_bytes, self._most_files = folders, most_bytes, most_files
        self._bytes = self._files = 0
        self._lock = threading.Lock()

    def has_room_for_file(self) -> bool:
        """Tell whether one more file may be begun."""
        with self._lock:
            self._count()
            return self._files < self._most_files and self._bytes < self._most_bytes

    def grow(self, size: int) -> bool:
        """Take room for so many bytes more; False when there is none. The hub makes room by picking up."""
        with self._lock:
            if self._bytes + size > self._most_bytes:
                self._count()
            if self._bytes + size > self._most_bytes:
                return False
            self._bytes += size
            return True

    def _count(self) -> None:
        sizes = []
        for folder in self._folders:
            for path in folder.iterdir():
                try:
                    sizes.append(path.lstat().st_size)
                except FileNotFoundError:  # picked up meanwhile
                    continue
        self._bytes, self._files = sum(sizes), len(sizes)


class Quotas:
    """The quotas of all accounts: shared by their connections."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int, Quota]] = {}
        self._lock = threading.Lock()

    def of(self, account: str, folders: tuple[Path, ...], most_bytes: int, most_files: int) -> Quota:
        """Return an account's quota; a new one where the agreed numbers changed."""
        with self._lock:
            known = self._known.get(account)
            if known is None or known[:2] != (most_bytes, most_files):
                known = (most_bytes, most_files, Quota(folders, most_bytes, most_files))
                self._known[account] = known
            return known[2]
