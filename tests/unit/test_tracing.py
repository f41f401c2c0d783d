"""Tracing a sample: what came from where, what was not used and what stayed empty, the same in each format."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.partner import Partner
from tests.support.plain_files import partner
from translators.csv.tracing import CsvTracer
from translators.csv.translator import CsvTranslator
from translators.port import Translator
from translators.tracing import MapLine, Taken, Trace, Tracer, empty_fields, lines_for
from translators.x12.tracing import X12Tracer
from translators.x12.translator import X12Translator
from translators.xml.tracing import XmlTracer
from translators.xml.translator import XmlTranslator

GOLDEN = Path(__file__).parents[1] / "golden"
ORDERS = b"PO Number,Ship To,Item,Quantity,Unit,Colour\n1,S,A,1,EA,red\n1,,B,2,EA,\n"


def traces(translator: Translator, tracer: Tracer, data: bytes, known: Partner | None) -> list[Trace]:
    """Return the traces of a file's documents; what is traced is what is read."""
    found = []
    for interchange in translator.unwrap(data, "in", known).interchanges:
        for one in [one for group in interchange.groups for one in group.sets]:
            made, trace = tracer.trace(one.payload, one.envelope, one.document, known)
            read, findings = translator.read(one.payload, one.envelope, one.document, known)
            assert made == read
            assert trace.findings == findings
            found.append(trace)
    return found


def csv(data: bytes, **tables: object) -> Trace:
    return traces(CsvTranslator(GOLDEN), CsvTracer(GOLDEN), data, partner("csv", **tables))[0]


def test_each_cell_of_a_csv_file_is_told_of_with_its_row_and_column() -> None:
    trace = csv(ORDERS)
    assert trace.taken == (
        Taken("number", "row 2 PO Number", "1"),
        Taken("parties.ship_to.id", "row 2 Ship To", "S"),
        Taken("lines[0].ids.buyer_part", "row 2 Item", "A"),
        Taken("lines[0].quantity", "row 2 Quantity", "1"),
        Taken("lines[0].unit", "row 2 Unit", "EA"),
        Taken("lines[1].ids.buyer_part", "row 3 Item", "B"),
        Taken("lines[1].quantity", "row 3 Quantity", "2"),
        Taken("lines[1].unit", "row 3 Unit", "EA"),
    )
    assert [(u.place, u.value) for u in trace.unused] == [("row 2 Colour", "red")]
    assert "lines[].price" in trace.empty
    assert "lines[].quantity" not in trace.empty


def test_characters_of_fixed_width_that_no_range_covers_are_told_of() -> None:
    agreed = {"purchase_order": {"map_file": "maps/mainframe.toml"}}
    data = (GOLDEN / "csv/purchase_order/fixed-width/in.fix.txt").read_bytes()
    head, rest = data.split(b"\r\n", 1)
    trace = csv(head.ljust(60) + b"LATE\r\n" + rest, receive=agreed)
    assert [(u.place, u.value) for u in trace.unused] == [("row 1 #61-64", "LATE")]
    assert Taken("lines[0].quantity", "row 2 #23-31", "00001200{") in trace.taken


def x12(case: str) -> Trace:
    return traces(X12Translator(), X12Tracer(), (GOLDEN / "x12_map" / case / "in.edi").read_bytes(), None)[0]


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("x12_map/*/*/in.edi")), ids=lambda f: f.parent.name)
def test_a_traced_set_is_read_like_any_other(file: Path) -> None:
    found = traces(X12Translator(), X12Tracer(), file.read_bytes(), None)
    assert found
    elements = file.read_text("latin-1").replace("~", "*").replace("\n", "*").split("*")
    for trace in found:
        assert trace.taken
        assert all(u.value in elements for u in trace.unused)


