"""Real CSV and XML files of strangers: each is read or refused with findings, and none raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.documents import DocType, PurchaseOrder
from tests.support.plain_files import partner, read_file
from translators.csv.translator import CsvTranslator
from translators.xml.translator import XmlTranslator

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
CSV = CsvTranslator()
XML = XmlTranslator()
SEPARATORS = (",", ";", "\t", "|")

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not on this machine")


def files(*folders: str) -> list[Path]:
    found = [path for name in folders for folder in CORPUS.glob(name) for path in folder.rglob("*")]
    return sorted(path for path in found if path.is_file())


def test_no_csv_file_raises() -> None:
    seen = 0
    for file in files("csv"):
        data = file.read_bytes()
        CSV.recognises(data[:4096])
        head = data[:4096].decode("latin-1")
        separator = max(SEPARATORS, key=head.count)
        for header in (True, False) if len(data) < 10_000 else (True,):
            sender = partner("csv", csv={"separator": separator, "header": header})
            documents, findings = read_file(CSV, data, file.name, sender)
            assert documents or findings, file
            assert all(documents) or any(f.fatal for f in findings), file
        seen += 1
    assert seen > 200


def test_no_xml_file_raises() -> None:
    seen = 0
    for file in files("xml-*"):
        data = file.read_bytes()
        XML.recognises(data[:4096])
        documents, findings = read_file(XML, data, file.name, partner("xml"))
        answer = XML.unwrap(data, file.name, partner("xml")).note
        assert documents or findings or answer.startswith("their answer: 200"), file
        assert all(documents) or any(f.fatal for f in findings), file
        seen += 1
    assert seen > 200


def test_cxml_orders_are_read() -> None:
    orders = [
        document
        for file in files("xml-cxml")
        if b"<OrderRequest>" in (data := file.read_bytes())
        for document in read_file(XML, data, file.name, partner("xml"))[0]
    ]
    read = [order for order in orders if isinstance(order, PurchaseOrder)]
    assert len(read) >= 3
    assert all(order.doc_type is DocType.PURCHASE_ORDER and order.lines for order in read)
