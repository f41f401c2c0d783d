"""Write a profile as it is after merging, with the origin of each value: what `show --effective` prints."""

from __future__ import annotations

from pathlib import Path

from hub.profiles.merging import Folder
from hub.toml.positions import KeyPath
from hub.toml.writing import toml_lines


def effective(folder: Path, key: str) -> str:
    """Return the merged TOML of a profile; a comment behind each value says where it comes from.

    Raises ConfigError when there is no such profile.
    """
    files = Folder(folder)
    files.require(key)
    draft = files.draft(key)

    def origin(path: KeyPath) -> str:
        where = draft.locate(path)
        return f"{where.file}:{where.row}"

    return "\n".join(toml_lines(draft.data, origin)).strip("\n") + "\n"
