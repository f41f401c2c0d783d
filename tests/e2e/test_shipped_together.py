"""A shipment of several orders goes out as one ship notice, held against each of its orders."""

from __future__ import annotations

from typing import Any

from hub.model.documents import DocType
from hub.model.exchange import State
from hub.orders import tell_orders
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, order_file, segment


def ordered(hub: SmallHub, control: int, quantity: str = "24") -> tuple[str, int]:
    """The customer orders lamps and hears that they come; return the order's number and id."""
    number = fresh_number()
    hub.send(order_file(number, ("AR-10001", quantity, "EA", "9.99"), control=control), f"{number}.edi")
    order = hub.confirmed(number)
    hub.collect()
    return number, order


def open_delivery(hub: SmallHub, order: int) -> int:
    domain: list[Any] = [["sale_id", "=", order], ["state", "not in", ["done", "cancel"]]]
    return int(hub.call("stock.picking", "search_read", domain=domain, fields=["name"])[0]["id"])


def put_together(hub: SmallHub, order: int, other: int) -> None:
    """A packer puts what is to be shipped of another order on the transfer of an order."""
    first, second = open_delivery(hub, order), open_delivery(hub, other)
    for model in ("stock.move", "stock.move.line"):
        rows = hub.call(model, "search_read", domain=[["picking_id", "=", second]], fields=["id"])
        hub.call(model, "write", ids=[row["id"] for row in rows], vals={"picking_id": first})


def test_one_notice_tells_of_both_orders_and_each_is_billed(hub: SmallHub) -> None:
    (one, first), (two, second) = ordered(hub, 1), ordered(hub, 2, "7")
    put_together(hub, first, second)
    hub.people.ship(first)
    hub.notice()
    hub.notice()
    (notice,) = hub.collect()
    assert [s[1] for s in find(notice, "PRF")] == [one, two]
    assert [s[2] for s in find(notice, "SN1")] == ["24", "7"]
    assert [s[3] for s in find(notice, "HL")] == ["S", "O", "I", "O", "I"]
    for number, order, quantity in ((two, second, "7"), (one, first, "24")):
        hub.people.invoice(order)
        hub.notice()
        (bill,) = hub.collect()
        assert (segment(bill, "BIG")[4], segment(bill, "IT1")[2]) == (number, quantity)
        (story,) = tell_orders(hub.hub.store, number)
        (line,) = story.ledger.lines
        assert (line.shipped, line.invoiced) == (int(quantity), int(quantity))
        assert story.ledger.disagreements == ()


def test_too_much_of_either_order_holds_the_notice(hub: SmallHub) -> None:
    (_, first), (two, second) = ordered(hub, 1), ordered(hub, 2, "7")
    moves = [["picking_id", "=", open_delivery(hub, second)]]
    rows = hub.call("stock.move", "search_read", domain=moves, fields=["id"])
    hub.call("stock.move", "write", ids=[row["id"] for row in rows], vals={"product_uom_qty": 9})
    put_together(hub, first, second)
    hub.people.ship(first)
    hub.notice()
    held = hub.sent(DocType.SHIP_NOTICE)[-1]
    assert held.state is State.HELD
    assert "9 shipped in all, 7 ordered" in held.why
    (story,) = tell_orders(hub.hub.store, two)
    assert held.id in [step.exchange.id for step in story.steps]


def test_goods_of_somebody_elses_order_hold_the_notice(hub: SmallHub) -> None:
    _, first = ordered(hub, 1)
    by_hand = hub.call("sale.order", "read", ids=[first], fields=["partner_id"])[0]["partner_id"][0]
    product = hub.call(
        "product.product", "search_read", domain=[["default_code", "=", "HUB-1001"]], fields=[]
    )
    line = [0, 0, {"product_id": product[0]["id"], "product_uom_qty": 2}]
    (other,) = hub.call("sale.order", "create", vals_list=[{"partner_id": by_hand, "order_line": [line]}])
    hub.people.confirm(other)
    put_together(hub, first, other)
    hub.people.ship(first)
    hub.notice()
    (told,) = hub.sent(DocType.SHIP_NOTICE)
    assert told.state is State.HELD
    assert "did not order through the hub" in told.why
    assert hub.collect() == []
