"""Where each key of a TOML text stands.

`tomllib` gives values without positions, so a small scanner walks the same text a second time. It only
ever sees text that tomllib has accepted; a property test holds the two to the same set of keys.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress
from typing import NamedTuple

#: Keys from the root, e.g. ("send", "invoice", "must", "IT106"); an index inside an array is an int.
KeyPath = tuple[str | int, ...]

MAX_DEPTH = 100  # the deepest key of a profile stands 4 deep


class Place(NamedTuple):
    """A position in a text; both count from 1."""

    line: int
    column: int


_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # up to two quotes may stand right before the closing three
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def positions(text: str) -> dict[KeyPath, Place]:
    """Return the place of every key and array item of a valid TOML text.

    Text that is not valid gives what was understood up to the fault. Raises RecursionError, as tomllib does,
    for text that is nested too deeply to be meant.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    with suppress(_LostError):
        scanner.document()
    return scanner.places


class _LostError(Exception):
    """Raised when the text is not TOML after all."""


class _Scanner:
    """A cursor over the text that notes the place of each key it passes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[KeyPath, Place] = {}
        self._line_starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._arrays: dict[KeyPath, int] = {}  # arrays of tables: how many tables so far

    def document(self) -> None:
        """Walk headers and pairs to the end."""
        table: KeyPath = ()
        self._skip_space()
        while self.at < len(self.text):
            table = self._header() if self.text[self.at] == "[" else self._pair(table)
            self._skip_space()

    def _header(self) -> KeyPath:
        """Read `[a.b]` or `[[a.b]]` and return the path of the table that it opens."""
        repeated = self.text.startswith("[[", self.at)
        self.at += 2 if repeated else 1
        start, keys = self._dotted_key()
        path: KeyPath = ()
        for index, key in enumerate(keys, 1):
            path = (*path, key)
            self._note(path, start)
            if path in self._arrays and not (repeated and index == len(keys)):
                path = (*path, self._arrays[path] - 1)
        if repeated:
            count = self._arrays[path] = self._arrays.get(path, 0) + 1
            path = (*path, count - 1)
            self._note(path, start)
        self._expect("]]" if repeated else "]")
        return path

    def _pair(self, table: KeyPath) -> KeyPath:
        """Read `a.b = value` inside `table` and return the table again."""
        start, keys = self._dotted_key()
        path = table
        for key in keys:
            path = (*path, key)
            self._note(path, start)
        self._expect("=")
        self._value(path)
        return table

    def _dotted_key(self) -> tuple[int, list[str]]:
        """Read a key and return where it starts and its parts."""
        self._skip_space()
        start, keys = self.at, [self._key()]
        self._skip_space()
        while self.text.startswith(".", self.at):
            self.at += 1
            self._skip_space()
            keys.append(self._key())
            self._skip_space()
        return start, keys

    def _key(self) -> str:
        """Read one part of a key, bare or quoted."""
        if bare := _BARE_KEY.match(self.text, self.at):
            self.at = bare.end()
            return bare.group()
        quoted = _STRING.match(self.text, self.at)
        if not quoted:
            raise _LostError
        self.at = quoted.end()
        try:
            return str(tomllib.loads(f"key = {quoted.group()}")["key"])
        except tomllib.TOMLDecodeError as error:
            raise _LostError from error

    def _value(self, path: KeyPath) -> None:
        """Pass one value, noting the keys and items within it."""
        self._skip_space()
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif match := (_STRING if opening in "\"'" else _SCALAR).match(self.text, self.at):
            self.at = match.end()
        else:
            raise _LostError

    def _array(self, path: KeyPath) -> None:
        """Pass `[1, 2]`."""
        self.at += 1
        index = 0
        while not self._passes("]"):
            item = (*path, index)
            self._note(item, self.at)
            self._value(item)
            self._passes(",")
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        """Pass `{a = 1, b = 2}`."""
        self.at += 1
        while not self._passes("}"):
            self._pair(path)
            self._passes(",")

    def _passes(self, token: str) -> bool:
        """Skip space, then the token if it stands there; at the end of the text the scanner is lost."""
        self._skip_space()
        if self.at >= len(self.text):
            raise _LostError
        found = self.text.startswith(token, self.at)
        self.at += len(token) * found
        return found

    def _expect(self, token: str) -> None:
        if not self._passes(token):
            raise _LostError

    def _skip_space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _note(self, path: KeyPath, offset: int) -> None:
        """Keep the first place of a path: a table opened twice is known by its first mention."""
        if len(path) > MAX_DEPTH:
            raise RecursionError(f"keys stand more than {MAX_DEPTH} deep")
        line = bisect_right(self._line_starts, offset)
        self.places.setdefault(path, Place(line, offset - self._line_starts[line - 1] + 1))
