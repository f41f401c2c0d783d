"""From a partner's profile to the mailbox, and the account, that it describes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from hub.model.errors import ConfigError
from hub.model.partner import Partner
from hub.transports.accounts import Account, hash_password
from hub.transports.delivery import Manner
from hub.transports.folder import FolderMailbox
from hub.transports.keys import public_blob
from hub.transports.mailbox import sorting
from hub.transports.pickup import name_fault
from hub.transports.port import Mailbox
from hub.transports.server import EmbeddedMailbox
from hub.transports.sftp import SftpMailbox, manner_of, rules_of
from hub.transports.sftp_session import Secrets, Sessions

#: How long a file without its IEA may stand still before it is picked up to be quarantined.
PATIENCE_SECONDS = 600.0


def open_mailbox(
    partner: Partner, spool: Path, server_root: Path, secrets: Secrets, sessions: Sessions | None = None
) -> Mailbox:
    """Return the partner's mailbox; nothing is connected yet.

    `server_root` holds the embedded server's accounts; relative folders of kind "folder" stand in
    spool/<partner>; `sessions` are shared by partners behind one SFTP server. Raises ConfigError for a
    profile that names no server, Retryable or Undeliverable where folders of ours cannot be made.
    """
    with sorting(f"open the mailbox of {partner.key}"):
        return _opened(partner, spool, server_root, secrets, sessions)


def _opened(
    partner: Partner, spool: Path, server_root: Path, secrets: Secrets, sessions: Sessions | None
) -> Mailbox:
    transport = partner.transport
    if transport.kind == "embedded":
        rules = msgspec.structs.replace(rules_of(transport, 0.0), settle_seconds=0.0)
        manner = Manner(done=transport.announce)  # our own disk: nothing is read back
        keep = bool(transport.archive)
        return EmbeddedMailbox(server_root, account_name(partner), rules, manner, keep=keep)
    if transport.kind == "folder":
        base = spool / partner.key
        archive = base / transport.archive if transport.archive else None
        rules = rules_of(transport, PATIENCE_SECONDS)
        manner = manner_of(transport)
        return FolderMailbox(base / transport.inbox, base / transport.outbox, archive, rules, manner)
    if not transport.host or not transport.user:
        raise ConfigError(f"{partner.key}: transport.kind is sftp: host and user must be set")
    if not transport.host_key:
        raise ConfigError(
            f"{partner.key}: transport.host_key is missing; ask the partner for the SHA256 fingerprint"
        )
    return SftpMailbox(transport, secrets, patience_seconds=PATIENCE_SECONDS, sessions=sessions)


def account_for(partner: Partner, secrets: Secrets) -> Account:
    """Return the account that a partner has on the embedded server.

    Public keys may be lines or references; the password's reference may lead to an argon2 hash or to the
    password itself, which is hashed here: costly on purpose, so keep the result. Raises ConfigError.
    """
    keys = tuple(
        _text(secrets(key)) if key.startswith(("file:", "env:")) else key
        for key in partner.transport.public_keys
    )
    for key in keys:
        if not public_blob(key):
            raise ConfigError(f"{partner.key}: transport.public_keys: {key[:40]!r} is no OpenSSH public key")
    password = _text(secrets(partner.transport.password)) if partner.transport.password else ""
    hashed = password if password.startswith("$argon2") or not password else hash_password(password)
    transport = partner.transport
    return Account(
        account_name(partner),
        keys,
        hashed,
        max_bytes=transport.max_bytes,
        quota_bytes=transport.quota_bytes,
        quota_files=transport.quota_files,
    )


def account_name(partner: Partner) -> str:
    """Return the login name, which is also a folder's. Raises ConfigError when it cannot be."""
    account = partner.transport.user or partner.key
    if name_fault(account) or account.startswith("."):
        raise ConfigError(f"{partner.key}: transport.user {account!r} cannot name an account")
    return account


def _text(secret: bytes | str) -> str:
    return (secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret).strip()
