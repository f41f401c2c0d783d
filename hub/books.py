"""books: the partners folder as the hub uses it, read again when a file of it changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from hub.model.finding import Finding
from hub.model.partner import Crosswalks, Partner
from hub.profiles import load_partners
from hub.toml.reading import as_line
from translators.crosswalk import Tables, load_tables

_log = logging.getLogger("hub.books")


class PartnerBook:
    """The partners by key, read again when a file of their folder changes.

    A profile that no longer loads keeps its last good form, and the fault is logged: a slip in an editor
    must not stop a partner that is live.
    """

    def __init__(self, folder: Path, look_every_seconds: float = 1.0) -> None:
        self._folder, self._look_every_seconds = folder, look_every_seconds
        self._guard = threading.Lock()
        self._partners: Mapping[str, Partner] = {}
        self._stamp: object = None
        self._looked_at = float("-inf")
        self.findings: tuple[Finding, ...] = ()

    def __call__(self) -> Mapping[str, Partner]:
        """Return all partners whose profiles load."""
        with self._guard:
            if time.monotonic() - self._looked_at >= self._look_every_seconds:
                self._looked_at = time.monotonic()
                self._refresh()
            return self._partners

    def complete(self) -> bool:
        """Say whether every profile of the folder loads."""
        return not any(f.fatal for f in self.findings)

    def _refresh(self) -> None:
        stamp = _stamp(self._folder)
        if stamp == self._stamp:
            return
        known = set(self.findings)
        loaded, self.findings = load_partners(self._folder)
        for finding in self.findings:
            if finding not in known:  # each fault is told once, not at every edit of another file
                _log.warning("%s", as_line(finding))
        kept = {
            key: partner
            for key, partner in self._partners.items()
            if key not in loaded and (self._folder / f"{key}.toml").exists()
        }
        self._partners, self._stamp = {**kept, **loaded}, stamp


def _stamp(folder: Path) -> object:
    """Return what changes when a profile or template of the folder does."""
    return tuple(sorted((path.name, _file_stamp(path)) for path in folder.glob("*.toml")))


class TableShelf:
    """Crosswalk tables, read again when their files change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[bytes, tuple[object, tuple[Tables, tuple[Finding, ...]]]] = {}

    def __call__(self, crosswalks: Crosswalks) -> tuple[Tables, tuple[Finding, ...]]:
        """Return the tables that a profile names, and what is wrong with their files."""
        stamp = tuple(_file_stamp(self._folder / name) for name in _names(crosswalks))
        words = msgspec.json.encode(crosswalks)  # a profile's, which has tables of its own in it
        kept = self._kept.get(words)
        if kept is None or kept[0] != stamp:
            kept = (stamp, load_tables(crosswalks, self._folder))
            self._kept[words] = kept
        return kept[1]


def _names(crosswalks: Crosswalks) -> tuple[str, ...]:
    return tuple(n for n in (crosswalks.item, crosswalks.ship_to, crosswalks.unit, crosswalks.charge) if n)


def _file_stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
