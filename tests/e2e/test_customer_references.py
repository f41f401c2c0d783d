"""A customer's own number that only Odoo's list of customer references knows: ordered, held without, and released."""

from __future__ import annotations

from hub.model import problems
from hub.model.exchange import State
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import find, order_file


def test_a_held_order_goes_on_once_odoo_knows_their_number(hub: SmallHub) -> None:
    number = fresh_number()
    theirs = f"THEIRS-{number}"
    hub.send(order_file(number, (theirs, "24", "EA", "9.99")))
    held = hub.order()
    assert (held.state, hub.problems(held)) == (State.HELD, {problems.CODE_UNKNOWN})
    assert f'no item of ours for buyer_part "{theirs}"' in held.why
    (customer,) = hub.call("res.partner", "search", domain=[["ref", "=", "ACME"]])
    (product,) = hub.call("product.product", "search", domain=[["default_code", "=", "HUB-1002"]])
    values = {"product_id": product, "partner_id": customer, "customer_product_reference": theirs}
    hub.call("customer.product.reference", "create", vals_list=[values])
    hub.hub.operations.redrive(str(held.id), "test")
    hub.drain()
    assert hub.order().state is State.POSTED, hub.order().why
    hub.confirmed(number)
    (answer,) = (data for data in hub.collect() if find(data, "BAK"))
    assert [ack[1:4] for ack in find(answer, "ACK")] == [["IA", "24", "EA"]]
