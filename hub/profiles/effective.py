"""Write a profile as it is after merging, with the origin of each value: what `show --effective` prints."""

from __future__ import annotations

from pathlib import Path

from hub.model.errors import ConfigError
from hub.profiles.merging import Draft, Folder
from hub.toml.checking import did_you_mean
from hub.toml.positions import KeyPath
from hub.toml.reading import Table
from hub.toml.writing import toml_key, toml_value


def effective(folder: Path, key: str) -> str:
    """Return the merged TOML of a profile; a comment behind each value says where it comes from.

    Raises ConfigError when there is no such profile.
    """
    files = Folder(folder)
    if key not in files.names:
        raise ConfigError(
            f'there is no profile "{key}" in {folder.as_posix()}{did_you_mean(key, files.keys)}'
        )
    draft = files.draft(key)
    return "\n".join(_table_lines(draft.data, (), draft)).strip("\n") + "\n"


def _table_lines(table: Table, path: KeyPath, draft: Draft) -> list[str]:
    """Return the lines of one table: its values, then the tables in it."""
    values = {k: v for k, v in table.items() if not isinstance(v, dict)}
    tables = {k: v for k, v in table.items() if isinstance(v, dict)}
    lines: list[str] = []
    if path and (values or not tables):
        lines += ["", f"[{'.'.join(toml_key(str(part)) for part in path)}]"]
    for key, value in values.items():
        where = draft.locate((*path, key))
        lines.append(f"{toml_key(key)} = {toml_value(value)}  # {where.file}:{where.row}")
    for key, inner in tables.items():
        lines += _table_lines(inner, (*path, key), draft)
    return lines
