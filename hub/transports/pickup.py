"""The rules of picking files up and putting them down, the same for every transport. Pure: no I/O, no clock.

A file is ready when its name is safe, wanted and not temporary, its size and time were the same on two looks
at least `settle_seconds` apart, and it is whole: it has bytes and, if it is X12, its last segment is IEA. What
stays unfinished or empty for `patience_seconds` is taken as it is. Only the pause between two looks is
measured on our clock; a server's times are compared with each other, never with ours.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import count

from msgspec import Struct

from hub.model.errors import Undeliverable
from hub.transports.port import RemoteFile

#: Endings that uploaders give to a file in flight (WinSCP writes .filepart, browsers .part and .crdownload).
TEMPORARY_ENDINGS = (
    ".tmp",
    ".temp",
    ".part",
    ".partial",
    ".filepart",
    ".incomplete",
    ".processing",
    ".crdownload",
)

#: Most file systems stop at 255 bytes; names from outside stop earlier, so that our suffixes fit too.
LONGEST_NAME_BYTES = 200
LONGEST_PATH_PART_BYTES = 250

#: Unicode categories that hide in a log line or turn it around: controls, formats, surrogates, line ends.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

#: How much of a file's end is read to find IEA*n*nnnnnnnnn and the blanks after it.
TAIL_BYTES = 256
HEAD_BYTES = 160


class Rules(Struct, frozen=True, kw_only=True):
    """What one partner's profile says about pickup. `patience_seconds` bounds the wait for a missing IEA.

    `most_at_once` bounds one look, so that a folder of thousands does not hold up the first of them. `done` is
    the ending of the file that says that another one is whole; "" = there are none. What is not taken for
    `stuck_seconds` is told.
    """

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    settle_seconds: float = 2.0
    patience_seconds: float = 600.0
    max_bytes: int = 100_000_000
    most_at_once: int = 500
    done: str = ""
    stuck_seconds: float = 3600.0


class Look(Struct, frozen=True):
    """A file as it was first seen with this size and time. `since_seconds` is on our monotonic clock."""

    file: RemoteFile
    since_seconds: float


def name_fault(name: str, longest_bytes: int = LONGEST_NAME_BYTES) -> str:
    """Return why a file name must not be used in a path, or "" when it is safe."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return "it is not UTF-8"
    if name in {"", ".", ".."}:
        return "it is not a file name"
    if "/" in name or "\\" in name:
        return "it contains a path separator"
    if any(unicodedata.category(char) in UNSEEN for char in name):
        return "it contains a control character or one that is not seen"
    if length > longest_bytes:
        return f"it has {length} bytes, {longest_bytes} are the limit"
    return ""


def place(folder: str, name: str) -> str:
    """Return the path of `name` in `folder`: the one function that makes a path of a name from outside.

    Raises Undeliverable for a name that is not safe.
    """
    if fault := name_fault(name, LONGEST_PATH_PART_BYTES):
        raise Undeliverable(f"file name {printable(name)} refused: {fault}")
    return f"{folder.rstrip('/')}/{name}"


def printable(name: str) -> str:
    """Return a hostile name so that it can be logged on one line."""
    return ascii(name[:80] + ("..." if len(name) > 80 else ""))


def is_temporary(name: str) -> bool:
    """Tell whether the name says that the file is still being written, or hidden."""
    return name.startswith((".", "~")) or name.casefold().endswith((*TEMPORARY_ENDINGS, "~"))


def is_wanted(name: str, rules: Rules) -> bool:
    """Tell whether the profile asks for the file; case does not count, partners mix .EDI and .edi."""
    folded = name.casefold()

    def matches(patterns: Iterable[str]) -> bool:
        return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)

    if is_temporary(name) or (rules.done and folded.endswith(rules.done.casefold())):
        return False
    return matches(rules.include) and not matches(rules.exclude)


def done_names(name: str, rules: Rules) -> tuple[str, ...]:
    """Return the names that the done file of a file may have: a.edi.done, or a.done."""
    stem = name.rpartition(".")[0]
    return (name + rules.done, stem + rules.done) if stem else (name + rules.done,)


