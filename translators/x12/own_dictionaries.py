"""A user's own dictionaries beside ours: where they are looked for, and which of them cannot be used."""

from __future__ import annotations

from pathlib import Path

from hub.model.errors import ConfigError
from translators.x12.rules.grammar import compile_set
from translators.x12.rules.source import FOLDER, SHIPPED, Library, read_dictionary


def library_with(folder: Path) -> Library:
    """Return our dictionaries, with those of a folder laid over them if there is one."""
    return Library((FOLDER, folder)) if folder.is_dir() else SHIPPED


def unusable(folder: Path) -> list[str]:
    """Return what is wrong with the dictionaries of a folder, each fault with its file; they are read anew."""
    library = library_with(folder)
    faults = []
    for release in Library((folder,)).releases():
        try:
            for one in read_dictionary(release, library).sets.values():
                compile_set(one)
        except ConfigError as error:
            faults.append(str(error))
    return faults
