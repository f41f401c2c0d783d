"""What a partner sees of the embedded server: three flat folders, and which of them allows what. Pure.

`/in` is for files to us, `/out` for files to them, `/archive` for copies of what we picked up. There are no
subfolders, so a path is a folder and a name and cannot lead anywhere else.
"""

from __future__ import annotations

import posixpath

from msgspec import Struct

from hub.transports.pickup import name_fault

FOLDERS = ("in", "out", "archive")

#: Beside the three, unseen by the partner and by the pickup: uploads that are not closed yet.
UPLOADS = ".uploads"


class Spot(Struct, frozen=True):
    """A place in a partner's view: the root (both empty), a folder, or a file in a folder."""

    folder: str = ""
    name: str = ""

    @property
    def path(self) -> str:
        """Return the path as the partner writes it."""
        return posixpath.join("/", self.folder, self.name)


def canonical(path: str) -> str:
    """Return the absolute form of a path; ".." at the root stays at the root."""
    return "/" + posixpath.normpath("/" + path).lstrip("/")


def locate(path: str) -> Spot | None:
    """Return the spot that a path means, or None when there can be nothing."""
    parts = [part for part in canonical(path).split("/") if part]
    if not parts:
        return Spot()
    if parts[0] not in FOLDERS or len(parts) > 2:
        return None
    if len(parts) == 1:
        return Spot(parts[0])
    return None if name_fault(parts[1]) else Spot(parts[0], parts[1])


def may_write(spot: Spot) -> bool:
    """Tell whether the partner may put a file there."""
    return spot.folder == "in" and bool(spot.name)


def may_take_away(spot: Spot) -> bool:
    """Tell whether the partner may delete or rename the file: their uploads, and what they collected."""
    return spot.folder in {"in", "out"} and bool(spot.name)


def may_rename(old: Spot, new: Spot) -> bool:
    """Tell whether a rename stays where it may: in one folder, or from /out to /archive when collected."""
    ways = {("in", "in"), ("out", "out"), ("out", "archive")}
    return bool(old.name and new.name) and (old.folder, new.folder) in ways


def is_shown(spot: Spot) -> bool:
    """Tell whether a file is listed: our own deliveries in flight are not."""
    return spot.folder == "in" or not spot.name.startswith(".")
