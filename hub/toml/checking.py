"""Hold a TOML table against the Struct that it is meant to fill.

All faults are found in one pass: unknown keys (with "did you mean"), wrong types, values outside a
choice, missing keys. What is left after the faults are taken out always converts to the Struct, so the
rules of the caller can still run and add their findings to the same list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import NODEFAULT, Struct, inspect
from rapidfuzz import fuzz, process

from hub.model import problems
from hub.model.finding import Finding, Where
from hub.toml.durations import parse_duration
from hub.toml.positions import KeyPath
from hub.toml.reading import Table

_SURE = 80  # of 100: so like a key that is known here, another table's of the same name is not meant
_BAD = object()  # stands for a value that was refused and reported
_SECRET_KEYS = frozenset({"password", "key"})
_NAMES: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def name_of(value: object) -> str:
    """Return what a TOML value is, in plain words."""
    return _NAMES.get(type(value), "a date or time")


def clip(text: object, limit: int = 60) -> str:
    """Return the text short enough for a message."""
    plain = str(text)
    return plain if len(plain) <= limit else plain[: limit - 3] + "..."


def nearest(word: str, choices: Iterable[str], least: float = 60) -> str:
    """Return the choice that `word` probably meant, or "" when none is near; `least`: how like it, of 100."""
    found = process.extractOne(word.lower()[:200], list(choices), scorer=fuzz.ratio, score_cutoff=least)
    return str(found[0]) if found else ""


def nearest_code(code: str, choices: Iterable[str]) -> str:
    """Return the code of two or three signs that `code` probably meant, or "": one of its signs may be wrong."""
    found = process.extractOne(code.upper()[:20], list(choices), scorer=fuzz.ratio, score_cutoff=50)
    return str(found[0]) if found else ""


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return `: did you mean "x"?`, or "" when nothing is near."""
    near = nearest(word, choices)
    return f': did you mean "{near}"?' if near else ""


def dotted(path: KeyPath) -> str:
    """Return a path of keys as TOML writes it: send.invoice.must.IT106."""
    return clip(".".join(str(part) for part in path), 120)


def check_table(
    data: Table,
    kind: type[Struct],
    locate: Callable[[KeyPath], Where],
    top_keys: Collection[str] = (),
    members: Mapping[type, Collection[str]] = MappingProxyType({}),
) -> tuple[Table, tuple[Finding, ...]]:
    """Return what of `data` fits the Struct (durations in seconds) and a finding for all that does not.

    A missing mandatory key is reported too; the caller fills it before it converts. `top_keys` is what messages
    call known at the top of the file, where that is not what the Struct has; `members` the values of an enumeration
    that may be keys, where not all may.
    """
    checker = _Checker(locate, inspect.type_info(kind), top_keys, members)
    return checker.struct(data, checker.root, ()), tuple(checker.findings)


