"""The door of the embedded server: who may come in, for what, and how it is told to the audit.

SFTP only: a shell, a command, a terminal, forwarding of any kind are refused by paramiko's defaults, which
are left as they are. What one connection shares with all others stands on the Desk.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from hub.transports.accounts import Account, key_fits, password_fits
from hub.transports.audit import AuditEvent
from hub.transports.limits import Bans, Limits, Quota, Quotas, Seats
from hub.transports.pickup import name_fault, printable
from hub.transports.server_uploads import Uploads
from hub.transports.server_view import FOLDERS, UPLOADS

log = logging.getLogger("hub.transports")


class SpokenServer(paramiko.SFTPServer):
    """Answers a refused request with its reason where there is one to tell; paramiko says "Failure" to all."""

    def _send_status(self, request_number: int, code: int, desc: str | None = None) -> None:
        told = vars(self.server).pop("told", "")  # set by the request that is answered now
        super()._send_status(request_number, code, desc or told or None)  # type: ignore[misc] # not in its stubs


class Desk:
    """What all connections share: the accounts, the limits, the open uploads, and whom to tell."""

    def __init__(
        self,
        root: Path,
        *,
        accounts: Callable[[], Mapping[str, Account]],
        limits: Limits,
        clock: Callable[[], datetime],
        on_upload: Callable[[str, Path], None],
        audit: Callable[[AuditEvent], None],
        refusal: Callable[[], str] = str,
    ) -> None:
        self.refusal = refusal
        self.root = root
        self.limits = limits
        self.clock = clock
        self.bans = Bans(limits)
        self.uploads = Uploads()
        self.seats = Seats(limits.connections_per_account)
        self._quotas = Quotas()
        self._accounts = accounts
        self._on_upload = on_upload
        self._audit, self._audit_fails = audit, False

    def account(self, name: str) -> Account | None:
        """Return the account of this name; a name that could not be a folder has none."""
        return None if name_fault(name) or name.startswith(".") else self._accounts().get(name)

    def quota(self, name: str) -> Quota:
        """Return how much an account may leave with us."""
        account = self._accounts().get(name, Account(name))
        folders = (self.root / name / "in", self.root / name / UPLOADS)
        most_bytes = account.quota_bytes or self.limits.quota_bytes
        return self._quotas.of(name, folders, most_bytes, account.quota_files or self.limits.quota_files)

    def max_bytes(self, name: str) -> int:
        """Return how large one file of an account may be."""
        return self._accounts().get(name, Account(name)).max_bytes or self.limits.max_bytes

    def tell(self, event: AuditEvent) -> None:
        """Hand an event to the audit; its faults are ours to log, never the partner's to see."""
        try:
            self._audit(event)
        except OSError as fault:
            if not self._audit_fails:
                log.warning("the audit of the SFTP server cannot be written: %s", fault)
            self._audit_fails = True
        except Exception:  # a callback of the hub's, inside a partner's session
            log.exception("audit of %s failed", event.action)
        else:
            self._audit_fails = False

    def announce(self, account: str, path: Path) -> None:
        """Tell the hub that a file has come; the poll finds it later when this fails."""
        try:
            self._on_upload(account, path)
        except Exception:  # as above; the upload itself is safe on disk
            log.exception("announcing %s failed", path.name)

    def count_refusal(self, account: str, address: str, detail: str) -> None:
        """Note a refused login, and the ban that it may bring."""
        now = self.clock()
        shown = account if not name_fault(account) else printable(account)
        self.tell(AuditEvent(now, "login_refused", shown, address, detail=detail))
        if self.bans.record(address, now):
            self.tell(AuditEvent(now, "banned", shown, address, detail=f"{self.limits.ban_seconds:g} s"))


