"""The XML format behind the port: files to documents by their root element, documents to files, receipts."""

from __future__ import annotations

from pathlib import Path

import msgspec
from lxml import etree

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from hub.model.envelope import (
    Address,
    Envelope,
    Unwrapped,
    UnwrappedGroup,
    UnwrappedInterchange,
    UnwrappedSet,
)
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from hub.model.partner import Partner, Receive
from translators.errors import Unwritable
from translators.maps import agreed_format, agreement, partner_address
from translators.xml.parsing import looks_like_xml, parse
from translators.xml.reading import elements, first_text, read_document
from translators.xml.receipt import receipt
from translators.xml.writing import write_document
from translators.xml.xml_map import XmlMap, own, shipped, xml_map


class XmlTranslator:
    """XML by XPath maps. `folder` holds the partners' own map files."""

    name = "xml"
    extension = "xml"

    def __init__(self, folder: Path = Path("partners")) -> None:
        self._folder = folder

    def recognises(self, head: bytes) -> bool:
        """Say whether a file starts as XML does, be it harmless or not."""
        return looks_like_xml(head)

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:
        """Part a file into its documents. A file of one document is its payload, unchanged."""
        del file  # the root element says what it is
        maps = self._all_maps(partner)
        parsed = parse(data, _doctypes(maps))
        envelope = _addressed(Envelope(format=self.name), partner)
        if parsed.root is None:
            return Unwrapped(
                interchanges=(UnwrappedInterchange(envelope=envelope, findings=parsed.findings),)
            )
        mapped, found = _recognised(maps, parsed.root)
        if mapped is None:
            return _opened(envelope, (_unknown(parsed.root, data, envelope),))
        envelope = _addressed(_envelope(mapped, parsed.root), partner)
        sets = tuple(
            UnwrappedSet(
                document=mapped.document,
                envelope=msgspec.structs.replace(envelope, set_control=str(ordinal)),
                payload=data if len(found) == 1 else _alone(element),
            )
            for ordinal, element in enumerate(found, 1)
        )
        return _opened(envelope, sets)

    def check(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[Finding, ...]:
        """Read the document and return every finding: for XML the map is the whole guideline."""
        return self.read(payload, envelope, document, partner)[1]

    def read(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
        """Make a document of a payload. Findings name the XPath in the payload."""
        del envelope  # the payload says all
        if document not in DOCUMENTS:
            message = f"{document.value} cannot be read from XML"
            return None, (Finding(problems.NO_AGREEMENT, message, hint="agree on it in the profile"),)
        maps = self._maps(document, partner)
        parsed = parse(payload, _doctypes(maps))
        if parsed.root is None:
            return None, parsed.findings
        mapped, found = _recognised(maps, parsed.root)
        if mapped is None:
            return None, (_no_map(parsed.root),)
        return read_document(mapped, found[0])

    def write(self, document: AnyDocument, envelope: Envelope, partner: Partner) -> bytes:
        """Write one document as a file of its own. Raises Unwritable when the map cannot carry it."""
        del envelope  # our XML has none
        agreed = agreement(partner, document.doc_type, sending=True) or Receive()
        origin = self._folder / agreed.map_file if agreed.map_file else own(document.doc_type)
        mapped = xml_map(origin, tuple(agreed.map.items()), tuple(sorted(agreed.must)))
        if mapped.document is not document.doc_type:
            raise ConfigError(f"map {mapped.name} is for {mapped.document}, not for {document.doc_type}")
        data, findings = write_document(mapped, document)
        if findings:
            raise Unwritable(findings)
        return data

    def write_receipt(self, entries: tuple[ReceiptEntry, ...], partner: Partner) -> bytes:
        """Write what came of each document of a file."""
        del partner  # one receipt fits all
        return receipt(entries)

    def _all_maps(self, partner: Partner | None) -> tuple[XmlMap, ...]:
        """Return the maps of what the partner may send as XML, then all others, so that we know what came."""
        agreed = partner.receive if partner else {}
        wanted = [d for d, entry in agreed.items() if partner and agreed_format(partner, entry) == self.name]
        theirs = [mapped for document in wanted for mapped in self._maps(document, partner)]
        others = [mapped for path in shipped() if (mapped := xml_map(path)).document not in wanted]
        return (*theirs, *others)

    def _maps(self, document: DocType, partner: Partner | None) -> tuple[XmlMap, ...]:
        """Return the maps by which a document may be read. Raises ConfigError when one cannot be used."""
        agreed = partner.receive.get(document) if partner else None
        agreed = agreed or Receive()
        lines, must = tuple(agreed.map.items()), tuple(sorted(agreed.must))
        if not agreed.map_file:
            return tuple(xml_map(path, lines, must) for path in shipped(document))
        mapped = xml_map(self._folder / agreed.map_file, lines, must)
        if mapped.document is not document:
            raise ConfigError(f"map {mapped.name} is for {mapped.document}, not for {document}")
        return (mapped,)


def _doctypes(maps: tuple[XmlMap, ...]) -> frozenset[str]:
    return frozenset(root for mapped in maps if mapped.doctype for root in mapped.roots)


def _recognised(maps: tuple[XmlMap, ...], root: etree._Element) -> tuple[XmlMap | None, list[etree._Element]]:
    """Return the first map that knows the root and finds documents below it, and those."""
    for mapped in maps:
        if root.tag in mapped.roots and (found := elements(mapped.find_each(root))):
            return mapped, found
        if root.tag == mapped.entry:
            return mapped, [root]
    return None, []


def _no_map(root: etree._Element) -> Finding:
    return Finding(
        problems.XML_INVALID,
        f"<{etree.QName(root).localname}> is no document that we know",
        where=Where(path=root.getroottree().getpath(root)),
        value=str(root.tag)[:80],
        hint="agree on a format with us, or write a map for it (map_file)",
    )


def _unknown(root: etree._Element, data: bytes, envelope: Envelope) -> UnwrappedSet:
    return UnwrappedSet(document=DocType.UNKNOWN, envelope=envelope, payload=data, findings=(_no_map(root),))


def _addressed(envelope: Envelope, partner: Partner | None) -> Envelope:
    """Say who sends: the owner of the mailbox, whatever the file says of itself."""
    if partner is None:
        return envelope
    return msgspec.structs.replace(
        envelope,
        sender=partner_address(partner.identity.isa or partner.key),
        receiver=partner_address(partner.identity.our_isa),
    )


def _envelope(mapped: XmlMap, root: etree._Element) -> Envelope:
    """Read what a file says of itself, where its map says that it says so."""
    said = {name: first_text(find(root)) for name, find in mapped.envelope.items()}
    usage = said.get("usage", "")
    return Envelope(
        format="xml",
        sender=Address(id=said.get("sender", "")),
        receiver=Address(id=said.get("receiver", "")),
        interchange_control=said.get("control", ""),
        usage=mapped.usage_codes.get(usage, ""),
    )


def _alone(element: etree._Element) -> bytes:
    """Return one document of several as a file of its own."""
    return etree.tostring(element, encoding="utf-8", xml_declaration=True, with_tail=False)


def _opened(envelope: Envelope, sets: tuple[UnwrappedSet, ...]) -> Unwrapped:
    group = UnwrappedGroup(envelope=envelope, declared_count=str(len(sets)), sets=sets)
    return Unwrapped(interchanges=(UnwrappedInterchange(envelope=envelope, groups=(group,)),))
