"""What goes out: said once, in order, held when it disagrees, waiting when the partner's folder is away."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from hub.commit import add_news
from hub.demo.people import sscc
from hub.erp.port import Topic
from hub.erp.practice.faults import Fault
from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.stages.send import send
from hub.stages.watch import watch
from tests.support.sftp import embedded_server
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, order_file, segment, split


def ordered(hub: SmallHub) -> int:
    """Let acme order 24 lamps, confirm it, and clear acme's folder; return the sale order."""
    number = fresh_number()
    hub.send(order_file(number, control=1))
    order = hub.confirmed(number)
    hub.collect()
    return order


def picking_of(hub: SmallHub, order: int) -> int:
    (found,) = hub.call("stock.picking", "search_read", domain=[["sale_id", "=", order]], fields=["name"])
    return int(found["id"])


def ship(hub: SmallHub, order: int, quantity: float) -> None:
    """Ship so many, whatever was ordered, without a backorder."""
    picking = picking_of(hub, order)
    moves = hub.call("stock.move", "search_read", domain=[["picking_id", "=", picking]], fields=["state"])
    hub.call("stock.move", "write", ids=[m["id"] for m in moves], vals={"quantity": quantity, "picked": True})
    context = {"skip_backorder": True, "picking_ids_not_to_backorder": [picking]}
    hub.call("stock.picking", "button_validate", ids=[picking], context=context)
    hub.notice()


def invoice(hub: SmallHub, order: int, price: float | None = None, currency: int | None = None) -> None:
    """Invoice what was shipped, at another price or in another currency when one is given, and post it."""
    values = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order]]]}
    wizard = hub.call("sale.advance.payment.inv", "create", vals_list=[values])
    hub.call("sale.advance.payment.inv", "create_invoices", ids=wizard)
    (sale,) = hub.call("sale.order", "read", ids=[order], fields=["invoice_ids"])
    moves = sale["invoice_ids"]
    hub.call("account.move", "write", ids=moves, vals={"invoice_date": "2026-01-20"})
    if price is not None:
        domain = [["move_id", "in", moves], ["sale_line_ids", "!=", False]]
        lines = hub.call("account.move.line", "search", domain=domain)
        hub.call("account.move.line", "write", ids=lines, vals={"price_unit": price})
    if currency is not None:
        hub.call("account.move", "write", ids=moves, vals={"currency_id": currency})
    hub.call("account.move", "action_post", ids=moves)
    hub.notice()


def only(hub: SmallHub, document: DocType) -> Exchange:
    (found,) = hub.sent(document)
    return found


def test_an_order_becomes_a_confirmation_a_ship_notice_and_an_invoice(hub: SmallHub) -> None:
    order = ordered(hub)
    label = sscc(order)
    hub.people.ship(order, label)
    hub.notice()
    (notice,) = hub.collect()
    assert [h[3] for h in find(notice, "HL")] == ["S", "O", "P", "I"]
    assert segment(notice, "MAN")[1:] == ["GM", f"00{label}"]
    assert segment(notice, "SN1")[2:4] == ["24", "EA"]
    invoice(hub, order)
    (bill,) = hub.collect()
    assert segment(bill, "IT1")[2:5] == ["24", "EA", "9.99"]
    assert segment(bill, "TDS")[1] == "23976"
    controls = [e.envelope.interchange_control for e in hub.log() if e.envelope.interchange_control]
    ours = [e for e in hub.log() if e.direction.value == "out"]
    for partner in {e.partner for e in ours}:  # other tests' news in the shared Odoo may be other partners'
        told = [int(e.envelope.interchange_control) for e in ours if e.partner == partner]
        assert told == list(range(1, len(told) + 1))
    assert len(controls) == len(ours) + 1


def test_news_are_told_once_however_often_we_look(hub: SmallHub) -> None:
    order = ordered(hub)
    ship(hub, order, 24)
    assert len(hub.collect()) == 1
    for _ in range(3):
        hub.notice()
    assert hub.collect() == []
    assert len(hub.sent(DocType.SHIP_NOTICE)) == 1


def test_more_shipped_than_ordered_is_held_and_released_by_a_person(hub: SmallHub) -> None:
    order = ordered(hub)
    ship(hub, order, 30)
    held = only(hub, DocType.SHIP_NOTICE)
    assert held.state is State.HELD
    assert problems.GATE_DISAGREES in hub.problems(held)
    assert "30 shipped in all, 24 ordered" in held.why
    assert hub.collect() == []
    hub.hub.operations.release(str(held.id), "test", "they take 30")
    hub.drain()
    (notice,) = hub.collect()
    assert segment(notice, "SN1")[2] == "30"
    assert only(hub, DocType.SHIP_NOTICE).state is State.SENT


