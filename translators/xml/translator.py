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
from hub.model.partner import Partner, Receive, Send
from translators.errors import Unwritable
from translators.maps import agreement, partner_address
from translators.xml.choosing import all_maps, doctypes, maps_of, recognised, written_map
from translators.xml.credentials import credential_faults
from translators.xml.endpoints import with_endpoints
from translators.xml.header import Secret, cxml_response, header_texts
from translators.xml.parsing import looks_like_xml, parse
from translators.xml.reading import read_document, text_at
from translators.xml.receipt import receipt
from translators.xml.replies import reply_told
from translators.xml.schemas import schema_faults
from translators.xml.unused import unused
from translators.xml.writing import write_document
from translators.xml.xml_map import XmlMap

CXML = "cxml"  # the dialect whose files are answered in its own words


def no_secret(reference: str) -> str:
    """Refuse to look a secret up, where nobody can."""
    raise ConfigError(f"{reference}: there are no secrets here")


class XmlTranslator:
    """XML by XPath maps. `folder` holds the partners' own map files and schemas."""

    name = "xml"
    extension = "xml"

    def __init__(self, folder: Path = Path("partners"), secret: Secret = no_secret) -> None:
        self._folder = folder
        self._secret = secret

    def recognises(self, head: bytes) -> bool:
        """Say whether a file starts as XML does, be it harmless or not."""
        return looks_like_xml(head)

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:
        """Part a file into its documents. A file of one document is its payload, unchanged."""
        del file  # the root element says what it is
        maps = all_maps(partner, self._folder)
        parsed = parse(data, doctypes(maps))
        envelope = _addressed(Envelope(format=self.name), partner)
        if parsed.root is None:
            return Unwrapped(
                interchanges=(UnwrappedInterchange(envelope=envelope, findings=parsed.findings),)
            )
        if (told := reply_told(parsed.root)) is not None:
            return told
        mapped, found = recognised(maps, parsed.root)
        if mapped is None:
            return _opened(envelope, (_unknown(parsed.root, data, envelope),))
        envelope = _addressed(_envelope(mapped, parsed.root), partner)
        faults = self._strange(mapped, parsed.root, partner)
        if len(found) > 1:  # a schema is about the file: of one document it is asked on reading
            faults += self._schema_faults(
                parsed.root, agreement(partner, mapped.document, sending=False) if partner else None
            )
        sets = tuple(
            UnwrappedSet(
                document=mapped.document,
                envelope=msgspec.structs.replace(envelope, set_control=str(ordinal)),
                payload=data if len(found) == 1 else _alone(element),
                findings=faults,
            )
            for ordinal, element in enumerate(found, 1)
        )
        return _opened(envelope, sets)

    def _strange(self, mapped: XmlMap, root: etree._Element, partner: Partner | None) -> tuple[Finding, ...]:
        """Return why a file is not from this partner, where its format says who it is from."""
        if partner is None or mapped.dialect != CXML:
            return ()
        return credential_faults(root, partner, None if self._secret is no_secret else self._secret)

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
        maps = maps_of(document, partner, self._folder)
        parsed = parse(payload, doctypes(maps))
        if parsed.root is None:
            return None, parsed.findings
        mapped, found = recognised(maps, parsed.root)
        if mapped is None:
            return None, (_no_map(parsed.root),)
        parted = parsed.root.tag == mapped.entry and parsed.root.tag not in mapped.roots
        agreed = agreement(partner, document, sending=False) if partner and not parted else None
        faults = self._schema_faults(parsed.root, agreed)
        read, findings = read_document(mapped, found[0])
        return (None if faults else read), (*faults, *findings)

    def unused(
        self, payload: bytes, document: DocType, partner: Partner | None
    ) -> tuple[tuple[Where, str], ...]:
        """Return what stands in a payload and no line of its map reads: where, and the text."""
        maps = maps_of(document, partner, self._folder)
        parsed = parse(payload, doctypes(maps))
        mapped, found = recognised(maps, parsed.root) if parsed.root is not None else (None, [])
        return unused(mapped, parsed.root, found) if mapped and parsed.root is not None else ()

    def write(self, document: AnyDocument, envelope: Envelope, partner: Partner) -> bytes:
        """Write one document as a file of its own. Raises Unwritable when the map cannot carry it."""
        mapped = written_map(document, partner, self._folder)
        document = with_endpoints(document, partner)
        header = header_texts(envelope, partner, document.number, self._secret) if mapped.envelope else {}
        usage = {ours: theirs for theirs, ours in mapped.usage_codes.items()}
        header["usage"] = usage.get(envelope.usage, "")
        data, findings = write_document(mapped, document, header)
        if not findings:
            agreed = agreement(partner, document.doc_type, sending=True)
            findings = self._schema_faults(etree.fromstring(data), agreed)
        if findings:
            raise Unwritable(findings)
        return data

    def _schema_faults(self, root: etree._Element, agreed: Receive | Send | None) -> tuple[Finding, ...]:
        """Hold a file against the schema that the profile names, where it names one."""
        return schema_faults(root, agreed.xsd, self._folder) if agreed and agreed.xsd else ()

    def write_receipt(
        self, entries: tuple[ReceiptEntry, ...], partner: Partner, envelope: Envelope | None = None
    ) -> bytes:
        """Write what came of each document of a file: to cXML a Response, to all else our receipt."""
        if envelope is not None and envelope.release == CXML:
            return cxml_response(entries, partner, envelope)
        return receipt(entries)


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
    said = {name: text_at(ways, root)[0] for name, ways in mapped.envelope.items()}
    usage = said.get("usage", "")
    return Envelope(
        format="xml",
        sender=Address(id=said.get("sender", "")),
        receiver=Address(id=said.get("receiver", "")),
        interchange_control=said.get("control", ""),
        usage=mapped.usage_codes.get(usage, ""),
        release=mapped.dialect,
    )


def _alone(element: etree._Element) -> bytes:
    """Return one document of several as a file of its own."""
    return etree.tostring(element, encoding="utf-8", xml_declaration=True, with_tail=False)


def _opened(envelope: Envelope, sets: tuple[UnwrappedSet, ...]) -> Unwrapped:
    group = UnwrappedGroup(envelope=envelope, declared_count=str(len(sets)), sets=sets)
    return Unwrapped(interchanges=(UnwrappedInterchange(envelope=envelope, groups=(group,)),))
