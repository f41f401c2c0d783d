"""Which way money goes: credits come with any signs, and leave with those of the convention."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from hub.model.documents import Charge, DocType, Invoice, InvoiceLine, Tax
from hub.model.envelope import Envelope
from hub.model.signs import opposite, upright
from tests.support.documents import invoices
from tests.support.plain_files import partner, read_file
from tests.support.xml_documents import CREDIT, written
from translators.x12.mapping import read_document
from translators.xml.translator import XmlTranslator

D = Decimal


def credit(lines: str, tax: str, total: str, kind: str = "credit", **more: Any) -> Invoice:
    """Return a credit of 10 whose parts have the signs that are told: "-" or ""."""
    line = InvoiceLine(number="1", quantity=D(f"{lines}10"), unit="EA", price=D("9.00"))
    values: dict[str, Any] = {"lines": (line,), "taxes": (Tax(amount=D(f"{tax}10.00")),), **more}
    return Invoice(number="C1", kind=kind, total=D(f"{total}100.00"), **values)


RIGHT = credit("", "", "")


@pytest.mark.parametrize(
    "sent",
    [
        credit("", "", ""),
        credit("-", "-", "-"),
        credit("", "", "-"),
        credit("-", "-", ""),
        credit("-", "", "-"),
        credit("", "-", "-"),
        credit("-", "", ""),
        credit("-", "-", "-", "invoice"),
        credit("", "", "-", "invoice"),
    ],
)
def test_a_credit_is_positive_whatever_its_sender_writes(sent: Invoice) -> None:
    assert upright(sent) == RIGHT


def test_an_invoice_is_left_alone_also_where_it_is_wrong_or_takes_something_back() -> None:
    for invoice in (
        credit("", "", "", "invoice"),
        credit("-", "", "", "invoice"),
        replace(credit("", "", "", "invoice"), total=D("-0")),
    ):
        assert upright(invoice) is invoice


def test_a_credit_keeps_the_line_that_goes_the_other_way() -> None:
    other = InvoiceLine(number="2", quantity=D(-1), unit="EA", price=D("5.00"))
    right = replace(RIGHT, lines=(*RIGHT.lines, other), total=D("95.00"))
    assert upright(right) is right
    assert upright(opposite(right)) == right


@pytest.mark.parametrize(
    ("lines", "total", "charge", "wanted"),
    [  # 90 of goods and 10 of tax are credited, and the charge
        ("", "104.00", Charge(kind="charge", amount=D(4)), Charge(kind="charge", amount=D(4))),
        ("-", "-104.00", Charge(kind="charge", amount=D(-4)), Charge(kind="charge", amount=D(4))),
        ("-", "-104.00", Charge(kind="allowance", amount=D(4)), Charge(kind="charge", amount=D(4))),
        ("-", "-96.00", Charge(kind="allowance", amount=D(-4)), Charge(kind="allowance", amount=D(4))),
        ("-", "-96.00", Charge(kind="charge", amount=D(4)), Charge(kind="allowance", amount=D(4))),
    ],
)
def test_charges_of_a_credit_add_what_they_meant(
    lines: str, total: str, charge: Charge, wanted: Charge
) -> None:
    sent = replace(credit(lines, lines, ""), charges=(charge,), total=D(total))
    right = upright(sent)
    assert (right.charges, right.total, right.lines) == ((wanted,), abs(D(total)), RIGHT.lines)


def test_a_negative_price_turns_with_its_line() -> None:
    line = replace(RIGHT.lines[0], price=D("-9.00"), amount=D("-90.00"))
    right = upright(replace(credit("", "-", "-"), lines=(line,)))
    assert right.lines == (replace(RIGHT.lines[0], amount=D("90.00")),)


@given(invoices())
def test_twice_is_once(invoice: Any) -> None:
    assert opposite(opposite(invoice)) == invoice
    assert upright(invoice).total >= 0


# --- as the formats bring them
@pytest.mark.parametrize("kind", ["CR", "CN", "DI"])
@pytest.mark.parametrize("quantity", ["10", "-10"])
@pytest.mark.parametrize("tax", ["10", "-10"])
def test_x12(kind: str, quantity: str, tax: str) -> None:
    text = (
        f"ST*810*1~BIG*20260101*C1**PO1***{kind}~IT1*1*{quantity}*EA*9~TDS*-10000~TXI*TX*{tax}~CTT*1~SE*7*1~"
    )
    segments = [row.split("*") for row in text.split("~") if row]
    read, findings = read_document(segments, DocType.INVOICE, Envelope(format="x12"), None)
    assert isinstance(read, Invoice)
    assert not findings, "which signs a credit has is the sender's own matter"
    found = upright(read)
    assert (found.kind, found.total) == ("credit", D(100))
    assert (found.lines[0].quantity, found.taxes[0].amount) == (D(10), D(10))


@pytest.mark.parametrize("dialect", ["ubl", "cxml"])
@pytest.mark.parametrize("negative", [False, True])
def test_xml(dialect: str, negative: bool) -> None:
    sent = written(CREDIT, dialect)
    assert (b'<Money currency="EUR">-' in sent) is (dialect == "cxml"), "cXML asks for negative amounts"
    if negative != (dialect == "cxml"):
        sent = written(opposite(CREDIT), dialect)
    (read,), _ = read_file(XmlTranslator(), sent, "c.xml", partner("xml", receive={"invoice": {}}))
    assert isinstance(read, Invoice)
    found, right = upright(read), upright(read_back(dialect))
    assert found.kind == "credit"
    assert (found.total, found.net, found.taxes) == (right.total, right.net, right.taxes)
    assert [(li.quantity, li.price, li.amount) for li in found.lines] == [(D(1), D("12.50"), D("12.50"))]


def read_back(dialect: str) -> Invoice:
    """Return the credit note as it is read of what we write."""
    sent = written(CREDIT, dialect)
    (read,), _ = read_file(XmlTranslator(), sent, "c.xml", partner("xml", receive={"invoice": {}}))
    assert isinstance(read, Invoice)
    return read