def test_each_element_of_a_set_is_told_of_with_its_segment() -> None:
    trace = x12("850/retail-order")
    assert Taken("number", "segment 2 BEG03", "4500017234") in trace.taken
    assert Taken("refs.department", "segment 4 REF02", "042") in trace.taken
    assert Taken("parties.ship_to.phone", "segment 22 PER04", "555-0142") in trace.taken
    assert Taken("lines[1].ids.cb", "segment 27 PO109", "BLUE") in trace.taken
    assert Taken("lines[1].charges[0].amount", "segment 30 SAC05", "500") in trace.taken
    unused = {(u.place, u.value) for u in trace.unused}
    assert ("segment 7 PER02", "BUYING DESK") in unused
    assert not [place for place, _ in unused if place.endswith(("PO106", "REF01", "N101"))]
    assert "release" in trace.empty
    assert not {"refs.*", "parties.*.name", "notes"} & set(trace.empty)


def test_each_node_of_an_xml_file_is_told_of_with_its_line() -> None:
    data = (GOLDEN / "xml/purchase_order/cxml-order/in.xml").read_bytes()
    (trace,) = traces(XmlTranslator(), XmlTracer(), data, partner("xml"))
    places = {one.path: (one.place, one.value) for one in trace.taken}
    assert places["lines[1].quantity"] == ("line 39 /cXML/Request/OrderRequest/ItemOut[2]/@quantity", "2.5")
    assert places["refs.department"][1] == "Tools"
    assert any(u.value == "UNSPSC" for u in trace.unused)
    assert "release" in trace.empty


def test_a_bank_account_is_never_shown_whole() -> None:
    data = (
        b"Payment Number,Payment Amount,Payee Account,Invoice,Paid\n1,5.00,DE02120300000000202051,I-1,5.00\n"
    )
    known = partner("csv", receive={"remittance": {}})
    (trace,) = traces(CsvTranslator(), CsvTracer(), data, known)
    shown = {one.path: one.value for one in trace.taken}
    assert shown["payee_account"] == "XXXX2051"
    assert "DE0212030000" not in str(trace)
    shown = {
        (one.place, one.value)
        for file in GOLDEN.glob("x12_map/820/*/in.edi")
        for trace in traces(X12Translator(), X12Tracer(), file.read_bytes(), None)
        for one in (*trace.taken, *trace.unused)
        if one.place.endswith(("BPR09", "BPR15"))
    }
    assert shown
    assert all(value.startswith("XXXX") for _, value in shown)


def test_a_partners_line_is_marked_and_named() -> None:
    known = partner("csv", receive={"purchase_order": {"map": {"lines[].price": "Net"}}})
    lines = CsvTracer().lines(next(iter(known.receive)), known, sending=False)
    assert [(line.path, line.places, line.origin) for line in lines if line.overridden] == [
        ("lines[].price", ("Net",), "sample.toml")
    ]
    known = partner("x12", receive={"purchase_order": {"map": {"refs.department": "REF[ZZ]/02"}}})
    lines = X12Tracer().lines(next(iter(known.receive)), known, sending=False)
    assert {(line.path, line.places) for line in lines if line.overridden} == {
        ("refs.department", ("REF[ZZ]/02",))
    }


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("lines[].price", ["lines[].price"]),
        ("lines[2].price", ["lines[].price"]),
        ("lines[]", ["lines[].price", "lines[].quantity"]),
        ("refs.department", ["refs.*"]),
        ("parties.ship_to.name", ["parties.*.name"]),
        ("price", []),
    ],
)
def test_a_field_is_found_by_its_name_with_or_without_ordinals(field: str, found: list[str]) -> None:
    paths = ("lines[].price", "lines[].quantity", "refs.*", "parties.*.name")
    lines = [MapLine(path=path, places=("X",)) for path in paths]
    assert [line.path for line in lines_for(lines, field)] == found


def test_a_field_by_any_name_is_not_empty_when_one_entry_is_there() -> None:
    lines = [MapLine(path=path, places=("X",)) for path in ("refs.*", "notes", "parties.*.name")]
    lines.append(MapLine(path="kind", places=()))
    assert empty_fields(lines, [Taken("refs.zz", "", "")]) == ("notes", "parties.*.name")
