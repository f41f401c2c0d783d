"""Payments and receipts through the whole hub, partners over SFTP: on the practice Odoo and on a real one."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, State
from tests.support import erp_finance as finance
from tests.support.live_hub import Counterpart, LiveHub, release
from tests.support.real_odoo import a_label, a_number, cents, odoo_settings, ordered

PROFILES = {
    "acme": '\n[receive.remittance]\ndifferences = "hold"\n[receive.receiving_advice]\n'
    '[send.invoice]\nseveral_orders = "split"\nafter = "ship_notice_accepted"\n',
    "bravo": '\n[receive.receiving_advice]\ndifferences = "hold"\n[send.invoice]\nseveral_orders = "lines"\n',
    "globex": '\n[send.remittance]\nmethod = "check"\n[send.receiving_advice]\n',
}


@pytest.fixture(
    scope="module",
    params=[
        "practice",
        pytest.param("json2", marks=pytest.mark.odoo),
        pytest.param("xmlrpc", marks=pytest.mark.odoo),
    ],
)
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on an Odoo, its partners agreed on payments and receipts."""
    root = tmp_path_factory.mktemp("hub")
    practice = None
    if request.param == "practice":
        practice = PracticeOdoo(root / "practice.sqlite", port=0)
        practice.start()
        odoo = OdooSettings(
            url=practice.url, database=practice.database, key=practice.key, login=practice.login
        )
    else:
        odoo = odoo_settings(request.param)
    live = LiveHub(root, odoo, more=PROFILES)
    yield live
    live.close()
    if practice is not None:
        practice.stop()


def billed(hub: LiveHub) -> tuple[str, str, str]:
    """The customer orders, gets the goods and the invoice; return order number, shipment and invoice."""
    number = ordered(hub, hub.acme, "PO1*1*24*EA*9.99**BP*AR-1")
    _, order = hub.posted(number)
    hub.world.confirm(order)
    hub.acme.collect("855")
    hub.world.deliver(order, package=a_label())
    shipped = hub.acme.collect("856", f"PRF*{number}")
    invoice = hub.world.invoice(order)
    hub.settled(invoice.name, State.NOTICED)
    hub.acme.accept(shipped)
    hub.acme.collect("810", f"BIG*20261120*{invoice.name}*")
    return number, shipped.one("BSN")[2], invoice.name


def open_amount(hub: LiveHub, name: str) -> str:
    """Return what is open of an invoice of ours."""
    rows = hub.world.session.search_read("account.move", [["name", "=", name]], ["amount_residual"])
    return f"{rows[0]['amount_residual']:.2f}"


def remittance(hub: LiveHub, trace: str, amount: str, *items: str) -> list[str]:
    """Return the segments of an 820 of the customer."""
    return [
        f"BPR*I*{amount}*C*ACH*CTX*01*021000021*DA*123456789*1234567890**01*026009593*DA*987654321*20261123",
        f"TRN*1*{trace}",
        "N1*PR*Acme",
        "N1*PE*Our Company",
        "ENT*1",
        *items,
    ]


# --- they pay
def test_a_remittance_becomes_a_draft_payment_that_names_what_it_settles(hub: LiveHub) -> None:
    _, _, invoice = billed(hub)
    trace, amount = a_number(hub), open_amount(hub, invoice)
    control = hub.acme.send("820", remittance(hub, trace, amount, f"RMR*IV*{invoice}*PI*{amount}*{amount}"))
    assert hub.acme.acknowledged(control).one("AK9")[1] == "A"
    exchange, payment = hub.posted(trace)
    seen = hub.world.look("account.payment", payment.id, "state", "amount", "memo")
    assert (seen["state"], f"{seen['amount']:.2f}", seen["memo"]) == ("draft", amount, trace)
    assert open_amount(hub, invoice) == amount
    domain: list[Any] = [["res_model", "=", "account.payment"], ["res_id", "=", payment.id]]
    (kept,) = hub.world.session.search_read("ir.attachment", domain, ["datas"])
    assert json.loads(b64decode(kept["datas"]))["lines"][0]["invoice"] == invoice
    assert "checked and posted by finance" in exchange.why
    with hub.service.hub.store.read() as tx:
        canonical = tx.artifact(exchange.id, "canonical")
    assert canonical is not None
    assert b"XXXX6789" in canonical
    assert b"123456789" not in canonical.replace(b"XXXX6789", b"")


