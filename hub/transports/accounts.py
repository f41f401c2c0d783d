"""Accounts of the embedded SFTP server: keys, password hashes, and what each may leave with us."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache

import argon2
from msgspec import Struct

from hub.transports.keys import public_blob

_hasher = argon2.PasswordHasher()  # argon2id with the parameters of RFC 9106, the low-memory choice

#: Two passwords are checked at a time: each takes 64 MiB and a core.
_hashing = threading.BoundedSemaphore(2)


class Account(Struct, frozen=True):
    """Who may log in. `public_keys` are OpenSSH lines; `password_hash` is argon2, "" = keys only.

    What the account may leave with us: bytes of one file, of all, and their number; 0 = as the server says.
    """

    name: str
    public_keys: tuple[str, ...] = ()
    password_hash: str = ""
    max_bytes: int = 0
    quota_bytes: int = 0
    quota_files: int = 0


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