class _Checker:
    """One pass over one table."""

    def __init__(
        self,
        locate: Callable[[KeyPath], Where],
        root: inspect.Type,
        top_keys: Collection[str],
        members: Mapping[type, Collection[str]],
    ) -> None:
        assert isinstance(root, inspect.StructType)
        self.root, self.top_keys, self.members = root, top_keys, members
        self.locate = locate
        self.findings: list[Finding] = []

    def struct(self, data: Table, kind: inspect.StructType, path: KeyPath) -> Table:
        """Check a table whose keys are known."""
        fields = {field.encode_name: field for field in kind.fields}
        clean: Table = {}
        for key, value in data.items():
            if key not in fields:
                self._unknown_key(key, (not path and self.top_keys) or fields, path)
                continue
            checked = self.value(value, fields[key].type, (*path, key))
            if checked is not _BAD:
                clean[key] = checked
        for field in kind.fields:
            if field.required and field.encode_name not in data and field.default is NODEFAULT:
                self._add(
                    problems.CONFIG_MISSING,
                    path,
                    f'"{dotted((*path, field.encode_name))}" is missing',
                    "add it",
                )
        return clean

    def value(self, value: object, kind: inspect.Type, path: KeyPath) -> object:
        """Return the value as the Struct wants it, or _BAD after reporting it."""
        match kind:
            case inspect.StructType():
                return (
                    self.struct(value, kind, path)
                    if isinstance(value, dict)
                    else self._type(value, "a table", path)
                )
            case inspect.DictType():
                return (
                    self.mapping(value, kind, path)
                    if isinstance(value, dict)
                    else self._type(value, "a table", path)
                )
            case inspect.VarTupleType():
                return (
                    self.items(value, kind, path)
                    if isinstance(value, list)
                    else self._type(value, "a list", path)
                )
            case inspect.LiteralType():
                return self.choice(value, [str(v) for v in kind.values], path)
            case inspect.FloatType():
                return self.duration(value, path)
            case inspect.UnionType():
                return self.short_or_long(value, kind, path)
            case _:
                return self.scalar(value, kind, path)

    def mapping(self, data: Table, kind: inspect.DictType, path: KeyPath) -> Table:
        """Check a table with free keys, or with keys from an enumeration."""
        known = self._members(kind.key_type)
        clean: Table = {}
        for key, value in data.items():
            if known is not None and key not in known:
                self._unknown_key(key, known, path)
                continue
            checked = self.value(value, kind.value_type, (*path, key))
            if checked is not _BAD:
                clean[key] = checked
        return clean

    def _members(self, kind: inspect.Type) -> Collection[str] | None:
        """Return the keys that a table with keys from an enumeration may have; None for free keys."""
        if not isinstance(kind, inspect.EnumType):
            return None
        return self.members.get(kind.cls) or [str(member.value) for member in kind.cls]

    def items(self, values: list[Any], kind: inspect.VarTupleType, path: KeyPath) -> list[Any]:
        """Check each item of a list."""
        checked = [self.value(item, kind.item_type, (*path, index)) for index, item in enumerate(values)]
        return [item for item in checked if item is not _BAD]

    def short_or_long(self, value: object, kind: inspect.UnionType, path: KeyPath) -> object:
        """Check what may be written short, as text, or long, as a table."""
        table = next(t for t in kind.types if isinstance(t, inspect.StructType))
        if isinstance(value, dict):
            return self.struct(value, table, path)
        return value if isinstance(value, str) else self._type(value, "text or a table", path)

    def choice(self, value: object, choices: list[str], path: KeyPath) -> object:
        """Check a word against the few that are allowed."""
        if isinstance(value, str) and value in choices:
            return value
        allowed = ", ".join(f'"{c}"' for c in choices)
        guess = did_you_mean(value, choices) if isinstance(value, str) else ""
        self._add(
            problems.CONFIG_VALUE,
            path,
            f'"{dotted(path)}" cannot be {_quoted(value)}{guess}',
            f"one of {allowed}",
            value,
        )
        return _BAD

    def duration(self, value: object, path: KeyPath) -> object:
        """Check a duration: seconds as a number, or text such as "4h"."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            seconds: float | None = float(value) if abs(value) < 1e15 else None
        else:
            seconds = parse_duration(value) if isinstance(value, str) else None
        if seconds is None or not math.isfinite(seconds) or seconds < 0:
            message = f'"{dotted(path)}" cannot be {_quoted(value)}: it is a duration'
            self._add(problems.CONFIG_VALUE, path, message, 'write "90s", "30m", "4h" or "2d"', value)
            return _BAD
        return seconds

    def scalar(self, value: object, kind: inspect.Type, path: KeyPath) -> object:
        """Check text, a whole number or a truth value."""
        wanted: dict[type[inspect.Type], type] = {
            inspect.StrType: str,
            inspect.IntType: int,
            inspect.BoolType: bool,
        }
        python = wanted[type(kind)]
        if type(value) is not python:
            return self._type(value, _NAMES[python], path)
        if isinstance(value, int) and abs(value) >= 2**63:
            return self._type(value, "a number of at most 18 digits", path)
        return value

    def _type(self, value: object, wanted: str, path: KeyPath) -> object:
        message = f'"{dotted(path)}" must be {wanted}, not {name_of(value)}'
        if path[-1] in _SECRET_KEYS and wanted == "text":  # somebody may have put the secret itself there
            self._add(problems.CONFIG_TYPE, path, message, 'write "file:NAME" or "env:NAME"')
        else:
            self._add(problems.CONFIG_TYPE, path, message, _type_hint(value, wanted, path), value)
        return _BAD

    def _unknown_key(self, key: str, known: Iterable[str], path: KeyPath) -> None:
        guess, homes = did_you_mean(key, known), [h for h in _homes(self.root, key) if h != path]
        if homes and nearest(key, known, _SURE):
            homes = []  # a slip of the finger, and not a key in the wrong table
        guess = "" if homes else guess
        hint = f"known here: {', '.join(sorted(known))}"
        if homes:
            hint = "it belongs in " + " or ".join(
                f"[{dotted(h)}]" if h else "the top of the file" for h in homes[:3]
            )
        self._add(problems.CONFIG_UNKNOWN_KEY, (*path, key), f'unknown key "{clip(key)}"{guess}', hint)

    def _add(self, problem: str, path: KeyPath, message: str, hint: str, value: object = "") -> None:
        shown = "" if isinstance(value, (dict, list)) else clip(value)
        self.findings.append(Finding(problem, message, where=self.locate(path), value=shown, hint=hint))


def _type_hint(value: object, wanted: str, path: KeyPath) -> str:
    """Return how to write what was probably meant."""
    if wanted == "text" and isinstance(value, dict):
        return f'put a key that has a dot in quotes: "{path[-1]}.{clip(next(iter(value), "..."))}"'
    if wanted == "text" and isinstance(value, (int, float)):
        return f'put it in quotes: "{clip(value)}"'
    if wanted == "a list":
        return f"put it in brackets: [{_quoted(value)}]"
    if wanted == "a table":
        return f"write [{dotted(path)}] and the keys below it"
    return f"write {wanted}" + (" without quotes" if isinstance(value, str) else "")


def _quoted(value: object) -> str:
    """Return a value as a message shows it: text in quotes, tables by what they are."""
    if isinstance(value, (dict, list)):
        return name_of(value)
    return f'"{clip(value)}"' if isinstance(value, str) else clip(value).lower()


def _homes(kind: inspect.Type, key: str, path: KeyPath = ()) -> list[KeyPath]:
    """Return the tables under `kind` that have a key of that name; DOCUMENT stands for any document's."""
    if isinstance(kind, inspect.DictType) and isinstance(kind.key_type, inspect.EnumType):
        return _homes(kind.value_type, key, (*path, "DOCUMENT"))
    if not isinstance(kind, inspect.StructType):
        return []
    here = [path] if any(f.encode_name == key for f in kind.fields) else []
    below = [home for f in kind.fields for home in _homes(f.type, key, (*path, f.encode_name))]
    return here + below
