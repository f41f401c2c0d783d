"""What a price is for: codes, quantities and other units, in every format, as the price of one of what is ordered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from hub.model import problems
from hub.model.documents import (
    AckLine,
    AnyDocument,
    ChangeAckLine,
    ChangeLine,
    DocType,
    Invoice,
    InvoiceLine,
    LineStatus,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    OrderLine,
    PurchaseOrder,
)
from hub.model.envelope import Envelope
from hub.model.finding import Severity
from hub.model.partner import Receive
from tests.support.plain_files import partner, read_file
from translators.crosswalk import Crosswalk, Entry, Tables, translate_document
from translators.csv.translator import CsvTranslator
from translators.price_bases import default_bases
from translators.x12.mapping import read_document, write_document
from translators.xml.translator import XmlTranslator

HUNDREDS = Crosswalk.of((Entry(theirs="HU", ours="Units", factor=Decimal(100)),))
IDS = {"vendor_part": "HUB-1001"}


def line(unit: str = "EA", **more: Any) -> OrderLine:
    return OrderLine(number="1", quantity=Decimal(200), unit=unit, price=Decimal("12.50"), ids=IDS, **more)


def translated(document: AnyDocument, tables: Tables | None = None) -> tuple[Any, list[str]]:
    """Return a document in our codes, and the problems that hold it."""
    found, findings = translate_document(document, tables or Tables(), Receive())
    return found, [f.problem for f in findings if f.severity is Severity.HOLD]


@pytest.mark.parametrize(
    ("unit", "code", "price"),
    [
        ("EA", "", "12.50"),
        ("EA", "PE", "12.50"),
        ("EA", "CT", "12.50"),
        ("CA", "PE", "12.50"),  # per each of what is ordered
        ("EA", "PN", "1.25"),
        ("EA", "HP", "0.125"),
        ("PC", "hp", "0.125"),
        ("EA", "TP", "0.0125"),
        ("EA", "TT", "0.00125"),
        ("DZ", "PD", "12.50"),  # by the dozen, and a price per dozen
        ("HU", "HP", "12.50"),
        ("HU", "TP", "1.25"),
        ("LB", "PP", "12.50"),
        ("FT", "HF", "0.125"),
    ],
)
def test_a_code_says_what_a_price_is_for(unit: str, code: str, price: str) -> None:
    tables = Tables(unit=HUNDREDS)
    order = PurchaseOrder(number="1", lines=(line(unit, price_basis=code, pack=Decimal(24)),))
    found, held = translated(order, tables)
    assert held == []
    assert found.lines[0].unit_price == Decimal(price)
    assert found.lines[0].price_basis == code  # what we answer with


@pytest.mark.parametrize(
    ("unit", "code"), [("EA", "ZH"), ("EA", "PM"), ("CA", "HP"), ("CA", "PP"), ("EA", "PP"), ("LB", "HP")]
)
def test_a_code_that_may_scale_the_price_holds_until_the_profile_says_what_it_is(
    unit: str, code: str
) -> None:
    order = PurchaseOrder(number="1", lines=(line(unit, price_basis=code, pack=Decimal(24)),))
    found, findings = translate_document(order, Tables(), Receive())
    (finding,) = findings
    assert (finding.problem, finding.severity) == (problems.PRICE_BASIS, Severity.HOLD)
    assert (finding.where.path, finding.value) == ("lines[0].price_basis", code)
    assert f"{code} = 100" in finding.hint
    found, held = translated(order, Tables(price_basis={code: 100}))
    assert (found.lines[0].unit_price, held) == (Decimal("0.125"), [])
    found, held = translated(order, Tables(price_basis={code: 1}))
    assert (found.lines[0].unit_price, held) == (Decimal("12.50"), [])


def test_a_code_without_a_price_holds_nothing() -> None:
    free = structs.replace(line(price_basis="ZH"), price=None)
    assert translated(PurchaseOrder(number="1", lines=(free,)))[1] == []


@pytest.mark.parametrize(
    ("more", "price"),
    [
        ({"base_quantity": Decimal(100)}, "0.125"),
        ({"base_quantity": Decimal(100), "base_unit": "C62"}, "0.125"),  # another name of the same unit
        ({"base_quantity": Decimal(1), "base_unit": "HU"}, "0.125"),
        ({"base_unit": "HU"}, "0.125"),
        ({"base_quantity": Decimal(2), "base_unit": "BX", "base_factor": Decimal("0.5")}, "3.125"),
    ],
)
def test_a_quantity_of_any_unit_is_turned_into_the_line_s(more: dict[str, Any], price: str) -> None:
    found, held = translated(PurchaseOrder(number="1", lines=(line(**more),)), Tables(unit=HUNDREDS))
    assert (found.lines[0].unit_price, held) == (Decimal(price), [])
    assert translated(found, Tables(unit=HUNDREDS))[0] == found  # once is enough


@pytest.mark.parametrize(
    "more",
    [
        {"base_quantity": Decimal(100), "base_unit": "KGM"},
        {"base_unit": "BX"},
        {"base_quantity": Decimal(0)},
        {"base_quantity": Decimal(-1)},
    ],
)
def test_a_quantity_of_a_unit_that_does_not_go_with_the_line_s_holds(more: dict[str, Any]) -> None:
    _, held = translated(PurchaseOrder(number="1", lines=(line(**more),)))
    assert held == [problems.PRICE_BASIS]


def test_answers_changes_and_invoices_have_it_too() -> None:
    told = {"number": "1", "quantity": Decimal(200), "unit": "EA", "price_basis": "HP", "ids": IDS}
    price = Decimal("12.50")
    status = (LineStatus(code="price_changed", price=Decimal(13)),)
    documents: tuple[AnyDocument, ...] = (
        OrderChange(number="1", order_number="1", lines=(ChangeLine(**told, price=price),)),
        Invoice(number="1", lines=(InvoiceLine(**told, price=price),)),
    )
    for document in documents:
        found, held = translated(document)
        assert (found.lines[0].unit_price, held) == (Decimal("0.125"), [])
    answers: tuple[AnyDocument, ...] = (
        OrderAcknowledgment(number="1", lines=(AckLine(**told, price=price, statuses=status),)),
        OrderChangeAcknowledgment(
            number="1", order_number="1", lines=(ChangeAckLine(**told, price=price, statuses=status),)
        ),
    )
    for document in answers:
        found, held = translated(document)
        assert (found.lines[0].told_price, held) == (Decimal("0.13"), [])
        unknown = structs.replace(document.lines[0], price_basis="ZH")  # type: ignore[union-attr]  # all have lines
        assert translated(structs.replace(document, lines=(unknown,)))[1] == [problems.PRICE_BASIS]


def test_no_code_says_two_things() -> None:
    bases = default_bases()
    assert not bases.one & bases.of.keys()


# --- formats
def as_x12(set_id: str, *segments: tuple[str, ...]) -> Any:
    envelope = Envelope(format="x12", set_id=set_id)
    rows = [["ST", set_id, "1"], *([*s] for s in segments), ["SE", "9", "1"]]
    kinds = {"850": DocType.PURCHASE_ORDER, "860": DocType.ORDER_CHANGE, "855": DocType.ORDER_ACKNOWLEDGMENT}
    kinds |= {"865": DocType.ORDER_CHANGE_ACKNOWLEDGMENT, "810": DocType.INVOICE}
    document, findings = read_document(rows, kinds[set_id], envelope, None)
    assert [f.line() for f in findings if f.fatal] == []
    return document


PO1 = ("PO1", "1", "200", "EA", "12.50", "HP", "VP", "HUB-1001")
POC = ("POC", "1", "CA", "200", "200", "EA", "12.50", "HP", "VP", "HUB-1001")
BEG = ("BEG", "00", "SA", "1", "", "20260101")
X12 = {
    "850": (BEG, PO1),
    "850 by CTP": (BEG, (*PO1[:4], "", "", *PO1[6:]), ("CTP", "", "UCP", "12.50", "", "", "", "", "", "HP")),
    "855": (("BAK", "00", "AD", "1", "20260101"), PO1),
    "860": (("BCH", "04", "SA", "1", "", "", "20260101"), POC),
    "865": (("BCA", "04", "AT", "1", "", "", "20260101"), POC),
    "810": (("BIG", "20260101", "1"), ("IT1", *PO1[1:]), ("TDS", "2500")),
}


@pytest.mark.parametrize("name", X12)
def test_x12_tells_it_by_a_code_and_is_answered_by_it(name: str) -> None:
    set_id = name[:3]
    found, held = translated(as_x12(set_id, *X12[name]))
    assert held == []
    assert (found.lines[0].base_quantity, found.lines[0].price) == (Decimal(100), Decimal("12.50"))
    written = write_document(found, Envelope(format="x12", set_id=set_id), None)
    (row,) = [row for row in written if row[0] in {"PO1", "POC", "IT1"}]
    at = 6 if row[0] == "POC" else 4
    assert row[at : at + 2] == ["12.5", "HP"]


def test_x12_tells_the_price_of_one_where_there_is_no_code() -> None:
    lines = (line(base_quantity=Decimal(100)),)
    order = PurchaseOrder(number="1", date=dt.date(2026, 1, 1), lines=lines)
    written = write_document(order, Envelope(format="x12", set_id="850"), None)
    assert [row[4:6] for row in written if row[0] == "PO1"] == [["0.125", ""]]


UBL_LINE = (
    "<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity unitCode='EA'>200</cbc:Quantity><cac:Price>"
    "<cbc:PriceAmount currencyID='EUR'>12.50</cbc:PriceAmount><cbc:BaseQuantity unitCode='C62'>100</cbc:BaseQuantity>"
    "</cac:Price><cac:Item><cac:SellersItemIdentification><cbc:ID>HUB-1001</cbc:ID></cac:SellersItemIdentification>"
    "</cac:Item></cac:LineItem></cac:OrderLine>"
)


def ubl(root: str, head: str = "") -> bytes:
    names = (
        f"xmlns='urn:oasis:names:specification:ubl:schema:xsd:{root}-2' "
        "xmlns:cac='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2' "
        "xmlns:cbc='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'"
    )
    return f"<{root} {names}><cbc:ID>1</cbc:ID>{head}{UBL_LINE}</{root}>".encode()


ABOUT = "<cac:OrderReference><cbc:ID>1</cbc:ID></cac:OrderReference>"
CXML_ORDER = b"""<cXML payloadID="p1"><Header/><Request><OrderRequest><OrderRequestHeader orderID="1"/>
<ItemOut lineNumber="1" quantity="200"><ItemID><SupplierPartID>HUB-1001</SupplierPartID></ItemID><ItemDetail>
<UnitPrice><Money currency="USD">12.50</Money></UnitPrice><UnitOfMeasure>EA</UnitOfMeasure>
<PriceBasisQuantity quantity="10" conversionFactor="0.1"><UnitOfMeasure>BX</UnitOfMeasure></PriceBasisQuantity>
</ItemDetail></ItemOut></OrderRequest></Request></cXML>"""
OPENTRANS = b"""<ORDER xmlns="http://www.opentrans.org/XMLSchema/2.1" xmlns:bme="http://www.bmecat.org/bmecat/2005">
<ORDER_HEADER><ORDER_INFO><ORDER_ID>1</ORDER_ID></ORDER_INFO></ORDER_HEADER><ORDER_ITEM_LIST><ORDER_ITEM>
<LINE_ITEM_ID>1</LINE_ITEM_ID><PRODUCT_ID><bme:SUPPLIER_PID>HUB-1001</bme:SUPPLIER_PID></PRODUCT_ID>
<QUANTITY>200</QUANTITY><bme:ORDER_UNIT>C62</bme:ORDER_UNIT><PRODUCT_PRICE_FIX>
<bme:PRICE_AMOUNT>12.50</bme:PRICE_AMOUNT><bme:PRICE_QUANTITY>100</bme:PRICE_QUANTITY></PRODUCT_PRICE_FIX>
</ORDER_ITEM></ORDER_ITEM_LIST></ORDER>"""
OWN = b"""<purchase_order number="1"><number>1</number><lines><line><number>1</number><quantity>200</quantity>
<unit>EA</unit><price>12.50</price><price_basis>HP</price_basis><item_number of="vendor_part">HUB-1001</item_number>
</line></lines></purchase_order>"""
SHEET = b"PO Number,Vendor Item,Quantity,Unit,Price,Base Quantity\n1,HUB-1001,200,EA,12.50,100\n"
CODED = b"PO Number,Vendor Item,Quantity,Unit,Price,Price Basis\n1,HUB-1001,200,EA,12.50,HP\n"
FILES = {
    "ubl order": ("xml", ubl("Order")),
    "ubl change": ("xml", ubl("OrderChange", ABOUT)),
    "ubl response": (
        "xml",
        ubl("OrderResponse", f"<cbc:OrderResponseCode>AP</cbc:OrderResponseCode>{ABOUT}"),
    ),
    "cxml order": ("xml", CXML_ORDER),
    "opentrans order": ("xml", OPENTRANS),
    "own xml": ("xml", OWN),
    "csv quantity": ("csv", SHEET),
    "csv code": ("csv", CODED),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_any_format_comes_to_the_price_of_one(name: str, tmp_path: Any) -> None:
    kind, data = FILES[name]
    translator = XmlTranslator() if kind == "xml" else CsvTranslator(tmp_path)
    names = (
        ("purchase_order", "order_change", "order_acknowledgment") if kind == "xml" else ("purchase_order",)
    )
    sender = partner(kind, receive={n: {} for n in names})
    (document,), findings = read_file(translator, data, f"in.{kind}", sender)
    assert document is not None, findings
    found, held = translated(document)
    assert held == []
    (one,) = found.lines
    assert one.price == Decimal("12.50")
    assert one.base_quantity == 100
    assert one.per_one(one.price) == Decimal("0.125")
