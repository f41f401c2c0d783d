"""What the hub itself is told: hub.toml, then HUB_* variables of the environment, then defaults.

`HUB_ODOO__URL` sets `url` in `[odoo]`. Relative paths count from the folder that hub.toml stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_type_hints

import msgspec
from msgspec import structs

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from hub.settings.rules import faults_of
from hub.settings.shape import Paths, Settings
from hub.toml.checking import check_table, nearest
from hub.toml.positions import KeyPath
from hub.toml.reading import Table, as_line, read_file, read_text

Locate = Callable[[KeyPath], Where]

FILE_NAME = "hub.toml"
_PREFIX = "HUB_"
#: Names of the environment that are ours but no settings.
_OTHER_NAMES = re.compile(r"HUB_(SECRET_\w+|ROOT)")


def load_settings(root: Path, environ: Mapping[str, str], instead: str = "") -> Settings:
    """Return the settings of the hub whose hub.toml (which may be absent) stands in `root`.

    `instead` is the text of a hub.toml that is taken where there is none.

    Raises ConfigError with every fault of the file and the environment, one per line.
    """
    path = root / FILE_NAME
    source, syntax = read_file(path, FILE_NAME) if path.exists() else read_text(instead, FILE_NAME)
    places = dict(source.places)
    locate = _locator(places)
    data, faults = check_table(source.data, Settings, locate)
    found = [*syntax, *faults]
    for name in sorted(n for n in environ if n.startswith(_PREFIX)):
        found += _apply_variable(name, environ[name], data, places)
    if not syntax:
        settings = msgspec.convert(data, Settings)
        found += [
            Finding(problems.CONFIG_VALUE, fault.message, where=locate(fault.path), hint=fault.hint)
            for fault in faults_of(settings, lambda key: locate(key).file == FILE_NAME)
        ]
        if not found:
            return _resolve(settings, root.absolute())
    raise ConfigError("\n".join(_printed(finding) for finding in found))


def _printed(finding: Finding) -> str:
    return as_line(finding) + (f"\n    hint: {finding.hint}" if finding.hint else "")


def _locator(places: Mapping[KeyPath, Where]) -> Locate:
    """Return a function from a path of keys to its place, or to the nearest table around it."""

    def locate(path: KeyPath) -> Where:
        for length in range(len(path), 0, -1):
            if path[:length] in places:
                return places[path[:length]]
        return Where(file=FILE_NAME)

    return locate


def _variables() -> dict[str, tuple[str, str]]:
    """Return every variable that is a setting: HUB_ODOO__URL -> (odoo, url)."""
    return {
        f"{_PREFIX}{table.upper()}__{field.name.upper()}": (table, field.name)
        for table, kind in get_type_hints(Settings).items()
        for field in structs.fields(kind)
    }


def _apply_variable(name: str, text: str, data: Table, places: dict[KeyPath, Where]) -> list[Finding]:
    """Put one variable and its place into the data; return what is wrong with it.

    Names without a double underscore are left alone (a secret may be called HUB_ACME_PASSWORD), unless
    they are a setting's name but for that underscore.
    """
    known = _variables()
    where = Where(file=f"environment {name}")
    if name not in known:
        meant = nearest(name, [k.lower() for k in known]).upper()
        slip = meant.replace("__", "_") == name
        if _OTHER_NAMES.fullmatch(name) or ("__" not in name and not slip):
            return []
        guess = f': did you mean "{meant}"?' if meant else ""
        hint = "HUB_TABLE__KEY sets `key` in [table] of hub.toml; see docs/configuration.md"
        return [Finding(problems.CONFIG_UNKNOWN_KEY, f"unknown setting{guess}", where=where, hint=hint)]
    table, key = known[name]
    value = _typed(text, get_type_hints(get_type_hints(Settings)[table])[key])
    places[table, key] = where
    clean, faults = check_table({table: {key: value}}, Settings, lambda _path: where)
    for checked_key, checked in clean.get(table, {}).items():
        data.setdefault(table, {})[checked_key] = checked
    return list(faults)


def _typed(text: str, kind: object) -> object:
    """Return the text of a variable as the setting's type; text that does not fit stays text."""
    if kind is bool:
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            text.strip().lower(), text
        )
    if kind is int or kind is float:
        plain = text.strip().replace("_", "")
        if re.fullmatch(r"-?\d{1,18}", plain):
            return int(plain)
        if re.fullmatch(r"-?\d{1,18}\.\d{1,9}", plain) and kind is float:
            return float(plain)
    return text


def _resolve(settings: Settings, root: Path) -> Settings:
    """Return the settings with absolute paths and the default database."""
    paths = Paths(**{name: str(root / value) for name, value in structs.asdict(settings.paths).items()})
    url = settings.store.url or f"sqlite:///{Path(paths.var) / 'hub.sqlite3'}"
    store = structs.replace(settings.store, url=url, archive=str(root / settings.store.archive))
    server = settings.sftp_server
    server = structs.replace(server, root=str(root / server.root), audit=str(root / server.audit))
    return structs.replace(settings, paths=paths, store=store, sftp_server=server)
