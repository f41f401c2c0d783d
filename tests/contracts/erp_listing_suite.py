"""The products of a customer's lines by Odoo's list of customer references, held against each gateway.

An Odoo before 19.2, or without the sale EDI, has no such list: there each line goes by what else names its item.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from msgspec import structs

from hub.erp.port import PostResult
from hub.model import problems
from hub.model.documents import CustomerReference, OrderLine
from hub.model.errors import Undeliverable
from tests.contracts.erp_suite import Erp, an_order, held, key_of, policy
from tests.support.erp_world import World

MODEL = "customer.product.reference"


def has_list(world: World) -> bool:
    """Say whether this Odoo has the model at all."""
    try:
        world.session.search_read(MODEL, [], ["product_id"], limit=1)
    except Undeliverable:
        return False
    return True


def call_it(world: World, code: str, number: str, partner: int = 0) -> None:
    """A salesperson notes what a customer calls a product of ours."""
    values = {"product_id": world.products[code], "partner_id": partner or world.customer}
    world.session.create(MODEL, [values | {"customer_product_reference": number}])


def a_line(number: str, otherwise: str | None = None) -> OrderLine:
    """Return a line with a number of the customer's that only the list can tell."""
    listed = CustomerReference(number=number, otherwise=otherwise)
    ids = {"buyer_part": number}
    return OrderLine(number="1", quantity=Decimal(3), unit="EA", price=Decimal(9), ids=ids, listed=listed)


def post(erp: Erp, *lines: OrderLine) -> PostResult:
    """Post an order with these lines."""
    gateway, world = erp
    order = an_order(world, lines=lines)
    return gateway.post_order(key_of(order), order, policy(world))


def ordered(erp: Erp, *lines: OrderLine) -> list[int]:
    """Return the products of the order that is made of these lines."""
    result = post(erp, *lines)
    assert result.record, result.findings
    domain = [["order_id", "=", result.record.id]]
    rows = erp[1].session.search_read("sale.order.line", domain, ["product_id"], order="sequence, id")
    return [row["product_id"][0] for row in rows]


class Listing:
    """What a customer calls our items may stand in Odoo."""

    def test_number_in_the_list_of_the_customer_names_the_product(self, erp: Erp) -> None:
        world, number = erp[1], f"THEIRS-{uuid4().hex[:8]}"
        code = world.new_product(5)
        if not has_list(world):
            assert number in held(post(erp, a_line(number)), problems.CODE_UNKNOWN)
            return
        call_it(world, code, number)
        assert ordered(erp, a_line(number, otherwise=world.gadget)) == [world.products[code]]

    def test_list_of_the_company_counts_for_its_addresses_behind_their_own(self, erp: Erp) -> None:
        gateway, world = erp
        number, order = f"OURS-{uuid4().hex[:8]}", an_order(world)
        of_store = structs.replace(policy(world), customer_ref=world.store_ref)
        order = structs.replace(order, parties={}, lines=(a_line(number, otherwise=world.widget),))
        expected = world.products[world.widget]
        if has_list(world):
            call_it(world, world.gadget, number)
            expected = world.products[world.gadget]
        result = gateway.post_order(key_of(order), order, of_store)
        assert result.record, result.findings
        rows = world.session.search_read(
            "sale.order.line", [["order_id", "=", result.record.id]], ["product_id"]
        )
        assert [row["product_id"][0] for row in rows] == [expected]

    def test_number_that_is_nobody_s_goes_by_what_else_names_the_item(self, erp: Erp) -> None:
        world = erp[1]
        assert ordered(erp, a_line("NOBODY-S", otherwise=world.gadget)) == [world.products[world.gadget]]

    def test_number_that_nothing_knows_holds_with_its_line(self, erp: Erp) -> None:
        line = a_line("NOBODY-S")
        result = post(erp, structs.replace(line, listed=CustomerReference(number="NOBODY-S", near="NOBODYS")))
        said = held(result, problems.CODE_UNKNOWN)
        assert 'line 1: no item of ours for buyer_part "NOBODY-S"' in said
        assert 'did they mean "NOBODYS"? add a row to the item crosswalk' in said
        assert result.findings[0].where.path == "lines[0].ids.buyer_part"

    def test_another_customer_s_number_is_not_taken(self, erp: Erp) -> None:
        world, number = erp[1], f"OTHERS-{uuid4().hex[:8]}"
        if has_list(world):
            call_it(world, world.widget, number, partner=world.vendor)
        assert number in held(post(erp, a_line(number)), problems.CODE_UNKNOWN)

    def test_number_of_two_products_holds(self, erp: Erp) -> None:
        world, number = erp[1], f"TWICE-{uuid4().hex[:8]}"
        one, other = world.new_product(1), world.new_product(1)
        if has_list(world):
            call_it(world, one, number)
            call_it(world, other, number)
            assert "2 products" in held(post(erp, a_line(number, otherwise=one)), problems.CODE_UNKNOWN)
        else:
            assert ordered(erp, a_line(number, otherwise=one)) == [world.products[one]]
