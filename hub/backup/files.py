"""The files beside the database that a backup takes along: settings, profiles, dictionaries. Never secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hub.backup.form import DICTIONARIES, MOST_IN_MEMORY, PROFILES, SETTINGS
from hub.settings import Paths, Settings


def kept_files(settings: Settings, home: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name in the backup and the path of each file; links are left out, for they lead elsewhere."""
    if (home / SETTINGS).is_file():
        yield SETTINGS, home / SETTINGS
    for prefix, folder in folders(settings.paths):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not _is_left_out(path, settings):
                yield f"{prefix}{path.relative_to(folder).as_posix()}", path


def folders(paths: Paths) -> list[tuple[str, Path]]:
    """Return the folders that are taken along, by the prefix that their files have in the backup."""
    partners, dictionaries = Path(paths.partners), Path(paths.dictionaries)
    found = [(PROFILES, partners)]
    return found if dictionaries.is_relative_to(partners) else [*found, (DICTIONARIES, dictionaries)]


def _is_left_out(path: Path, settings: Settings) -> bool:
    """Say whether a file is a secret, something the hub writes for itself, or far too large for a profile's."""
    inner = (settings.paths.secrets, settings.paths.var, settings.store.archive)
    return any(path.is_relative_to(folder) for folder in inner) or path.stat().st_size > MOST_IN_MEMORY
