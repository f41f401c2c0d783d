"""A user's own dictionaries beside ours: where they are looked for, and which of them cannot be used."""

from __future__ import annotations

from pathlib import Path

from hub.model.errors import ConfigError
from translators.x12.rules.compiled import checker_for
from translators.x12.rules.source import FOLDER, SHIPPED, Library, load


def library_with(folder: Path) -> Library:
    """Return our dictionaries, with those of a folder laid over them if there is one."""
    return Library((FOLDER, folder)) if folder.is_dir() else SHIPPED


def unusable(folder: Path) -> list[str]:
    """Return what is wrong with the dictionaries of a folder, each fault with its file."""
    library = library_with(folder)
    faults = []
    for release in Library((folder,)).releases():
        try:
            for set_id in load(release, library).sets:
                checker_for(release, set_id, None, library)
        except ConfigError as error:
            faults.append(str(error))
    return faults
