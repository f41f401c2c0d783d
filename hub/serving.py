"""serving: start a whole hub in one process, and stop it cleanly.

Practice Odoo (when there is no other), embedded SFTP server, workers, pollers, watchers, the ops pages.
While it serves, `hub.json` in its `var` folder says where: process, addresses, ports.
"""

from __future__ import annotations

import logging
import os
import secrets as random_secrets
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct, structs

from hub.erp.practice.server import PracticeOdoo
from hub.jobs import mailbox_job
from hub.model.errors import ConfigError
from hub.model.partner import Partner, Transport
from hub.runners.local import take_lock
from hub.runners.port import Runner
from hub.settings import Settings, is_loopback
from hub.settings.shape import SftpServer
from hub.store.engine import file_of
from hub.transports.accounts import Account, hash_password
from hub.transports.audit import AuditEvent, AuditFile
from hub.transports.folder import FolderWatcher
from hub.transports.keys import generate_key
from hub.transports.limits import Limits
from hub.transports.opening import account_for, account_name
from hub.transports.server import EmbeddedSftpServer
from hub.web.server import WebServer
from hub.whereabouts import Whereabouts, tell, with_practice
from hub.wiring import Hub
from hub.working import make_runner

_log = logging.getLogger("hub.serving")
_audit = logging.getLogger("hub.audit")


class DemoLogin(Struct, frozen=True):
    """A login for accounts whose profile names no key and no password; only on a loopback address.

    `password` is set only at the start that made it: what is kept is its hash.
    """

    key: Path
    public_key: str
    password_hash: str
    password: str = ""


def demo_login(var: Path) -> DemoLogin:
    """Return the demo key and password hash, made at the first start."""
    folder = var / "demo"
    key, kept = folder / "id_ed25519", folder / "password.argon2"
    password = ""
    if not key.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        generate_key(key)
    if not kept.exists():
        password = random_secrets.token_urlsafe(9)
        kept.touch(mode=0o600)
        kept.write_text(hash_password(password))
    public = key.with_name(f"{key.name}.pub").read_text().strip()
    return DemoLogin(key, public, kept.read_text().strip(), password)


