"""What each key means, from the one place that says it: the comment behind the attribute of a Struct."""

from __future__ import annotations

import ast
import inspect as source
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from textwrap import dedent
from types import UnionType
from typing import NamedTuple, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct, structs

from hub.toml.writing import toml_value

#: A comment that goes on with the one above: two blanks and more behind its mark.
_GOES_ON = re.compile(r"#\s{2,}")


class Key(NamedTuple):
    """One key of a table, for people: its type in words, its default as TOML, what it is for."""

    name: str
    kind: str
    default: str
    help: str


class TableHelp(NamedTuple):
    """One table: its path as a header shows it, what it is for, its keys."""

    path: str
    summary: str
    keys: tuple[Key, ...]


@cache
def help_texts(kind: type[Struct]) -> Mapping[str, str]:
    """Return the comment of each attribute of a Struct, and of those that it has from the Structs below it."""
    texts: dict[str, str] = {}
    for owner in reversed(kind.__mro__):
        if issubclass(owner, Struct) and owner is not Struct:
            texts.update(_comments(dedent(source.getsource(owner))))
    return texts


def _comments(text: str) -> Iterator[tuple[str, str]]:
    """Yield each attribute of a class that has a comment, with it; `text` is the source of the class."""
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    (owner,) = ast.parse(text).body
    assert isinstance(owner, ast.ClassDef)
    for node in owner.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            end = node.end_lineno or node.lineno
            said = [comments[line] for line in range(node.lineno, end + 1) if line in comments]
            while said and _GOES_ON.match(comments.get(end := end + 1, "")):
                said.append(comments[end])
            if said:
                yield node.target.id, " ".join(part.lstrip("# ").strip() for part in said)


def tables(kind: type[Struct], path: str = "") -> Iterator[TableHelp]:
    """Yield the table that a Struct describes, then those inside it, depth first."""
    hints, comments = get_type_hints(kind), help_texts(kind)
    keys: list[Key] = []
    inner: list[tuple[type[Struct], str]] = []
    for field in structs.fields(kind):
        table = _table_type(hints[field.name])
        if table is None:
            keys.append(
                Key(field.name, _kind(hints[field.name]), _default(field), comments.get(field.name, ""))
            )
        else:
            below = f"{path}.{field.name}".lstrip(".")
            inner.append((table, f"{below}.{_free_key(hints[field.name])}".rstrip(".")))
    yield TableHelp(path, source.cleandoc(kind.__doc__ or ""), tuple(keys))
    for table, below in inner:
        yield from tables(table, below)


def as_markdown(kind: type[Struct], path: str = "", *, hidden: frozenset[str] = frozenset()) -> str:
    """Return all tables of a Struct, which stands at `path` of its file, as Markdown.

    `hidden` names keys of the top table, and tables below it, that are left out.
    """
    parts: list[str] = []
    for table in tables(kind, path):
        keys = [key for key in table.keys if table.path or key.name not in hidden]
        if not keys or table.path.partition(".")[0] in hidden:
            continue
        parts += [f"### {f'`[{table.path}]`' if table.path else 'Top of the file'}", "", table.summary, ""]
        parts += ["| key | type | default | meaning |", "|---|---|---|---|"]
        parts += [f"| `{k.name}` | {k.kind} | {_code(k.default)} | {_cell(k.help)} |" for k in keys]
        parts.append("")
    return "\n".join(parts)


def _table_type(hint: object) -> type[Struct] | None:
    """Return the Struct behind a hint that is one, or a dict of them, perhaps with a short form as text."""
    inner = get_args(hint)[1] if get_origin(hint) is dict else hint
    forms = get_args(inner) if isinstance(inner, UnionType) else (inner,)
    return next((form for form in forms if isinstance(form, type) and issubclass(form, Struct)), None)


def _free_key(hint: object) -> str:
    """Return what stands for the key of a table of tables; empty for a table of its own."""
    if get_origin(hint) is not dict:
        return ""
    return "NAME" if get_args(hint)[0] is str else "DOCUMENT"


def _kind(hint: object) -> str:
    """Return a type in plain words."""
    words = {str: "text", int: "whole number", bool: "true or false", float: "duration"}
    if isinstance(hint, type) and hint in words:
        return words[hint]
    if get_origin(hint) is tuple:
        return "list of text"
    if get_origin(hint) is dict:
        return "table of text"
    return "one of " + ", ".join(f"`{toml_value(value)}`" for value in get_args(hint))


def _default(field: structs.FieldInfo) -> str:
    if field.default_factory is not NODEFAULT:
        return "{}"
    if field.default is NODEFAULT:
        return ""
    return toml_value(list(field.default) if isinstance(field.default, tuple) else field.default)


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else "(mandatory)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