def is_called_done(name: str, names: Collection[str], rules: Rules) -> bool:
    """Tell whether the partner says that the file is whole; where no done files are agreed, always."""
    return not rules.done or any(done in names for done in done_names(name, rules))


def may_come(name: str, rules: Rules) -> bool:
    """Tell whether the profile asks for the file, now or when its uploader gives it its last name."""
    if name_fault(name):
        return True
    if is_temporary(name):
        return not name.startswith((".hub-probe", "~"))
    return is_wanted(name, rules)


def why_waiting(file: RemoteFile, names: Collection[str], rules: Rules) -> str:
    """Return what keeps a file from being taken, in words for operators."""
    if fault := name_fault(file.name):
        return f"its name is refused: {fault}"
    if is_temporary(file.name):
        return "its name says that it is still being written"
    if not is_called_done(file.name, names, rules):
        return f"its done file ({' or '.join(done_names(file.name, rules))}) is not there"
    if file.size == 0:
        return "it is empty"
    return "it changes at each look, cannot be read, or is an interchange without its end"


def look_again(
    before: Mapping[str, Look], files: Iterable[RemoteFile], now_seconds: float
) -> dict[str, Look]:
    """Return this round's looks: the first sight is kept for files that did not change since."""
    looks: dict[str, Look] = {}
    for file in files:
        known = before.get(file.name)
        unchanged = known is not None and known.file == file
        looks[file.name] = known if known is not None and unchanged else Look(file, now_seconds)
    return looks


def has_settled(look: Look, rules: Rules, now_seconds: float) -> bool:
    """Tell whether a file kept its size and time for the agreed pause (0: no wait)."""
    return now_seconds - look.since_seconds >= rules.settle_seconds


def is_out_of_patience(look: Look, rules: Rules, now_seconds: float) -> bool:
    """Tell whether an empty or unfinished file has stood still for so long that it goes to quarantine instead."""
    return now_seconds - look.since_seconds >= rules.patience_seconds


def is_complete(head: bytes, tail: bytes) -> bool:
    """Tell whether a file is whole as far as X12 can say: what starts with ISA must end with IEA.

    `head` is the first HEAD_BYTES and `tail` the last TAIL_BYTES of the file. The segment terminator is the
    106th byte of ISA (X12.5); anything that is not X12 is complete.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"ISA") or (len(start) > 3 and start[3:4].isalnum()):
        return True
    if len(start) < 106:
        return False
    element, terminator = start[3:4], start[105:106]
    last = tail.rstrip(b"\r\n \t\x00\x1a" + terminator).rpartition(terminator)[2]
    return last.strip().startswith(b"IEA" + element)


def pickup_order(files: Iterable[RemoteFile]) -> list[RemoteFile]:
    """Return files oldest first, then by name."""
    return sorted(files, key=lambda file: (file.modified_at, file.name))


def numbered(name: str) -> Iterator[str]:
    """Yield the name, then name-1, name-2 ... with the number before the ending."""
    yield name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    yield from (f"{stem}-{number}{dot}{ending}" for number in count(1))


def archive_names(file: RemoteFile) -> Iterator[str]:
    """Yield names for the archive: the file's own, then with its time (UTC), then numbered.

    The time comes second because a partner may use one name every day.
    """
    yield file.name
    stem, dot, ending = file.name.rpartition(".")
    stamp = datetime.fromtimestamp(max(0.0, file.modified_at), UTC).strftime("%Y%m%dT%H%M%S")
    yield from numbered(f"{stem}-{stamp}{dot}{ending}" if stem else f"{file.name}-{stamp}")


def temporary_name(name: str, data: bytes) -> str:
    """Return the name under which `data` is written before it is renamed to `name`.

    The same delivery gets the same temporary name, so that a second try writes over the first one's remains.
    """
    return f".{name}.{hashlib.sha256(data).hexdigest()[:8]}.tmp"
