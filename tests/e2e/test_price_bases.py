"""An order at a price per hundred, from the file to the invoice: right in Odoo, and told back as it was told."""

from __future__ import annotations

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.e2e.test_changes import answer_of, change, change_file
from tests.e2e.test_outgoing import invoice
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, order_file, segment

POC = ("1", "CA", "400", "400", "EA")


def per_hundred(number: str, code: str = "HP", unit: str = "EA", price: str = "12.50") -> bytes:
    """Return a file of one order of 200 at a price with a code that says what it is for."""
    data = order_file(number, ("AR-10001", "200", unit, price), control=1)
    return data.replace(f"*{price}**BP".encode(), f"*{price}*{code}*BP".encode())


def ordered(hub: SmallHub, code: str = "HP", price: str = "12.50") -> tuple[str, int]:
    number = fresh_number()
    hub.send(per_hundred(number, code, price=price))
    return number, hub.confirmed(number)


@pytest.mark.parametrize(
    ("code", "price", "cents"), [("HP", "12.50", 2500), ("TP", "1.2345", 25), ("PD", "10", 16667)]
)
def test_it_is_confirmed_and_billed_as_it_was_ordered(
    hub: SmallHub, code: str, price: str, cents: int
) -> None:
    number, order = ordered(hub, code, price)
    assert hub.order_lines(number, "price_subtotal") == [cents / 100]
    (answer,) = (data for data in hub.collect() if find(data, "BAK"))
    assert segment(answer, "BAK")[2] == "AD"
    assert find(answer, "PO1")[0][4:6] == [price.removesuffix("0") if "." in price else price, code]
    assert [ack[1:3] for ack in find(answer, "ACK")] == [["IA", "200"]]
    hub.people.ship(order)
    hub.notice()
    hub.collect()
    invoice(hub, order)
    hub.notice()
    (billed,) = hub.sent(DocType.INVOICE)
    assert billed.state is not State.HELD, billed.why
    (bill,) = (data for data in hub.collect() if find(data, "BIG"))
    assert find(bill, "IT1")[0][4:6] == [price.removesuffix("0") if "." in price else price, code]
    assert segment(bill, "TDS")[1] == str(cents)


def test_another_price_in_odoo_is_told_per_hundred(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(per_hundred(number))
    order = hub.people.find_order(number)
    lines = hub.call("sale.order.line", "search", domain=[["order_id", "=", order]])
    hub.call("sale.order.line", "write", ids=lines, vals={"price_unit": 0.13})
    hub.confirmed(number)
    (answer,) = (data for data in hub.collect() if find(data, "BAK"))
    assert find(answer, "PO1")[0][4:6] == ["13", "HP"]
    assert [ack[1:3] for ack in find(answer, "ACK")] == [["IP", "200"]]


def test_an_invoice_at_another_price_is_held_and_says_both_per_hundred(hub: SmallHub) -> None:
    _, order = ordered(hub)
    hub.people.ship(order)
    hub.notice()
    invoice(hub, order, price=0.13)
    hub.notice()
    (billed,) = hub.sent(DocType.INVOICE)
    assert billed.state is State.HELD
    assert "13 invoiced, 12.5 agreed, per 100 EA" in billed.why


def test_a_change_per_hundred_is_applied_and_answered_per_hundred(hub: SmallHub) -> None:
    number, _ = ordered(hub)
    hub.collect()
    line = (*POC, "13", "HP", "BP", "AR-10001")
    answer = answer_of(hub.send(change_file(change(number, line), control=2)))
    assert hub.order_lines(number, "price_subtotal") == [52]
    assert find(answer, "POC")[0][6:8] == ["13", "HP"]
    assert [a[1:4] for a in find(answer, "ACK")] == [["IA", "400", "EA"]]


def test_a_change_that_leaves_the_basis_out_asks_a_person(hub: SmallHub) -> None:
    number, _ = ordered(hub)
    hub.send(change_file(change(number, (*POC, "13", "", "BP", "AR-10001")), control=2))
    (came,) = hub.received(DocType.ORDER_CHANGE)
    assert (came.state, hub.problems(came)) == (State.HELD, {problems.CHANGE_UNCLEAR})
    assert "does not say for how many" in came.why
    assert hub.order_lines(number, "price_unit") == [0.125]


def test_a_code_that_nobody_knows_holds(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(per_hundred(number, "ZH"))
    came = hub.order()
    assert (came.state, hub.problems(came)) == (State.HELD, {problems.PRICE_BASIS})
    assert hub.sale_orders(number) == 0


def test_a_code_that_the_profile_declares_is_taken(hub: SmallHub) -> None:
    declared = "[receive.purchase_order.crosswalk.price_basis]\nZH = 100\n\n[transport]"
    hub.edit("acme", "[transport]", declared)
    number = fresh_number()
    hub.send(per_hundred(number, "ZH"))
    assert hub.order_lines(number, "price_subtotal") == [25]
