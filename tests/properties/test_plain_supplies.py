"""Stock and price lists as CSV and XML: write-then-read is the identity."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from hub.model.documents import AnyDocument
from hub.model.envelope import Envelope
from tests.support.plain_files import partner, read_file
from tests.support.supply_documents import supplies
from translators.csv.translator import CsvTranslator
from translators.port import Translator
from translators.xml.translator import XmlTranslator

FAST = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("translator", [CsvTranslator(), XmlTranslator()], ids=lambda each: each.name)
def test_stock_and_prices_are_read_as_they_were_written(translator: Translator) -> None:
    @FAST
    @given(supplies)
    def holds(document: AnyDocument) -> None:
        known = partner(translator.name, receive={document.doc_type.value: {}})
        data = translator.write(document, Envelope(format=translator.name), known)
        back, findings = read_file(translator, data, "file", known)
        assert [finding for finding in findings if finding.fatal] == []
        assert back == (document,)

    holds()
