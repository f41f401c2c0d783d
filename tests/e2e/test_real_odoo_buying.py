"""We order from them: the whole hub, a supplier over SFTP, on a real Odoo 19 and both of its APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.erp.odoo.reading import ref_id
from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from tests.support.live_hub import LiveHub, release, until
from tests.support.real_odoo import APIS, a_label, a_number, live_hub, odoo_settings
from tests.support.x12_desk import Read

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=APIS)
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on the Odoo that HUB_TEST_ODOO_* names."""
    with live_hub(tmp_path_factory.mktemp("hub"), odoo_settings(request.param)) as live:
        yield live


def bought(hub: LiveHub, **quantities: float) -> tuple[ErpRecord, Read]:
    """We order from the supplier, who collects the 850; return our order and the file."""
    world = hub.world
    prices = {world.widget: 4.5, world.gadget: 9.0}
    wanted = {getattr(world, name): quantity for name, quantity in quantities.items()}
    record = world.buy({code: (quantity, prices[code]) for code, quantity in wanted.items()})
    return record, hub.globex.collect("850", f"BEG*00*SA*{record.name}*")


def send(hub: LiveHub, set_id: str, body: list[str]) -> None:
    """The supplier sends a document and gets our 997."""
    control = hub.globex.send(set_id, body)
    assert hub.globex.acknowledged(control).one("AK9")[1] == "A"


def purchase_lines(hub: LiveHub, order: ErpRecord) -> list[dict[str, Any]]:
    fields = ["product_id", "product_qty", "price_unit", "date_planned", "qty_invoiced"]
    return hub.world.session.search_read(
        "purchase.order.line", [["order_id", "=", order.id]], fields, order="id"
    )


def bills(hub: LiveHub, number: str) -> list[dict[str, Any]]:
    fields = ["state", "move_type", "amount_total", "invoice_line_ids", "partner_id"]
    return hub.world.session.search_read("account.move", [["ref", "=", number]], fields)


def held_again(hub: LiveHub, before: Exchange) -> Exchange | None:
    """Return the exchange when it was released, tried, and is held once more."""
    (now,) = hub.exchanges(before.number, document=before.document)
    return now if now.state is State.HELD and now.updated_at > before.updated_at else None


# --- 850
def test_a_confirmed_order_goes_out_once_in_the_suppliers_own_item_numbers(hub: LiveHub) -> None:
    order, file = bought(hub, widget=10, gadget=4)
    lines = file.all("PO1")
    assert [(li[2], li[3], li[4]) for li in lines] == [("10", "EA", "4.5"), ("4", "EA", "9")]
    ids = [dict(zip(li[6::2], li[7::2], strict=False)) for li in lines]
    assert ids[0]["VP"] == "BOLT-W"
    assert [i["BP"] for i in ids] == [hub.world.widget, hub.world.gadget]
    sent = hub.settled(order.name, State.SENT, document=DocType.PURCHASE_ORDER, direction=Direction.OUT)
    assert sent.deadline_at is not None
    hub.globex.accept(file)
    hub.settled(order.name, State.ACKNOWLEDGED, document=DocType.PURCHASE_ORDER)
    hub.world.session.write("purchase.order", [order.id], {"partner_ref": "asked by phone"})
    other, _ = bought(hub, gadget=1)  # noticed later: by then the change of the first was seen, too
    assert len(hub.exchanges(order.name, document=DocType.PURCHASE_ORDER)) == 1
    assert hub.globex.waiting("850") == 0
    assert other.name != order.name


# --- 855
def test_a_later_date_is_written_on_the_order(hub: LiveHub) -> None:
    order, file = bought(hub, widget=10)
    number, line = a_number(hub), file.one("PO1")[1]
    item = f"PO1*{line}*10*EA*4.5**BP*{hub.world.widget}*VP*BOLT-W"
    send(
        hub,
        "855",
        [f"BAK*00*AC*{order.name}*20261120****{number}", item, "ACK*IA*10*EA*067*20261222", "CTT*1"],
    )
    exchange, record = hub.posted(number)
    assert record.name == order.name
    (seen,) = purchase_lines(hub, order)
    assert seen["date_planned"].startswith("2026-12-22")
    assert number in hub.world.look("purchase.order", order.id, "partner_ref")["partner_ref"]
    assert exchange.order_number == order.name


def test_a_smaller_quantity_waits_for_a_decision_and_is_then_written(hub: LiveHub) -> None:
    order, file = bought(hub, widget=10)
    number, line = a_number(hub), file.one("PO1")[1]
    item = f"PO1*{line}*10*EA*4.5**BP*{hub.world.widget}*VP*BOLT-W"
    body = [f"BAK*00*AC*{order.name}*20261120****{number}", item, "ACK*IQ*7*EA*067*20261218", "CTT*1"]
    send(hub, "855", body)
    held = hub.settled(number, State.HELD)
    assert "7" in held.why
    assert "10" in held.why
    assert purchase_lines(hub, order)[0]["product_qty"] == 10
    release(hub, held)
    hub.posted(number)
    (seen,) = purchase_lines(hub, order)
    assert seen["product_qty"] == 7
    assert seen["date_planned"].startswith("2026-12-18")


