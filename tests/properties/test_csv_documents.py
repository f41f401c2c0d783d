"""Every kind of document as a flat file: what a map has columns for comes back as it was sent."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.documents import DOCUMENTS, DocType, PurchaseOrder
from hub.model.envelope import Envelope
from hub.model.finding import Severity
from tests.support.mapped_documents import mapped
from tests.support.plain_files import partner, read_file
from translators.csv.translator import CsvTranslator
from translators.paths import Kind

CSV = CsvTranslator(Path(__file__).parents[1] / "golden")
QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
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


#: Profiles whose files are read by each of the ways that there are.
WAYS: list[dict[str, Any]] = [
    {"csv": {"separator": "", "bad_rows": "hold", "comment": "#", "ignore": ("x*",), "skip": 1}},
    {"csv": {"header": False, "quote": "'", "escape": "\\", "thousands": ".", "decimal": ","}},
    {"csv": {"quote": "", "signs": "overpunched"}},
    {"receive": {"purchase_order": {"map_file": "maps/bookshop.toml"}}},
    {"receive": {"purchase_order": {"map_file": "maps/bookshop.toml"}}, "csv": {"bad_rows": "hold"}},
    {"receive": {"purchase_order": {"map_file": "maps/mainframe.toml"}}},
]
#: Pieces that come near to being a file of one of these ways.
PIECES = st.lists(
    st.sampled_from(
        [b"K;", b"P;", b"V;", b"E;", b"Q;", b"HEA", b"LIN", b"TXT", b"END", b"1", b"7;", b"12,5", b"'", b'"', b"\\",
         b"\r\n", b"\n", b"\r", b"\0", b"\xff", b"#", b"x", b";", b",", b"\t", b"PO Number,Quantity,Unit\n",
         b"1,2,EA\n",          b" " * 12, b"20260302", b"00100{", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"]
    ),
    max_size=40,
).map(b"".join)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=range(len(WAYS)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.one_of(PIECES, st.binary(max_size=200)))
def test_no_bytes_make_a_reader_of_any_kind_raise(way: dict[str, Any], data: bytes) -> None:
    known = partner("csv", **way)
    documents, findings = read_file(CSV, data, "file", known)
    assert documents or findings
    assert all(documents) or any(f.fatal or f.severity is Severity.HOLD for f in findings)
    streamed = list(CSV.documents(io.BytesIO(data), DocType.PURCHASE_ORDER, known))
    assert streamed


@QUICK
@given(data=st.data())
def test_a_row_that_cannot_be_read_never_disappears(data: st.DataObject) -> None:
    """Each row of a damaged file is in a document, in a finding, or told to be left out."""
    rows = data.draw(st.lists(st.sampled_from(["1,A,2,EA", "1,B,x,EA", "2,C,3,", "2,D,4,EA,5"]), min_size=1))
    text = "\n".join(["PO Number,Item,Quantity,Unit", *rows])
    known = partner("csv", csv={"bad_rows": "hold"})
    documents, findings = read_file(CSV, text.encode(), "file", known)
    lines = sum(len(document.lines) for document in documents if isinstance(document, PurchaseOrder))
    told = {f.where.row for f in findings if f.where.row}
    assert lines + len(told) >= len(rows)
    for number, row in enumerate(rows, 2):
        assert (number in told) == (not row.endswith(("1,A,2,EA",)))
