"""Every kind of document as a flat file: what a map has columns for comes back as it was sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.documents import DOCUMENTS, DocType
from hub.model.envelope import Envelope
from tests.support.mapped_documents import mapped
from tests.support.plain_files import partner, read_file
from translators.csv.translator import CsvTranslator
from translators.paths import Kind

CSV = CsvTranslator(Path(__file__).parents[1] / "golden")
QUICK = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("document", DOCUMENTS)
@QUICK
@given(data=st.data())
def test_every_document_as_csv_comes_back_as_it_was(document: DocType, data: st.DataObject) -> None:
    known = partner("csv", receive={document.value: {}})
    sent = data.draw(mapped(CSV.map_of(known, document, sending=True)))
    written = CSV.write(sent, Envelope(format="csv"), known)
    back, findings = read_file(CSV, written, "file", known)
    assert [f for f in findings if f.fatal] == []
    assert back == (sent,)


#: Values that fit into a few characters of a line of fixed width, with two decimals at most.
NARROW = {
    Kind.TEXT: st.text("ABCxyz19", min_size=1, max_size=3),
    Kind.TEXTS: st.lists(st.text("ABC xyz", min_size=1, max_size=20).map(str.strip).filter(bool), min_size=1),
    Kind.DECIMAL: st.decimals(-9999, 9999, places=2).map(str),
}


@pytest.mark.parametrize("map_file", ["maps/bookshop.toml", "maps/mainframe.toml"])
@QUICK
@given(data=st.data())
def test_files_of_several_kinds_of_row_come_back_as_they_were(map_file: str, data: st.DataObject) -> None:
    agreed = {"purchase_order": {"map_file": map_file}}
    known = partner("csv", receive=agreed, send=agreed)
    sent = data.draw(mapped(CSV.map_of(known, DocType.PURCHASE_ORDER, sending=True), NARROW))
    back, findings = read_file(CSV, CSV.write(sent, Envelope(format="csv"), known), "file", known)
    assert [f for f in findings if f.fatal] == []
    assert back == (sent,)