# --- 856
def test_announced_lots_and_packages_stand_on_the_receipt_and_are_not_received(hub: LiveHub) -> None:
    world, label = hub.world, a_label()
    code = f"LOT-{world.tag}"
    if code not in world.products:
        values = {"name": "Cheese", "default_code": code, "is_storable": True, "tracking": "lot"}
        world.products[code] = world.session.create("product.product", [values])[0]
    order = world.buy({code: (10, 2.0), world.widget: (6, 4.5)})
    file = hub.globex.collect("850", f"BEG*00*SA*{order.name}*")
    cheese, widget = (li[1] for li in file.all("PO1"))
    number = a_number(hub)
    body = [
        f"BSN*00*{number}*20261121*1430*0001",
        "HL*1**S",
        "TD1*CTN*1****G*38.5*LB",
        "TD5**2*UPSN*M",
        "REF*CN*1Z999",
        "DTM*011*20261121",
        "DTM*017*20261212",
        "HL*2*1*O",
        f"PRF*{order.name}***20261120",
        "HL*3*2*P",
        f"MAN*GM*00{label}",
        "HL*4*3*I",
        f"LIN*{cheese}*BP*{code}",
        "SN1**6*EA",
        "REF*LT*L-77",
        "HL*5*3*I",
        f"LIN*{widget}*BP*{world.widget}*VP*BOLT-W",
        "SN1**6*EA",
        "CTT*5",
    ]
    send(hub, "856", body)
    _, record = hub.posted(number)
    assert record.name == order.name
    (receipt,) = world.receipts(order)
    head = world.look("stock.picking", receipt, "state", "scheduled_date")
    assert head["state"] not in ("done", "cancel")
    assert head["scheduled_date"].startswith("2026-12-12")
    fields = ["product_id", "lot_name", "quantity", "picked", "result_package_id"]
    rows = world.session.search_read("stock.move.line", [["picking_id", "=", receipt]], fields)
    seen = {
        ref_id(r["product_id"]): (r["lot_name"] or "", r["quantity"], r["picked"], r["result_package_id"][1])
        for r in rows
    }
    assert seen == {
        world.products[code]: ("L-77", 6, False, label),
        world.products[world.widget]: ("", 6, False, label),
    }


# --- 810
def an_invoice(
    order: ErpRecord, file: Read, number: str, cents: int, *more: str, kind: str = "DI"
) -> list[str]:
    """Return an 810 that bills a whole order at its prices; `more` stands behind TDS."""
    lines = [f"IT1*{li[1]}*{li[2]}*{li[3]}*{li[4]}**{'*'.join(li[6:])}" for li in file.all("PO1")]
    head = [f"BIG*20261121*{number}*20261120*{order.name}***{kind}", f"REF*BM*B{number}", "ITD*01*3*****30"]
    return [*head, *lines, f"TDS*{cents}", *more, f"CTT*{len(lines)}"]


def test_an_invoice_becomes_a_draft_bill_linked_to_the_purchase_lines(hub: LiveHub) -> None:
    order, file = bought(hub, widget=10, gadget=4)  # 45.00 + 36.00
    number = a_number(hub)
    send(hub, "810", an_invoice(order, file, number, 9925, "SAC*C*D240***1825**********Freight"))
    hub.posted(number)
    (bill,) = bills(hub, number)
    assert (bill["state"], bill["move_type"], bill["amount_total"]) == ("draft", "in_invoice", 99.25)
    assert bill["partner_id"][0] == hub.world.vendor
    rows = hub.world.session.read(
        "account.move.line", bill["invoice_line_ids"], ["purchase_line_id", "quantity"]
    )
    linked = {ref_id(r["purchase_line_id"]): r["quantity"] for r in rows.values() if r["purchase_line_id"]}
    ordered = purchase_lines(hub, order)
    assert linked == {ordered[0]["id"]: 10, ordered[1]["id"]: 4}
    assert [li["qty_invoiced"] for li in ordered] == [10, 4]


def test_the_same_invoice_again_makes_no_second_bill(hub: LiveHub) -> None:
    order, file = bought(hub, gadget=2)
    number = a_number(hub)
    body = an_invoice(order, file, number, 1800)
    send(hub, "810", body)
    hub.posted(number)
    send(hub, "810", body)
    hub.settled(number, State.DUPLICATE)
    assert len(bills(hub, number)) == 1


def test_an_invoice_that_does_not_add_up_is_held_and_no_release_lets_it_in(hub: LiveHub) -> None:
    order, file = bought(hub, widget=10)
    number = a_number(hub)
    send(hub, "810", an_invoice(order, file, number, 4501))  # 45.00 by its lines
    held = hub.settled(number, State.HELD)
    assert "45.01" in held.why
    release(hub, held)
    again = until(lambda: held_again(hub, held), "held again")
    assert again.released
    assert again.erp is None
    assert bills(hub, number) == []


def test_a_credit_note_becomes_a_draft_refund(hub: LiveHub) -> None:
    order, file = bought(hub, gadget=2)
    number = a_number(hub)
    send(hub, "810", an_invoice(order, file, number, 1800, kind="CR"))
    hub.posted(number)
    (bill,) = bills(hub, number)
    assert (bill["state"], bill["move_type"], bill["amount_total"]) == ("draft", "in_refund", 18.0)