def test_an_invoice_at_another_price_is_held(hub: SmallHub) -> None:
    order = ordered(hub)
    ship(hub, order, 24)
    hub.collect()
    invoice(hub, order, price=10.49)
    held = only(hub, DocType.INVOICE)
    assert held.state is State.HELD
    assert "10.49 invoiced, 9.99 agreed" in held.why
    assert hub.collect() == []


def test_an_invoice_waits_for_its_ship_notice_that_is_being_retried(hub: SmallHub) -> None:
    order = ordered(hub)
    hub.people.ship(order, sscc(order))
    _notice_only(hub, Topic.DELIVERY_DONE)
    hub.practice.faults.add(Fault("down"), 4)  # the gateway's own tries are used up
    hub.drain()
    assert only(hub, DocType.SHIP_NOTICE).state is State.NOTICED
    hub.practice.faults.clear()
    hub.people.invoice(order)
    _notice_only(hub, Topic.INVOICE_POSTED)
    hub.drain()
    assert only(hub, DocType.INVOICE).attempts == 0  # behind its ship notice, in the lane of what goes out
    hub.later(10)
    assert [find(file, "ST")[0][1] for file in hub.collect()] == ["856", "810"]


def test_an_invoice_that_is_noticed_first_waits(hub: SmallHub) -> None:
    order = ordered(hub)
    hub.people.ship(order, sscc(order))
    hub.people.invoice(order)
    _notice_only(hub, Topic.INVOICE_POSTED)
    hub.drain()
    waiting = only(hub, DocType.INVOICE)
    assert (waiting.state, waiting.attempts) == (State.NOTICED, 0)
    assert "Odoo has told of none yet" in waiting.why
    hub.notice()
    hub.later(5)
    assert [find(file, "ST")[0][1] for file in hub.collect()] == ["856", "810"]


def test_patience_ends(hub: SmallHub) -> None:
    order = ordered(hub)
    hub.people.ship(order, sscc(order))
    hub.people.invoice(order)
    _notice_only(hub, Topic.INVOICE_POSTED)
    hub.drain()
    hub.later(9 * 60)
    assert only(hub, DocType.INVOICE).state is State.NOTICED
    hub.later(2 * 60)
    held = only(hub, DocType.INVOICE)
    assert held.state is State.HELD
    assert "24 invoiced in all, 0 shipped" in held.why


def test_an_invoice_waits_for_acceptance_as_long_as_agreed(hub: SmallHub) -> None:
    waits = '[send.invoice]\nafter = "ship_notice_accepted"\npatience = "3h"\n\n[transport]'
    hub.edit("acme", "[transport]", waits)
    order = ordered(hub)
    hub.people.ship(order, sscc(order))
    hub.notice()
    invoice(hub, order)
    hub.notice()
    assert "is accepted" in only(hub, DocType.INVOICE).why
    hub.later(2 * 3600)
    assert only(hub, DocType.INVOICE).state is State.NOTICED
    hub.later(3600)
    held = only(hub, DocType.INVOICE)
    assert held.state is State.HELD
    assert "not accepted in time" in held.why
    assert [find(file, "ST")[0][1] for file in hub.collect()] == ["856"]
    hub.hub.operations.release(str(held.id), "test", "they take it by phone")
    hub.drain()
    assert [find(file, "ST")[0][1] for file in hub.collect()] == ["810"]


def test_an_invoice_is_held_at_once_when_its_ship_notice_is(hub: SmallHub) -> None:
    order = ordered(hub)
    hub.call("sale.order", "write", ids=[order], vals={"client_order_ref": "theirs"})
    hub.people.ship(order, sscc(order))
    hub.notice()
    assert only(hub, DocType.SHIP_NOTICE).state is State.HELD
    hub.call("sale.order", "write", ids=[order], vals={"client_order_ref": hub.order().number})
    invoice(hub, order)
    held = only(hub, DocType.INVOICE)
    assert held.state is State.HELD
    assert "is held and was not told" in held.why


def test_with_our_pricelist_agreed_on_our_price_is_told_and_billed(hub: SmallHub) -> None:
    hub.edit("acme", "[receive.purchase_order.crosswalk]", PRICELIST)
    number = fresh_number()
    hub.send(order_file(number, ("AR-10001", "24", "EA", "1.11"), control=1))
    order = hub.confirmed(number)
    (answer,) = hub.collect()
    assert segment(answer, "ACK")[1] == "IP"
    ours = segment(answer, "PO1")[4]
    assert ours != "1.11"
    _ship_and_bill(hub, order)
    assert segment(hub.collect()[-1], "IT1")[4] == ours


