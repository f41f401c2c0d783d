"""Write values as TOML: what tomllib reads back is equal to what was written."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable
from typing import Any

from hub.toml.positions import KeyPath

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(key: str) -> str:
    """Return a key, in quotes where it needs them."""
    return key if _BARE_KEY.fullmatch(key) else toml_text(key)


def toml_text(text: str) -> str:
    """Return a basic string. JSON's escapes are TOML's too, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: object) -> str:
    """Return any value that tomllib can give, on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return toml_text(value)
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else str(value)
        case list() | tuple():
            return f"[{', '.join(toml_value(item) for item in value)}]"
        case dict():
            pairs = ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            raise TypeError(f"TOML has no {type(value).__name__}")


def toml_lines(
    table: dict[str, Any], comment: Callable[[KeyPath], str] = lambda _path: "", path: KeyPath = ()
) -> list[str]:
    """Return the lines of a table: its values, each with the comment for its path, then the tables in it."""
    values = {k: v for k, v in table.items() if not isinstance(v, dict)}
    tables = {k: v for k, v in table.items() if isinstance(v, dict)}
    lines: list[str] = []
    if path and (values or not tables):
        lines += ["", f"[{'.'.join(toml_key(str(part)) for part in path)}]"]
    for key, value in values.items():
        note = comment((*path, key))
        lines.append(f"{toml_key(key)} = {toml_value(value)}" + (f"  # {note}" if note else ""))
    for key, inner in tables.items():
        lines += toml_lines(inner, comment, (*path, key))
    return lines
