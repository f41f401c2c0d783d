"""The machine: Python, free ports, disk, folders."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from hub.doctor.check import Check, fail, warn, well
from hub.settings import Settings, is_loopback
from hub.store.engine import file_of
from hub.storing import Ill, little_room, not_written, places_of

OLDEST, TOO_NEW = (3, 11), (3, 14)  # requires-python in pyproject.toml
LITTLE_BYTES = 2_000_000_000


def python_version() -> Iterator[Check]:
    """Say whether this Python is one that the hub is tested on."""
    here = ".".join(str(part) for part in sys.version_info[:3])
    if OLDEST <= sys.version_info[:2] < TOO_NEW:
        yield well("python", here)
    else:
        yield fail(
            "python", f"{here} is not supported", "install Python 3.11, 3.12 or 3.13 and run make setup"
        )


def ports(settings: Settings) -> Iterator[Check]:
    """Say whether the ports are free, or are ours already."""
    running = running_hub(Path(settings.paths.var))
    wanted = {
        "web": (settings.web.host, settings.web.port),
        "sftp_server": (settings.sftp_server.host, settings.sftp_server.port),
        "practice": ("127.0.0.1", settings.practice.port),
    }
    if not settings.sftp_server.enabled:
        del wanted["sftp_server"]
    if not settings.uses_practice:
        del wanted["practice"]
    taken: dict[int, str] = {}
    for table, (host, port) in wanted.items():
        rival = taken.setdefault(port, table) if port else table
        if rival == table:
            yield _port(table, host, port, running)
        else:
            mend = f"set [{table}] port in hub.toml, or HUB_{table.upper()}__PORT, to another one"
            yield fail(f"port {table}", f"{port} is wanted by [{rival}] too", mend)


def _port(table: str, host: str, port: int, running: str) -> Check:
    name, place = f"port {table}", f"{host}:{port}"
    if port == 0:
        return well(name, f"any free port on {host}")
    fault = _bind_fault(host, port)
    if fault is None:
        return well(name, f"{place} is free")
    setting = f"[{table}] port in hub.toml, or HUB_{table.upper()}__PORT"
    if fault == errno.EADDRINUSE and running:
        return well(name, f"{place} is held, and the hub is running (process {running})")
    if fault == errno.EADDRINUSE:
        return fail(
            name, f"{place} is held by another program", f"stop it (ss -ltnp shows it), or set {setting}"
        )
    if fault in {errno.EACCES, errno.EPERM}:
        return fail(name, f"{place} may not be opened by this user", f"take a port above 1023: set {setting}")
    return fail(name, f"{place}: {os.strerror(fault)}", f"is the address one of this machine? set {setting}")


def _bind_fault(host: str, port: int) -> int | None:
    """Try to take a port for a moment; return the error number when that fails."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return errno.EADDRNOTAVAIL if isinstance(error, socket.gaierror) else error.errno or errno.EIO
    return None


def web_password(settings: Settings) -> Iterator[Check]:
    """Say when who reaches the ops pages may act on them: they stand on an open address and ask for no password."""
    if not is_loopback(settings.web.host) and not settings.web.password:
        yield warn(
            "web",
            f"who reaches {settings.web.host}:{settings.web.port} may read and decide everything: no password is asked",
            'set [web] password = "file:web_password", or let only your own sign-on reach that port',
        )


def running_hub(var: Path) -> str:
    """Return the process id of the hub that holds the lock in `var`; "" when none does."""
    try:
        with (var / "hub.lock").open() as lock:
            holder = lock.read(20).strip() or "?"
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return holder
    except OSError:
        return ""
    return ""


def disk(settings: Settings) -> Iterator[Check]:
    """Say whether there is room for the archive and the log, and whether the folders take a file."""
    places = places_of(settings)
    ills = [ill for ill in (_ill(*place, places.least_free) for place in places.written.items()) if ill]
    for ill in ills:
        yield fail(f"storage {ill.where}", f"{ill.what}: no new work is taken", ill.mend)
    folder = existing(Path(settings.store.archive))
    free = shutil.disk_usage(folder).free
    room = f"{free / 1e9:.1f} GB free for the archive"
    if free < LITTLE_BYTES:
        yield warn("disk", room, f"make room on the disk of {folder}, or move [store] archive")
    elif not ills:
        yield well("disk", room)


def _ill(name: str, folder: Path, least_free: int) -> Ill | None:
    near = existing(folder)
    return little_room(name, near, least_free) or (not_written(name, folder) if near == folder else None)


def folders(settings: Settings) -> Iterator[Check]:
    """Say whether each folder can be written (or made), and the profiles read."""
    wanted = {
        "var": settings.paths.var,
        "inbox": settings.paths.inbox,
        "outbox": settings.paths.outbox,
        "archive": settings.store.archive,
        "sftp root": settings.sftp_server.root,
    }
    for name, text in wanted.items():
        folder = Path(text)
        near = existing(folder)
        if not near.is_dir():
            yield fail(
                f"folder {name}", f"{near} is not a folder", f"move it away: {folder} must be a folder"
            )
        elif not os.access(near, os.W_OK | os.X_OK):
            yield fail(
                f"folder {name}", f"{near} cannot be written", f"chown or chmod it for user {os.getuid()}"
            )
        else:
            yield well(f"folder {name}", f"{folder}" if near == folder else f"{folder} will be made")
    partners = Path(settings.paths.partners)
    if not partners.is_dir() or not os.access(partners, os.R_OK | os.X_OK):
        yield fail(
            "folder partners", f"{partners} cannot be read", "set [paths] partners to the profiles' folder"
        )


def privacy(settings: Settings) -> Iterator[Check]:
    """Warn of a SQLite file that others may read, in a folder that they may enter: payloads are in it."""
    database = file_of(settings.store.url)
    if database is None or not database.exists():
        return
    if database.stat().st_mode & 0o044 and database.absolute().parent.stat().st_mode & 0o011:
        yield warn("database file", f"others may read {database}", f"chmod 600 {database}*")


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
