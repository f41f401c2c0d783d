"""Nodes of any XML as rows of cells, by XPath, and rows as nodes: for record types, which have no document map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml import etree
from msgspec import Struct

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from translators.xml.parsing import parse
from translators.xml.reading import elements, first_text

#: What `write_nodes` takes for the name of an element.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class NodeCells(Struct, frozen=True):
    """What was found in one node: its cells, and those of the nodes below it by the name of their list."""

    cells: tuple[str, ...]
    lines: dict[str, tuple[tuple[str, ...], ...]]


def read_nodes(
    data: bytes,
    nodes: str,
    columns: tuple[str, ...],
    namespaces: Mapping[str, str],
    lines: Mapping[str, tuple[str, tuple[str, ...]]],
) -> tuple[tuple[str, ...], tuple[NodeCells, ...], tuple[Finding, ...]]:
    """Return the columns, the nodes that an XPath finds, and why there are none.

    `lines`: name of a list -> XPath of its nodes from the record's, and its columns. Raises ConfigError for what
    is no XPath.
    """
    parsed = parse(data)
    if parsed.root is None:
        return columns, (), parsed.findings
    cells = [compiled(column, namespaces) for column in columns]
    below = {
        name: (compiled(path, namespaces), [compiled(column, namespaces) for column in titles])
        for name, (path, titles) in lines.items()
    }
    found = elements(compiled(nodes, namespaces)(parsed.root))
    if not found:
        message = f"<{etree.QName(parsed.root).localname}> holds no {nodes}"
        hint = "is it the agreed file? the record type says where its records stand (nodes)"
        return columns, (), (Finding(problems.XML_INVALID, message, where=Where(row=1), hint=hint),)
    return columns, tuple(_node(element, cells, below) for element in found), ()


def _node(
    element: etree._Element,
    cells: Sequence[etree.XPath],
    below: Mapping[str, tuple[etree.XPath, list[etree.XPath]]],
) -> NodeCells:
    lines = {
        name: tuple(tuple(first_text(find(child)) for find in finds) for child in elements(path(element)))
        for name, (path, finds) in below.items()
    }
    return NodeCells(tuple(first_text(find(element)) for find in cells), lines)


def compiled(xpath: str, namespaces: Mapping[str, str]) -> etree.XPath:
    """Return an XPath ready for use; raise ConfigError, with what is wrong, when it is none."""
    try:
        found = etree.XPath(xpath, namespaces=dict(namespaces) or None, regexp=False)
        found(etree.Element("none"))
    except (etree.XPathError, TypeError, ValueError) as error:
        raise ConfigError(f"{xpath!r} is not an XPath ({error})") from error
    return found


def write_nodes(nodes: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Write rows as elements: `nodes` is ROOT/NODE, a title the name of an element.

    Raises ConfigError for a title that can be no name.
    """
    root_name, _, node_name = nodes.strip("/").partition("/")
    for name in (root_name, node_name, *header):
        if not _NAME.fullmatch(name):
            raise ConfigError(f'{name!r} cannot be the name of an element; write nodes = "Root/Node"')
    root = etree.Element(root_name)
    for row in rows:
        node = etree.SubElement(root, node_name)
        for name, text in zip(header, row, strict=True):
            etree.SubElement(node, name).text = _legal(text) or None
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _legal(text: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold (production Char)."""
    return re.sub(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
