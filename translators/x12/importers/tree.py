"""XML files that users give us, read without trust into a small tree that knows its lines.

A document type declaration is refused, so that no entity can be declared (neither one that grows nor one that reads
other files), and so are files of a size or depth that no dictionary has.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from hub.model.errors import ConfigError

MOST_BYTES = 64 * 1024 * 1024  # the largest guide schemas have about 5 MB
MOST_DEPTH = 100


class Node:
    """One XML element: its name without namespace, attributes, children, own text, and the line where it begins."""

    __slots__ = ("attributes", "children", "file", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], file: Path, line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""
        self.file = file
        self.line = line

    def get(self, name: str, otherwise: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, otherwise)

    def value(self, name: str) -> str:
        """Return what stands in an attribute or, if there is none, in the child of that name."""
        found = self.attributes.get(name)
        if found:
            return found
        return next((child.text.strip() for child in self.children if child.name == name), "")

    def all(self, *names: str) -> list[Node]:
        """Return the children of some names, in their order."""
        return [child for child in self.children if child.name in names]

    def one(self, name: str) -> Node | None:
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def below(self) -> Iterator[Node]:
        """Yield this node and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.below()

    def number(self, name: str, otherwise: int) -> int:
        """Return a value as a whole number. Raises ConfigError when it is none."""
        text = self.value(name)
        if not text:
            return otherwise
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            self.refuse(f"{name} is {text[:40]!r}, not a whole number")
        return int(text)

    def refuse(self, fault: str) -> NoReturn:
        """Raise ConfigError with the place of this node."""
        raise ConfigError(f"{self.file}:{self.line}: <{self.name}>: {fault}")


def read_tree(file: Path) -> Node:
    """Return the root of an XML file. Raises ConfigError, with file and line, when it cannot be used."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{file}: larger than {MOST_BYTES // 1024 // 1024} MB; this is no dictionary")
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    return parse_tree(data, file)


def parse_tree(data: bytes, file: Path) -> Node:
    """Return the root of an XML document; `file` is named in errors."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    top = Node("", {}, file, 1)
    stack = [top]

    def started(name: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        node = Node(name.rpartition("}")[2], plain, file, parser.CurrentLineNumber)
        if len(stack) > MOST_DEPTH:
            node.refuse(f"nested deeper than {MOST_DEPTH}; this is no dictionary")
        stack[-1].children.append(node)
        stack.append(node)

    def declared(*_: object) -> None:
        raise ConfigError(
            f"{file}:{parser.CurrentLineNumber}: a document type declaration (DOCTYPE) is not taken; remove it"
        )

    def wrote(text: str) -> None:
        stack[-1].text += text

    parser.StartElementHandler = started
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = wrote
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        why = str(error).removeprefix("not well-formed ")
        hint = "name a map of pyx12, an EDISchema, an XSD or a grammar"
        raise ConfigError(f"{file}:{error.lineno}: not well-formed XML: {why}; {hint}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        raise ConfigError(f"{file}:1: cannot be read as XML: {error}") from None
    return top.children[0]
