"""The ledger of an order: every document of the trade adds to its lines, and contradictions are named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hub.model.documents import (
    AckLine,
    AnyDocument,
    ChangeAckLine,
    ChangeLine,
    Invoice,
    InvoiceLine,
    LineStatus,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    OrderLine,
    Package,
    PurchaseOrder,
    ReceivedItem,
    ReceivingAdvice,
    Remittance,
    RemittedItem,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    Tax,
)
from hub.model.exchange import Direction, State
from hub.stages.amended import amended
from hub.stages.order_ledger import LedgerLine, OrderLedger, Told, ledger_of

D = Decimal

ORDER = PurchaseOrder(
    number="PO-1",
    currency="EUR",
    lines=(
        OrderLine(number="1", quantity=D(10), unit="EA", price=D("4.50"), sku="BOLT", ids={"upc": "0123"}),
        OrderLine(number="2", quantity=D(4), unit="CA", price=D(20), sku="NUT"),
    ),
)


def notice(
    number: str, quantity: int, *, line: str = "1", purpose: str = "original", sku: str = ""
) -> ShipNotice:
    item = ShippedItem(line_number=line, quantity=D(quantity), unit="EA", sku=sku)
    order = ShippedOrder(order_number="PO-1", packages=(Package(sscc=number, items=(item,)),))
    return ShipNotice(number=number, purpose=purpose, orders=(order,))


def invoice(number: str, quantity: int, price: str = "4.50", *, kind: str = "invoice") -> Invoice:
    line = InvoiceLine(number="1", quantity=D(quantity), unit="EA", price=D(price))
    return Invoice(number=number, order_number="PO-1", kind=kind, lines=(line,), total=D(quantity) * D(price))


def change(number: str, *lines: ChangeLine, purpose: str = "change") -> OrderChange:
    return OrderChange(number=number, order_number="PO-1", purpose=purpose, lines=lines)


def told(*documents: AnyDocument, state: State = State.POSTED) -> list[Told]:
    at = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
    return [
        Told(n, Direction.IN if n == 1 else Direction.OUT, state, at + dt.timedelta(hours=n), document)
        for n, document in enumerate(documents, 1)
    ]


def ledger(*documents: AnyDocument) -> OrderLedger:
    return ledger_of("PO-1", "acme", told(*documents))


def first(*documents: AnyDocument) -> LedgerLine:
    return ledger(*documents).lines[0]


def complaints(*documents: AnyDocument) -> list[str]:
    return [finding.line() for finding in ledger(*documents).disagreements]


def test_an_order_from_first_to_last() -> None:
    ack = OrderAcknowledgment(
        number="A1",
        order_number="PO-1",
        lines=(
            AckLine(
                number="1",
                quantity=D(10),
                unit="EA",
                statuses=(
                    LineStatus(code="accepted", quantity=D(6)),
                    LineStatus(code="backordered", quantity=D(4)),
                ),
            ),
        ),
    )
    received = ReceivingAdvice(
        number="R1",
        order_number="PO-1",
        items=(ReceivedItem(order_line="1", received=D(10), unit="EA"),),
    )
    paid = Remittance(
        number="T1", amount=D(45), items=(RemittedItem(number="I1", paid=D(44), discount=D(1)),)
    )
    told_all = (ORDER, ack, notice("S1", 6), notice("S2", 4), received, invoice("I1", 10), paid)
    found = ledger(*told_all)
    line = found.lines[0]
    assert (found.role, found.currency, found.invoiced, found.paid) == ("seller", "EUR", D("45.00"), D(45))
    assert (line.ordered, line.agreed, line.acknowledged) == (10, 10, 10)
    assert (line.shipped, line.received, line.invoiced, line.paid) == (10, 10, 10, 10)
    assert found.disagreements == ()
    assert found.lines[1].shipped is None


def test_what_is_held_does_not_count() -> None:
    documents = told(ORDER, notice("S1", 6))
    documents.append(Told(3, Direction.OUT, State.HELD, documents[1].at, notice("S2", 9)))
    found = ledger_of("PO-1", "acme", documents)
    assert found.lines[0].shipped == 6


@pytest.mark.parametrize(
    ("documents", "complaint"),
    [
        ((notice("S1", 12),), "line 1: 12 EA shipped, 10 ordered"),
        ((notice("S1", 6), invoice("I1", 8)), "line 1: 8 EA invoiced, 6 shipped"),
        ((invoice("I1", 11),), "line 1: 11 EA invoiced, 10 ordered"),
        ((invoice("I1", 2, "4.60"),), "line 1: 4.60 invoiced, 4.50 agreed, per EA"),
        ((notice("S1", 6, line="9"),), "line 9: no order names it, other documents do"),
        (
            (OrderAcknowledgment(number="A", order_number="PO-1", status="rejected"),),
            "line 1: 0 EA acknowledged, 10 ordered",
        ),
        (
            (
                notice("S1", 6),
                ReceivingAdvice(
                    number="R", order_number="PO-1", items=(ReceivedItem(order_line="1", received=D(5)),)
                ),
            ),
            "line 1: 5 EA received, 6 announced",
        ),
        (
            (
                invoice("I1", 2),
                Remittance(number="T", amount=D(5), items=(RemittedItem(number="I1", paid=D(5)),)),
            ),
            "invoice I1: 5 paid, 4.00 less than the 9.00 invoiced",
        ),
    ],
)
def test_a_contradiction_is_named(documents: tuple[AnyDocument, ...], complaint: str) -> None:
    assert complaint in complaints(ORDER, *documents)


def test_a_replaced_or_cancelled_shipment_counts_once_or_not_at_all() -> None:
    assert first(ORDER, notice("S1", 6), notice("S1", 5, purpose="replace")).shipped == 5
    assert first(ORDER, notice("S1", 6), notice("S1", 6, purpose="cancel")).shipped is None


def test_a_credit_note_is_no_second_invoice() -> None:
    found = ledger(ORDER, notice("S1", 10), invoice("I1", 10), invoice("C1", 3, kind="credit"))
    assert (found.lines[0].invoiced, found.lines[0].credited) == (10, 3)
    assert found.invoiced == D("31.50")
    assert found.disagreements == ()


def test_a_line_without_its_number_is_found_by_its_item() -> None:
    assert first(ORDER, notice("S1", 6, line="", sku="BOLT")).shipped == 6


def test_changes_move_what_is_agreed_but_not_what_was_first_ordered() -> None:
    line = first(ORDER, change("1", ChangeLine(number="1", quantity=D(12), unit="EA", action="increase")))
    assert (line.ordered, line.agreed, line.price) == (10, 12, D("4.50"))


def test_a_change_that_was_refused_changes_nothing() -> None:
    wanted = change(
        "1",
        ChangeLine(number="1", quantity=D(12), unit="EA", action="increase"),
        ChangeLine(number="2", quantity=D(0), unit="CA", action="delete"),
    )
    answer = OrderChangeAcknowledgment(
        number="X",
        order_number="PO-1",
        change_number="1",
        lines=(
            ChangeAckLine(number="1", quantity=D(12), unit="EA", statuses=(LineStatus(code="accepted"),)),
            ChangeAckLine(number="2", quantity=D(4), unit="CA", statuses=(LineStatus(code="rejected"),)),
        ),
    )
    now = amended(ORDER, [wanted], [answer])
    assert [line.quantity for line in now.lines] == [12, 4]
    assert amended(ORDER, [wanted], [replace(answer, status="rejected")]) == ORDER


def test_a_replacement_deletes_what_it_does_not_name_and_a_cancellation_all() -> None:
    kept = change("1", ChangeLine(number="2", quantity=D(4), unit="CA"), purpose="replace")
    assert [line.quantity for line in amended(ORDER, [kept]).lines] == [0, 4]
    assert [line.quantity for line in amended(ORDER, [change("2", purpose="cancel")]).lines] == [0, 0]


def test_a_new_line_joins_the_order_with_all_it_says() -> None:
    new = ChangeLine(number="3", quantity=D(1), unit="EA", price=D(9), action="add", sku="GEAR")
    line = amended(ORDER, [change("1", new)]).lines[2]
    assert line == OrderLine(number="3", quantity=D(1), unit="EA", price=D(9), sku="GEAR")


def test_without_the_order_the_others_still_show() -> None:
    found = ledger_of("PO-1", "acme", told(notice("S1", 6)))
    assert (found.role, found.lines[0].shipped) == ("", 6)


def test_a_line_whose_deletion_was_agreed_is_gone() -> None:
    wanted = change("1", ChangeLine(number="2", quantity=D(0), unit="CA", action="delete"))
    gone = ChangeAckLine(
        number="2", action="delete", quantity=D(4), unit="CA", statuses=(LineStatus(code="deleted"),)
    )
    answer = OrderChangeAcknowledgment(number="X", order_number="PO-1", change_number="1", lines=(gone,))
    found = ledger(ORDER, wanted, answer)
    assert (found.lines[1].agreed, found.disagreements) == (0, ())


def joint(number: str = "I1", kind: str = "invoice", **more: object) -> Invoice:
    """Return an invoice of 2 x 4.50 of this order and 1 x 18.00 of another, whose line has the same number."""
    mine = InvoiceLine(number="1", quantity=D(2), unit="EA", price=D("4.50"), order_number="PO-1")
    other = InvoiceLine(number="1", quantity=D(1), unit="EA", price=D(18), order_number="PO-2")
    values: dict[str, object] = {"total": D("27.00"), "lines": (mine, other), **more}
    return Invoice(number=number, kind=kind, **values)  # type: ignore[arg-type]  # told in words


def paid(number: str, amount: str) -> Remittance:
    item = RemittedItem(number=number, paid=D(amount))
    return Remittance(number=f"T{number}", amount=D(amount), items=(item,))


def test_of_an_invoice_of_several_orders_each_has_its_lines_and_its_share() -> None:
    documents = told(ORDER, joint(), joint("C1", "credit"), paid("I1", "27.00"))
    one, other = ledger_of("PO-1", "acme", documents), ledger_of("PO-2", "acme", documents[1:])
    assert (one.invoiced, one.paid, other.invoiced, other.paid) == (0, D("9.00"), 0, D("18.00"))
    assert (one.lines[0].invoiced, one.lines[0].credited, one.lines[0].paid) == (2, 2, 2)
    assert (other.lines[0].invoiced, other.lines[0].credited) == (1, 1)
    assert one.lines[0].invoiced_price == D("4.50")


@pytest.mark.parametrize(("currency", "shares"), [("USD", ("9.33", "18.67")), ("JPY", ("9", "19"))])
def test_shares_of_tax_and_charges_add_up(currency: str, shares: tuple[str, str]) -> None:
    documents = told(joint(total=D("28.00"), taxes=(Tax(amount=D("1.00")),), currency=currency))
    found = tuple(ledger_of(number, "acme", documents).invoiced for number in ("PO-1", "PO-2"))
    assert found == tuple(map(D, shares))


def test_an_invoice_of_one_order_is_that_orders_whatever_it_comes_to() -> None:
    free = replace(invoice("I1", 0), total=D("5.00"))
    assert ledger(ORDER, free, paid("I1", "5.00")).paid == D("5.00")
    nothing = joint(lines=tuple(replace(line, price=D(0)) for line in joint().lines), total=D("5.00"))
    found = [ledger_of(number, "acme", told(nothing)).invoiced for number in ("PO-1", "PO-2")]
    assert found == [D("5.00"), 0]
