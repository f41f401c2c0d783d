"""Bring a backup back into an empty place: checked to its end first, then all of it or nothing.

The database appears in one piece, settled (see `hub.backup.aftermath`). Payloads lie in the archive before that: one
that is there without a row harms nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.backup.aftermath import Restored, settle
from hub.backup.checking import Member, check_backup, opened, read_header
from hub.backup.files import folders, kept_files
from hub.backup.form import PAYLOAD, SETTINGS, TABLE_PART, Header, Manifest, is_safe
from hub.model.errors import ConfigError, Undeliverable
from hub.model.progress import Tell, silent
from hub.opening import make_archive
from hub.runners.local import take_lock
from hub.settings import Settings, load_settings
from hub.store.pairing import mark_archive, mark_of, set_mark
from hub.store.rebuilding import Rebuilding, holds_rows, knows_revision, rebuilt
from hub.store.troubles import as_retryable

#: Control numbers that are skipped: more than most hubs give out between two backups.
CONTROL_GAP = 1000


class Plan(Struct, frozen=True, kw_only=True):
    """How to restore."""

    over: bool = (
        False  # a place that is not empty, too: SQLite's file and profiles are put aside, not kept otherwise
    )
    profiles: bool = True  # profiles, crosswalks and dictionaries, too
    control_gap: int = CONTROL_GAP


def restore(
    file: Path,
    home: Path,
    environ: Mapping[str, str],
    plan: Plan,
    *,
    clock: Callable[[], datetime],
    tell: Tell = silent,
) -> Restored:
    """Restore a backup into the hub of a folder; where that has no hub.toml, the backup's is used.

    Raises ConfigError when the place is not empty, when a hub runs there, or when the backup is of a newer hub;
    Undeliverable when the backup is damaged. Nothing was changed then.
    """
    with opened(file) as members:
        _refuse_newer(file, read_header(file, members))
    manifest, brought = check_backup(file, tell)
    own = (home / SETTINGS).exists()
    text = "" if own else brought.get(SETTINGS, b"").decode("utf-8", "replace")
    settings = load_settings(home, environ, text)
    with closing(take_lock(Path(settings.paths.var) / "hub.lock")):
        if not plan.over:
            _refuse_full(settings, home, manifest, plan)
        with as_retryable():
            restored = _Restoring(settings, manifest, plan, environ, clock=clock, tell=tell).run(file)
        if text:
            (home / SETTINGS).write_bytes(brought[SETTINGS])
    return restored


def _refuse_newer(file: Path, header: Header) -> None:
    if not knows_revision(header.revision):
        raise ConfigError(
            f"{file}: is of hub {header.hub}, with tables of revision {header.revision} that this version does not "
            "know; restore it with a version at least as new"
        )


def _refuse_full(settings: Settings, home: Path, manifest: Manifest, plan: Plan) -> None:
    """Raise ConfigError when the place has a log, or profiles that are not those of the backup."""
    with as_retryable():
        is_full = holds_rows(settings.store.url)
    if is_full:
        where = settings.store.url.rpartition("@")[2].rpartition("/")[2]
        raise ConfigError(
            f"the database {where} is not empty; restore into a new one, or put it aside with --over "
            "(take a `hub backup` of it first)"
        )
    kept = ((name, path) for name, path in kept_files(settings, home) if name != SETTINGS)
    for name, path in kept if plan.profiles else ():
        if manifest.files.get(name) != hashlib.sha256(path.read_bytes()).hexdigest():
            raise ConfigError(
                f"{path} is there and is not what the backup has; keep the profiles that are there with "
                "--without-profiles, or put them aside with --over"
            )


class _Restoring:
    """One run over the members of a backup."""

    def __init__(
        self,
        settings: Settings,
        manifest: Manifest,
        plan: Plan,
        environ: Mapping[str, str],
        *,
        clock: Callable[[], datetime],
        tell: Tell,
    ) -> None:
        self._settings, self._manifest, self._plan = settings, manifest, plan
        self._clock, self._tell = clock, tell
        self._archive = make_archive(settings, environ)
        self._folders = {prefix: folder for prefix, folder in folders(settings.paths) if plan.profiles}

    def run(self, file: Path) -> Restored:
        """Fill archive, staged profiles and database, and let them take their places."""
        now = self._clock()
        aside = f"before-restore-{now:%Y%m%dT%H%M%S}"
        url, revision = self._settings.store.url, self._manifest.header.revision
        with rebuilt(url, revision, self._archive, self._clock, aside) as new:
            with opened(file, self._tell, "restored") as members:
                for member in members:
                    self._take(member, new)
            self._archive.sync()
            earlier, tx = new.earlier_controls, new.complete()
            mark = mark_of(tx) or mark_archive(self._archive)
            set_mark(tx, mark)
            restored = settle(tx, self._manifest, self._plan.control_gap, earlier, now)
            for folder in self._folders.values():
                _swap(folder, aside)
        mark_archive(self._archive, mark)
        return restored

    def _take(self, member: Member, new: Rebuilding) -> None:
        if match := TABLE_PART.fullmatch(member.name):
            columns, *rows = _lines(member)
            new.load(match.group(1), columns, rows)
        elif match := PAYLOAD.fullmatch(member.name):
            self._archive.adopt(match.group(1), member.source)
        else:
            self._take_file(member)

    def _take_file(self, member: Member) -> None:
        for prefix, folder in self._folders.items():
            if member.name.startswith(prefix):
                if not is_safe(member.name):
                    raise Undeliverable(f"{member.name}: leads out of its folder; no backup of ours has that")
                path = _staged(folder) / member.name.removeprefix(prefix)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(member.read())


def _lines(member: Member) -> Iterator[list[str]]:
    decode = msgspec.json.Decoder(list).decode
    return (decode(line) for line in member.read().splitlines())


def _staged(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.restoring")


def _swap(folder: Path, aside: str) -> None:
    """Let a staged folder take its place; one that is there with files is put aside."""
    staged = _staged(folder)
    if not staged.exists():
        return
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}.{aside}")) if any(folder.iterdir()) else folder.rmdir()
    staged.rename(folder)
