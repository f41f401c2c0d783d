"""The XML that we write, judged by others: the UBL 2.1 schemas, the rules of EN 16931, and those of Peppol."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from lxml import etree

from hub.model.documents import AnyDocument, Invoice
from hub.model.envelope import Envelope
from tests.support.plain_files import partner
from tests.support.xml_documents import EVERY_KIND, INVOICES, written
from tests.support.xml_judges import EN16931, ROOT, SCHEMAS, en16931, faults_of, peppol
from translators.xml.translator import XmlTranslator

CORPUS = ROOT.parent / "shared" / "corpus" / "xml-ubl"
TEST_SETS = sorted(CORPUS.glob("OpenPEPPOL__*/rules/unit-*/*.xml"))
CXML_DTDS = Path(os.environ.get("HUB_CXML_DTD", "/nonexistent"))
_SET = "{http://difi.no/xsd/vefa/validator/1.0}"

pytestmark = pytest.mark.judges


@pytest.mark.parametrize("dialect", ["ubl", "peppol"])
@pytest.mark.parametrize(
    "document", EVERY_KIND, ids=lambda document: f"{document.doc_type}-{document.number}"
)
def test_what_we_write_keeps_the_schema(document: AnyDocument, dialect: str) -> None:
    assert faults_of(written(document, dialect)) == []


@pytest.mark.parametrize("invoice", INVOICES, ids=lambda invoice: invoice.number)
def test_our_invoices_keep_every_fatal_rule_of_en_16931(invoice: Invoice) -> None:
    assert len(en16931().ids) > 200
    assert en16931().broken_by(written(invoice, "peppol")) == []


@pytest.mark.parametrize(
    "document", EVERY_KIND, ids=lambda document: f"{document.doc_type}-{document.number}"
)
def test_what_we_write_keeps_the_rules_of_peppol(document: AnyDocument) -> None:
    assert peppol().broken_by(written(document, "peppol")) == []


def test_a_judge_finds_a_sum_that_is_wrong() -> None:
    data = written(INVOICES[0], "peppol")
    assert b":PayableAmount" in data
    wrong = data.replace(b"</cbc:PayableAmount>", b"9</cbc:PayableAmount>")
    assert "BR-CO-16" in en16931().broken_by(wrong)
    assert faults_of(data.replace(b"cbc:IssueDate", b"cbc:Issued")) != []


@pytest.mark.skipif(not TEST_SETS, reason="the corpus is not on this machine")
def test_our_rules_of_peppol_say_what_the_published_test_sets_say(capsys: pytest.CaptureFixture[str]) -> None:
    """Each test set holds documents that keep a rule and documents that break it."""
    judged, published, wrong = set[str](), set[str](), []
    for file in TEST_SETS:
        for test in etree.parse(str(file)).getroot().iter(f"{_SET}test"):
            document = next((child for child in test if child.tag != f"{_SET}assert"), None)
            expected = {
                (verdict.tag.removeprefix(_SET), (verdict.text or "").strip())
                for verdict in test.iter(f"{_SET}success", f"{_SET}error", f"{_SET}fatal", f"{_SET}warning")
            }
            published |= {rule for _, rule in expected if rule}
            known = {(verdict, rule) for verdict, rule in expected if rule in peppol().ids}
            if document is None or not known:
                continue
            broken = set(peppol().broken_by(etree.tostring(document)))
            judged |= {rule for _, rule in known}
            wrong += [
                f"{file.name} line {test.sourceline}: {rule} should be a {verdict}"
                for verdict, rule in known
                if (rule in broken) == (verdict == "success")
            ]
    with capsys.disabled():
        sys.stdout.write(
            f"\nPeppol: {len(published)} rules in the published test sets, {len(judged)} of them judged by ours, "
            f"{len(peppol().ids - judged)} of ours without a test set\n"
        )
    assert "\n".join(wrong) == ""
    assert len(judged) > 30


@pytest.mark.skipif(not CXML_DTDS.is_dir(), reason="no DTDs of cXML: set HUB_CXML_DTD")
@pytest.mark.parametrize(
    "document", EVERY_KIND, ids=lambda document: f"{document.doc_type}-{document.number}"
)
def test_our_cxml_keeps_its_dtd(document: AnyDocument) -> None:
    names = {"order_acknowledgment": "Fulfill", "ship_notice": "Fulfill", "invoice": "InvoiceDetail"}
    dtd = CXML_DTDS / f"{names.get(document.doc_type, 'cXML')}.dtd"
    if document.doc_type not in {*names, "purchase_order"} or not dtd.is_file():
        pytest.skip("cXML has no such request, or its DTD is not there")
    judge = etree.DTD(str(dtd))
    assert judge.validate(etree.fromstring(written(document, "cxml"))), judge.error_log


def test_the_judges_are_there() -> None:
    assert SCHEMAS.is_dir()
    assert EN16931.is_file()
    assert XmlTranslator().write(INVOICES[0], Envelope(format="xml"), partner("xml", xml={"dialect": "ubl"}))
