"""What an outgoing file is called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.exchange import Direction, Exchange, State
from hub.stages.send import extension_of, file_name
from tests.support.plain_files import partner
from translators.csv.translator import CsvTranslator
from translators.port import Translator
from translators.x12.translator import X12Translator

TRANSLATORS: dict[str, Translator] = {"csv": CsvTranslator(), "x12": X12Translator()}


def sent(form: str, document: DocType = DocType.INVOICE) -> Exchange:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return Exchange(
        id=7,
        partner="sample",
        direction=Direction.OUT,
        document=document,
        state=State.COMPOSED,
        envelope=Envelope(format=form),
        number="I-9",
        created_at=now,
        updated_at=now,
    )


@pytest.mark.parametrize(
    ("form", "document", "workbook", "extension"),
    [
        ("csv", DocType.INVOICE, False, "csv"),
        ("csv", DocType.INVOICE, True, "xlsx"),
        ("csv", DocType.RECEIPT, True, "xlsx"),
        ("csv", DocType.RECORDS, True, "csv"),
        ("x12", DocType.INVOICE, True, "edi"),
    ],
)
def test_the_extension_says_what_the_file_is(
    form: str, document: DocType, workbook: bool, extension: str
) -> None:
    known = partner("csv", csv={"workbook": workbook}, transport={"name": "{number}.{ext}"})
    exchange = sent(form, document)
    found = extension_of(exchange, known, TRANSLATORS.__getitem__)
    assert found == extension
    assert file_name(exchange, known, found) == f"I-9.{extension}"