def test_a_remittance_that_does_not_add_up_is_held_with_the_difference(hub: LiveHub) -> None:
    _, _, invoice = billed(hub)
    trace, amount = a_number(hub), open_amount(hub, invoice)
    body = remittance(hub, trace, "1000", f"RMR*IV*{invoice}*PI*{amount}", "RMR*IV*INV-NEVER*PI*5")
    hub.acme.send("820", body)
    held = hub.settled(trace, State.HELD)
    assert "less than the payment" in held.why
    release(hub, held)
    exchange, payment = hub.posted(trace)
    assert hub.world.look("account.payment", payment.id, "state")["state"] == "draft"
    assert any("INV-NEVER" in text for text in hub.texts(exchange))


def test_a_debit_is_no_payment_to_us(hub: LiveHub) -> None:
    trace = a_number(hub)
    body = remittance(hub, trace, "5", "RMR*IV*INV-NEVER*PI*5")
    hub.acme.send("820", [body[0].replace("*5*C*", "*5*D*"), *body[1:]])
    held = hub.settled(trace, State.HELD)
    assert "they take 5 from our account" in held.why


# --- we pay
def test_a_payment_to_a_vendor_is_told_once(hub: LiveHub) -> None:
    world, number, credit = hub.world, a_number(hub), a_number(hub)
    trace = a_number(hub)
    bills = [finance.bill(world, number, 100, term="early"), finance.bill(world, credit, 5, refund=True)]
    amount = 980 - 50
    payment = finance.pay(world, bills, "2026-11-03", memo=trace)
    file = hub.globex.collect("820", f"TRN*1*{trace}~")
    bpr = file.one("BPR")
    assert (bpr[1:5], bpr[16]) == (["I", str(amount), "C", "CHK"], "20261103")
    assert [rmr[1:7] for rmr in file.all("RMR")] == [
        ["IV", number, "", "980", "1000", "20"],
        ["CM", credit, "", "-50", "-50"],
    ]
    hub.globex.accept(file)
    hub.settled(trace, State.ACKNOWLEDGED, document=DocType.REMITTANCE)
    world.session.write("account.payment", [payment.id], {"memo": f"{trace} again"})
    other = finance.pay(
        world, [finance.bill(world, a_number(hub), 1)], "2026-11-20", memo=(next_trace := a_number(hub))
    )
    hub.globex.collect("820", f"TRN*1*{next_trace}~")
    assert hub.globex.waiting("820") == 0
    assert other.id != payment.id


def test_a_second_part_under_the_same_memo_goes_by_its_number_in_odoo(hub: LiveHub) -> None:
    memo = a_number(hub)
    bills = [finance.bill(hub.world, a_number(hub), 100)]
    finance.pay(hub.world, bills, "2026-11-20", memo=memo, amount=400.0)
    hub.globex.collect("820", f"TRN*1*{memo}~")
    rest = finance.pay(hub.world, bills, "2026-11-21", memo=memo)
    file = hub.globex.collect("820", f"TRN*1*{rest.name}~")
    assert file.one("RMR")[4:6] == ["600", "1000"]


# --- we receive
def bought(hub: LiveHub) -> tuple[ErpRecord, str]:
    """We order ten widgets; return the order and the line's number as the supplier has it."""
    order = hub.world.buy({hub.world.widget: (10, 4.5)})
    return order, hub.globex.collect("850", f"BEG*00*SA*{order.name}*").one("PO1")[1]


def test_what_came_is_told_against_what_was_announced(hub: LiveHub) -> None:
    world = hub.world
    order, line = bought(hub)
    shipment, label = a_number(hub), a_label()
    notice = [
        f"BSN*00*{shipment}*20261118*0900*0001",
        *("HL*1**S", "HL*2*1*O", f"PRF*{order.name}", "HL*3*2*P", f"MAN*GM*00{label}"),
        *("HL*4*3*I", f"LIN*{line}*BP*{world.widget}", "SN1**8*EA", "CTT*4"),
    ]
    control = hub.globex.send("856", notice)
    assert hub.globex.acknowledged(control).one("AK9")[1] == "A"
    hub.posted(shipment)
    world.receive(order, {world.widget: 7})
    file = hub.globex.collect("861", f"PRF*{order.name}~")
    rcd = file.one("RCD")
    assert rcd[2:9] == ["7", "EA", "", "", "1", "EA", "02"]
    assert file.one("SN1")[2:7] == ["8", "EA", "", "10", "EA"]
    assert ["REF", "SI", shipment] in file.segments
    assert file.one("LIN")[1] == line
    assert file.one("MAN")[2] == f"00{label}"
    hub.globex.accept(file)
    (receipt,) = finance.receipts_done(world, order)
    name = world.look("stock.picking", receipt, "name")["name"]
    sent = hub.settled(name, State.ACKNOWLEDGED, document=DocType.RECEIVING_ADVICE)
    assert sent.order_number == order.name


