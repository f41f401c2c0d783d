"""The receipt that answers an XML file: what came of each document, and which place to mend."""

from __future__ import annotations

from lxml import etree

from hub.model.acks import ReceiptEntry
from translators.xml.header import clean


def receipt(entries: tuple[ReceiptEntry, ...]) -> bytes:
    """Write <receipt> with one <document> per entry and one <finding> per finding."""
    root = etree.Element("receipt")
    for entry in entries:
        document = etree.SubElement(root, "document")
        for name, text in (
            ("type", entry.document.value),
            ("number", entry.number),
            ("status", entry.status),
        ):
            document.set(name, clean(text))
        if entry.note:
            etree.SubElement(document, "note").text = clean(entry.note)
        for finding in entry.findings:
            element = etree.SubElement(document, "finding", problem=finding.problem)
            row = "" if finding.where.row is None else str(finding.where.row)
            for name, text in (("row", row), ("column", finding.where.column), ("path", finding.where.path)):
                if text:
                    element.set(name, clean(text))
            etree.SubElement(element, "message").text = clean(finding.message)
            if finding.hint:
                etree.SubElement(element, "hint").text = clean(finding.hint)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
