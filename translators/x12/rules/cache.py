"""Keeps what is costly to make, on disk by content: dictionaries as read, generated functions as compiled code.

A file's name is the hash of all that its content follows from, so that nothing is ever stale. The folder belongs to
one user (`XDG_CACHE_HOME` or `~/.cache`, then `partner-hub/x12`; `PARTNER_HUB_CACHE` names another, or `off`),
as what stands in it is run. It may be deleted at any time, and the oldest files go when there are many. Whatever goes
wrong with it costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")
MOST_FILES = 400
_PRIVATE = 0o700


@cache
def folder() -> Path | None:
    """Return the cache's folder, made when it is not there; None when there is none to be trusted."""
    told = os.environ.get("PARTNER_HUB_CACHE", "")
    if told == "off":
        return None
    base = os.environ.get("XDG_CACHE_HOME", "")
    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home
        home = Path(base) if base else Path.home() / ".cache"
        path = Path(told) if told else home / "partner-hub" / "x12"
        path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        about = path.stat()
        if os.name != "posix" or (about.st_uid == os.getuid() and not about.st_mode & 0o022):
            return path
    return None


def key_of(parts: Iterable[bytes]) -> str:
    """Return the name of what follows from `parts`, and from this Python's form of compiled code."""
    found = hashlib.sha256(MAGIC_NUMBER)
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()[:32]


def value(key: str, kind: type[_T], make: Callable[[], _T]) -> _T:
    """Return a kept value, or make it and keep it."""
    place = folder()
    file = place / f"{key}.msgpack" if place else None
    if file is not None:
        with suppress(OSError, msgspec.MsgspecError):
            return msgspec.msgpack.decode(file.read_bytes(), type=kind)
    made = make()
    if file is not None:
        _write(file, msgspec.msgpack.encode(made))
    return made


def generated(key: str, name: str, source: Callable[[], str]) -> Any:  # noqa: ANN401 - whatever the module calls so
    """Return what a generated module calls `name`; its compiled form is kept."""
    place = folder()
    file = place / f"{key}.code" if place else None
    if file is not None:
        with suppress(OSError, EOFError, ValueError, TypeError):
            kept = _run(marshal.loads(file.read_bytes()))  # noqa: S302 - a folder that only we can write to
            if name in kept:
                return kept[name]
    code = compile(source(), f"<x12 {key}>", "exec")
    if file is not None:
        _write(file, marshal.dumps(code))
    return _run(code)[name]


def _run(code: CodeType) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own source, from our own data
    return names


def _write(file: Path, content: bytes) -> bool:
    """Write a file that is whole as soon as it can be seen; say whether that was possible."""
    with suppress(OSError):
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".")
        with os.fdopen(handle, "wb") as made:
            made.write(content)
        Path(name).replace(file)
        _prune(file.parent)
        return True
    return False


def _prune(place: Path) -> None:
    """Keep the folder from growing for ever, one file in many at a time."""
    files = [entry for entry in os.scandir(place) if entry.is_file()]
    if len(files) > MOST_FILES:
        for entry in sorted(files, key=lambda entry: entry.stat().st_mtime)[: MOST_FILES // 4]:
            Path(entry.path).unlink(missing_ok=True)