def test_without_an_answer_agreed_on_odoos_order_says_our_price(hub: SmallHub) -> None:
    hub.edit("acme", "[receive.purchase_order.crosswalk]", PRICELIST)
    template = hub.root / "partners" / "_x12_customer.toml"
    template.write_text(template.read_text().replace("[send.order_acknowledgment]\n", ""))
    number = fresh_number()
    hub.send(order_file(number, ("AR-10001", "24", "EA", "1.11"), control=1))
    order = hub.confirmed(number)
    _ship_and_bill(hub, order)
    assert [find(file, "ST")[0][1] for file in hub.collect()] == ["856", "810"]


def test_a_line_without_a_price_is_billed_at_the_price_that_we_told_and_no_other(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, ("AR-10001", "24", "EA", ""), control=1))
    order = hub.confirmed(number)
    (answer,) = hub.collect()
    told = segment(answer, "PO1")[4]
    assert segment(answer, "ACK")[1] == "IA"
    hub.people.ship(order, sscc(order))
    hub.notice()
    invoice(hub, order, price=float(told) + 1)
    held = only(hub, DocType.INVOICE)
    assert held.state is State.HELD
    assert f"{told} agreed" in held.why


def test_a_price_for_a_pack_goes_the_whole_way_unchanged(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, ("AR-10001", "2", "CA", "100.00"), control=1))
    order = hub.confirmed(number)
    (answer,) = hub.collect()
    assert segment(answer, "BAK")[2] == "AD"
    _ship_and_bill(hub, order)
    _, bill = hub.collect()
    assert segment(bill, "IT1")[2:5] == ["2", "CA", "100"]
    assert segment(bill, "TDS")[1] == "20000"
    assert [d[1] for d in find(bill, "DTM")] == ["011"]
    assert {n[1] for n in find(bill, "N1")} >= {"ST", "RE"}
    assert ["N1", "ST", "ACME Store 42", "92", "0042"] in find(bill, "N1")


def test_an_invoice_in_another_currency_is_held(hub: SmallHub) -> None:
    order = ordered(hub)
    hub.people.ship(order, sscc(order))
    hub.notice()
    (euro,) = hub.call("res.currency", "search", domain=[["name", "=", "EUR"]])
    invoice(hub, order, currency=euro)
    held = only(hub, DocType.INVOICE)
    assert held.state is State.HELD
    assert "the invoice is in EUR, the order in USD" in held.why


PRICELIST = '[receive.purchase_order]\nprice = "pricelist"\n\n[receive.purchase_order.crosswalk]'


def _notice_only(hub: SmallHub, topic: Topic) -> None:
    """Look at one topic of Odoo, as if the look at the others came a moment later."""
    for page in watch(topic, hub.clock() - timedelta(days=3650), hub.hub.desk):
        with hub.hub.store.begin() as tx:
            for new in page.exchanges:
                add_news(tx, new)


def _ship_and_bill(hub: SmallHub, order: int) -> None:
    hub.people.ship(order, sscc(order))
    hub.people.invoice(order)
    hub.notice()


def test_a_held_one_burns_no_control_number(hub: SmallHub) -> None:
    order = ordered(hub)
    ship(hub, order, 30)
    hub.send(order_file(fresh_number(), control=2))
    numbers = [int(e.envelope.interchange_control) for e in hub.sent(DocType.FUNCTIONAL_ACK)]
    assert numbers == [1, 3]  # 2 is the 855


def test_a_partners_rule_that_cannot_be_met_holds_what_would_be_sent(hub: SmallHub) -> None:
    hub.edit("acme", "[transport]", '[send.invoice.must]\nREF01 = "IA"\n\n[transport]')
    order = ordered(hub)
    ship(hub, order, 24)
    hub.collect()
    invoice(hub, order)
    held = only(hub, DocType.INVOICE)
    assert held.state is State.HELD
    assert "REF" in held.why
    assert hub.collect() == []


