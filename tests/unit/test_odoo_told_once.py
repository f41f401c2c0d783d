"""What is told beside a record is there once, whichever call of its posting loses its answer or is not done at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeAlias

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.port import AnswerPolicy, BillPolicy, PostResult
from hub.erp.port.revising import OrderEdit
from hub.erp.port.warehousing import AdvicePolicy
from hub.erp.practice.faults import Fault, Kind
from hub.erp.practice.server import PracticeOdoo
from hub.model import problems
from hub.model.documents import DocType, OrderChange, ReceivedItem, ReceivingAdvice, Tax
from hub.model.errors import Retryable
from hub.model.exchange import posting_key
from tests.contracts import erp_billing_suite as billing
from tests.contracts import erp_buying_suite as buying
from tests.contracts import erp_money_suite as money
from tests.contracts import erp_storing_suite as storing
from tests.contracts import erp_suite as selling
from tests.contracts import erp_warehouse_suite as warehouse
from tests.contracts.erp_suite import Erp, a_number, an_order
from tests.support import erp_finance as finance
from tests.support.erp_world import World

#: A posting that may be run again, and what its note holds. The records that it needs are there.
Posting: TypeAlias = tuple[Callable[[], PostResult], str]
#: More calls than any posting makes.
_MOST = 40


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    practice = PracticeOdoo(tmp_path_factory.mktemp("practice") / "practice.sqlite", port=0)
    practice.start()
    yield practice
    practice.stop()


@pytest.fixture(scope="module")
def erp(odoo: PracticeOdoo) -> Iterator[Erp]:
    settings = OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login, api="json2")
    gateway, world = OdooGateway(settings), World(settings)
    yield gateway, world
    gateway.close()
    world.close()


def an_order_of_theirs(erp: Erp) -> Posting:
    gateway, world = erp
    order = an_order(world)
    return lambda: gateway.post_order(selling.key_of(order), order, selling.policy(world)), order.number


def a_change(erp: Erp) -> Posting:
    gateway, world = erp
    record = selling.posted(erp)
    change = OrderChange(number=a_number("CH"), order_number=record.name, purpose="change")
    edit = OrderEdit(order=record, order_key="", told="Nothing to do.")
    key = posting_key("acme", DocType.ORDER_CHANGE, change.number)
    return lambda: gateway.revising.post(key, change, edit, selling.policy(world)), change.number


def a_shipment_of_a_warehouse(erp: Erp) -> Posting:
    gateway, world = erp
    advice = warehouse.advised(world, warehouse.ready(erp), warehouse.line(world.widget, 2))
    key = posting_key("threepl", DocType.WAREHOUSE_ADVICE, *advice.key_parts)
    policy = AdvicePolicy(warehouse=warehouse.CODE, validate="always")
    return lambda: gateway.warehousing.post(key, advice, policy), advice.number


def damaged_goods_in_a_warehouse(erp: Erp) -> Posting:
    gateway, world = erp
    order = world.buy({world.widget: (5, 4.5)})
    transfer = world.record("stock.picking", world.receipts(order)[0])
    come = warehouse.line(world.widget, 5, damaged=Decimal(2))
    advice = warehouse.advised(world, transfer, come, kind="received")
    key = posting_key("threepl", DocType.WAREHOUSE_ADVICE, *advice.key_parts)
    policy = AdvicePolicy(warehouse=warehouse.CODE)
    return lambda: gateway.warehousing.post(key, advice, policy), advice.number


def an_order_of_a_depositor(erp: Erp) -> Posting:
    order = storing.deposited(erp[1])
    return lambda: storing.store(erp, order), order.number


def goods_that_a_customer_misses(erp: Erp) -> Posting:
    gateway, world = erp
    order = world.type_order(a_number("PO"))
    advice = ReceivingAdvice(number=a_number("R"), items=(ReceivedItem(number="1", received=Decimal(1)),))
    key = posting_key("acme", DocType.RECEIVING_ADVICE, advice.number)
    return lambda: gateway.receiving.post(key, advice, order, ["line 1: 3 short"]), advice.number


def an_answer_that_is_held(erp: Erp) -> Posting:
    gateway, _ = erp
    record, order = buying.bought(erp)
    ack = buying.ack_of(order, {"price": Decimal(9)})
    key = buying.key_of(DocType.ORDER_ACKNOWLEDGMENT, ack.number)
    return lambda: gateway.post_order_acknowledgment(key, ack, record, AnswerPolicy()), ack.number


def an_answer(erp: Erp) -> Posting:
    gateway, _ = erp
    record, order = buying.bought(erp)
    ack = buying.ack_of(order)
    key = buying.key_of(DocType.ORDER_ACKNOWLEDGMENT, ack.number)
    return lambda: gateway.post_order_acknowledgment(key, ack, record, AnswerPolicy()), ack.number


def a_shipment_of_a_supplier(erp: Erp) -> Posting:
    gateway, _ = erp
    record, order = buying.bought(erp)
    notice = buying.notice_of(order, 10)
    key = buying.key_of(DocType.SHIP_NOTICE, notice.number)
    return lambda: gateway.post_ship_notice(key, notice, {record.name: record}), notice.number


def a_bill(erp: Erp) -> Posting:
    gateway, _ = erp
    record, order = buying.bought(erp)
    invoice = billing.invoice_of(order)
    key = buying.key_of(DocType.INVOICE, invoice.number)
    return lambda: gateway.post_vendor_bill(key, invoice, {record.name: record}, BillPolicy()), invoice.number


def a_payment(erp: Erp) -> Posting:
    gateway, world = erp
    document = money.remittance("10", money.paid(finance.invoice(world, 1).name, "10"))
    key = posting_key("acme", DocType.REMITTANCE, document.number)
    policy = money.policy(world)
    return lambda: gateway.payments.propose(key, document, policy), "Proposed reconciliation"


POSTINGS = [
    an_order_of_theirs,
    a_change,
    a_shipment_of_a_warehouse,
    damaged_goods_in_a_warehouse,
    an_order_of_a_depositor,
    goods_that_a_customer_misses,
    an_answer_that_is_held,
    an_answer,
    a_shipment_of_a_supplier,
    a_bill,
    a_payment,
]
#: Those that ask somebody, too.
ASKING = (damaged_goods_in_a_warehouse, goods_that_a_customer_misses, an_answer_that_is_held)


def told(world: World, text: str) -> int:
    """Return how many notes hold a text."""
    return sum(text in row["body"] for row in world.session.search_read("mail.message", [], ["body"]))


@pytest.mark.parametrize("make", POSTINGS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("kind", ["timeout_after_commit", "down"])
def test_a_note_is_there_once(
    odoo: PracticeOdoo, erp: Erp, make: Callable[[Erp], Posting], kind: Kind
) -> None:
    met = 0
    for method in ("load", "write"):  # what makes and what changes
        for calls in range(_MOST):
            if not _broke(odoo, erp, make, Fault(kind, method), calls):
                break
            met += 1
    assert met, "no call was broken, so nothing was tried"


def _broke(odoo: PracticeOdoo, erp: Erp, make: Callable[[Erp], Posting], fault: Fault, calls: int) -> bool:
    """Post with a fault after so many calls of its method, and again; say whether the fault was met."""
    _, world = erp
    post, text = make(erp)
    notes, asked = told(world, text), world.count("mail.activity", [])
    odoo.fail_next("slow", calls, method=fault.method, seconds=0)
    odoo.fail_next(fault.kind, method=fault.method)
    try:
        post()
        broke = False
    except Retryable:
        broke = True
    odoo.faults.clear()
    post()
    where = f"call {calls + 1} of {fault.method}"
    assert told(world, text) == notes + 1, where
    assert world.count("mail.activity", []) - asked == (make in ASKING), where
    return broke


def test_a_warning_about_a_total_outlives_a_lost_answer(odoo: PracticeOdoo, erp: Erp) -> None:
    gateway, world = erp
    record, order = buying.bought(erp)
    invoice = billing.invoice_of(order, taxes=(Tax(kind="sales", amount=Decimal("2.00")),), total=Decimal(75))
    key = buying.key_of(DocType.INVOICE, invoice.number)
    odoo.fail_next("slow", 2, method="load", seconds=0)  # the look, and the bill itself
    odoo.fail_next("timeout_after_commit", method="load")
    with pytest.raises(Retryable):
        gateway.post_vendor_bill(key, invoice, {record.name: record}, BillPolicy())
    again = gateway.post_vendor_bill(key, invoice, {record.name: record}, BillPolicy())
    assert [f.problem for f in again.findings] == [problems.TOTAL_MISMATCH]
    assert told(world, invoice.number) == 1
