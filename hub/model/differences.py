"""What differs between two canonical documents, field by field. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from hub.model.documents import AnyDocument

#: The fields by which an entry of a list is told from its neighbours, the best first.
_NAMES = ("number", "line_number", "order_number", "sscc", "code", "kind")


class Difference(Struct, frozen=True):
    """One field that differs. A side is empty where the field, or the whole entry, is not there."""

    path: str  # e.g. lines[3].quantity; an entry of a list stands under its own number
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.path}: {self.after} is new"
        if not self.after:
            return f"{self.path}: {self.before} is gone"
        return f"{self.path}: {self.before} became {self.after}"


def differences(before: AnyDocument, after: AnyDocument) -> tuple[Difference, ...]:
    """Return what differs, in the order of the later document's fields; what is gone comes last.

    Entries of a list are compared with those of the same number, wherever they stand; entries without a
    number with those at the same place.
    """
    old, new = dict(_values(msgspec.to_builtins(before))), dict(_values(msgspec.to_builtins(after)))
    return tuple(
        Difference(path, old.get(path, ""), new.get(path, ""))
        for path in dict.fromkeys((*new, *old))
        if old.get(path) != new.get(path)
    )


def _values(part: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of a document with its path."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _values(value, f"{path}.{key}" if path else str(key))
    elif isinstance(part, list | tuple):
        seen: Counter[str] = Counter()
        for index, entry in enumerate(part, 1):
            name = _name(entry) or f"#{index}"
            seen[name] += 1
            yield from _values(
                entry, f"{path}[{name}]" if seen[name] == 1 else f"{path}[{name}/{seen[name]}]"
            )
    else:
        yield path, str(part)


def _name(entry: object) -> str:
    """Return what names an entry of a list; empty when nothing does."""
    if not isinstance(entry, dict):
        return ""
    return next((str(entry[field]) for field in _NAMES if entry.get(field)), "")
