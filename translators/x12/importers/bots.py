"""Reads grammars of Bots: Python files with `structure` and `recorddefs`, which are read as text and never run.

Only what is written out as dicts, lists and constants is understood. A grammar takes its `recorddefs` from one beside
it (`from .records004010 import recorddefs`), which is read the same way. Bots has no code lists, no syntax notes and no
data element numbers: the import says so.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from hub.model.errors import ConfigError
from translators.x12.importers.draft import (
    Draft,
    DraftSet,
    Spot,
    element,
    guess_release,
    guess_set,
    loop_name,
    with_ends,
)
from translators.x12.importers.tree import MOST_BYTES
from translators.x12.rules.dictionary import Element, Segment, Use
from translators.x12.sets import GROUPS

_NAMES = {"structure", "recorddefs", "syntax"}
_KINDS = {"A": "AN", "D": "DT", "T": "TM", "N": "N0"}
_NOT_FIELDS = {"BOTSID", "BOTSIDnr"}
_DEEPEST = 3  # files that import from each other
_UNTIL = 9999  # from here on Bots' MAX stands for no limit


def read_bots(source: Path, release: str = "") -> list[Draft]:
    """Return what a grammar describes. Raises ConfigError for a file that cannot be used."""
    found = _read(source, 0)
    structure, records = found.get("structure"), found.get("recorddefs")
    if not isinstance(structure, list) or not isinstance(records, dict):
        raise ConfigError(f"{source}:1: is no grammar of Bots with structure and recorddefs written out")
    set_id, name = guess_set(source), release or guess_release(source)
    if not set_id or not name:
        raise ConfigError(
            f"{source}:1: does not tell set and release; name the file like 850004010.py, or give --release"
        )
    draft = Draft(name)
    draft.note(
        "Bots has no code lists, syntax notes and data element numbers: what needs them is not checked"
    )
    reader = _Reader(source, records)
    tops = structure[0].get("LEVEL") if structure and isinstance(structure[0], dict) else None
    head = [reader.spot({**structure[0], "LEVEL": []})] if tops and structure[0].get("ID") == "ST" else []
    spots = with_ends([*head, *(reader.spot(row) for row in tops or structure)], name)
    draft.sets.append(DraftSet(set_id, GROUPS.get(set_id, _group(found)), set_id, spots, source.name))
    return [draft]


def _group(found: dict[str, Any]) -> str:
    syntax = found.get("syntax")
    return str(syntax.get("functionalgroup", "")) if isinstance(syntax, dict) else ""


def _read(file: Path, depth: int) -> dict[str, Any]:
    """Return the values that a file gives to the names that count, with those that it imports from beside it."""
    found: dict[str, Any] = {}
    for statement in _parsed(file).body:
        if isinstance(statement, ast.ImportFrom):
            names = {a.asname or a.name for a in statement.names} & _NAMES
            beside = file.with_name(f"{(statement.module or '').rpartition('.')[2]}.py")
            if names and depth < _DEEPEST and beside.is_file():
                more = _beside(beside, beside.stat().st_mtime_ns, depth + 1)
                found |= {k: v for k, v in more.items() if k in names}
            elif names:
                raise ConfigError(f"{file}:{statement.lineno}: put {beside.name} into the same folder, once")
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name in _NAMES - {"syntax"}:
                found[name] = _value(statement.value, file)
            elif name == "syntax":
                found[name] = _syntax(statement.value)
    return found


@lru_cache(maxsize=2)  # hundreds of grammars in a folder share one file of records, of a megabyte
def _beside(file: Path, _stamp: int, depth: int) -> dict[str, Any]:
    return _read(file, depth)


def _parsed(file: Path) -> ast.Module:
    try:
        if file.stat().st_size > MOST_BYTES // 8:
            raise ConfigError(f"{file}: too large for a grammar")
        return ast.parse(file.read_text("utf-8"), str(file))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except SyntaxError as error:
        raise ConfigError(f"{file}:{error.lineno}: not Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(f"{file}:1: not Python that can be read: {error}") from None


def _syntax(node: ast.expr) -> dict[str, Any]:
    """Return the plain texts of `syntax`; what else stands there does not count here."""
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    return {
        str(key.value): value.value
        for key, value in pairs
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
    }


def _value(node: ast.expr, file: Path) -> Any:  # noqa: ANN401 - a grammar's nested lists, dicts and constants
    """Return a literal; a bare name (ID, MIN, LEVEL) is its own text, as in Bots."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item, file) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [str(_value(key, file)) if key else "" for key in node.keys]
        values = zip(keys, node.values, strict=True)
        return {key: _value(value, file) for key, value in values if key != "QUERIES"}
    raise ConfigError(
        f"{file}:{node.lineno}: grammars are read, not run: write this out as a list, dict or constant"
    )


class _Reader:
    """Reads the structure of one grammar."""

    def __init__(self, file: Path, records: dict[str, Any]) -> None:
        self.file = file
        self.records = records

    def spot(self, row: Any) -> Spot:  # noqa: ANN401 - what stands in the file, of any shape
        """Return one row of a structure: a segment, or a loop when it has a LEVEL."""
        if not isinstance(row, dict) or not re.fullmatch(r"[A-Z0-9]{2,3}", str(row.get("ID"))):
            self._refuse(f"{str(row)[:60]} is no row of a structure with the ID of a segment")
        tag = row["ID"]
        mandatory, most = _whole(row.get("MIN", 0)) > 0, _whole(row.get("MAX", 1))
        most = 0 if most >= _UNTIL else most
        own = Spot(tag, mandatory, most, segment=self._segment(tag))
        if not row.get("LEVEL"):
            return own
        inner = (Spot(tag, mandatory=True, most=1, segment=own.segment), *map(self.spot, row["LEVEL"]))
        return Spot(loop_name(tag, tag), mandatory, most, inner)

    def _segment(self, tag: str) -> Segment:
        rows = self.records.get(tag)
        if not isinstance(rows, list):
            self._refuse(f"the record {tag} is not described in recorddefs")
        fields = [r for r in rows if not (isinstance(r, list) and r and r[0] in _NOT_FIELDS)]
        return Segment(tag, tag, tuple(self._use(field, tag) for field in fields))

    def _use(self, row: Any, tag: str) -> Use:  # noqa: ANN401 - what stands in the file, of any shape
        if not isinstance(row, list) or len(row) < 3 or not isinstance(row[0], str):
            self._refuse(f"{str(row)[:60]} is no field of {tag}")
        usage = row[1] if isinstance(row[1], list) else [row[1], 1]
        mandatory, repeats = usage[0] == "M", max(1, _whole((*usage, 1)[1]))
        if isinstance(row[2], list) and row[2] and isinstance(row[2][0], list):
            parts = tuple(self._use(part, tag) for part in row[2])
            return Use(Element(row[0], row[0], "composite", 0, 0), mandatory, repeats, parts)
        lengths = row[2] if isinstance(row[2], list) else [1, row[2]]
        kind = str((*row, "AN", "AN")[3])
        least, most = _whole(lengths[0]), _whole(lengths[-1])
        return Use(element(row[0], row[0], _KINDS.get(kind, kind), least, most), mandatory, repeats)

    def _refuse(self, fault: str) -> NoReturn:
        raise ConfigError(f"{self.file}:1: {fault}")


def _whole(value: object) -> int:
    """Return a count or length; Bots writes some lengths as 9.2 (digits and decimals)."""
    return int(value) if isinstance(value, int | float) and 0 <= value < 10**9 else 1
