"""Golden cases of every document in every XML dialect, both ways: what we write, and what is read of it.

`xml_dialects/DIALECT/NAME.xml` is what we write of a document of tests/support/xml_documents.py, `NAME.json`
what reading that gives, and writing that again gives the file: nothing is lost on the way but what the map's
header names.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hub.model.documents import AnyDocument
from tests.support.plain_files import partner, read_file
from tests.support.xml_documents import EVERY_KIND, written
from translators.xml.compiling import dialects
from translators.xml.translator import XmlTranslator

HERE = Path(__file__).parent / "xml_dialects"
CASES = [
    pytest.param(document, dialect, id=f"{dialect}-{document.doc_type}-{document.number}")
    for document in EVERY_KIND
    for dialect in dialects(document.doc_type)
    if not (dialect == "cxml" and document.number == "outside")
]


@pytest.mark.parametrize(("document", "dialect"), CASES)
def test_written_and_read(document: AnyDocument, dialect: str, request: pytest.FixtureRequest) -> None:
    data = written(document, dialect)
    known = partner("xml", receive={document.doc_type.value: {"dialect": dialect}})
    (back,), findings = read_file(XmlTranslator(), data, "file.xml", known)
    assert [finding.line() for finding in findings] == []
    assert back is not None
    assert written(back, dialect) == data
    made = {".xml": data, ".json": msgspec.json.format(msgspec.json.encode(back), indent=2) + b"\n"}
    for ending, content in made.items():
        file = HERE / dialect / f"{document.doc_type}-{document.number}{ending}"
        if request.config.getoption("--update-golden", default=False):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        assert file.read_bytes() == content


@pytest.mark.parametrize(("document", "dialect"), CASES)
def test_nothing_of_what_we_write_is_unknown_to_the_map(document: AnyDocument, dialect: str) -> None:
    known = partner("xml", receive={document.doc_type.value: {"dialect": dialect}})
    assert XmlTranslator().unused(written(document, dialect), document.doc_type, known) == ()


def test_each_dialect_has_cases() -> None:
    assert {case.values[1] for case in CASES} == {"hub", "ubl", "peppol", "cxml"}
