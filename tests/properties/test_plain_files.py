"""CSV and XML: write-then-read is the identity, and no bytes make a reader raise."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope
from tests.support.documents import documents, orders
from tests.support.plain_files import partner, read_file
from tests.support.warehouse_files import warehouse_advices, warehouse_orders
from translators.csv.translator import CsvTranslator
from translators.port import Translator
from translators.xml.translator import XmlTranslator

CSV = CsvTranslator()
TRANSLATORS: list[Translator] = [CSV, XmlTranslator()]
DIALECTS = st.fixed_dictionaries(
    {
        "separator": st.sampled_from([",", ";", "\t", "|"]),
        "encoding": st.sampled_from(["", "utf-8", "utf-16", "utf-8-sig"]),
        "decimal": st.sampled_from([".", ","]),
        "date_format": st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d"]),
        "header": st.booleans(),
    }
)
#: Bytes that come near to being a file, so that faults deep inside are reached as well.
NEARLY = st.lists(
    st.sampled_from(
        b"""PO Number|Quantity|Unit|,|;|\n|\r|"|1|x|\0|\xff|\xef|<purchase_order|</purchase_order>|<cXML>|>|<|&
|]]>|<!--|number="1"|<?xml version='1.0' encoding='utf-16'?>|<line |/>|<!DOCTYPE a>|&#0;|&e;""".split(b"|")
    ),
    max_size=30,
).map(b"".join)
DRAWN = documents | warehouse_orders | warehouse_advices
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def agreed(document: DocType) -> dict[str, dict[str, str]]:
    return {document.value: {}}


@FAST
@given(document=DRAWN, dialect=DIALECTS)
def test_csv_write_then_read_is_the_identity(document: AnyDocument, dialect: dict[str, object]) -> None:
    known = partner("csv", csv=dialect, receive=agreed(document.doc_type))
    data = TRANSLATORS[0].write(document, Envelope(format="csv"), known)
    back, findings = read_file(TRANSLATORS[0], data, "file", known)
    assert [f for f in findings if f.fatal] == []
    assert back == (document,)


@FAST
@given(document=DRAWN)
def test_xml_write_then_read_is_the_identity(document: AnyDocument) -> None:
    known = partner("xml", receive=agreed(document.doc_type))
    data = TRANSLATORS[1].write(document, Envelope(format="xml"), known)
    back, findings = read_file(TRANSLATORS[1], data, "file", known)
    assert findings == ()
    assert back == (document,)


@pytest.mark.parametrize("translator", TRANSLATORS, ids=lambda translator: translator.name)
@FAST
@given(data=st.one_of(NEARLY, st.binary(max_size=300)))
def test_no_bytes_make_a_reader_raise(translator: Translator, data: bytes) -> None:
    known = partner(translator.name)
    translator.recognises(data[:4096])
    _, findings = read_file(translator, data, "file", known)
    read_file(translator, data, "file", None)
    for finding in findings:
        assert finding.message
        assert finding.line("file")


@pytest.mark.parametrize("translator", TRANSLATORS, ids=lambda translator: translator.name)
@FAST
@given(order=orders(), data=st.data())
def test_a_damaged_file_gives_findings_or_a_document_never_an_exception(
    translator: Translator, order: AnyDocument, data: st.DataObject
) -> None:
    known = partner(translator.name)
    written = bytearray(translator.write(order, Envelope(format=translator.name), known))
    at = data.draw(st.integers(0, len(written) - 1))
    written[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    back, findings = read_file(translator, bytes(written), "file", known)
    assert back or findings
    assert all(document is not None for document in back) or any(f.fatal for f in findings)


@FAST
@given(batch=st.lists(orders(), min_size=1, max_size=4, unique_by=lambda order: order.number), data=st.data())
def test_documents_of_one_csv_file_come_out_apart(batch: list[AnyDocument], data: st.DataObject) -> None:
    known = partner("csv")
    files = [TRANSLATORS[0].write(order, Envelope(format="csv"), known) for order in batch]
    header = files[0].splitlines(keepends=True)[0]
    together = header + b"".join(data.draw(st.permutations([file[len(header) :] for file in files])))
    back, _ = read_file(TRANSLATORS[0], together, "file", known)
    assert sorted(back, key=lambda order: order.number) == sorted(batch, key=lambda order: order.number)
