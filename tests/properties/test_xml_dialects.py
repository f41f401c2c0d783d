"""Documents in the dialects of others: what a map places comes back as it was, and writing it again changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model.documents import AnyDocument, Invoice, OrderAcknowledgment
from tests.support.documents import acknowledgments, invoices, orders, ship_notices
from tests.support.pairs import leaves
from tests.support.plain_files import partner, read_file
from tests.support.xml_documents import ENVELOPE
from translators.xml.choosing import written_map
from translators.xml.computing import FINISHED, PREPARED
from translators.xml.translator import XmlTranslator
from translators.xml.xml_map import Branch, XmlMap

XML = XmlTranslator()
DOCUMENTS = st.one_of(orders(), acknowledgments(), ship_notices(), invoices())
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def placed(branch: Branch, outer: str = "") -> Iterator[tuple[str, bool]]:
    """Yield each canonical path that a map places, lists as [] and table keys as *, and whether it is coded."""
    for part in branch.parts:
        coded = bool(part.codes) or part.read_only
        if isinstance(part, Branch) and part.parts:
            yield from placed(part)
        else:
            yield part.path, coded


def within(document: AnyDocument, mapped: XmlMap) -> dict[str, str]:
    """Return the values of a document that its map can carry; not those of code lists, which know few words."""
    paths = dict(placed(mapped.body))
    kept = {}
    for path, value in leaves(msgspec.to_builtins(document)):
        shape = re.sub(r"\[\d+\]", "[]", path)
        table = re.sub(r"\.[^.\[]+(?=\.|$|\[)", ".*", shape, count=1)
        names = {
            shape,
            path,
            re.sub(r"(?<=refs\.)\w+$", "*", shape),
            re.sub(r"(?<=\w\[\])$", "", shape),
            table,
        }
        found = [paths[name] for name in names if name in paths]
        barcode = path.endswith("ids.gtin")  # any barcode goes out as one, and is one when it comes back
        if found and not any(found) and value and not barcode:
            kept[path] = value
    return kept


@pytest.mark.parametrize("dialect", ["ubl", "cxml"])
@FAST
@given(document=DOCUMENTS)
def test_what_a_dialect_carries_comes_back(dialect: str, document: Any) -> None:
    document = replace(document, currency="EUR")
    if isinstance(document, Invoice):
        document = replace(document, total=0, taxes=())  # no sum that would have to be right
    known = partner("xml", xml={"dialect": dialect}, receive={document.doc_type.value: {}})
    assume(getattr(document, "order_number", "1") and document.date)
    if dialect == "cxml" and isinstance(document, OrderAcknowledgment):
        document = replace(document, status="accepted_with_change")  # any other has no lines
    mapped = written_map(document, known, XML._folder)
    data_written = XML.write(document, ENVELOPE, known)
    (back,), findings = read_file(XML, data_written, "file", known)
    assert [finding.line() for finding in findings] == []
    assert back is not None
    prepared = PREPARED[mapped.prepare](document)[0] if mapped.prepare else document
    if mapped.finish:
        prepared = FINISHED[mapped.finish](prepared)
    expected, got = within(prepared, mapped), within(back, mapped)
    assert {path: got.get(path) for path in expected} == expected
    assert XML.write(back, ENVELOPE, known) == data_written
