"""Dialects of XML behind the port: which map writes, cXML headers and answers, schemas, what nothing reads."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from msgspec.structs import replace

from hub.model import problems
from hub.model.acks import ReceiptEntry
from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Receive, Send
from tests.support.plain_files import partner, read_file
from tests.support.xml_documents import CHANGE, CREDIT, ENVELOPE, INVOICES, ORDER, written
from translators.errors import Unwritable
from translators.xml.choosing import check_agreement
from translators.xml.translator import XmlTranslator

XML = XmlTranslator()
ORDERS_XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:include schemaLocation="{included}"/>
<xs:element name="order"><xs:complexType><xs:sequence>
<xs:element name="line" maxOccurs="unbounded"><xs:complexType>
<xs:attribute name="quantity" type="count"/><xs:attribute name="unit"/></xs:complexType></xs:element>
</xs:sequence><xs:attribute name="number"/></xs:complexType></xs:element></xs:schema>"""
TYPES_XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:simpleType name="count">
<xs:restriction base="xs:decimal"><xs:maxInclusive value="9"/></xs:restriction></xs:simpleType></xs:schema>"""


def test_a_document_chooses_its_map_by_what_it_is() -> None:
    assert written(CREDIT, "ubl").splitlines()[1].startswith(b"<CreditNote")
    assert written(INVOICES[0], "ubl").splitlines()[1].startswith(b"<Invoice")
    assert b"poacc:billing" in written(INVOICES[0], "peppol")
    assert b"CustomizationID" not in written(INVOICES[0], "ubl")


def test_one_documents_dialect_goes_before_the_profiles() -> None:
    known = partner("xml", xml={"dialect": "ubl"}, send={"purchase_order": {"dialect": "cxml"}})
    assert b"<OrderRequest>" in XML.write(ORDER, ENVELOPE, known)


def test_a_dialect_that_has_no_such_document_is_a_fault_of_the_profile() -> None:
    with pytest.raises(ConfigError, match=r"known are (hub, )?peppol, ubl"):
        written(CHANGE, "cxml")


@pytest.mark.parametrize(
    ("agreed", "complaint"),
    [
        (Send(dialect="cii"), "dialect 'cii'; known are cxml, hub, peppol, ubl"),
        (Receive(dialect="x"), "known are cii, cxml, hub, peppol, ubl"),
        (Receive(xsd="none.xsd"), "cannot be read"),
        (Receive(dialect="ubl", map={"number": "cbc:["}), "not an XPath"),
        (Receive(map={"number": "nope:a"}), "nope"),
    ],
)
def test_what_an_agreement_names_is_checked(agreed: Receive | Send, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        check_agreement(DocType.INVOICE, agreed, Path("partners"))


def test_a_partners_own_line_in_the_words_of_one_dialect_leaves_the_others_out() -> None:
    sender = partner("xml", receive={"invoice": {"map": {"notes[]": "cbc:AccountingCost"}}})
    (back,), _ = read_file(
        XML, written(replace(INVOICES[0], refs={"accounting": "A"}), "ubl"), "i.xml", sender
    )
    assert getattr(back, "notes", ()) == ("A",)


def test_a_cxml_file_says_who_sends_it_and_holds_the_secret_by_its_reference() -> None:
    identities = {"our_id": "NetworkID:AN01", "their_id": "DUNS:123", "login": "NetworkID:AN09"}
    known = partner("xml", xml={"dialect": "cxml", "secret": "env:ACME", **identities})
    data = XmlTranslator(secret=f"<{'%s'}>".__mod__).write(ORDER, ENVELOPE, known)
    root = etree.fromstring(data)
    assert data.splitlines()[1].startswith(b"<!DOCTYPE cXML SYSTEM")
    assert root.get("payloadID") == "20260302093000000000.PO-7@partner-hub"
    assert root.get("timestamp") == "2026-03-02T09:30:00+00:00"
    assert root.xpath("string(Request/@deploymentMode)") == "test"
    said = [root.xpath(f"string(Header/{part}/Credential/Identity)") for part in ("From", "To", "Sender")]
    assert said == ["AN01", "123", "AN09"]
    assert root.xpath("string(Header/Sender/Credential/SharedSecret)") == "<env:ACME>"
    assert root.xpath("string(Header/To/Credential/@domain)") == "DUNS"


def test_without_secrets_nothing_that_holds_one_is_written() -> None:
    with pytest.raises(ConfigError, match="no secrets"):
        XML.write(ORDER, ENVELOPE, partner("xml", xml={"dialect": "cxml", "secret": "env:ACME"}))


def test_a_cxml_file_is_answered_by_a_response() -> None:
    known = partner("xml")
    (one,) = XML.unwrap(written(ORDER, "cxml"), "o.xml", known).interchanges[0].groups[0].sets
    assert one.envelope.release == "cxml"
    answer = replace(ENVELOPE, release=one.envelope.release)
    fault = Finding(problems.FIELD_MISSING, "is missing\x01")
    for entries, code in (
        ((ReceiptEntry(number="PO-7"),), "200"),
        ((ReceiptEntry(number="PO-7", status="rejected", findings=(fault,)),), "406"),
    ):
        root = etree.fromstring(XML.write_receipt(entries, known, answer))
        status = root.find("Response/Status")
        assert status is not None
        assert status.get("code") == code
        assert root.get("timestamp") == "2026-03-02T09:30:00+00:00"
        assert (status.text or "") == ("" if code == "200" else "is missing?")
    assert XML.write_receipt((), known, Envelope(format="xml")).startswith(b"<?xml")


def agreed_schema(folder: Path, included: str = "types.xsd") -> dict[str, dict[str, str]]:
    (folder / "acme").mkdir()
    (folder / "acme" / "orders.xsd").write_text(ORDERS_XSD.format(included=included), "utf-8")
    (folder / "acme" / "types.xsd").write_text(TYPES_XSD, "utf-8")
    return {"purchase_order": {"xsd": "acme/orders.xsd"}}


def test_a_partners_schema_finds_what_the_map_does_not(tmp_path: Path) -> None:
    sender = partner("xml", receive=agreed_schema(tmp_path))
    xml = XmlTranslator(tmp_path)
    good = b"<order number='1'>\n<line quantity='9' unit='EA'/></order>"
    (back,), findings = read_file(xml, good, "o.xml", sender)
    assert back is not None
    assert findings == ()
    (back,), (finding,) = read_file(xml, good.replace(b"'9'", b"'10'"), "o.xml", sender)
    assert back is None
    assert (finding.problem, finding.where.row, finding.where.path) == (problems.XML_SCHEMA, 2, "/order/line")


def test_many_faults_against_a_schema_are_counted(tmp_path: Path) -> None:
    sender = partner("xml", receive=agreed_schema(tmp_path))
    lines = b"<line quantity='10' unit='EA'/>" * 60
    _, findings = read_file(
        XmlTranslator(tmp_path), b"<order number='1'>" + lines + b"</order>", "o.xml", sender
    )
    assert len(findings) < 60
    assert "more faults" in findings[-1].message


@pytest.mark.parametrize(
    "included", ["../../outside.xsd", "http://127.0.0.1:9/types.xsd", "ftp://x.example/t.xsd"]
)
def test_a_schema_includes_nothing_from_outside(tmp_path: Path, included: str) -> None:
    folder = tmp_path / "partners"
    folder.mkdir()
    (tmp_path / "outside.xsd").write_text(TYPES_XSD, "utf-8")
    sender = partner("xml", receive=agreed_schema(folder, included))
    with pytest.raises(ConfigError, match="not below the partners folder"):
        read_file(
            XmlTranslator(folder),
            b"<order number='1'><line quantity='9' unit='EA'/></order>",
            "o.xml",
            sender,
        )


def test_what_we_send_keeps_the_partners_schema_too(tmp_path: Path) -> None:
    known = partner("xml", send=agreed_schema(tmp_path))
    with pytest.raises(Unwritable, match="purchase_order"):
        XmlTranslator(tmp_path).write(ORDER, ENVELOPE, known)


def test_an_invoice_whose_sums_disagree_is_not_written() -> None:
    for dialect in ("ubl", "cxml"):
        with pytest.raises(Unwritable, match="add up to"):
            written(replace(INVOICES[0], total=Decimal("1.00")), dialect)


def test_what_no_line_reads_is_told_with_its_place() -> None:
    data = written(ORDER, "ubl").replace(
        b"</Order>", b"<x:extra xmlns:x='urn:x' a='b'>more</x:extra></Order>"
    )
    left = XML.unused(data, DocType.PURCHASE_ORDER, partner("xml"))
    assert [(where.path, text) for where, text in left] == [("/*/x:extra", "more"), ("/*/x:extra/@a", "b")]
    assert all(where.row for where, _ in left)
    assert XML.unused(b"<none/>", DocType.PURCHASE_ORDER, partner("xml")) == ()


def test_swapped_namespaces_make_no_invoice() -> None:
    data = written(INVOICES[0], "ubl")
    swapped = (
        data.replace(b"xmlns:cac", b"xmlns:c_c")
        .replace(b"xmlns:cbc", b"xmlns:cac")
        .replace(b"xmlns:c_c", b"xmlns:cbc")
    )
    (back,), findings = read_file(XML, swapped, "i.xml", partner("xml", receive={"invoice": {}}))
    assert back is None
    assert {finding.problem for finding in findings} == {problems.FIELD_MISSING}


def test_electronic_addresses_come_from_the_profile_where_the_parties_have_none() -> None:
    bare = {role: replace(party, endpoint="", endpoint_kind="") for role, party in ORDER.parties.items()}
    known = partner("xml", xml={"dialect": "ubl", "our_endpoint": "0088:11", "their_endpoint": "0060:22"})
    spaces = {"cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"}
    for document, expected in (
        (replace(ORDER, parties=bare), ["0088:11", "0060:22", "0088:11"]),  # buyer, seller, billed
        (
            replace(INVOICES[-1], parties={"bill_to": bare["bill_to"], "remit_to": bare["seller"]}),
            ["0088:11", "0060:22"],
        ),
        (ORDER, ["0088:7300010000018", "0088:7300010000001", "0088:7300010000018"]),
    ):
        ends = etree.fromstring(XML.write(document, ENVELOPE, known)).xpath(
            "//cbc:EndpointID", namespaces=spaces
        )
        assert [f"{end.get('schemeID')}:{end.text}" for end in ends] == expected