class Gate(paramiko.ServerInterface):
    """One connection, from the first login attempt to the end."""

    def __init__(
        self,
        desk: Desk,
        ssh: paramiko.Transport,
        address: str,
        files: type[paramiko.SFTPServerInterface],
    ) -> None:
        self.desk = desk
        self._files = files  # what a session may do once it is in
        self.address = address
        self.account = ""
        self.opened_at = self.touched_at = desk.clock()
        self.sessions: list[paramiko.SFTPServer] = []
        self._ssh = ssh
        self._user = ""  # as tried; paramiko refuses a second name in one connection
        self._attempts = 0
        self._unproven_keys = 0
        self._accepted = False
        self._seated = ""  # the account whose seat we hold
        self._lock = threading.Lock()

    def touch(self) -> None:
        """Note that the partner did something."""
        self.touched_at = self.desk.clock()

    def tell(self, action: str, path: str = "", size: int | None = None, detail: str = "") -> None:
        """Tell the audit what this partner did."""
        self.desk.tell(AuditEvent(self.desk.clock(), action, self.account, self.address, path, size, detail))

    def enter(self) -> Path:
        """Return the account's home, made at the first visit. Called when the login is done."""
        with self._lock:
            first = not self.account
            self.account = self._user
        if first:
            self.tell("login")
        return make_home(self.desk.root, self.account)

    def leave(self) -> None:
        """Note the end of the connection; wrong keys count as one refusal, as agents offer several."""
        if self._seated:
            self.desk.seats.give_back(self._seated)
            self._seated = ""
        if self.account:
            self.tell("disconnected")
        elif self._unproven_keys and not self._accepted:
            self.desk.count_refusal(self._user, self.address, f"{self._unproven_keys} unknown keys")

    # what paramiko asks

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002 - paramiko's signature
        return "publickey,password"

    def check_auth_none(self, username: str) -> int:  # noqa: ARG002 - paramiko's signature
        return AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        if not self._may_try(username):
            return AUTH_FAILED
        if key_fits(self.desk.account(username), key.asbytes()):
            self._attempts -= 1  # the question and the signed answer are one attempt, and a good one
            self._accepted = True
            return AUTH_SUCCESSFUL
        self._unproven_keys += 1
        return AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        if not self._may_try(username):
            return AUTH_FAILED
        if password_fits(self.desk.account(username), password):
            self._accepted = True
            return AUTH_SUCCESSFUL
        self.desk.count_refusal(username, self.address, "wrong password")
        return AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002 - paramiko's signature
        self.sessions = [session for session in self.sessions if session.is_alive()]
        if kind != "session" or len(self.sessions) >= self.desk.limits.sessions or not self._sit_down():
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return OPEN_SUCCEEDED

    def _sit_down(self) -> bool:
        """Take a seat of the account, once a connection; the login is done when channels are asked for."""
        if self._seated:
            return True
        if not self.desk.seats.take(self._user):
            why = f"{self.desk.limits.connections_per_account} connections of the account are open"
            self.desk.tell(
                AuditEvent(self.desk.clock(), "connection_refused", self._user, self.address, detail=why)
            )
            return False
        self._seated = self._user
        return True

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        if name != "sftp" or len(self.sessions) >= self.desk.limits.sessions:
            return False
        session = SpokenServer(channel, name, self, self._files)
        session.daemon = True
        self.sessions.append(session)
        session.start()
        return True

    def _may_try(self, username: str) -> bool:
        """Count an attempt; hang up on who tries too often or was banned meanwhile."""
        self._user = username
        self._attempts += 1
        banned = self.desk.bans.is_banned(self.address, self.desk.clock())
        if banned or self._attempts > self.desk.limits.login_attempts:
            self._ssh.close()
            return False
        return True


def make_home(root: Path, account: str) -> Path:
    """Make the folders of an account and return their parent. The name was checked by Desk.account."""
    home = root / account
    for name in (*FOLDERS, UPLOADS):
        (home / name).mkdir(mode=0o750, parents=True, exist_ok=True)
    return home