def test_a_partners_server_that_is_away_is_waited_for(hub: SmallHub, tmp_path: Path) -> None:
    """A remote partner: nothing is lost while it is down, and Odoo does not wait for it."""
    with embedded_server(tmp_path / "remote") as remote:
        port, key = remote.server.port, remote.key_path.read_text()
        (remote.home / "out" / "order.edi").write_bytes(order_file(number := fresh_number(), control=1))
        secret = tmp_path / "secrets" / "acme_key"
        secret.parent.mkdir(mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(key)
        hub.edit("acme", 'kind = "embedded"', _remote(port, remote.server.fingerprint) + "#")
        hub.poll()
        assert list((remote.home / "out").iterdir()) == []
    hub.drain()
    waiting = only(hub, DocType.FUNCTIONAL_ACK)
    assert waiting.state is State.COMPOSED
    assert waiting.attempts > 0
    assert waiting.why
    assert hub.sale_orders(number) == 1
    with embedded_server(tmp_path / "remote", port=port) as remote:
        hub.later()
        assert only(hub, DocType.FUNCTIONAL_ACK).state is State.DELIVERED
        (file,) = (remote.home / "in").iterdir()
        assert segment(file.read_bytes(), "AK9")[1] == "A"


def _remote(port: int, fingerprint: str) -> str:
    settings = f'host = "127.0.0.1"\nport = {port}\nuser = "acme"\nkey = "file:acme_key"\n'
    folders = 'inbox = "/out"\noutbox = "/in"\narchive = "/archive"\nsettle_seconds = "0s"\n'
    return f'kind = "sftp"\n{settings}host_key = ["{fingerprint}"]\n{folders}'


def test_a_name_that_is_taken_is_not_overwritten(hub: SmallHub) -> None:
    hub.send(order_file(fresh_number(), control=1))
    (ours,) = hub.sent(DocType.FUNCTIONAL_ACK)
    out = hub.home("acme") / "out"
    (out / "997_2_000000002.edi").write_text("theirs")
    hub.put(order_file(fresh_number(), control=2))
    hub.work()
    files = sorted(out.iterdir())
    assert len(files) == 2
    assert (out / "997_2_000000002.edi").read_text() == "theirs"
    assert ours.state is State.DELIVERED


def test_what_was_collected_before_a_crash_is_not_put_there_again(hub: SmallHub) -> None:
    hub.send(order_file(fresh_number(), control=1))
    hub.hub.operations.resend(str(only(hub, DocType.FUNCTIONAL_ACK).id), "test")
    send(only(hub, DocType.FUNCTIONAL_ACK), hub.hub.desk)  # the process ends here: nothing is committed
    assert len(hub.collect()) == 1
    hub.work()
    assert hub.collect() == []
    assert only(hub, DocType.FUNCTIONAL_ACK).state is State.DELIVERED
    hub.hub.operations.resend(str(only(hub, DocType.FUNCTIONAL_ACK).id), "test")
    hub.work()
    assert len(hub.collect()) == 1  # asked for once more, it is a delivery of its own


def test_the_997_byte_for_byte(hub: SmallHub) -> None:
    hub.send(order_file(fresh_number(), control=904), "first.edi")
    (answer,) = hub.send(order_file(fresh_number(), control=905))
    stamps = re.compile(rb"\*\d{6}\*\d{4}\*U|\*\d{8}\*\d{4}\*2\*X")
    assert stamps.sub(b"*CLOCK", answer) == (
        b"ISA*00*          *00*          *ZZ*OURCO          *ZZ*ACMERETAIL     *CLOCK*00401*000000002*0*P*>~\n"
        b"GS*FA*OURCO*ACMERET*CLOCK*004010~\n"
        b"ST*997*0001~\n"
        b"AK1*PO*905~\n"
        b"AK2*850*0001~\n"
        b"AK5*A~\n"
        b"AK9*A*1*1*1~\n"
        b"SE*6*0001~\n"
        b"GE*1*2~\n"
        b"IEA*1*000000002~\n"
    )
    assert len(split(answer)) == 10


def test_an_invoice_that_bills_a_stranger_order_too_is_held_and_not_passed_over(hub: SmallHub) -> None:
    ours = ordered(hub)
    ship(hub, ours, 24)
    (sale,) = hub.call("sale.order", "read", ids=[ours], fields=["partner_id", "order_line"])
    (line,) = hub.call("sale.order.line", "read", ids=sale["order_line"], fields=["product_id"])
    product, customer = line["product_id"][0], sale["partner_id"][0]
    typed_line = [0, 0, {"product_id": product, "product_uom_qty": 1}]
    (typed,) = hub.call(
        "sale.order", "create", vals_list=[{"partner_id": customer, "order_line": [typed_line]}]
    )
    hub.call("sale.order", "action_confirm", ids=[typed])
    (other,) = hub.call("sale.order", "read", ids=[typed], fields=["order_line"])
    billed = [
        [0, 0, {"product_id": product, "quantity": n, "price_unit": 9.99, "sale_line_ids": [[6, 0, lines]]}]
        for n, lines in ((1, other["order_line"]), (24, sale["order_line"]))
    ]
    values = {"move_type": "out_invoice", "partner_id": customer, "invoice_date": "2026-01-20"}
    move = hub.call("account.move", "create", vals_list=[{**values, "invoice_line_ids": billed}])
    hub.call("account.move", "action_post", ids=move)
    hub.notice()
    bill = only(hub, DocType.INVOICE)
    assert bill.state is State.HELD
    assert bill.erp is not None
    assert bill.erp.id == ours