# --- they receive
def advice(number: str, order: str, shipment: str, *items: str) -> list[str]:
    """Return the segments of an 861 of a customer."""
    return [
        f"BRA*{number}*20261122*00*1",
        *([f"REF*SI*{shipment}"] if shipment else []),
        "DTM*050*20261122",
        f"PRF*{order}",
        *items,
        f"CTT*{sum(i.startswith('RCD') for i in items)}",
    ]


def test_what_came_as_it_was_shipped_is_kept_quietly(hub: LiveHub) -> None:
    order, shipment, _ = billed(hub)
    number = a_number(hub)
    hub.acme.send("861", advice(number, order, shipment, "RCD*1*24*EA", "LIN*1*BP*AR-1"))
    exchange, record = hub.posted(number)
    assert record.model == "sale.order"
    assert hub.texts(exchange) == []
    assert exchange.order_number == order


def test_what_came_short_is_told_on_the_sale_order(hub: LiveHub) -> None:
    order, shipment, _ = billed(hub)
    number = a_number(hub)
    hub.acme.send("861", advice(number, order, shipment, "RCD*1*20*EA***4*EA*02", "LIN*1*BP*AR-1"))
    exchange, record = hub.posted(number)
    assert [text for text in hub.texts(exchange) if "shipped 24, received 20 (4 short)" in text]
    domain: list[Any] = [["res_model", "=", "sale.order"], ["res_id", "=", record.id]]
    (asked,) = hub.world.session.search_read("mail.activity", domain, ["note"])
    assert "received 20" in asked["note"]


def test_a_profile_may_hold_what_came_short(hub: LiveHub) -> None:
    number = ordered(hub, hub.bravo, "PO1*1*24*EA*9.99**BP*AR-1")
    _, order = hub.posted(number)
    hub.world.deliver(order)
    hub.bravo.collect("856", f"PRF*{number}")
    mine = a_number(hub)
    hub.bravo.send("861", advice(mine, number, "", "RCD*1*23*EA", "LIN*1*BP*AR-1"))
    held = hub.settled(mine, State.HELD)
    assert "received 23" in held.why
    release(hub, held)
    hub.posted(mine)


def test_an_order_that_nobody_placed_holds_the_advice(hub: LiveHub) -> None:
    number = a_number(hub)
    hub.acme.send("861", advice(number, "PO-NEVER", "", "RCD*1*23*EA", "LIN*1*BP*AR-1"))
    assert "PO-NEVER" in hub.settled(number, State.HELD, direction=Direction.IN).why


# --- we bill several orders together
def shipped(hub: LiveHub, customer: Counterpart) -> tuple[str, ErpRecord]:
    """A customer orders, and accepts the ship notice of all of it; return the order's number and record."""
    number = ordered(hub, customer, "PO1*1*24*EA*9.99**BP*AR-1")
    _, order = hub.posted(number)
    if customer is hub.acme:
        hub.world.confirm(order)
    hub.world.deliver(order)
    customer.accept(customer.collect("856", f"PRF*{number}"))
    return number, order


def test_an_invoice_of_two_orders_goes_out_as_two(hub: LiveHub) -> None:
    (one, first), (two, second) = shipped(hub, hub.acme), shipped(hub, hub.acme)
    bill = finance.invoice_orders(hub.world, [first, second])
    files = {number: hub.acme.collect("810", f"BIG*20261120*{bill.name}-", "IT1") for number in (one, two)}
    told = {file.one("BIG")[4]: file for file in files.values()}
    assert told.keys() == {one, two}
    assert {file.one("BIG")[2] for file in files.values()} == {f"{bill.name}-1", f"{bill.name}-2"}
    total = hub.world.look("account.move", bill.id, "amount_total")["amount_total"]
    assert sum(int(file.one("TDS")[1]) for file in files.values()) == int(cents(total))


def test_an_invoice_of_two_orders_goes_out_with_the_order_at_each_line(hub: LiveHub) -> None:
    (one, first), (two, second) = shipped(hub, hub.bravo), shipped(hub, hub.bravo)
    bill = finance.invoice_orders(hub.world, [first, second])
    file = hub.bravo.collect("810", f"BIG*20261120*{bill.name}*")
    assert sorted(ref[2] for ref in file.all("REF") if ref[1] == "PO") == sorted([one, two])
    assert [line[2:5] for line in file.all("IT1")] == [["24", "EA", "9.99"]] * 2
    (sent,) = hub.exchanges(bill.name, direction=Direction.OUT)
    assert sent.document is DocType.INVOICE
