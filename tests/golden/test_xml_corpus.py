"""Every XML file of strangers: each is read by a shipped map, or says what it is and what to do.

`corpus/xml.toml` has a line for each: the document with its number, its lines and how many texts no line of
the map reads, or the first finding. A change of a map shows as a change of lines. Skipped without the corpus.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hub.model.documents import DOCUMENTS
from hub.model.partner import Partner
from tests.support.plain_files import partner, read_file
from translators.paths import fetch
from translators.xml.translator import XmlTranslator

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
GOLDEN = Path(__file__).parent / "corpus" / "xml.toml"
XML = XmlTranslator()

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not on this machine")


def what_became(data: bytes, sender: Partner) -> str:
    """Return in a line what the hub makes of a file."""
    documents, findings = read_file(XML, data, "file.xml", sender)
    first = next((finding for finding in findings if finding.fatal), None)
    if first is not None:
        return f"{first.problem}: {first.line()}"[:160]
    shown = []
    for document in documents:
        assert document is not None
        inner = next((fetch(document, (key,)) for key in ("lines", "orders") if fetch(document, (key,))), ())
        left = len(XML.unused(data, document.doc_type, sender)) if len(documents) == 1 else 0
        count = len(inner) if isinstance(inner, tuple) else 0
        shown.append(f"{document.doc_type} {document.number}: {count} lines, {left} unused")
    return "; ".join(shown)


def test_every_file_of_the_corpus(request: pytest.FixtureRequest) -> None:
    sender = partner("xml", receive={document.value: {} for document in DOCUMENTS})
    files = sorted(
        file
        for family in (*CORPUS.glob("xml-*"), CORPUS / "odoo-ubl")
        for file in family.rglob("*.xml")
        if family.name != "xml-attack" and b"testSet" not in file.read_bytes()[:600]
    )
    found = {str(file.relative_to(CORPUS)): what_became(file.read_bytes(), sender) for file in files}
    if request.config.getoption("--update-golden", default=False):
        head = "# What the hub makes of each XML file of the corpus (tests/golden/test_xml_corpus.py).\n\n"
        lines = (f"{_quoted(name)} = {_quoted(text)}\n" for name, text in found.items())
        GOLDEN.write_text(head + "".join(lines), "utf-8")
    assert found == tomllib.loads(GOLDEN.read_text("utf-8"))
    assert len(found) > 300


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
