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
