"""Which map reads a file, and which one writes a document: by the profile, the root element and the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from hub.model.errors import ConfigError
from hub.model.partner import Partner, Receive, Send
from translators.maps import agreed_format, agreement
from translators.paths import fetch
from translators.xml.compiling import HUB, dialects, shipped, xml_map
from translators.xml.reading import elements
from translators.xml.schemas import check_schema
from translators.xml.xml_map import XmlMap


def all_maps(partner: Partner | None, folder: Path) -> tuple[XmlMap, ...]:
    """Return the maps of what the partner may send as XML, then all others, so that we know what came."""
    agreed = partner.receive if partner else {}
    wanted = [d for d, entry in agreed.items() if partner and agreed_format(partner, entry) == "xml"]
    theirs = [
        mapped
        for document in wanted
        if document in DOCUMENTS
        for mapped in maps_of(document, partner, folder)
    ]
    others = [mapped for path in shipped() if (mapped := xml_map(path)).document not in wanted]
    return (*theirs, *others)


def maps_of(document: DocType, partner: Partner | None, folder: Path) -> tuple[XmlMap, ...]:
    """Return the maps by which a document may be read. Raises ConfigError when one cannot be used."""
    agreed = partner.receive.get(document) if partner else None
    agreed = agreed or Receive()
    if agreed.map_file:
        return (own_map(document, agreed, folder),)
    lines, must = tuple(agreed.map.items()), tuple(sorted(agreed.must))
    return tuple(_fitting(shipped(document, agreed.dialect), lines, must))


def _fitting(
    paths: tuple[Path, ...], lines: tuple[tuple[str, str], ...], must: tuple[str, ...]
) -> Iterator[XmlMap]:
    """Yield the maps over which a partner's own lines can be laid: they are in the words of one dialect.

    Raises ConfigError when there is none.
    """
    fault: ConfigError | None = None
    fitting = 0
    for path in paths:
        try:
            yield xml_map(path, lines, must)
            fitting += 1
        except ConfigError as error:
            fault = fault or error
    if fault and not fitting:
        raise fault


def own_map(document: DocType, agreed: Receive | Send, folder: Path) -> XmlMap:
    """Return a partner's whole map of its own. Raises ConfigError when it is for another document."""
    mapped = xml_map(folder / agreed.map_file, tuple(agreed.map.items()), tuple(sorted(agreed.must)))
    if mapped.document is not document:
        raise ConfigError(f"map {mapped.name} is for {mapped.document}, not for {document}")
    return mapped


def written_map(document: AnyDocument, partner: Partner, folder: Path) -> XmlMap:
    """Return the map by which a document is written. Raises ConfigError when there is none."""
    agreed = agreement(partner, document.doc_type, sending=True) or Send()
    if agreed.map_file:
        return own_map(document.doc_type, agreed, folder)
    dialect = dialect_of(agreed, partner)
    lines, must = tuple(agreed.map.items()), tuple(sorted(agreed.must))
    for path in shipped(document.doc_type, dialect):
        mapped = xml_map(path, lines, must)
        if not mapped.foreign and all(fetch(document, keys) == value for keys, value in mapped.fixed):
            return mapped
    known = ", ".join(dialects(document.doc_type)) or "none: write a map_file"
    raise ConfigError(
        f"no map writes such a {document.doc_type} in the XML dialect {dialect!r}; known are {known}"
    )


def check_agreement(document: DocType, agreed: Receive | Send, folder: Path) -> None:
    """Compile what an agreement names: its maps, its dialect, its schema. Raises ConfigError for the first fault."""
    sending = isinstance(agreed, Send)
    paths = shipped(document, agreed.dialect)
    if agreed.map_file:
        own_map(document, agreed, folder)
    elif agreed.dialect and not (agreed.dialect in dialects(document) if sending else paths):
        known = dialects(document) if sending else sorted({xml_map(p).dialect for p in shipped(document)})
        raise ConfigError(
            f"no map for a {document} in the XML dialect {agreed.dialect!r}; known are {', '.join(known)}"
        )
    else:
        list(_fitting(paths, tuple(agreed.map.items()), tuple(sorted(agreed.must))))
    if agreed.xsd:
        check_schema(agreed.xsd, folder)


def dialect_of(agreed: Receive | Send, partner: Partner) -> str:
    """Return the dialect that we write: the document's own, the profile's, or ours."""
    return agreed.dialect or partner.xml.dialect or HUB


def recognised(maps: tuple[XmlMap, ...], root: etree._Element) -> tuple[XmlMap | None, list[etree._Element]]:
    """Return the first map that knows the root and finds documents below it, and those."""
    for mapped in maps:
        if root.tag in mapped.roots and (found := elements(mapped.find_each(root))):
            return mapped, found
        if root.tag == mapped.entry:
            return mapped, [root]
    return None, []


def doctypes(maps: tuple[XmlMap, ...]) -> frozenset[str]:
    """Return the roots whose format demands a DOCTYPE line."""
    return frozenset(root for mapped in maps if mapped.doctype for root in mapped.roots)
