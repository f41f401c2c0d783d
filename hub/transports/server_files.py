"""What a logged-in partner may do with files at the embedded server: paramiko's requests over one account.

Refusals answer with the codes of SFTP 3; nothing a client sends raises into the session. Everything that
changes a file is told to the audit.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import paramiko
from paramiko.sftp import (
    SFTP_FAILURE,
    SFTP_NO_SUCH_FILE,
    SFTP_OK,
    SFTP_OP_UNSUPPORTED,
    SFTP_PERMISSION_DENIED,
)

from hub.transports.drive import rename_new
from hub.transports.pickup import printable
from hub.transports.server_downloads import DownloadHandle
from hub.transports.server_login import Gate
from hub.transports.server_uploads import Room, UploadHandle
from hub.transports.server_view import (
    FOLDERS,
    UPLOADS,
    Spot,
    canonical,
    is_shown,
    locate,
    may_rename,
    may_take_away,
    may_write,
)

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

P = ParamSpec("P")
R = TypeVar("R")


def answering(
    request: Callable[Concatenate[PartnerFiles, P], R],
) -> Callable[Concatenate[PartnerFiles, P], R | int]:
    """Answer a request with the SFTP code of the OSError that it raises."""

    def answer(self: PartnerFiles, /, *args: P.args, **kwargs: P.kwargs) -> R | int:
        self.gate.touch()
        try:
            return request(self, *args, **kwargs)
        except (FileNotFoundError, NotADirectoryError):
            return SFTP_NO_SUCH_FILE
        except OSError as fault:
            return paramiko.SFTPServer.convert_errno(fault.errno or 0)

    return answer


class PartnerFiles(paramiko.SFTPServerInterface):
    """The requests of one SFTP session."""

    def __init__(self, server: paramiko.ServerInterface) -> None:
        super().__init__(server)
        assert isinstance(server, Gate)
        self.gate = server
        self.is_over = False
        self._home = server.desk.root
        self._handles: set[paramiko.SFTPHandle] = set()

    def session_started(self) -> None:
        self._home = self.gate.enter()

    def session_ended(self) -> None:
        """Interrupt what is open: the connection ended before the client closed the file."""
        self.is_over = True
        for handle in list(self._handles):
            if isinstance(handle, UploadHandle):
                handle.interrupt("the connection ended before the file was closed")
        self._handles.clear()

    def canonicalize(self, path: str) -> str:
        return canonical(path)

    @answering
    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        spot = self._spot(path)
        if spot.name:
            raise NotADirectoryError(path)
        if not spot.folder:
            return [_folder_attributes(name) for name in FOLDERS]
        names = {entry.name for entry in (self._home / spot.folder).iterdir()}
        if spot.folder == "in":
            names |= {entry.name for entry in (self._home / UPLOADS).iterdir()}
        spots = (Spot(spot.folder, name) for name in sorted(names))
        found = (self._look(one) for one in spots if is_shown(one) and locate(one.path))
        return [attributes for attributes in found if attributes is not None]

    @answering
    def stat(self, path: str) -> paramiko.SFTPAttributes:
        spot = self._spot(path)
        if not spot.name:
            return _folder_attributes(spot.folder or "/")
        if (attributes := self._look(spot)) is None:
            raise FileNotFoundError(path)
        return attributes

    lstat = stat

    @answering
    def open(
        self,
        path: str,
        flags: int,
        attr: paramiko.SFTPAttributes,  # noqa: ARG002 - paramiko's signature
    ) -> paramiko.SFTPHandle | int:
        spot = self._spot(path)
        if len(self._handles) >= self.gate.desk.limits.open_files:
            return self._refuse(spot, "too many open files")
        if not flags & WRITING:
            return self._keep(DownloadHandle(self, self._real(spot), spot))
        if not may_write(spot):
            return self._refuse(spot, "files may be written to /in only")
        desk, quota = self.gate.desk, self.gate.desk.quota(self.gate.account)
        if desk.refusal():
            self.told = "no uploads are taken now: try again later"  # the partner reads it (SpokenServer)
            return self._refuse(spot, desk.refusal(), SFTP_FAILURE)
        if not quota.has_room_for_file():
            return self._refuse(spot, "the account's quota is used up", SFTP_FAILURE)
        desk.uploads.displace(self._home / "in" / spot.name)
        room = Room(desk.max_bytes(self.gate.account), quota)
        handle = UploadHandle(self, self._home, spot, flags, room)
        desk.uploads.add(handle)
        return self._keep(handle)

    @answering
    def remove(self, path: str) -> int:
        spot = self._spot(path)
        if not may_take_away(spot):
            return self._refuse(spot, "not to be removed")
        if spot.folder == "in":
            self.gate.desk.uploads.displace(self._home / "in" / spot.name)
        real = self._real(spot)
        size = real.lstat().st_size
        real.unlink()
        self.gate.tell("remove", spot.path, size)
        return SFTP_OK

    @answering
    def rename(self, oldpath: str, newpath: str) -> int:
        return self._rename(self._spot(oldpath), self._spot(newpath), replace=False)

    @answering
    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._rename(self._spot(oldpath), self._spot(newpath), replace=True)

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:  # noqa: ARG002 - paramiko's signature
        return self._refuse_odd(path, "no folders are made")

    def rmdir(self, path: str) -> int:
        return self._refuse_odd(path, "no folders are removed")

    def symlink(self, target_path: str, path: str) -> int:  # noqa: ARG002 - paramiko's signature
        return self._refuse_odd(path, "no links are made")

    def _refuse_odd(self, path: str, why: str) -> int:
        """Refuse what nobody may do anywhere; the path may be any text."""
        self.gate.tell("refused", printable(path), detail=why)
        return SFTP_OP_UNSUPPORTED

    @answering
    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        """Accept times and modes without using them: the hub goes by the time of arrival."""
        spot = self._spot(path)
        if attr.st_size is not None or not may_write(spot):
            return SFTP_PERMISSION_DENIED
        return SFTP_OK if self._look(spot) else SFTP_NO_SUCH_FILE

    def touch(self) -> None:
        """Note that the partner did something."""
        self.gate.touch()

    def closed(self, handle: DownloadHandle, size: int) -> None:
        """Note the end of a download."""
        self._handles.discard(handle)
        self.gate.tell("download", handle.spot.path, size)

    def upload_ended(self, handle: UploadHandle, *, published: bool) -> None:
        """Tell the audit of the end of an upload, and the hub of a file that has come."""
        self._handles.discard(handle)
        self.gate.desk.uploads.drop(handle)
        if published:
            self.gate.tell("upload", handle.spot.path, handle.size)
            self.gate.desk.announce(self.gate.account, handle.final)
        else:
            kept = handle.part.exists()
            action = "upload_interrupted" if kept else "upload_refused"
            self.gate.tell(action, handle.spot.path, handle.size, handle.fault)

    def _rename(self, old: Spot, new: Spot, *, replace: bool) -> int:
        if not may_rename(old, new):
            return self._refuse(old, f"not to be renamed to {new.path}")
        if old == new:
            return SFTP_OK if self._look(old) else SFTP_NO_SUCH_FILE
        source, target = (self._home / spot.folder / spot.name for spot in (old, new))
        if old.folder == "in":
            code = self._rename_upload(old, new, replace=replace)
        else:
            code = SFTP_OK if rename_new(source, target) else SFTP_FAILURE
        if code == SFTP_OK:
            self.gate.tell("rename", old.path, detail=new.path)
            if new.folder == "in" and target.exists():
                self.gate.desk.announce(self.gate.account, target)
        return code

    def _rename_upload(self, old: Spot, new: Spot, *, replace: bool) -> int:
        """Rename within /in: a file, or an upload still open. An interrupted one must be resumed first."""
        uploads, parts = self.gate.desk.uploads, self._home / UPLOADS
        source, target = (self._home / "in" / spot.name for spot in (old, new))
        upload = uploads.find(source)
        if upload is None and not source.exists() and (parts / old.name).exists():
            return self._refuse(old, "the upload was interrupted: resume it or send it again")
        uploads.displace(target)
        (parts / new.name).unlink(missing_ok=True)
        if upload is not None:
            uploads.move(upload, new)
        elif replace:
            source.replace(target)
        elif not rename_new(source, target):
            return SFTP_FAILURE
        return SFTP_OK

    def _spot(self, path: str) -> Spot:
        if (spot := locate(path)) is None:
            raise FileNotFoundError(path)
        return spot

    def _real(self, spot: Spot) -> Path:
        """Return where a spot's file is: in its folder, or still among the uploads."""
        real = self._home / spot.folder / spot.name
        part = self._home / UPLOADS / spot.name
        return part if spot.folder == "in" and part.exists() and not real.exists() else real

    def _look(self, spot: Spot) -> paramiko.SFTPAttributes | None:
        try:
            status = self._real(spot).lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None  # a link or a folder that somebody made by hand: not ours to show
        return paramiko.SFTPAttributes.from_stat(status, spot.name)

    def _keep(self, handle: paramiko.SFTPHandle) -> paramiko.SFTPHandle:
        self._handles.add(handle)
        return handle

    def _refuse(self, spot: Spot, why: str, code: int = SFTP_PERMISSION_DENIED) -> int:
        self.gate.tell("refused", spot.path, detail=why)
        return code


def _folder_attributes(name: str) -> paramiko.SFTPAttributes:
    """Return the attributes of one of the folders, which are the same for all partners."""
    attributes = paramiko.SFTPAttributes()
    attributes.filename = name
    attributes.st_mode = stat.S_IFDIR | 0o750
    attributes.st_size = 0
    attributes.st_uid = attributes.st_gid = 0
    attributes.st_atime = attributes.st_mtime = 0
    return attributes