class Service:
    """A running hub. `start` returns when everything serves; `stop` waits until all is quiet."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self.settings = settings
        self._environ = environ
        self._stops: list[Callable[[], None]] = []
        self.practice: PracticeOdoo | None = None
        self.sftp: EmbeddedSftpServer | None = None
        self.web: WebServer | None = None
        self.login: DemoLogin | None = None
        self._kept_accounts: dict[str, tuple[Transport, Account]] = {}
        self.hub: Hub
        self.runner: Runner

    def start(self) -> None:
        """Start every part; on a fault stop those that run and raise ConfigError or OSError."""
        try:
            self._lock()
            self._start_erp()
            self._start_hub()
            self._start_sftp()
            self._start_watcher()
            self._start_web()
            self._tell_where()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop every part, the last started first."""
        while self._stops:
            self._stops.pop()()

    def _lock(self) -> None:
        """Be alone on this folder, and on a SQLite database in another one, before anything there is touched."""
        folders = {Path(self.settings.paths.var).resolve()}
        database = file_of(self.settings.store.url)
        if database is not None:
            folders.add(database.parent.resolve())
        for folder in sorted(folders):
            self._stops.append(take_lock(folder / "hub.lock").close)

    def _start_erp(self) -> None:
        if not self.settings.uses_practice:
            return
        var = Path(self.settings.paths.var)
        practice = PracticeOdoo(var / "practice.sqlite", port=self.settings.practice.port)
        practice.seed()
        try:
            practice.start()
        except OSError as fault:
            practice.stop()
            raise ConfigError(
                f"the practice Odoo can't listen on 127.0.0.1:{self.settings.practice.port}: {fault.strerror}; "
                "set [practice] port in hub.toml, or HUB_PRACTICE__PORT"
            ) from fault
        self._stops.append(practice.stop)
        self.practice = practice
        key_file = var / "practice.key"
        key_file.touch(mode=0o600)
        key_file.write_text(practice.key)
        self.settings, self._environ = with_practice(self.settings, self._environ, practice.url, practice.key)

    def _start_hub(self) -> None:
        self.hub = Hub(self.settings, self._environ)
        self._stops.append(self.hub.close)
        self.runner = make_runner(self.hub)
        self.hub.nudge = self.runner.nudge
        self.hub.noticer.begin(self.hub.clock())
        self.runner.start()
        self._stops.append(self.runner.stop)
        self._start_looking()

    def _start_looking(self) -> None:
        """Have a thread look whether the hub can store, so that nobody who asks waits for the disk."""
        stopping = threading.Event()
        looking = threading.Thread(
            target=self.hub.storing.keep_looking, args=(stopping,), name="storing", daemon=True
        )
        looking.start()
        self._stops.append(looking.join)
        self._stops.append(stopping.set)

    def _start_sftp(self) -> None:
        config = self.settings.sftp_server
        if not config.enabled:
            return
        if is_loopback(config.host):
            self.login = demo_login(Path(self.settings.paths.var))
        host_key = Path(self.settings.paths.secrets) / config.host_key.removeprefix("file:")
        host_key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sftp = EmbeddedSftpServer(
            Path(config.root),
            host_key,
            self._accounts,
            on_upload=lambda account, _path: self._uploaded(account),
            audit=partial(_write_audit, AuditFile(Path(config.audit), config.audit_bytes, config.audit_kept)),
            host=config.host,
            port=config.port,
            clock=self.hub.clock,
            limits=limits_of(config),
            refusal=self.hub.storing.refusal,
        )
        try:
            self.sftp.start()
        except OSError as fault:
            raise ConfigError(
                f"the SFTP server can't listen on {config.host}:{config.port}: {fault.strerror}; "
                "set [sftp_server] port in hub.toml, or HUB_SFTP_SERVER__PORT"
            ) from fault
        self._stops.append(self.sftp.stop)

    def _uploaded(self, account: str) -> None:
        for partner in self._embedded():
            if account_name(partner) == account:
                self.runner.wake(mailbox_job(partner.key))

    def _embedded(self) -> list[Partner]:
        return [p for p in self.hub.partners().values() if p.transport.kind == "embedded"]

    def _accounts(self) -> Mapping[str, Account]:
        return {account_name(p): self._account(p) for p in self._embedded()}

    def _account(self, partner: Partner) -> Account:
        """Return the account of a profile; the demo login only where the profile names none.

        Kept per profile: hashing a password takes a moment, and the server asks at each login.
        """
        kept = self._kept_accounts.get(partner.key)
        if kept is None or kept[0] != partner.transport:
            account = account_for(partner, self.hub.secrets)
            if not account.public_keys and not account.password_hash and self.login is not None:
                login = self.login
                account = structs.replace(
                    account, public_keys=(login.public_key,), password_hash=login.password_hash
                )
            kept = (partner.transport, account)
            self._kept_accounts[partner.key] = kept
        return kept[1]

    def _start_watcher(self) -> None:
        folders = {
            p.key: Path(self.settings.paths.inbox) / p.key / p.transport.inbox
            for p in self.hub.partners().values()
            if p.transport.kind == "folder"
        }
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        watcher = FolderWatcher(folders, lambda key: self.runner.wake(mailbox_job(key)))
        watcher.start()
        self._stops.append(watcher.stop)

    def _start_web(self) -> None:
        config = self.settings.web
        password = self.hub.secrets.text(config.password) if config.password else ""
        self.web = WebServer(self.hub, config.host, config.port, password)
        self.web.start()
        self._stops.append(self.web.stop)

    def whereabouts(self) -> Whereabouts:
        """Return where the parts of this running hub are to be found."""
        assert self.web is not None
        return Whereabouts(
            pid=os.getpid(),
            web_url=self.web.url,
            practice_url=self.practice.url if self.practice else "",
            sftp_host=self.settings.sftp_server.host if self.sftp else "",
            sftp_port=self.sftp.port if self.sftp else 0,
            sftp_fingerprint=self.sftp.fingerprint if self.sftp else "",
            demo_key=str(self.login.key) if self.login else "",
        )

    def _tell_where(self) -> None:
        file = tell(Path(self.settings.paths.var), self.whereabouts())
        self._stops.append(partial(file.unlink, missing_ok=True))


def limits_of(config: SftpServer) -> Limits:
    """Return what the embedded server puts up with, as the settings say."""
    return Limits(
        connections=config.connections,
        connections_per_account=config.per_account,
        connections_per_address=config.per_address,
        connects_per_minute=config.per_minute,
        login_seconds=config.login,
        idle_seconds=config.idle,
        ban_failures=config.ban_after,
        ban_seconds=config.ban,
        quota_bytes=config.quota_bytes,
        quota_files=config.quota_files,
    )


def _write_audit(file: AuditFile, event: AuditEvent) -> None:
    file.write(event)
    size = f" {event.size} bytes" if event.size is not None else ""
    text = f"{event.action} {event.account or '-'} {event.address} {event.path}{size} {event.detail}"
    _audit.info("%s", text.strip())
