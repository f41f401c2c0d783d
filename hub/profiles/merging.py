"""Read the profiles of a folder and merge each with the templates that it extends.

A template is a file whose name starts with `_`. Tables merge key by key, the nearer file wins; lists and
single values are replaced whole. Every key keeps the place of the file that said it last.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from hub.toml.checking import clip, did_you_mean
from hub.toml.positions import KeyPath
from hub.toml.reading import Source, Table, read_file

MAX_CHAIN = 10  # templates upon templates; nobody can read more


class Draft(Struct, frozen=True):
    """A profile with its templates merged in, not yet checked. `file` is how messages call it."""

    key: str
    file: str
    data: Table
    places: dict[KeyPath, Where]
    findings: tuple[Finding, ...] = ()

    def locate(self, path: KeyPath) -> Where:
        """Return the place of a key; of one that nobody wrote, the nearest table around it."""
        for length in range(len(path), 0, -1):
            if place := self.places.get(path[:length]):
                return place
        return Where(file=self.file)


class Folder:
    """The *.toml files of a folder, each read once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        names = (f.stem for f in path.glob("*.toml") if f.is_file()) if path.is_dir() else ()
        self.names = sorted(names)
        self._read: dict[str, tuple[Source, tuple[Finding, ...]]] = {}

    @property
    def keys(self) -> list[str]:
        """The partners: every file that is not a template."""
        return [name for name in self.names if not name.startswith("_")]

    @property
    def templates(self) -> list[str]:
        """The names of the templates."""
        return [name for name in self.names if name.startswith("_")]

    def require(self, name: str) -> None:
        """Raise ConfigError when there is no profile or template of that name."""
        if name not in self.names:
            kind, near = ("template", self.templates) if name.startswith("_") else ("profile", self.keys)
            guess = did_you_mean(name, near)
            raise ConfigError(f'there is no {kind} "{clip(name)}" in {self.path.as_posix()}{guess}')

    def label(self, name: str) -> str:
        """Return how messages call a file."""
        return (self.path / f"{name}.toml").as_posix()

    def draft(self, name: str) -> Draft:
        """Return the profile or template of that name, merged."""
        return self._merge(name, ())

    def _source(self, name: str) -> tuple[Source, tuple[Finding, ...]]:
        if name not in self._read:
            self._read[name] = read_file(self.path / f"{name}.toml", self.label(name))
        return self._read[name]

    def _merge(self, name: str, above: tuple[str, ...]) -> Draft:
        source, findings = self._source(name)
        own = dict(source.data)
        base, faults = self._template(own.pop("extends", ""), name, above)
        data = merge(base.data, own) if base else own
        places = {**(base.places if base else {}), **source.places}
        return Draft(
            name, self.label(name), data, places, (*findings, *faults, *(base.findings if base else ()))
        )

    def _template(
        self, wanted: object, name: str, above: tuple[str, ...]
    ) -> tuple[Draft | None, tuple[Finding, ...]]:
        """Return the template that a file extends, or why not."""
        if wanted == "":
            return None, ()
        where = self._source(name)[0].places.get(("extends",), Where(file=self.label(name)))
        fault = self._refusal(wanted, (*above, name))
        if fault:
            hint = f"templates here: {', '.join(self.templates) or 'none'}"
            return None, (
                Finding(problems.CONFIG_REFERENCE, fault, where=where, value=clip(wanted), hint=hint),
            )
        return self._merge(_stem(str(wanted)), (*above, name)), ()

    def _refusal(self, wanted: object, chain: tuple[str, ...]) -> str:
        """Say why a file may not extend `wanted`; "" when it may. `chain` is how we came here."""
        if not isinstance(wanted, str):
            return '"extends" must be the name of a template in quotes'
        stem = _stem(wanted)
        if stem in chain:
            return f"templates extend each other in a circle: {' -> '.join((*chain, stem))}"
        if not stem.startswith("_"):
            return f'"{clip(wanted)}" is not a template: the name of a template starts with _'
        if stem not in self.names:
            return f'there is no template "{clip(wanted)}"{did_you_mean(stem, self.templates)}'
        if len(chain) >= MAX_CHAIN:
            return f"more than {MAX_CHAIN} templates upon each other"
        return ""


def _stem(name: str) -> str:
    return name.removesuffix(".toml")


def merge(base: Table, over: Table) -> Table:
    """Return `base` with `over` on top: tables key by key, all else replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = merge(below, value)
        else:
            merged[key] = value
    return merged
