"""XML files behind the port: which map, which documents, what is written, and what a map may not say."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import DocType, OrderLine, Party, PurchaseOrder
from hub.model.envelope import Address, Envelope
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from tests.support.plain_files import partner, read_file
from translators.errors import Unwritable
from translators.xml.compiling import compile_map, shipped, xml_map
from translators.xml.translator import XmlTranslator

XML = XmlTranslator()
ENVELOPE = Envelope(format="xml")
LINE = OrderLine(number="1", quantity=Decimal(1), unit="EA")
TWO = b"<orders><order number='1'><line item='A' quantity='1' unit='EA'/></order><order number='2'/></orders>"
CXML = b"""<!DOCTYPE cXML SYSTEM "cXML.dtd">
<cXML payloadID="p1"><Header><From><Credential><Identity>AN01</Identity></Credential></From></Header>
<Request deploymentMode="test"><OrderRequest><OrderRequestHeader orderID="1"/></OrderRequest></Request></cXML>"""


def test_each_document_of_a_file_stands_alone() -> None:
    first, second = XML.unwrap(TWO, "o.xml", partner("xml")).interchanges[0].groups[0].sets
    assert b'number="1"' in first.payload
    assert b'number="2"' not in first.payload
    assert (first.document, second.envelope.set_control) == (DocType.PURCHASE_ORDER, "2")
    documents, findings = read_file(XML, TWO, "o.xml", partner("xml"))
    assert [bool(document) for document in documents] == [True, False]
    assert [(f.problem, f.where.path) for f in findings] == [
        (problems.FIELD_MISSING, "/order/line | lines/line | item | items/item")
    ]


def test_a_file_of_one_document_is_its_payload() -> None:
    (one,) = XML.unwrap(CXML, "o.xml", None).interchanges[0].groups[0].sets
    assert one.payload == CXML


def test_cxml_says_who_sends_and_that_it_is_a_test() -> None:
    (one,) = XML.unwrap(CXML, "o.xml", None).interchanges[0].groups[0].sets
    assert (one.envelope.sender, one.envelope.usage) == (Address(id="AN01"), "T")
    assert one.envelope.interchange_control == "p1"


def test_the_owner_of_the_mailbox_is_the_sender_whatever_the_file_says() -> None:
    interchange = XML.unwrap(CXML, "o.xml", partner("xml")).interchanges[0]
    assert interchange.envelope.sender == Address("ZZ", "SAMPLE")
    assert interchange.envelope.receiver == Address("ZZ", "OURCO")


def test_a_refused_file_is_an_interchange_that_may_not_be_used() -> None:
    (interchange,) = XML.unwrap(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "o.xml", partner("xml")).interchanges
    assert interchange.refused
    assert interchange.groups == ()


def test_a_document_that_is_not_agreed_is_still_named() -> None:
    data = XML.write(PurchaseOrder(number="1", lines=(LINE,)), ENVELOPE, partner("xml"))
    sender = partner("xml", receive={"invoice": {}})
    (one,) = XML.unwrap(data, "o.xml", sender).interchanges[0].groups[0].sets
    assert one.document is DocType.PURCHASE_ORDER


def test_a_single_line_of_the_map_can_be_the_partners_own() -> None:
    data = b"<order number='1'><line quantity='1' unit='EA'><cost>2.50</cost></line></order>"
    sender = partner("xml", receive={"purchase_order": {"map": {"lines[].price": "cost"}}})
    (order,), _ = read_file(XML, data, "o.xml", sender)
    assert isinstance(order, PurchaseOrder)
    assert order.lines[0].price == Decimal("2.50")


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        (PurchaseOrder(number="1"), "must have it"),
        (PurchaseOrder(number="", lines=(LINE,)), "must have it"),
        (PurchaseOrder(number="1\x01", lines=(LINE,)), "XML cannot carry"),
        (PurchaseOrder(number="1", lines=(LINE,), parties={"\x02": Party()}), "XML cannot carry"),
        (PurchaseOrder(number="1", lines=(LINE,), total=Decimal("Infinity")), "Infinity"),
    ],
)
def test_what_cannot_be_written_is_refused(order: PurchaseOrder, complaint: str) -> None:
    with pytest.raises(Unwritable, match=complaint):
        XML.write(order, ENVELOPE, partner("xml"))


def test_a_map_with_predicates_attributes_and_a_namespace_can_be_written() -> None:
    sender = partner("xml", send={"purchase_order": {"map_file": "written.toml"}})
    data = XmlTranslator(Path(__file__).parent / "maps").write(
        PurchaseOrder(number="9", purpose="cancel", refs={"contract": "C"}, lines=(LINE,)), ENVELOPE, sender
    )
    root = etree.fromstring(data)
    assert root.tag == "{urn:example:order}batch"
    spaces = {"x": "urn:example:order"}
    assert root.xpath("string(x:order/@no)", namespaces=spaces) == "9"
    assert root.xpath("string(x:order/x:ref[@kind='contract'])", namespaces=spaces) == "C"
    assert root.xpath("string(x:order/x:row/x:qty/@unit)", namespaces=spaces) == "EA"
    assert root.xpath("string(x:order/x:type)", namespaces=spaces) == "D"


def test_a_map_that_can_only_be_read_is_not_written_with() -> None:
    sender = partner("xml", send={"purchase_order": {"map": {"number": "a | b"}}})
    with pytest.raises(ConfigError, match="not written"):
        XML.write(PurchaseOrder(number="1", lines=(LINE,)), ENVELOPE, sender)


@pytest.mark.parametrize(
    ("places", "complaint"),
    [
        ({"lines[].price": "price"}, "no line"),
        ({"number": "a["}, "not an XPath"),
        ({"number": "x:a"}, "not an XPath"),
        ({"numbr": "a"}, "numbr"),
        ({"refs.*": "ref"}, "attribute"),
        ({"notes": "note"}, "single value"),
    ],
)
def test_a_wrong_map_is_a_fault_of_the_profile(places: dict[str, str], complaint: str) -> None:
    raw = {"document": "purchase_order", "root": "a", "each": "/a", "places": places}
    with pytest.raises(ConfigError, match=complaint):
        compile_map(raw, (), "test.toml")


def test_every_shipped_map_compiles() -> None:
    maps = [xml_map(path) for path in shipped()]
    assert {mapped.document for mapped in maps} >= {DocType.PURCHASE_ORDER, DocType.INVOICE}
    assert len({(mapped.roots, mapped.frame, mapped.dialect, mapped.name) for mapped in maps}) == len(maps)


def test_reading_takes_a_time_that_grows_with_the_file_not_with_its_square() -> None:
    def seconds(count: int) -> float:
        lines = b"<line item='A' quantity='x' unit='EA'/>" * count
        started = time.process_time()
        read_file(XML, b"<order number='1'>" + lines + b"</order>", "o.xml", partner("xml"))
        return time.process_time() - started

    seconds(10)
    assert seconds(8000) < 40 * max(min(seconds(800) for _ in range(3)), 0.01)


def test_a_receipt_names_the_place_and_holds_any_bad_value() -> None:
    finding = Finding(
        problems.FIELD_INVALID, "'\x01' is not a number", where=Where(path="/order/line[1]"), hint="digits"
    )
    entry = ReceiptEntry(
        number="1\x02", document=DocType.PURCHASE_ORDER, status="rejected", findings=(finding,)
    )
    root = etree.fromstring(XML.write_receipt((entry, ReceiptEntry(number="2")), partner("xml")))
    assert root.xpath("document/@status") == ["rejected", "accepted"]
    assert root.xpath("string(document/finding/@path)") == "/order/line[1]"
    assert root.xpath("string(document/finding/message)") == "'?' is not a number"
